"""The report as a folder: what a reader can rely on, whatever stands in the records."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urldefrag

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.errors import StudyError, UsageError
from caselight.report import Contents, write_report
from caselight.report.folder import STATE
from caselight.report.interface import FOLDER, Interface, form_of, phrases, safe
from caselight.report.names import case_file, figure_file, slug
from caselight.report.passages import Mark, Passages, blocks
from caselight.types import Book, Document, Problem, Region, RegionKind, Section
from report_sample import constructed, contents_of, small, small_codebook, small_page

VOID = {"meta", "link", "br", "input", "line", "circle"}
# A stretch of text that asks for trouble: markup, quotes, a right-to-left override, a zero byte, a lone surrogate, an
# astral letter, a soft hyphen, letters of two directions.
HOSTILE = "<script>alert(1)</script> & \"'> \u202e\x00\x1b\ud800 \U0001d538 у\u00adлица שלום "
HOSTILE += "</style><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Everything about one page that tests ask for; notes a fault where tags do not nest."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.stack: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # innermost class, text
        self.feed(path.read_text("utf-8"))
        self.close()
        if self.stack:
            self.faults.append(f"left open: {self.stack}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len({name for name, _ in attrs}) < len(attrs):
            self.faults.append(f"attribute twice in {tag}")
        if tag not in VOID:
            self.stack.append(tag)
        if tag in ("p", "ul", "ol", "section", "table", "h2") and "p" in self.stack[:-1]:
            self.faults.append(f"{tag} inside p")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"</{tag}> closes something else, line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.stack[-1] if self.stack else "", data))

    def ids(self) -> list[str]:
        return [str(a["id"]) for _, a in self.elements if "id" in a]

    def links(self) -> list[str]:
        return [str(a[k]) for _, a in self.elements for k in ("href", "src") if k in a]

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.elements)

    def text(self) -> str:
        return "".join(text for _, text in self.texts)


_parsed: dict[Path, list[Page]] = {}  # folders of the fixture `reports`, which no test changes


def pages_of(folder: Path) -> list[Page]:
    if folder.parent.name.startswith("reports") and folder in _parsed:
        return _parsed[folder]
    _parsed[folder] = [Page(path) for path in sorted(folder.rglob("*.html"))]
    return _parsed[folder]


def words_of(path: Path) -> str:
    """The record's text as its page shows it."""
    return "".join(re.findall(r'<div class="words"[^>]*>(.*?)</div>', path.read_text("utf-8"), re.DOTALL))


