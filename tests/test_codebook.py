"""Codebooks: what they hold, and what is told about each mistake. `<<` in a codebook marks the line of the mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caselight.codebook import Codebook, codebook_path, load_codebook, read_codebook, shipped_codebooks
from caselight.codebook import variable as variable_keys
from caselight.coding.phrases import compile_phrases
from caselight.definitions import parse
from caselight.errors import DefinitionError, UsageError
from caselight.variables import Condition, Variable
from caselight.words import Vocabulary

HOW_TO = Path(__file__).parents[1] / "docs/how-to/codebook.md"

HEAD = """\
name: test
title: {en: Test, ru: Проба}
version: 1
language: ru
variables:
"""

ROLE = """\
  - name: role
    kind: one-of
    question: 'Which role?'
    default: none
    values:
      - name: relied_on
        label: {en: relied on, ru: ссылается}
        definition: The court counts it among the proofs.
        examples: ['Вина подтверждается записью.']
        phrases: ['подтверждаться ... запись', камера]
        unless: [ходатайство]
        said_by: [court]
        denied: false
      - name: mentioned
        rules:
          - {phrases: [камера], near: paragraph, with: [лицо]}
          - {phrases: [запись], sections: [evidence], not_said_by: defence}
      - none
"""

PLACE = """\
  - name: place
    kind: many-of
    question: Where
    ask_if: {role: [relied_on, mentioned]}
    values: [{name: metro, phrases: [метро]}, {name: street, phrases: [улица]}]
