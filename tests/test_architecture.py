"""What holds for the whole house: imports point down, pieces stay small, names speak, licences are free."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "caselight"
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "misc",
    "common",
    "base",
    "core",
    "manager",
    "handler",
    "processor",
}
# Where breaking the limit makes the code easier to check by hand: "module.py:function" -> why.
LONGER: dict[str, str] = {}


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_module(name: str) -> bool:
    path = SOURCE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imported(path: Path) -> Iterator[str]:
    """Full names of the modules that are imported anywhere in the file; for `from x import y` x, or x.y if a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if is_module(name) else node.module or ""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_imports_point_down_only() -> None:
    done = run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != SOURCE], ids=name_of)
def test_no_module_imports_its_own_package(path: Path) -> None:
    package = ".".join(("caselight", *path.relative_to(SOURCE).parent.parts))
    if path.name == "__init__.py":
        return
    # `from caselight.ingest import x` inside caselight/ingest/ would run the package's table of parts in a circle.
    assert package not in set(imported(path)), f"{name_of(path)} imports {package}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_MODULE_LINES, f"{name_of(path)} has {lines} lines: look for the second idea in it"
    long = {
        f"{name_of(path)}:{node.name}": size
        for node in functions(path)
        if (size := body_lines(node)) > MAX_FUNCTION_LINES
    }
    assert not {name: size for name, size in long.items() if name not in LONGER}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function without its decorators, signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_names_say_what_a_thing_is() -> None:
    parts = {part for path in MODULES for part in (*path.relative_to(SOURCE).parent.parts, path.stem)}
    assert not parts & FORBIDDEN_NAMES


def test_nothing_imports_torch_or_unpickles() -> None:
    wrong = {
        f"{name_of(path)}: {name}"
        for path in MODULES
        for name in imported(path)
        if name.split(".")[0] in {"torch", "tensorflow", "pickle", "marshal", "shelve", "dill", "joblib"}
    }
    allowed = {name for name in wrong if name.startswith("engine/")}  # between our own processes
    assert not wrong - allowed


def test_no_torch_is_installed() -> None:
    names = {name_key(d.metadata["Name"]) for d in metadata.distributions()}
    assert not names & {"torch", "tensorflow", "jax"}


def test_importing_caselight_is_cheap() -> None:
    """`caselight --help` must not load what only a run needs."""
    heavy = {"pyarrow", "numpy", "lxml", "tantivy", "pymorphy3", "pypdf", "pypdfium2", "jinja2", "sklearn", "pandas"}
    code = f"import sys, caselight.cli; print(*sorted({heavy!r} & set(sys.modules)))"
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


# Tables of parts, the folder of their examples, and the attribute by which a part is named in it.
TABLES = [("caselight.ingest", "READERS", "ingest")]


@pytest.mark.parametrize(("module", "table", "folder"), TABLES)
def test_every_part_of_an_extension_table_has_an_example(module: str, table: str, folder: str) -> None:
    parts = getattr(importlib.import_module(module), table)
    names = (
        set(parts)
        if isinstance(parts, dict)
        else {getattr(part, "name", part[0] if isinstance(part, tuple) else part) for part in parts}
    )
    examples = {path.stem.split("-")[0].split(".")[0] for path in (ROOT / "tests" / "examples" / folder).rglob("*")}
    examples |= {path.suffix.removeprefix(".") for path in (ROOT / "tests" / "examples" / folder).rglob("*")}
    assert names, "the table is empty"
    missing = {str(name) for name in names} - examples
    assert not missing, f"no example in tests/examples/{folder} for {sorted(missing)}"


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in SOURCE.glob("packs/*/pack.yaml")))
def test_a_pack_is_data_only(pack: str) -> None:
    assert not list((SOURCE / "packs" / pack).rglob("*.py"))
    assert not [
        path for path in MODULES if re.search(rf"""pack(\.name)?\s*[!=]=\s*["']{pack}["']""", path.read_text("utf-8"))
    ]


def name_key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def default_install() -> set[str]:
    """Names of everything that `pip install caselight` brings here, itself left out."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    wanted = [("caselight", frozenset[str]())]
    while wanted:
        name, extras = wanted.pop()
        for text in metadata.requires(name) or ():
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in (extras or {""})]
            if requirement.marker and not any(requirement.marker.evaluate(environment) for environment in environments):
                continue
            if name_key(requirement.name) not in found:
                found.add(name_key(requirement.name))
                wanted.append((requirement.name, frozenset(requirement.extras)))
    return found


def test_the_default_install_has_no_copyleft_licence() -> None:
    names = sorted(default_install())
    done = run(sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--packages", *names)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {name_key(row["Name"]) for row in rows} == set(names)
    wrong = {
        row["Name"]: row["License"] for row in rows if re.search(r"\b[AL]?GPL|GNU|SSPL|Commons Clause", row["License"])
    }
    assert not wrong
    unknown = {row["Name"] for row in rows if row["License"] in ("", "UNKNOWN")}
    assert not unknown, f"no licence stated by {sorted(unknown)}: read it and name it here"
