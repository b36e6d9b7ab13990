"""The pile in parts: breakdowns, timeline, map. What they count, what they leave out and say so, what they draw."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from math import cos, radians
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight import drawing, sealing, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question
from caselight.errors import DefinitionError
from caselight.estimate import count_facts
from caselight.pack import load_pack
from caselight.placing import map_stamps, placed
from caselight.planning import Made
from caselight.report import CaseRow, Contents, write_report
from caselight.report.contents import Atlas
from caselight.report.geography import Place, Region, read_outlines, read_places, read_regions
from caselight.report.maps import shade
from caselight.report.projection import fitted
from caselight.report.timeline import MOST_STEPS, timeline
from fieldwork_study import TIME, as_machine, drawn, made_demo, read_by
from report_sample import small
from sealed_sample import changed, sealed, unpacked

ROLE = "surveillance_role"
NAMES = ("breakdowns", "timeline", "map")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demo's records with a draw that somebody read, figures by year kept, and a list of places."""
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    committed = drawn(made, Wish(30, (f"{ROLE}=relied_on",)))
    read_by(made, committed, {"anna": as_machine})
    drawing.keep(made.study, Question((ROLE,), ("relied_on",), by="year"), TIME)
    (made.study.folder / "map").mkdir()
    (made.study.folder / "map" / "places.csv").write_text(
        "place,latitude,longitude\nМанежная площадь,55.7558,37.6145\nНевский пр.,59.9343,30.3351\n", "utf-8"
    )
    return made


@pytest.fixture(scope="module")
def contents(made: Made) -> Contents:
    return view.contents(made, "en", "2026-05-03")


@pytest.fixture(scope="module")
def report(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("parts") / "r", contents).parent


def rows_of(report: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((report / "data" / f"{name}.csv").read_bytes().decode(), newline="")))


