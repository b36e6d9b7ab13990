"""Two cases with secrets, and the gate that is to find them, for tests of what it finds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from caselight.protect import Gate, Known, Machine, Policy, Secret
from caselight.protect.gate import MTIME

CASE, OTHER = "c" + "a1" * 8, "c" + "b2" * 8
CASES: Mapping[str, Known] = {
    CASE: Known(
        (
            Secret("person", "Скоробеева И.П.", "Скоробеева", "ИП"),
            Secret("phone", "8 (916) 123-45-67"),
            Secret("address", "г. Омск, ул. Мира, д. 5, кв. 7"),
            Secret("document", "45 09 123456"),
            Secret("case", "5-924/14"),
            Secret("mail", "skoro@example.org"),
        ),
        ("Жеребилов А.П.", "ул. Скоробеева"),
    ),
    OTHER: Known((Secret("person", "Лопухов Л.Л.", "Лопухов", "ЛЛ"),), ("Скоробеев А.А.",)),
}
MACHINE = Machine("annakovaleva", "newsroom-7", ("/srv/secret-study",))


def gate(allow: tuple[str, ...] = (), files: tuple[str, ...] = ()) -> Gate:
    return Gate(CASES.get, lambda: list(CASES.values()), MACHINE, Policy(allow=allow), files)


def look(folder: Path, name: str, content: str | bytes, of: Gate | None = None) -> list[str]:
    """Kinds of the certain finds in one file, with their words."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for entry in [*folder.rglob("*"), folder]:
        os.utime(entry, (MTIME, MTIME))
    return [f.kind for f in (of or gate()).look(folder) if f.certain]


PAGE = f"case/a1/{CASE}.html"
