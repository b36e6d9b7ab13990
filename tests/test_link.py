"""Which cases are joined to one matter, by table; and that neither order nor names have a say in it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.ingest import read
from caselight.pack import load_pack
from caselight.structure.facts import compile_facts, find_facts
from caselight.structure.link import LinkKey, court_of, link, link_key
from caselight.types import Case, Document

MOSCOW = ("Тверской районный суд города Москвы", "77RS0027")
CITY = ("Московский городской суд", "77OS0000")
NOWHERE = ("", "")


def key(
    name: str,
    uid: str = "",
    court: tuple[str, str] = NOWHERE,
    number: str = "",
    lower: tuple[str, str] = NOWHERE,
    lower_number: str = "",
    instance: str = "first",
    date: str = "",
) -> LinkKey:
    case = "c" + name.encode().hex().rjust(16, "0")[-16:]
    return LinkKey(case, name, uid, *court, number, *lower, lower_number, instance, date)


def matters(keys: list[LinkKey]) -> list[list[str]]:
    """Names of the records of each matter that has several."""
    links, _ = link(keys)
    names = {k.case: k.name for k in keys}
    found: dict[str, list[str]] = {}
    for entry in links:
        found.setdefault(entry.matter, []).append(names[entry.case])
    return sorted(sorted(group) for group in found.values() if len(group) > 1)


UID = "77RS0027-02-2022-099999-01"
OTHER = "77RS0027-02-2022-088888-02"
TABLE = [
    ("the same identifier", [key("a", UID), key("b", UID), key("c", OTHER)], [["a", "b"]]),
    ("no identifier is not the same identifier", [key("a"), key("b")], []),
    (
        "the number that the review quotes",
        [key("a", "", MOSCOW, "5-1/2022"), key("b", "", CITY, "7-9/2022", MOSCOW, "5-1/2022", "appeal")],
        [["a", "b"]],
    ),
    (
        "two reviews of one case that is not in the study",
        [
            key("a", "", CITY, "7-8/2022", MOSCOW, "5-1/2022", "appeal"),
            key("b", "", CITY, "7-9/2022", MOSCOW, "5-1/2022", "appeal"),
        ],
        [["a", "b"]],
    ),
    (
        "the same number in the same court",
        [key("a", "", MOSCOW, "5-1/2022"), key("b", "", MOSCOW, "5-1/2022")],
        [["a", "b"]],
    ),
    (
        "the same number in courts with different codes",
        [key("a", "", MOSCOW, "5-1/2022"), key("b", "", ("Тверской районный суд", "00RS0001"), "5-1/2022")],
        [],
    ),
    (
        "the same number in courts of different towns",
        [
            key("a", "", ("Ленинский районный суд г. Кирова", ""), "5-1/2022"),
            key("b", "", ("Ленинский районный суд г. Перми", ""), "5-1/2022"),
        ],
        [],
    ),
    (
        "the same court with and without its region",
        [
            key("a", "", ("Ленинский районный суд г. Уфы", ""), "5-1/2022"),
            key("b", "", ("Ленинский районный суд города Уфы Республики Башкортостан", ""), "5-1/2022"),
        ],
        [["a", "b"]],
    ),
    (
        "a court without its place may be any court of that name",
        [
            key("a", "", ("Ленинский районный суд", ""), "5-1/2022"),
            key("b", "", ("Ленинский районный суд г. Перми", ""), "5-1/2022"),
        ],
        [],
    ),
    ("a number without its year comes back", [key("a", "", MOSCOW, "5-1"), key("b", "", MOSCOW, "5-1")], []),
    (
        "numbers do not join what identifiers keep apart",
        [key("a", UID, MOSCOW, "5-1/2022"), key("b", OTHER, MOSCOW, "5-1/2022")],
        [],
    ),
    (
        "nor through a third case",
        [
            key("a", UID, MOSCOW, "5-1/2022"),
            key("b", OTHER, MOSCOW, "5-2/2022"),
            key("c", "", CITY, "5-2/2022", MOSCOW, "5-1/2022", "appeal"),
            key("d", "", MOSCOW, "5-1/2022"),
            key("e", "", MOSCOW, "5-2/2022"),
            key("f", "", MOSCOW, "5-1/2022", MOSCOW, "5-2/2022", "appeal"),
        ],
        [],
    ),
]


@pytest.mark.parametrize(("reason", "keys", "joined"), TABLE, ids=[row[0] for row in TABLE])
def test_cases_are_joined_by_what_identifies_them(reason: str, keys: list[LinkKey], joined: list[list[str]]) -> None:
    assert matters(keys) == joined, reason


REFUSED = [
    TABLE[8][1],
    TABLE[10][1],
    TABLE[11][1],
]


@pytest.mark.parametrize("keys", REFUSED)
def test_what_is_not_joined_for_doubt_is_reported(keys: list[LinkKey]) -> None:
    _, problems = link(keys)
    assert problems
    assert {(problem.stage, problem.kind) for problem in problems} == {("link", "link_ambiguous")}
    assert problems[0].subject == "a"


def test_every_case_gets_one_link_and_a_matter_is_named_by_its_smallest_case() -> None:
    links, _ = link([key("b", UID), key("a", UID), key("c")])
    assert [entry.case for entry in links] == sorted(entry.case for entry in links)
    assert [entry.matter[1:] for entry in links] == [links[0].case[1:], links[0].case[1:], links[2].case[1:]]


EARLIER = [
    (
        "by the order of instances",
        [key("a", UID), key("b", UID, instance="appeal"), key("c", UID, instance="cassation")],
        {"b": "a", "c": "ab"},
    ),
    (
        "a second round after the case was sent back",
        [
            key("a", UID, date="2021-01-01"),
            key("b", UID, instance="appeal", date="2021-02-01"),
            key("c", UID, date="2021-03-01"),
            key("d", UID, instance="appeal", date="2021-04-01"),
        ],
        {"b": "a", "c": "b", "d": "ac"},
    ),
    (
        "two appeals of one day",
        [key("a", UID, instance="appeal", date="2022-08-24"), key("b", UID, instance="appeal", date="2022-08-24")],
        {},
    ),
    ("an instance that is not recognised", [key("a", UID, instance=""), key("b", UID, instance="appeal")], {}),
]


@pytest.mark.parametrize(("reason", "keys", "earlier"), EARLIER, ids=[row[0] for row in EARLIER])
def test_earlier_instances_oldest_first(reason: str, keys: list[LinkKey], earlier: dict[str, str]) -> None:
    links, _ = link(keys)
    names = {k.case: k.name for k in keys}
    assert {names[e.case]: "".join(names[case] for case in e.earlier) for e in links if e.earlier} == earlier, reason


COURTS = ["", "Тверской районный суд города Москвы", "Тверской районный суд", "Ленинский районный суд г. Кирова"]
KEYS = st.builds(
    LinkKey,
    case=st.integers(0, 40).map(lambda n: f"c{n:016x}"),
    name=st.sampled_from("abc"),
    uid=st.sampled_from(["", "", "u1", "u2", "u3"]),
    court=st.sampled_from(COURTS),
    court_code=st.sampled_from(["", "77RS0027"]),
    number=st.sampled_from(["", "5-1/2022", "5-2/2022"]),
    lower_court=st.sampled_from(COURTS),
    lower_court_code=st.just(""),
    lower_number=st.sampled_from(["", "5-1/2022", "5-2/2022"]),
    instance=st.sampled_from(["", "first", "appeal", "cassation"]),
    date=st.sampled_from(["", "2022-01-01", "2022-02-01"]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(KEYS, max_size=12, unique_by=lambda k: k.case), st.randoms())
def test_the_order_of_the_cases_changes_nothing(keys: list[LinkKey], rnd: random.Random) -> None:
    shuffled = list(keys)
    rnd.shuffle(shuffled)
    assert link(shuffled) == link(keys)


@settings(max_examples=80, deadline=None)
@given(st.lists(KEYS, max_size=12, unique_by=lambda k: k.case))
def test_one_matter_never_has_two_identifiers_and_one_identifier_is_never_split(keys: list[LinkKey]) -> None:
    links, _ = link(keys)
    matter = {entry.case: entry.matter for entry in links}
    assert len(links) == len(keys)
    pairs = {(matter[k.case], k.uid) for k in keys if k.uid}
    assert len({m for m, _ in pairs}) == len(pairs) == len({uid for _, uid in pairs})


def test_a_key_survives_the_table() -> None:
    made = key("a", UID, MOSCOW, "5-1/2022")
    assert LinkKey.from_json(made.to_json()) == made


def test_a_court_is_split_into_kind_and_place() -> None:
    court = court_of("Ленинский районный суд г. Уфы Республики Башкортостан", "")
    assert (court.kind, court.place) == ("ленинский районный", ("башкортостан", "республики", "уфы"))


@pytest.mark.shared
def test_constructed_instances_are_linked_and_nothing_else(shared: Path) -> None:
    rules = compile_facts(load_pack("ru"))
    keys, gold = [], {}
    for path in sorted((shared / "data/constructed").glob("[0-9]*.txt")):
        text = path.read_bytes().decode("utf-8")
        document = Document(path.stem.rjust(64, "0")[::-1], path.name, text, "plain", "text/plain", "ru")
        keys.append(
            link_key(
                Case("c" + path.stem.rjust(16, "0"), "", (document.id,), (), tuple(find_facts(document, (), rules)[0])),
                document,
            )
        )
        gold[path.name] = json.loads(path.with_suffix(".json").read_text("utf-8"))["case_key"]
    wanted: dict[str, list[str]] = {}
    for name, matter in gold.items():
        wanted.setdefault(matter, []).append(name)
    assert matters(keys) == sorted(sorted(group) for group in wanted.values() if len(group) > 1)
    # Without identifiers only the pairs that quote a number can be found, and still none is wrong.
    assert matters([k._replace(uid="") for k in keys]) == [["005.txt", "006.txt"], ["028.txt", "029.txt"]]


@pytest.mark.shared
def test_real_cards_are_linked_across_three_instances(shared: Path) -> None:
    rules = compile_facts(load_pack("ru"))
    keys = []
    for path in sorted((shared / "data/ru-court-cards").glob("*/*.htm*")):
        document = read(path.read_bytes(), path.name).document
        assert document is not None
        facts, _ = find_facts(document, (), rules)
        keys.append(link_key(Case("c" + document.id[:16], "", (document.id,), (), tuple(facts)), document))
    links, _ = link(keys)
    names = {k.case: k.name for k in keys}
    assert {names[e.case]: [names[case] for case in e.earlier] for e in links if e.earlier} == {
        "vsrk_appeal.html": ["sgs_1inst.html"],
        "ksoy_cassation.html": ["sgs_1inst.html", "vsrk_appeal.html"],
    }
    assert ["case_0000007.htm", "case_0000008.htm"] in matters(keys)
    assert len(matters(keys)) == 2
