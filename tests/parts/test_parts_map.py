"""The map: regions and their books, squares or own outlines, places of a list, true areas."""

from __future__ import annotations

import re
from collections import Counter
from math import cos, radians
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.errors import DefinitionError
from caselight.pack import load_pack
from caselight.placing import map_stamps, placed
from caselight.planning import Made
from caselight.report import Contents, write_report
from caselight.report.geography import Place, Region, read_outlines, read_places, read_regions
from caselight.report.maps import shade
from caselight.report.projection import fitted
from parts_sample import plain, rows_of, with_regions
from report_sample import small


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
    (["77", "", ""], "on this map: 1. Not on it: 2 cases whose courts tell no region", "no code"),
    (["77", "95"], "on this map: 1. Not on it: 1 case of a region that this map does not have.", "a code of no region"),
    (["", ""], "on this map: 0. Not on it: 2 cases", "none is on it"),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "said", "why"), BOOKS, ids=[b[-1] for b in BOOKS])
def test_cases_that_are_not_on_the_map_are_counted_with_the_reason(
    tmp_path: Path, codes: list[str], said: str, why: str
) -> None:
    report = write_report(tmp_path / "r", with_regions(codes)).parent
    assert said in plain(report, "map"), why


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
