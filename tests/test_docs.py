"""Documents say what is true: links lead somewhere, commands exist, problems are explained."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from caselight.cli import every_command
from caselight.types import State

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/caselight/studies/**/*.md")])
SOURCES = sorted((ROOT / "src" / "caselight").rglob("*.py"))
# A link or a picture, with or without a title: [text](target "title"); not inside `code`.
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
IMAGE = re.compile(r"""<img[^>]+src=["']([^"']+)""")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """What #... may be: headings as GitHub names them."""
    headings = re.findall(r"^#+\s+(.*)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text("utf-8")))
    broken = []
    for target in [*LINK.findall(text), *IMAGE.findall(text)]:
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def problem_kinds() -> dict[str, str]:
    """Kinds of problem that the source gives, with a place where."""
    found = {state.value: "types.py" for state in State if state not in (State.READ, State.DUPLICATE, State.CONTAINER)}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found |= dict.fromkeys(kinds_in(node), str(path.relative_to(ROOT)))
    return found


def kinds_in(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    position = {"Problem": 2, "Note": 0}.get(name)
    if position is None:
        return
    given = [*call.args[position : position + 1], *(word.value for word in call.keywords if word.arg == "kind")]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


EXPLAINED = set(re.findall(r"^### `(\w+)`", (ROOT / "docs" / "problems.md").read_text("utf-8"), re.MULTILINE))


def test_every_kind_of_problem_is_explained() -> None:
    kinds = problem_kinds()
    assert not {kind: where for kind, where in kinds.items() if kind not in EXPLAINED}


def test_no_problem_is_explained_that_cannot_occur() -> None:
    sources = "".join(path.read_text("utf-8") for path in SOURCES)
    assert not {kind for kind in EXPLAINED if f'"{kind}"' not in sources}


def shown_commands(page: Path) -> Iterator[str]:
    """Command lines that begin with `caselight`: whole lines of code blocks, and `inline code`."""
    text = page.read_text("utf-8")
    for block in FENCE.findall(text):
        yield from (
            line.removeprefix("$ ").strip() for line in block.splitlines() if line.startswith(("caselight", "$ c"))
        )
    yield from (line.strip() for line in re.findall(r"^ {4}(caselight .*)$", text, re.MULTILINE))
    yield from re.findall(r"`(caselight [^`\n]+)`", FENCE.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_shown_exist(page: Path) -> None:
    wrong = []
    for line in shown_commands(page):
        words = shlex.split(line.replace("...", "").partition("  ")[0], comments=True)[1:]
        if not words or words[0].startswith("-"):
            continue
        command = every_command().get(words[0])
        options = {option for parameter in command.params for option in parameter.opts} if command else set()
        unknown = [
            word for word in words[1:] if word.startswith("--") and word.partition("=")[0] not in options | {"--help"}
        ]
        if command is None or unknown:
            wrong.append(line)
    assert not wrong


@pytest.mark.parametrize("script", ["write_reference.py", "write_pictures.py"])
def test_what_is_generated_is_current(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / script), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_command_has_an_example() -> None:
    assert not [
        name for name, command in every_command().items() if f"Example: caselight {name}" not in (command.help or "")
    ]


def test_the_changelog_tells_what_changes_results() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert parts
    assert all("### Changes results" in part for part in parts)


def test_no_page_names_a_path_of_one_machine() -> None:
    pages = [*PAGES, *SOURCES]
    assert not [
        name_of(page) for page in pages if re.search(r"/(?:home|root|Users)/\w|/work/", page.read_text("utf-8"))
    ]
