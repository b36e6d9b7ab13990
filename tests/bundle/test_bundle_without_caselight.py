"""verify.py: needs nothing but Python, comes to the same result, and says so in both languages."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from caselight import sealing
from caselight.bundle import alone, telling, verify, verify_source
from sealed_sample import Files, changed


def test_verify_py_needs_nothing_but_python(files: Files) -> None:
    script = files["folder"] / "verify.py"
    assert script.read_text("utf-8") == verify_source()
    tree = ast.parse(script.read_text("utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    defined += [ast.unparse(t) for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    assert sorted(set(defined)) == sorted(defined), "a name of one module hides that of another"
    assert set(alone.PARTS) <= {p.stem for p in Path(alone.__file__).parent.glob("*.py")}


@pytest.mark.parametrize("which", ["bundle", "folder"])
def test_verify_py_comes_to_the_same_result(files: Files, tmp_path: Path, which: str) -> None:
    script = tmp_path / "verify.py"
    script.write_text(verify_source(), "utf-8")
    command = [
        sys.executable,
        "-I",
        "-S",
        str(script),
        str(files[which]),
        "--json",
        "--key",
        files["key"].read_text("ascii"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    mine = verify(files[which], files["key"].read_text("ascii"))
    told = json.loads(done.stdout)
    assert (told["ok"], told["checked"]) == (True, mine.checked)


def test_verify_py_names_a_change_in_a_bundle_that_was_packed_anew(files: Files, tmp_path: Path) -> None:
    name = "report/data/figures.csv"
    with zipfile.ZipFile(files["bundle"]) as old, zipfile.ZipFile(tmp_path / "x.zip", "w") as new:
        for one in old.namelist():
            content = old.read(one)
            new.writestr(one, content.replace(b",case,", b",case,1", 1) if one == name else content)
    command = [sys.executable, "-I", "-S", str(files["folder"] / "verify.py"), str(tmp_path / "x.zip"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = {(fault["file"], fault["kind"]) for fault in json.loads(done.stdout)["faults"]}
    assert {("x.zip", "repacked"), (name, "changed")} <= found


def test_verify_py_names_what_is_wrong_in_both_languages(files: Files, tmp_path: Path) -> None:
    name = "tables/estimates.jsonl"
    folder = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(r'"low": (\d)', r'"low": 1\1', t, count=1))
    for language, word in (("en", "NOT OK"), ("ru", "НЕВЕРНО")):
        command = [sys.executable, "-I", "-S", str(files["folder"] / "verify.py"), str(folder), "--language", language]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1
        assert word in done.stdout
        assert f"{name} (line " in done.stdout


def test_both_languages_have_the_same_words() -> None:
    assert set(telling.WORDS["en"]) == set(telling.WORDS["ru"])
    assert set(telling.KINDS["en"]) == set(telling.KINDS["ru"])
    for key, phrase in telling.WORDS["en"].items():
        assert re.findall(r"\{\w+\}", phrase) == re.findall(r"\{\w+\}", telling.WORDS["ru"][key]), key


def test_the_checkers_russian_is_that_of_the_glossary() -> None:
    folder = Path(telling.__file__).parent / "page"
    said = [*telling.WORDS["ru"].values(), *telling.KINDS["ru"].values(), (folder / "README.ru.txt").read_text("utf-8")]
    said.append((folder / "verify.html").read_text("utf-8"))
    other = re.compile(
        r"жреби|цифр|издани[еяию]|книг[аиуе] вопросов|кодировочн\w+ книг|обязательств|баланс|\bслуча(й|я|ев|и|ям)\b",
        re.I,
    )
    assert [found[0] for text in said if (found := other.search(text))] == []


def test_every_kind_of_fault_has_words_and_a_line_in_the_how_to() -> None:
    folder = Path(alone.__file__).parent
    sources = [path.read_text("utf-8") for path in [*folder.glob("*.py"), Path(sealing.__file__)]]
    text = "\n".join(sources)
    used = set(re.findall(r'Fault\(\s*"\w+", "(\w+)"', text)) | set(re.findall(r'refused\(\s*"(\w+)"', text))
    used |= set(re.findall(r'_fault\(\s*(?:name, )?"(\w+_\w+)"', text))
    assert used <= set(telling.KINDS["en"])
    how_to = (folder.parents[2] / "docs" / "how-to" / "verify.md").read_text("utf-8")
    assert [kind for kind in telling.KINDS["en"] if f"`{kind}`" not in how_to] == []