def plain(report: Path, name: str) -> str:
    page = (report / f"{name}.html").read_text("utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def row(number: int, decided: str = "", happened: str = "", **more: object) -> CaseRow:
    return CaseRow(f"c{number:016x}", f"{number:064x}", "r", "r", decision_date=decided, event_date=happened, **more)  # type: ignore[arg-type]


# Breakdowns


@pytest.mark.parametrize("fact", ["year", "region", "court", "outcome", "instance"])
def test_the_parts_and_what_no_record_says_make_the_whole_pile(contents: Contents, report: Path, fact: str) -> None:
    silent = sum(
        not {"year": r.decision_date, "region": r.region}.get(fact, getattr(r, fact, "")) for r in contents.cases
    )
    assert sum(int(one["cases"]) for one in rows_of(report, f"by-{fact}")) + silent == len(contents.cases) == 48


def test_a_case_with_several_statutes_stands_with_each(tmp_path: Path) -> None:
    one = small(2)
    cases = [replace(one.cases[0], statutes=("КоАП 20.2 ч.5", "КоАП 19.3 ч.1")), one.cases[1]]
    report = write_report(tmp_path / "r", replace(one, cases=cases, estimates=small(2).estimates)).parent
    assert {r["label"]: r["cases"] for r in rows_of(report, "by-statute")} == {
        "КоАП 20.2 ч.5": "1",
        "КоАП 19.3 ч.1": "1",
    }


def test_each_answer_of_each_part_is_counted_as_by_hand(contents: Contents, report: Path) -> None:
    by_hand = Counter(zip((r.decision_date[:4] for r in contents.cases), contents.answers[ROLE], strict=True))
    for one in rows_of(report, "breakdown-year"):
        if not one["answer"].startswith("("):
            assert int(one["cases_counted"]) == by_hand[one["label"], one["answer"]], one


def test_a_range_stands_only_where_people_have_read_and_is_that_of_the_kept_figure(
    contents: Contents, report: Path
) -> None:
    kept = {e.where[0][1]: e for e in reversed(contents.estimates) if e.where and e.method == "exact_stratified"}
    ranged = {r["label"]: r for r in rows_of(report, "breakdown-year") if r["low"]}
    assert ranged.keys() == kept.keys()
    assert {r["answer"] for r in ranged.values()} == {"relied_on"}
    assert {y: (float(r["low"]), float(r["high"])) for y, r in ranged.items()} == {
        y: (e.low, e.high) for y, e in kept.items()
    }
    page = (report / "timeline.html").read_text("utf-8")
    first, second, _ = (part.partition("</svg>")[0] for part in page.split('<svg class="years"')[1:])
    assert first.count('class="solid"') == len(kept)
    assert 'class="solid"' not in second
    assert not any(r["low"] for r in rows_of(report, "breakdown-court"))


def test_every_part_opens_its_cases(report: Path) -> None:
    page = (report / "breakdowns.html").read_text("utf-8")
    parts = re.findall(r'<tr><th scope="row"><a href="(facts/[^"]+)"', page)
    assert len(parts) > 60
    for file in parts:
        assert '<ol class="counted"' in (report / file).read_text("utf-8")


def test_judges_are_counted_by_court_and_name_and_never_by_what_they_decided(tmp_path: Path) -> None:
    names = [("Суд А", "Иванов И.И."), ("Суд Б", "Иванов И.И."), ("Суд А", "Иванов И.И."), ("Суд А", "")]
    one = small(len(names))
    cases = [replace(r, court=court, judge=judge) for r, (court, judge) in zip(one.cases, names, strict=True)]
    report = write_report(tmp_path / "r", replace(one, cases=cases)).parent
    found = rows_of(report, "judges")
    assert [(r["court"], r["judge"], r["cases"]) for r in found] == [
        ("Суд А", "Иванов И.И.", "2"),
        ("Суд Б", "Иванов И.И.", "1"),
    ]
    assert found[0]["case_ids"].split() == sorted(c.id for c in (cases[0], cases[2]))
    assert not list(report.glob("facts/judge*"))
    section = (report / "breakdowns.html").read_text("utf-8").partition('id="by-judge"')[2]
    assert 'class="dot"' not in section
    assert "The record of 1 case names no judge." in plain(report, "breakdowns")


def test_a_line_about_a_judge_names_the_cases_so_that_the_gate_knows_whose_names_stay(report: Path) -> None:
    section = (report / "breakdowns.html").read_text("utf-8").partition('id="by-judge"')[2]
    lines = [line for line in section.split("\n") if line.startswith('<tr><th scope="row"><bdi>')]
    assert len(lines) == 30
    assert all(re.search(r"case/../c[0-9a-f]{16}\.html", line) for line in lines)


# Time

STEPS = [  # days of decision, days of event, first step, last step, how many, days left out, why
    (["2022-05-13"], ["2022-03-06"], "2022-03", "2022-05", 3, 0, "months, from the first day to the last"),
    (["2022-12-31", "2023-01-01"], [], "2022-12", "2023-01", 2, 0, "over the end of a year"),
    (["2013-01-01", "2022-12-31"], [], "2013-01", "2022-12", 120, 0, "as many months as a chart holds"),
    (["2012-12-31", "2022-12-31"], [], "2012", "2022", 11, 0, "one month more: years"),
    (["2022-01-01"], ["1890-01-01", "1950-05-05"], "1903", "2022", 120, 1, "years that a chart cannot hold"),
    ([], [], "", "", 0, 0, "nothing is dated"),
]


@pytest.mark.parametrize(
    ("decided", "happened", "first", "last", "steps", "before", "why"), STEPS, ids=[s[-1] for s in STEPS]
)
def test_a_timeline_has_a_step_for_every_month_or_year(
    decided: list[str], happened: list[str], first: str, last: str, steps: int, before: int, why: str
) -> None:
    cases = [row(i, decided=day) for i, day in enumerate(decided)]
    cases += [row(100 + i, happened=day) for i, day in enumerate(happened)]
    found = timeline(cases, frozenset())
    assert len(found.steps) == steps <= MOST_STEPS, why
    assert [found.steps[0].label, found.steps[-1].label] == [first, last] if steps else not first
    assert found.before == before


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "2021-01-31", "2022-12-01"]), st.sampled_from(["", "2019-07-27"]), st.booleans())
    )
)
def test_nothing_is_lost_on_a_timeline(days: list[tuple[str, str, bool]]) -> None:
    cases = [row(i, decided, happened) for i, (decided, happened, _) in enumerate(days)]
    hits = frozenset(case.id for case, (_, _, hit) in zip(cases, days, strict=True) if hit)
    found = timeline(cases, hits)
    assert sum(s.decided for s in found.steps) + found.undecided == len(cases)
    assert sum(s.happened for s in found.steps) + found.unhappened == len(cases)
    assert sum(s.counted for s in found.steps) == sum(c.id in hits and bool(c.decision_date) for c in cases)