"""


def read(text: str) -> Codebook:
    return read_codebook(parse(text, "codebook.yaml"))


def test_a_codebook_holds_what_its_author_wrote() -> None:
    book = read(HEAD + ROLE + PLACE)
    assert (book.name, book.title, book.version, book.language) == ("test", {"en": "Test", "ru": "Проба"}, "1", "ru")
    role, place = book.variables
    assert role.value_names() == ("relied_on", "mentioned", "none")
    assert role.default == "none"
    assert role.question == {"": "Which role?"}
    relied, first, second = role.rules
    assert [p.text for p in relied.phrases] == ["подтверждаться ... запись", "камера"]
    assert [p.text for p in relied.unless] == ["ходатайство"]
    assert (relied.value, relied.near, relied.said_by, relied.denied) == ("relied_on", "sentence", ("court",), False)
    assert (first.value, first.near, [p.text for p in first.with_phrases]) == ("mentioned", "paragraph", ["лицо"])
    assert (second.sections, second.not_said_by, second.denied) == (("evidence",), ("defence",), None)
    assert place.default == ()
    assert place.ask_if == (Condition("role", ("relied_on", "mentioned")),)
    assert relied.phrases[1].place == "codebook.yaml:15"


def test_lists_are_written_out_in_phrases() -> None:
    text = HEAD.replace("variables:", "lists:\n  eye: [камера, глаз]\n  see: ['<eye> видеть', увидеть]\nvariables:")
    book = read(text + "  - {name: a, kind: yes/no, question: q, values: [{name: yes, phrases: ['<see> лицо']}]}\n")
    phrase = book.variables[0].rules[0].phrases[0]
    assert phrase.text == "((камера|глаз) видеть|увидеть) лицо"
    assert phrase.written == "<see> лицо"


def test_yes_and_no_are_always_values_of_a_yes_no_variable() -> None:
    book = read(HEAD + "  - {name: a, kind: yes/no, question: q, default: no, values: [{name: yes, phrases: [да]}]}\n")
    assert book.variables[0].value_names() == ("yes", "no")
    assert book.variables[0].default == "no"
    assert read(HEAD + "  - {name: a, kind: yes/no, question: q}\n").variables[0].value_names() == ("yes", "no")


def test_open_kinds_have_rules_of_their_own() -> None:
    book = read(
        HEAD
        + "  - {name: n, kind: number, question: q, phrases: [число], unit: [человек]}\n"
        + "  - {name: t, kind: text, question: q, rules: [{phrases: [лозунг], take: quotes}, {phrases: [плакат]}]}\n"
        + "  - {name: d, kind: date, question: q, fact: decision_date}\n"
    )
    number, text, day = book.variables
    assert (number.rules[0].take, number.rules[0].unit) == ("after", ("человек",))
    assert [rule.take for rule in text.rules] == ["quotes", "phrase"]
    assert (day.rules, day.fact) == ((), "decision_date")


FAULTS = [
    ("the file", "name: test  # <<\nvariables: []\n", "'title' is missing"),
    ("no variables", HEAD.replace("variables:", "variables: []  # <<"), "needs a list of variables"),
    (
        "a misspelt key",
        HEAD.replace("language:", "langauge:").replace("ru\n", "ru  # <<\n"),
        "Did you mean 'language'?",
    ),
    ("a codebook's name", HEAD.replace("name: test", "name: Test 1  # <<") + ROLE, "cannot name a codebook"),
    ("a variable's name", HEAD + "  - name: Роль  # <<\n    kind: text\n    question: q\n", "cannot name a variable"),
    ("a missing question", HEAD + "  - name: a  # <<\n    kind: text\n", "'question' is missing"),
    ("a misspelt kind", HEAD + ROLE.replace("one-of", "on-of  # <<"), "Did you mean 'one-of'?"),
    (
        "a key of a variable",
        HEAD + ROLE.replace("default:", "defualt: x  # <<\n    default:"),
        "Did you mean 'default'?",
    ),
    ("a key of a value", HEAD + ROLE.replace("unless:", "unles: [a]  # <<\n        unless:"), "Did you mean 'unless'?"),
    (
        "a key of a rule",
        HEAD + ROLE.replace("near: paragraph", "neer: clause").replace("лицо]}", "лицо]}  # <<"),
        "neer",
    ),
    ("a wrong default", HEAD + ROLE.replace("default: none", "default: nothing  # <<"), "'nothing' is not known"),
    ("a wrong speaker", HEAD + ROLE.replace("[court]", "[judge]  # <<"), "Allowed: court, police"),
    ("a wrong truth", HEAD + ROLE.replace("denied: false", "denied: maybe  # <<"), "true or false"),
    ("no phrases", HEAD + ROLE.replace("phrases: [запись], ", "").replace("defence}", "defence}  # <<"), "`phrases`"),
    ("a number as a phrase", HEAD + ROLE.replace("запись', камера]", "запись', 20.2]  # <<"), "single quotes"),
    (
        "rules and a rule",
        HEAD + ROLE.replace("        rules:", "        phrases: [а]  # <<\n        rules:"),
        "`rules`",
    ),
    (
        "a rule at a variable",
        HEAD + ROLE.replace("    default:", "    phrases: [а]  # <<\n    default:"),
        "at the value",
    ),
    ("a value twice", HEAD + ROLE.replace("      - none", "      - mentioned  # <<"), "twice"),
    ("a semicolon in a name", HEAD + ROLE.replace("- none", "- 'a;b'  # <<"), "cannot name a value"),
    (
        "values of a number",
        HEAD + "  - name: a\n    kind: number\n    question: q\n    values: [a]  # <<\n",
        "no values",
    ),
    (
        "default of a number",
        HEAD + "  - name: a\n    kind: number\n    question: q\n    default: 1  # <<\n",
        "no default",
    ),
    (
        "doubts of no default",
        HEAD + ROLE.replace("    default: none\n", "    undetermined: {phrases: [а]}  # <<\n"),
        "here is no such default",
    ),
    (
        "doubts of a default of many",
        HEAD + PLACE + "    default: [metro]\n    undetermined: {phrases: [а]}  # <<\n",
        "one-of or yes/no",
    ),
    (
        "a key of doubts",
        HEAD + ROLE.replace("default: none", "default: none\n    undetermined: {phrase: [а]}  # <<"),
        "Did you mean 'phrases'?",
    ),
    (
        "doubts without phrases",
        HEAD + ROLE.replace("default: none", "default: none\n    undetermined: {said_by: [court]}  # <<"),
        "a rule needs `phrases`",
    ),
    (
        "sections of no default",
        HEAD + ROLE.replace("    default: none\n", "    default_sections: [law]  # <<\n"),
        "here is no such default",
    ),
    ("no values", HEAD + "  - name: a\n    kind: one-of\n    question: q\n    values: []  # <<\n", "list of values"),
    (
        "another yes",
        HEAD + "  - name: a\n    kind: yes/no\n    question: q\n    values: [maybe]  # <<\n",
        "`yes` and `no`",
    ),
    ("take of one-of", HEAD + ROLE.replace("denied: false", "take: after  # <<"), "number, date and text"),
    (
        "take of a date",
        HEAD + "  - name: a\n    kind: date\n    question: q\n    phrases: [а]\n    take: quotes  # <<\n",
        "after",
    ),
    ("an unknown list", HEAD + ROLE.replace("запись', камера]", "запись', '<eye>']  # <<"), "there is no list <eye>"),
    (
        "half a bracket in a list",
        HEAD.replace("variables:", "lists:\n  eye:\n    - глаз\n    - '(око|очи'  # <<\nvariables:") + ROLE,
        "'(око|очи' has half a bracket",
    ),
    ("an empty list", HEAD.replace("variables:", "lists:\n  eye: []  # <<\nvariables:") + ROLE, "is empty"),
    ("two of one name", HEAD + ROLE + ROLE.replace("- name: role", "- name: role  # <<"), "two variables are called"),
    ("ask_if of nothing", HEAD + PLACE.replace("mentioned]}", "mentioned]}  # <<"), "no such variable"),
    (
        "ask_if of a wrong value",
        HEAD + ROLE + PLACE.replace("mentioned]}", "mentoned]}  # <<"),
        "Did you mean 'mentioned'?",
    ),
    (
        "ask_if without values",
        HEAD + ROLE + PLACE.replace("[relied_on, mentioned]}", "[]}  # <<"),
        "at least one value",
    ),
    (
        "ask_if as text",
        HEAD + ROLE + PLACE.replace("{role: [relied_on, mentioned]}", "role  # <<"),
        "is written {other",
    ),
    (
        "a circle",
        HEAD + ROLE.replace("- name: role", "- name: role  # <<\n    ask_if: {place: [metro]}") + PLACE,
        "role -> place -> role",
    ),
    ("a key twice", HEAD + ROLE.replace("default: none", "default: none\n    default: none  # <<"), "twice"),
    ("not YAML", HEAD + "  - name: 'a\n", ""),
    ("a list instead", "- a\n", "names with values"),
    ("nothing", "", "names with values"),
]


@pytest.mark.parametrize(("why", "text", "told"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_mistake_is_told_with_its_file_and_line(why: str, text: str, told: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read(text)
    message = str(error.value)
    line = next((i for i, row in enumerate(text.splitlines(), 1) if "<<" in row), None)
    where = re.match(r"codebook\.yaml:(\d+): ", message)
    assert where, message
    assert line is None or int(where[1]) == line, message
    assert told in message


def variable(text: str) -> Variable:
    return read(HEAD + text).variables[0]


RECODED = [
    ("label: {en: relied on, ru: ссылается}", "label: {en: other, ru: другое}", False),
    ("definition: The court", "definition: A court", False),
    ("examples: ['Вина", "examples: ['Невиновность", False),
    ("question: 'Which role?'", "question: 'What role?'", False),
    ("... запись", "...2 запись", True),
    ("unless: [ходатайство]", "unless: [жалоба]", True),
    ("said_by: [court]", "said_by: [police]", True),
    ("denied: false", "denied: true", True),
    ("near: paragraph", "near: text", True),
    ("sections: [evidence]", "sections: [established]", True),
    ("default: none", "default: mentioned", True),
    ("default: none", "default: none\n    default_sections: [law]", True),
    ("default: none", "default: none\n    undetermined: {phrases: [камера]}", True),
    ("      - none", "      - nothing\n      - none", True),
]


@pytest.mark.parametrize(("old", "new", "recoded"), RECODED, ids=[row[1] for row in RECODED])
def test_only_what_decides_about_coding_changes_a_digest(old: str, new: str, recoded: bool) -> None:
    assert old in ROLE
    assert (variable(ROLE).digest() != variable(ROLE.replace(old, new)).digest()) == recoded


def test_one_variables_digest_does_not_depend_on_another() -> None:
    before, after = read(HEAD + ROLE + PLACE), read("# moved\n" + HEAD + ROLE.replace("камера]", "камеры]") + PLACE)
    assert before.variable("place").digest() == after.variable("place").digest()
    assert before.digest() != after.digest()


def test_a_list_that_changes_recodes_the_variables_that_use_it() -> None:
    text = (
        HEAD.replace("variables:", "lists: {eye: [камера]}\nvariables:")
        + ROLE.replace("камера]\n", "'<eye>']\n")
        + PLACE
    )
    before, after = read(text), read(text.replace("eye: [камера]", "eye: [глаз]"))
    assert before.variable("role").digest() != after.variable("role").digest()
    assert before.variable("place").digest() == after.variable("place").digest()


def test_a_variable_is_asked_after_those_that_it_depends_on() -> None:
    third = "  - {name: third, kind: text, question: q, ask_if: {place: [given]}}\n"
    book = read(HEAD + third + PLACE + ROLE)
    assert book.order() == ("role", "place", "third")
    assert book.dependents("role") == ("place", "third")
    assert book.dependents("third") == ()


def test_a_skip_rule_holds_for_one_value_and_for_several() -> None:
    condition = Condition("place", ("metro",))
    assert condition.holds("metro")
    assert condition.holds(("street", "metro"))
    assert not condition.holds("street")
    assert not condition.holds(())
    assert not condition.holds(None)
    assert Condition("place", ("given",)).holds(0)
    assert not Condition("place", ("given",)).holds(None)


def test_every_key_stands_in_the_how_to() -> None:
    text = HOW_TO.read_text("utf-8")
    keys = {*variable_keys._VARIABLE_KEYS, *variable_keys._VALUE_KEYS}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_the_codebooks_in_the_how_to_are_right() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    whole, value, rules = blocks
    books = [read(whole), read(HEAD + rules)]
    camera = "lists: {camera: [камера]}\nvariables:"
    books.append(
        read(
            HEAD.replace("variables:", camera) + "  - name: a\n    kind: one-of\n    question: q\n    values:\n" + value
        )
    )
    vocabulary = Vocabulary("ru")
    for book in books:
        compile_phrases([p for v in book.variables for rule in v.rules for p in rule.phrases], vocabulary)


def test_the_phrases_in_the_how_to_are_right() -> None:
    table = HOW_TO.read_text("utf-8").split("| you write |")[1].split("\n\n")[0]
    written = [row.replace(r"\|", "|") for row in re.findall(r"^\| `(.*?)` \|", table, re.MULTILINE)]
    assert len(written) > 8
    book = HEAD.replace("variables:", "lists: {camera: [камера]}\nvariables:")
    for phrase in written:
        read(book + f"  - {{name: a, kind: text, question: q, phrases: ['{phrase}']}}\n")


def test_every_codebook_that_ships_can_be_read() -> None:
    for name in shipped_codebooks():
        book = load_codebook(name)
        assert book.name == name
        assert codebook_path(name).name == f"{name}.yaml"


def test_a_codebook_that_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(UsageError, match=r"no codebook 'surveilance'"):
        load_codebook("surveilance")
    with pytest.raises(UsageError, match=r"no variable 'rol'.*Did you mean 'role'"):
        read(HEAD + ROLE).variable("rol")