def stripped(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def hostile(language: str = "en") -> Contents:
    """A study where everything that comes from outside asks for trouble."""
    pages = [
        small_page(f"{HOSTILE} [{HOSTILE}] {HOSTILE}", f"{HOSTILE}.txt", HOSTILE, True, HOSTILE),
        small_page(f"[{HOSTILE}]", "b.txt", "", False, HOSTILE),
    ]
    problems = [
        Problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        Problem("coding", f"{pages[0].case.id} role", "x", HOSTILE),
    ]
    contents = contents_of(pages, small_codebook(), language, HOSTILE, None, problems, sample=HOSTILE)
    records = [replace(r, path=HOSTILE, reason=HOSTILE, duplicate_of=HOSTILE) for r in contents.records]
    return replace(contents, records=records, lock_level=HOSTILE, pack=HOSTILE, generated_at=HOSTILE)


def linked() -> Contents:
    contents = small(3)
    first, second, third = contents.cases
    rows = [first, replace(second, earlier=(first.id,)), replace(third, earlier=(first.id, second.id))]
    return replace(contents, cases=rows)


def unbalanced() -> Contents:
    contents = small(3)
    return replace(contents, books=[Book("ingest", "record", 4, (("read", 3),)), *contents.books[1:]])


STUDIES = {
    "small": small,
    "small, in Russian": lambda: small(language="ru"),
    "of many pages": lambda: small(501),
    "hostile": hostile,
    "empty": lambda: small(0),
    "with linked instances": linked,
    "with books that do not balance": unbalanced,
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("reports")
    return {name: write_report(top / name, make()).parent for name, make in STUDIES.items()}


every_study = pytest.mark.parametrize("study", STUDIES)


@every_study
def test_tags_nest_and_ids_are_unique_on_every_page(reports: dict[str, Path], study: str) -> None:
    for page in pages_of(reports[study]):
        assert page.faults == [], page.path
        assert len(page.ids()) == len(set(page.ids())), page.path


@every_study
def test_every_link_leads_to_a_page_of_the_report_and_to_a_place_on_it(reports: dict[str, Path], study: str) -> None:
    ids = {page.path.resolve(): set(page.ids()) for page in pages_of(reports[study])}
    for page in pages_of(reports[study]):
        for link in page.links():
            assert not re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE), f"{page.path}: {link}"
            name, fragment = urldefrag(link)
            target = (page.path.parent / unquote(name)).resolve() if name else page.path.resolve()
            assert target.is_file(), f"{page.path}: {link}"
            if "=" in fragment:  # a filter of the table of all cases
                facets = {a.get("data-facet") for _, a in Page(target).elements}
                assert {key for key, _ in parse_qsl(fragment)} <= facets, f"{page.path}: {link}"
            elif fragment:
                assert unquote(fragment) in ids[target], f"{page.path}: {link}"


@every_study
def test_no_page_runs_anything_but_the_reports_own_scripts(reports: dict[str, Path], study: str) -> None:
    for page in pages_of(reports[study]):
        scripts = [str(a["src"]).rpartition("../")[2] for t, a in page.elements if t == "script"]
        if page.path.name == "table.html":
            data = [name for name in scripts if re.fullmatch(r"data/cases/(columns|\d+)\.js", name)]
            assert scripts == ["lists.js", "data/cases/columns.js", *data[1:], "table.js"]
        else:
            assert scripts == ["lists.js"]
        for tag, attributes in page.elements:
            assert not any(name.startswith("on") or name == "style" for name in attributes), f"{page.path}: {tag}"
            assert tag not in ("style", "iframe", "object", "form", "img", "base"), page.path
        policy = [a for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(policy) == 1
        assert "default-src 'none'" in str(policy[0]["content"])


@every_study
def test_every_page_has_a_language_a_heading_and_landmarks(reports: dict[str, Path], study: str) -> None:
    language = "ru" if "Russian" in study else "en"
    for page in pages_of(reports[study]):
        assert page.elements[0] == ("html", {"lang": language})
        assert (page.count("h1"), page.count("main"), page.count("footer")) == (1, 1, 1)
        assert page.links()[0].endswith("style.css")
        skip = next(a for t, a in page.elements if t == "a")
        assert skip["href"] == "#main"


def test_what_stands_in_records_is_only_ever_text(reports: dict[str, Path]) -> None:
    for page in pages_of(reports["hostile"]):
        source = page.path.read_text("utf-8")
        assert "<script>alert" not in source
        assert "<img" not in source
        assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", source)


@every_study
def test_every_figure_says_that_a_machine_counted_it(reports: dict[str, Path], study: str) -> None:
    t = Interface("ru" if "Russian" in study else "en")
    front = (reports[study] / "index.html").read_text("utf-8")
    assert front.count('<table class="dots">') == front.count(f"{t('figure.caption')} <a") - front.count(
        'class="years"'
    )
    for folder in ("answers", "facts"):
        for path in (reports[study] / folder).rglob("*.html"):
            assert str(t("figure.machine")) in path.read_text("utf-8")


def test_no_figure_is_shown_where_the_books_do_not_balance(reports: dict[str, Path]) -> None:
    folder = reports["with books that do not balance"]
    front = (folder / "index.html").read_text("utf-8")
    assert "do not balance" in front
    assert "4 came in, 3 went out" in front
    assert not re.search(r"\d+ of \d+", front)
    assert not (folder / "answers").exists()
    assert not (folder / "data").exists()
    assert len(list(folder.glob("case/*/*.html"))) == 3


def test_figures_whose_cases_do_not_add_up_are_not_shown(tmp_path: Path) -> None:
    contents = small(3)
    lost = [replace(e, cases=e.cases[1:]) if e.value == "relied_on" else e for e in contents.estimates]
    front = write_report(tmp_path / "r", replace(contents, estimates=lost)).read_text("utf-8")
    assert "Which role did cameras play?: 3 came in, 2 went out" in front


def test_a_count_opens_its_cases_and_each_opens_its_quotation(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    front = (folder / "index.html").read_text("utf-8")
    assert 'href="answers/role/relied_on.html"' in front
    assert "2 of 3" in front
    listed = (folder / "answers" / "role" / "relied_on.html").read_text("utf-8")
    case = contents.cases[0].id
    assert f'href="../../{case_file(case)}#q.role.1"' in listed
    assert "записью с камер метро" in listed
    assert "1 case was looked at and not counted" in listed
    page = (folder / case_file(case)).read_text("utf-8")
    assert re.search(r'<mark id="q\.role\.1" class="[^"]*">записью с камер метро</mark>', page)
    assert 'href="#q.role.1"' in page


def test_a_denied_quotation_is_marked_in_words(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    page = (folder / case_file(contents.cases[2].id)).read_text("utf-8")
    assert '<span class="is-denied">denied</span>' in page


def test_not_asked_and_undetermined_are_told_apart(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    page = (folder / case_file(contents.cases[1].id)).read_text("utf-8")
    assert '<p class="value none">not asked</p>' in page
    assert '<p class="value none">undetermined</p>' in page
    assert (folder / "answers/place/_not_asked.html").is_file()


def test_earlier_and_later_instances_are_named_on_both_pages(reports: dict[str, Path]) -> None:
    contents = linked()
    first, second, third = (
        (reports["with linked instances"] / case_file(row.id)).read_text("utf-8") for row in contents.cases
    )
    assert "Later instance:" in first
    assert "Earlier instance:" not in first
    assert "Earlier instance:" in second
    assert "Later instance:" in second
    assert "5-0/2022" in third
    assert "5-1/2022" in third


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_record_reads_on_its_page_exactly_as_it_is(tmp_path: Path, language: str) -> None:
    contents = small(3, language)
    folder = write_report(tmp_path / "r", contents).parent
    for page in contents.load([row.id for row in contents.cases]):
        assert stripped(words_of(folder / case_file(page.case.id))) == page.documents[0].text


# Marking


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60), st.data())
def test_any_marks_leave_the_text_as_it_is_and_every_mark_has_its_place(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    marks = []
    for i in range(data.draw(st.integers(0, 6))):
        start, end = sorted((data.draw(place), data.draw(place)))
        marks.append(Mark(start, end, f"q{i}", f"q k{i}", str(i) if i % 2 else "", f"e{i}", "back"))
    document = Document("d", "d.txt", text, "plain", "text/plain", "ru")
    sections = sorted((data.draw(place), data.draw(place)) for _ in range(3))
    parts = blocks(document, [Section("established", *sorted(pair)) for pair in sections])
    passages = Passages(text)
    html = "".join(passages.marked(b.start, b.end, marks) for b in parts)
    assert stripped(html) == stripped(safe(text))
    for mark in marks:
        assert html.count(f'id="{mark.anchor}"') == (mark.start < mark.end)
        assert html.count(f'href="#{mark.back}"') == (mark.start < mark.end and bool(mark.number))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(0, 3)], '<mark id="q0" class="k0">абв</mark>1гд'),
        (
            [(0, 3), (2, 5)],
            '<mark id="q0" class="k0">аб</mark><mark id="q1" class="k0 k1">в</mark>1<mark class="k1">гд</mark>2',
        ),
        ([(1, 4), (1, 4)], 'а<span id="q1"><mark id="q0" class="k0 k1">бвг</mark></span>12д'),
        (
            [(0, 5), (1, 2)],
            '<mark id="q0" class="k0">а</mark><mark id="q1" class="k0 k1">б</mark>2<mark class="k0">вгд</mark>1',
        ),
    ],
    ids=["alone", "overlapping", "the same words twice", "one inside the other"],
)
def test_quotations_may_overlap(marks: list[tuple[int, int]], expected: str) -> None:
    made = [Mark(s, e, f"q{i}", f"k{i}", str(i + 1), f"e{i}", "") for i, (s, e) in enumerate(marks)]
    html = Passages("абвгд").marked(0, 5, made)
    assert re.sub(r'<a class="ref"[^>]*data-n="(\d)"[^>]*></a>', r"\1", html) == expected