def test_the_timeline_says_how_many_cases_are_not_on_it(report: Path) -> None:
    assert "Of 36 cases the record states the day of the decision, of 12 it does not. Of 35 it states the day" in plain(
        report, "timeline"
    )


# Space


def test_every_region_has_a_square_of_its_own_and_a_name_in_both_languages() -> None:
    regions = read_regions(load_pack("ru").regions, "regions.csv")
    assert {f"{code:02}" for code in range(1, 80)} <= {region.code for region in regions}
    assert all({"en", "ru"} == set(region.names) == set(region.shorts) for region in regions)
    assert all(len(short) <= 8 for region in regions for short in region.shorts.values())


def test_the_map_moves_no_answer_and_makes_no_draw_stale() -> None:
    pack = load_pack("ru")
    assert pack.regions
    assert not [name for name in pack.digests if "region" in name]


def test_every_court_of_the_register_is_in_a_region_of_the_map() -> None:
    pack = load_pack("ru")
    codes = {region.code for region in read_regions(pack.regions, "regions.csv")}
    assert {court["code"][:2] for court in pack.tables["courts"]} <= codes


def test_a_map_and_its_books(report: Path, contents: Contents) -> None:
    page = (report / "map.html").read_text("utf-8")
    shown = {
        file: int(n)
        for file, n in re.findall(r'<a href="(facts/region/\d\d\.html)">.*?class="cases"[^>]*>(\d+)<', page)
    }
    assert shown == {f"facts/region/{code}.html": n for code, n in Counter(r.region for r in contents.cases).items()}
    assert "The pile has 48 cases; on this map: 48." in plain(report, "map")
    assert 'role="group"' in page
    assert "<desc" in page


BOOKS = [  # regions of the cases, what the page says, why
    (["77", "77", "01"], "on this map: 3.", "all are on it"),
    (["77", "", ""], "on this map: 1. Not on it: 2 cases whose courts have no known code", "no code"),
    (["77", "95"], "on this map: 1. Not on it: 1 case of a region that this map does not have.", "a code of no region"),
    (["", ""], "on this map: 0. Not on it: 2 cases", "none is on it"),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "said", "why"), BOOKS, ids=[b[-1] for b in BOOKS])
def test_cases_that_are_not_on_the_map_are_counted_with_the_reason(
    tmp_path: Path, codes: list[str], said: str, why: str
) -> None:
    report = write_report(tmp_path / "r", with_regions(codes)).parent
    assert said in plain(report, "map"), why


def with_regions(codes: list[str], language: str = "en", **atlas: object) -> Contents:
    """A small study whose cases are in these regions."""
    one = small(len(codes), language)
    cases = [replace(r, region=code) for r, code in zip(one.cases, codes, strict=True)]
    estimates = [e for e in one.estimates if e.variable != "fact:region"]
    estimates += count_facts("region", [r.id for r in cases], codes)
    regions = read_regions(load_pack("ru").regions, "regions.csv")
    return replace(one, cases=cases, estimates=estimates, atlas=Atlas(regions=regions, **atlas))  # type: ignore[arg-type]


def test_a_region_that_is_drawn_only_with_cases_has_no_square_without_one(tmp_path: Path) -> None:
    without = (write_report(tmp_path / "a", with_regions(["77"])).parent / "map.html").read_text("utf-8")
    crimea = (write_report(tmp_path / "b", with_regions(["77", "91"])).parent / "map.html").read_text("utf-8")
    assert "Crimea" not in without
    assert "Crimea" in crimea
    assert "not whose land it is" in crimea


def test_a_pack_without_regions_has_no_map_and_says_nothing_of_one(tmp_path: Path) -> None:
    assert load_pack("us").regions == ()
    report = write_report(tmp_path / "r", small(3)).parent
    assert not (report / "map.html").exists()
    for page in report.rglob("*.html"):
        assert "map.html" not in page.read_text("utf-8")


def test_a_map_that_is_gone_is_removed(tmp_path: Path) -> None:
    write_report(tmp_path / "r", with_regions(["77"]))
    write_report(tmp_path / "r", small(1))
    assert not (tmp_path / "r" / "map.html").exists()


def test_shades_are_the_digits_of_the_number() -> None:
    assert [shade(n) for n in (0, 1, 9, 10, 99, 100, 999, 1000, 12345)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]


