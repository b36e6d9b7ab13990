"""English opinions: private persons are hidden, who acts in office and what is published law stays, words are no names.

Marks: [private], {stays}. The opinions in examples/names/en are constructed, and so is every name in them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caselight import intake, pipeline, publishing, view
from caselight.protect import Leak, Numbering, Policy, Subject, protect_matter
from caselight.store import Settings
from protect_sample import US, document, published_english

OPINIONS = sorted((Path(__file__).parent / "examples" / "names" / "en").glob("*.txt"))
_MARK = re.compile(r"\[(?P<hidden>[^\]]+)\]|\{(?P<stays>[^}]*[A-Za-z][^}]*)\}")
# Words of a mark that may stay: what a name is led by.
_MAY_STAY = frozenset({"mr", "mrs", "ms", "dr", "defendant"})


def differences(marked: str) -> tuple[list[str], list[str]]:
    """What can still be read of marked names, and what is hidden of names that stay."""
    text, spans, at = "", [], 0
    for m in _MARK.finditer(marked):
        text += marked[at : m.start()]
        name = m["hidden"] or m["stays"]
        spans.append((len(text), len(text) + len(name), bool(m["hidden"])))
        text += name
        at = m.end()
    text += marked[at:]
    of = document(text)
    case = protect_matter([Subject("c1", (of,), ())], US, Policy(), Numbering())[0]
    hidden = {i for edit in case.edits[of.id] for i in range(edit.start, edit.end)}
    left, lost = [], []
    for start, end, private in spans:
        for word in re.finditer(r"[^\W\d_]+", text[start:end]):
            where = set(range(start + word.start(), start + word.end()))
            if private and word.group().lower() not in _MAY_STAY and not where <= hidden:
                left.append(f"{word.group()} in {text[max(0, start - 30) : end + 30]}")
            if not private and where & hidden:
                lost.append(f"{word.group()} in {text[max(0, start - 30) : end + 30]}")
    return left, lost


@pytest.mark.parametrize("path", OPINIONS, ids=lambda path: path.stem)
def test_nothing_of_a_private_person_can_be_read_and_officials_stay(path: Path) -> None:
    left, lost = differences(path.read_text("utf-8"))
    assert left == []
    assert lost == []


SNIPPETS = [
    (
        "Defendant [Hill] fell down a hill. [Hill] had climbed the hill. He saw [Hill] and [Hill].",
        "a word as surname",
    ),
    ("Defendant [Black] appeals; on May 3 he was served. [Black] wore black and saw [Black].", "so is a colour"),
    ("Defendant [Will Smith] ran. [Smith] fled. He will appeal.", "an opener as a first name"),
    ("Defendant [Grant Hill] was convicted. [Hill] ran up a hill. The court will grant relief.", "words as both names"),
    ("Victim [Rich T. Page] saw it. The rich read page 4. Plaintiff {Main Street Lumber Co.} sued", "with an initial"),
    ("{Defendant Will Appeal}\nDefendants will appeal. Officer {Will Smith} and Officer {Mark Hill} came", "a heading"),
    ("[Mr. X] and [Mrs. Quill]'s dog; [Ms. Page] read page 4. Dr.[Oswin Thrale] came.", "behind a title"),
    ("Plaintiffs [Quill], [Harrow], and [Wren] appeal, and Officers {Brindle} and {Stoat} testified.", "a list"),
    ("[Peter de la Quill] and [Ada Harrow-Wren] met. [De la Quill] left; [Wren] stayed. [HARROW-WREN]", "double names"),
    ("Defendant [Ada McQuill] left. 22[McQuill] came, InsuranceMcQuill too.[McQuill]17 [McQuill]s", "run together"),
    ("Defendant [Ada Chávez] left. [Chavez] and [CHÁVEZ]; judge {MORRELL}, J.", "with and without accents"),
    ("Defendant [Ada Martinez] left. The [Martinezes] came. [Mar-tinez] too.", "plural, and cut at the end of a line"),
    ("the victim, [K.L.], was six. [K.L.]'s mother cried. 12 N.M. 4, 130 S.W. 2, U.S.C. is no child.", "letters"),
    (
        "Defendant [Ada Quill] left. {State v. Wren, 128 N.M. 1} is a case. State v. [Quill] is hers.",
        "a citation",
    ),
    ("[Peter Harrow], 1200 S.E. Main Street, was seen.", "a home is no citation"),
    ("Victim [Ada Quillan], 12 So. Broad Street, met [Bo Wren], 45 Calhoun Street.", "nor is one in another street"),
    ("He called [Ada Quillan], 10 P.M. He saw [Bo Wren], 512 N.W. 4th Street", "nor an hour, nor a number of a street"),
    ("[Ada Quillan] saw [Bo Wren], 128 N.M. 4", "no case of that name is cited"),
    ("{In re Quillan, 12 F. Supp. 2d 3}. {Quillan II, 1999-NMSC-018}, {Quillan, 12 F. Supp. at 4}", "cited again"),
    (
        "{Elm Sch. Dist. v. Peter H., 128 N.M. 4, 965 P.2d 12}; [Ada Wren] left",
        "an abbreviation is no end of a sentence",
    ),
    ("OPINION{QUILL}, Judge. It is so ordered. {ALDERS} and {MORRELL}, JJ.", "the bench, run into a heading"),
    ("{Ada Stoat}, Assistant Attorney General, for Appellee; [Bo Wren], for Appellant", "counsel for the State"),
    ("an insurance agent, [Fred Harrow], and Agent {Stoat} of the police met", "an agent who is not in office"),
]


@pytest.mark.parametrize(("marked", "why"), SNIPPETS, ids=[why for _, why in SNIPPETS])
def test_ways_in_which_people_are_named_in_opinions(marked: str, why: str) -> None:
    assert differences(marked) == ([], []), why


NO_NAMES = [
    "The Tenth Circuit and the Ninth Circuit agree with Section 41-5-13; Sections 1 and 2 of Title VII apply.",
    "N.M. Const. art. II, Section 18. See Ct. App. 1986 and the 1995 Colorado Report. The System works.",
    "Children, Youth and Families Department, Human Services Department, Navajo Nation, Las Cruces, Santa Fe.",
    "Halcyon Potash Co. and Meridian Insurance Company sued Quicksilver Hauling, Inc. Worker's Compensation Board met.",
    "Although Defendants argue so, Plaintiff's Motion for Summary Judgment was granted. In April Defendant filed it.",
    "FINDINGSThe court made Findings. CONCLUSIONWe affirm. DISCUSSIONThe issue is new.",
]


@pytest.mark.parametrize("text", NO_NAMES)
def test_words_of_law_and_organisations_are_no_names(text: str) -> None:
    assert published_english(text) == text


def unmarked(path: Path) -> str:
    return _MARK.sub(lambda m: m["hidden"] or m["stays"], path.read_text("utf-8"))


def publish(folder: Path, records: dict[str, str], protect: str = "") -> Path:
    """The publication of a study of these (file name, text)."""
    (folder / "records").mkdir()
    for name, text in records.items():
        (folder / "records" / name).write_text(text, "utf-8")
    study = intake.new(folder / "study", Settings("Study", "us", "en"), "appeal-outcome")
    intake.add(study, [folder / "records"], {})
    (study.folder / "protect.yaml").write_text(protect, "utf-8")
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), lambda *_: None)
    made = pipeline.current(study)
    shown = view.contents(made, "en", "2026-01-01")
    return publishing.publish(made, shown, publishing.Order(folder / "out"), lambda *_: None).folder


def test_a_study_of_opinions_is_published_without_a_list_of_words(tmp_path: Path) -> None:
    out = publish(tmp_path, {path.name: unmarked(path) for path in OPINIONS})
    pages = "".join(path.read_text("utf-8") for path in out.rglob("*.html"))
    assert len(list((out / "case").rglob("*.html"))) == len(OPINIONS)
    for name in ("Quillan", "Mossworth", "Vantongeren", "McWhirter", "Gossamer", "Ashlynn", "Talloway", "J.R."):
        assert name.casefold() not in pages.casefold()
    assert "WICKERSHAM" in pages


def test_a_judge_who_is_called_like_a_party_of_another_case_stands_in_the_quotation_on_the_front_page(
    tmp_path: Path,
) -> None:
    records = {
        "1.txt": "OPINIONQUILL, Judge.{1} Defendant Ada Wren appeals.{2} We affirm.SO ORDERED.QUILL, J., concurs.",
        "2.txt": "OPINIONSTOAT, Judge.{1} Defendant Bo Quill appeals.{2} We affirm.SO ORDERED.STOAT, J., concurs.",
    }
    pages = publish(tmp_path, records)
    assert "Bo Quill" not in "".join(path.read_text("utf-8") for path in pages.rglob("*.html"))


def test_a_file_that_is_named_in_a_text_is_refused_with_what_to_do_and_can_be_hidden(tmp_path: Path) -> None:
    text = "OPINIONSTOAT, Judge.{1} Defendant Bo Quill appeals as told in case_harrow.txt.{2} We affirm."
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    with pytest.raises(Leak) as refused:
        publish(tmp_path / "a", {"case_harrow.txt": text}, "allow: ['case_harrow.txt']\n")
    assert "'case_harrow.txt'" in str(refused.value)
    assert "Put it under 'hide:' in protect.yaml as it is shown here" in str(refused.value)
    assert publish(tmp_path / "b", {"case_harrow.txt": text}, "hide: ['case_harrow.txt']\n").is_dir()