def test_sections_and_regions_cut_the_text_without_losing_a_character() -> None:
    text = "Карточка.\n\nВводная. Установил. Скрыто. Конец"
    regions = (Region(RegionKind.CARD, 0, 9), Region(RegionKind.ACT, 11, 30), Region(RegionKind.HIDDEN, 30, 39))
    document = Document("d", "d", text, "html", "text/html", "ru", (), regions)
    found = blocks(document, [Section("header", 11, 20), Section("established", 20, 999)])
    assert "".join(text[b.start : b.end] for b in found) == text
    assert [(b.section, b.kind.value) for b in found] == [
        ("", "card"),
        ("header", "act"),
        ("established", "act"),
        ("established", "hidden"),
        ("established", "act"),
    ]


# Writing again


def stamps(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def contents_on_disk(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def changed(contents: Contents, case: int = 0, **more: object) -> Contents:
    rows = list(contents.cases)
    rows[case] = replace(rows[case], digest=rows[case].digest + 1, **more)
    return replace(contents, cases=rows)


def test_writing_again_changes_no_page(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(5))
    before = stamps(tmp_path / "r")
    write_report(tmp_path / "r", small(5))
    after = stamps(tmp_path / "r")
    assert {name for name in before if before[name] != after[name]} <= {STATE}


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    write_report(tmp_path / "a", small(5))
    write_report(tmp_path / "b", small(2))
    write_report(tmp_path / "b", changed(small(5), 3))
    write_report(tmp_path / "b", small(5))
    assert contents_on_disk(tmp_path / "a") == contents_on_disk(tmp_path / "b")


def test_only_the_cases_that_changed_are_loaded(tmp_path: Path) -> None:
    contents = small(5)
    write_report(tmp_path / "r", contents)
    asked: list[str] = []

    def load(cases):
        asked.extend(cases)
        return contents.load(cases)

    write_report(tmp_path / "r", replace(changed(contents, 2), load=load))
    assert asked == [contents.cases[2].id]


def test_pages_of_cases_and_values_that_are_gone_are_removed(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(501))
    assert (tmp_path / "r/cases/index.2.html").is_file()
    write_report(tmp_path / "r", small(2))
    assert len(list((tmp_path / "r").glob("case/*/*.html"))) == 2
    assert not list((tmp_path / "r").rglob("*.2.html"))


def test_a_page_that_somebody_deleted_comes_back(tmp_path: Path) -> None:
    contents = small(3)
    write_report(tmp_path / "r", contents)
    path = tmp_path / "r" / case_file(contents.cases[1].id)
    path.unlink()
    write_report(tmp_path / "r", contents)
    assert path.is_file()


def test_an_interrupted_report_is_completed_by_the_next_run(tmp_path: Path) -> None:
    contents = small(6)

    def breaks_off(cases):
        for i, page in enumerate(contents.load(cases)):
            if i == 3:
                raise KeyboardInterrupt
            yield page

    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "r", replace(contents, load=breaks_off))
    write_report(tmp_path / "r", contents)
    write_report(tmp_path / "whole", contents)
    assert contents_on_disk(tmp_path / "r") == contents_on_disk(tmp_path / "whole")


def test_a_change_that_was_interrupted_is_not_taken_for_done(tmp_path: Path) -> None:
    old, new = small(4), changed(small(4), 1)
    write_report(tmp_path / "r", old)

    def breaks_off(cases):
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "r", replace(new, load=breaks_off))
    asked: list[str] = []
    write_report(tmp_path / "r", replace(old, load=lambda cases: asked.extend(cases) or old.load(cases)))
    assert asked == [old.cases[1].id]