SQUARE = '{"type": "Polygon", "coordinates": [[[37, 55], [38, 55], [38, 56], [37, 56], [37, 55]]]}'
GEOJSON = f'{{"type": "FeatureCollection", "features": [{{"properties": {{"region": "77"}}, "geometry": {SQUARE}}}]}}'


def test_own_outlines_take_the_place_of_the_squares(tmp_path: Path) -> None:
    outlines = read_outlines(GEOJSON.encode(), "map/outlines.geojson")
    report = write_report(tmp_path / "r", with_regions(["77", "77", "16"], outlines=outlines)).parent
    page = (report / "map.html").read_text("utf-8")
    assert '<svg class="map circles"' in page
    assert 'class="square' not in page
    assert "on this map: 2. Not on it: 1 case of a region that this map does not have." in plain(report, "map")


PLACES = [Place("Красная площадь", (37.62, 55.75)), Place("Москва", (37.6, 55.7)), Place("Невский пр.", (30.3, 59.9))]
WORDED = [  # words of a record, place of the list, why
    ("на Красной площади, у дома 1", "Красная площадь", "inflected"),
    ("г. Москва, Красная площадь, д. 3", "Красная площадь", "the one named in the most words"),
    ("в городе Москве", "Москва", "inflected"),
    ("МОСКВА", "Москва", "in capitals"),
    ("Санкт-Петербург, Невский пр., у дома 35", "Невский пр.", "an abbreviation as the list has it"),
    ("на красивой площади", "", "another word"),
    ("площадь Красная", "", "another order is another name"),
    ("у дома 60", "", "nothing of the list"),
    ("", "", "the record does not say"),
]


@pytest.mark.parametrize(("words", "place", "why"), WORDED, ids=[w[-1] for w in WORDED])
def test_a_case_is_at_a_place_only_where_its_record_names_one_of_the_list(words: str, place: str, why: str) -> None:
    assert placed(PLACES, {"c": words}, "ru") == ({"c": place} if place else {}), why


def test_places_and_the_cases_that_are_at_none(report: Path, contents: Contents) -> None:
    found = {r["place"]: int(r["cases"]) for r in rows_of(report, "places")}
    assert found == dict(Counter(contents.atlas.place_of.values()))
    stated = sum(bool(r.event_place) for r in contents.cases)
    here = sum(found.values())
    said = (
        f"The pile has 48 cases; at a place of the list: {here}. Not on this map: {stated - here} cases whose records"
    )
    assert said in plain(report, "map")
    assert f"Not on this map: {48 - stated} cases whose records state no place" in plain(report, "map")


def test_the_words_of_a_record_about_a_place_stand_on_no_list(report: Path, contents: Contents) -> None:
    words = {r.event_place for r in contents.cases if len(r.event_place) > 12}
    lists = [*report.glob("*.html"), *report.glob("data/**/*.*"), *report.glob("facts/*/*"), *report.glob("cases/*.*")]
    for file in lists:
        text = file.read_text("utf-8")
        assert not [one for one in words if one in text], file


def test_a_change_of_the_list_of_places_makes_the_report_anew(made: Made) -> None:
    file = made.study.folder / "map" / "places.csv"
    before, text = map_stamps(made.study.folder, made.pack), file.read_text("utf-8")
    file.write_text(text + "Лубянский проезд,55.7569,37.6335\n", "utf-8")
    assert map_stamps(made.study.folder, made.pack) != before
    file.write_text(text, "utf-8")