def test_another_language_writes_every_page_anew(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(3))
    write_report(tmp_path / "r", small(3, "ru"))
    for page in pages_of(tmp_path / "r"):
        assert page.elements[0] == ("html", {"lang": "ru"})


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.html").write_text("mine")
    with pytest.raises(StudyError, match="holds no report"):
        write_report(tmp_path, small(1))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.html"]


def test_a_language_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'fr'.*en, ru"):
        write_report(tmp_path / "r", small(1, "fr"))


# Names


@pytest.mark.parametrize(
    "value", ["Сфера", "con", "LPT1", "../../etc/passwd", "a/b", ".", "_none", "x-1", "Да", "", "a.2"]
)
def test_any_value_gets_a_harmless_file_name(value: str) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{12}", slug(value))


def test_plain_values_keep_their_name() -> None:
    assert figure_file("count", "role", "relied_on") == "answers/role/relied_on.html"
    assert figure_file("not_asked", "role", "") == "answers/role/_not_asked.html"
    assert figure_file("count", "fact:outcome", "fine") == "facts/outcome/fine.html"


@pytest.mark.parametrize("case", ["../x", "", "c/1", "c" * 90])
def test_an_id_that_leads_out_of_the_folder_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match="cannot name a page"):
        case_file(case)


# Words


def test_every_language_has_the_same_phrases_with_all_their_forms() -> None:
    languages = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert languages == ["en", "ru"]
    forms = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
    english = phrases("en")
    for language in languages:
        own = phrases(language)
        assert own.keys() == english.keys()
        for key, phrase in own.items():
            assert isinstance(phrase, str) == isinstance(english[key], str), key
            if isinstance(phrase, dict):
                assert set(phrase) == forms[language], key


def test_translations_have_the_same_places_to_fill() -> None:
    for key, phrase in phrases("en").items():
        other = phrases("ru")[key]
        for text in [phrase] if isinstance(phrase, str) else phrase.values():
            for translated in [other] if isinstance(other, str) else other.values():
                assert set(re.findall(r"{(\w+)}", translated)) | {"n"} == set(re.findall(r"{(\w+)}", text)) | {"n"}, key


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 дел"), (1, "1 дело"), (2, "2 дела"), (5, "5 дел"), (11, "11 дел"), (14, "14 дел"), (21, "21 дело"),
     (104, "104 дела"), (112, "112 дел"), (20_000, "20\u202f000 дел")],
)  # fmt: skip
def test_russian_counts_take_the_right_form(number: int, expected: str) -> None:
    assert Interface("ru").count("front.cases", number) == expected


def test_numbers_are_written_as_each_language_writes_them() -> None:
    en, ru = Interface("en"), Interface("ru")
    assert [en.number(n) for n in (7, 1234, 1234567, 2.5, -3)] == ["7", "1,234", "1,234,567", "2.5", "\u22123"]
    assert [ru.number(n) for n in (7, 1234, 12345, 2.5)] == ["7", "1234", "12\u202f345", "2,5"]
    assert form_of("en", 1) == "one"
    assert ru.day("2022-05-03") == "3&nbsp;мая 2022"
    assert en.day("2022-13-03") == "2022-13-03"


# Colours


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_has_enough_contrast_in_light_and_dark() -> None:
    css = (FOLDER.parent / "static" / "style.css").read_text("utf-8")
    schemes = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        for name in ("ink", "soft", "accent", "denied"):
            for ground in ("paper", "raised"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in ("blue", "amber", "green", "sky", "purple", "yellow", "vermilion"):
            ground = colours["paper"]
            # WCAG 2.2, 1.4.11: signs that carry meaning need 3:1; each has a word or number beside it.
            assert contrast(colours[name], ground) >= 3.0, name


@pytest.mark.shared
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_constructed_rulings_make_a_whole_report(shared: Path, tmp_path: Path, language: str) -> None:
    contents = constructed(shared, language)
    folder = write_report(tmp_path / "r", contents).parent
    for page in pages_of(folder):
        assert page.faults == []
    for page in contents.load([row.id for row in contents.cases]):
        shown = stripped(words_of(folder / case_file(page.case.id)))
        assert shown == stripped(safe(page.documents[0].text))


def test_every_problem_that_is_documented_has_a_name_in_every_language() -> None:
    text = (Path(__file__).parents[1] / "docs" / "problems.md").read_text("utf-8")
    kinds = re.findall(r"^### `(\w+)`", text, re.MULTILINE)
    assert kinds
    for language in ("en", "ru"):
        assert [kind for kind in kinds if f"problem.{kind}" not in phrases(language)] == []