REGION = {"code": "01", "en": "A", "short_en": "A", "column": "1", "row": "1"}
MISTAKES = [  # reader, what is wrong, what the message says
    (lambda: read_regions([REGION, REGION], "r.csv"), r"r\.csv:3: '01' stands in line 2 already"),
    (lambda: read_regions([REGION, REGION | {"code": "02"}], "r.csv"), r"r\.csv:3: \(1, 1\) stands in line 2"),
    (lambda: read_regions([REGION | {"row": "x"}], "r.csv"), r"r\.csv:2: a region needs"),
    (lambda: read_places(b"place,lat\nA,1\n", "p.csv"), r"p\.csv:1: the columns place, latitude, longitude"),
    (lambda: read_places(b"place,latitude,longitude\nA,95,1\n", "p.csv"), r"p\.csv:2: a place of its own name"),
    (lambda: read_places(b"place,latitude,longitude\nA,1,1\nA,2,2\n", "p.csv"), r"p\.csv:3: a place of its own name"),
    (lambda: read_places(b"place,latitude,longitude\n,1,1\n", "p.csv"), r"p\.csv:2"),
    (lambda: read_places(b"place,latitude,longitude\nA\n", "p.csv"), r"p\.csv:2"),
    (lambda: read_places(b"place,latitude,longitude\nA,nan,1\n", "p.csv"), r"p\.csv:2"),
    (lambda: read_places("place,latitude,longitude\nЯ,1,1\n".encode("cp1251"), "p.csv"), r"p\.csv:1: cannot be read"),
    (lambda: read_outlines(b"{}", "o.geojson"), r"o\.geojson:1: this is no GeoJSON"),
    (lambda: read_outlines(b"[" * 100_000, "o.geojson"), r"o\.geojson:1: this is no GeoJSON"),
    (lambda: read_outlines(b'{"features": []}', "o.geojson"), r"there is no Polygon"),
    (lambda: read_outlines(GEOJSON.replace("37, 55", "3700, 55").encode(), "o.geojson"), r"outside -180 to 180"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "message"), MISTAKES)
def test_a_mistake_in_a_file_of_the_map_is_named_with_its_line(read: object, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        read()  # type: ignore[operator]


@settings(max_examples=60)
@given(
    st.floats(-60, 75),
    st.floats(-179, 179),
    st.sampled_from([((-10, 35), (40, 70)), ((27, 41), (179, 77)), ((95, -10), (140, 8)), ((-75, -55), (-35, 5))]),
)
def test_areas_on_a_map_are_true(latitude: float, longitude: float, corners: tuple[tuple[float, float], ...]) -> None:
    """A small cell anywhere has the area that it has on the globe, up to one scale for the whole map."""
    project, d = fitted(list(corners)), 0.05

    def area(x: float, y: float) -> float:
        corner, right, up = project((x, y)), project((x + d, y)), project((x, y + d))
        return abs((right[0] - corner[0]) * (up[1] - corner[1]) - (right[1] - corner[1]) * (up[0] - corner[0]))

    (west, south), (east, north) = corners
    x, y = west + (longitude + 180) / 360 * (east - west - d), south + (latitude + 60) / 135 * (north - south - d)
    here, there = area(x, y) / cos(radians(y + d / 2)), radians(d) ** 2
    assert here == pytest.approx(there, rel=0.01)


def test_a_country_over_the_date_line_is_in_one_piece() -> None:
    project = fitted([(27.0, 50.0), (100.0, 70.0), (179.0, 65.0), (-170.0, 66.0)])
    assert project((-170.0, 66.0))[0] > project((179.0, 66.0))[0] > project((27.0, 66.0))[0]


def test_a_region_takes_any_language_for_its_name() -> None:
    region = Region("1", {"en": "One"}, {}, 0, 0, False)
    assert (region.called("ru"), region.short("ru")) == ("One", "1")


# Sealed


def test_a_sealed_study_with_ranges_of_parts_and_places_holds_and_a_change_of_a_range_is_named(
    made: Made, tmp_path: Path
) -> None:
    folder = unpacked(sealed(made.study, tmp_path / "b.zip"), tmp_path / "b")
    assert sealing.check(folder, None).faults == []

    def other(text: str) -> str:
        return re.sub(r'(<text class="range"[^>]*>)(\d)', r"\g<1>1\2", text, count=1)

    verdict = sealing.check(changed(folder, tmp_path / "c", "report/timeline.html", other), None)
    assert ("report/timeline.html", "printed_differs") in {(fault.file, fault.kind) for fault in verdict.faults}


# Pages


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_of_a_study_without_cases_say_so(tmp_path: Path, language: str) -> None:
    report = write_report(tmp_path / "r", small(0, language)).parent
    for name in ("breakdowns", "timeline"):
        assert '<section class="notice">' in (report / f"{name}.html").read_text("utf-8")


def test_no_part_is_shown_where_the_books_do_not_balance(tmp_path: Path) -> None:
    one = with_regions(["77", "77"])
    books = [replace(one.books[0], came_in=99), *one.books[1:]]
    report = write_report(tmp_path / "r", replace(one, books=books)).parent
    for name in NAMES:
        assert "<data" not in (report / f"{name}.html").read_text("utf-8")
    assert not list(report.glob("data/*.csv"))
