"""Makes verify.py: the checks of this package as one file that needs nothing but Python.

The modules are joined as they are, in this order, without their imports of each other. A test holds them to what that
asks: the standard library only, and no name twice.
"""

from __future__ import annotations

import ast
from pathlib import Path

_FIRST = (
    "faults",
    "names",
    "packing",
    "container",
    "repacked",
    "members",
    "crew",
    "reading",
    "signature",
    "exact",
    "drawn",
    "others",
)
_NEXT = (
    "pile",
    "recount",
    "agreeing",
    "printed",
    "beside",
    "pages",
    "casepages",
    "texts",
    "stamps",
    "books",
    "contents",
    "causes",
)
PARTS = (*_FIRST, *_NEXT, "checks", "telling", "command")
_FOLDER = Path(__file__).parent
_HEAD = '''#!/usr/bin/env python3
"""Checks a Caselight bundle with nothing but Python 3.10 or newer: no network, nothing to install.

    python3 verify.py BUNDLE [--key KEY] [--language ru]

It was joined from the modules of Caselight's package `bundle`, and has the licence of Caselight. It came with
the bundle that it checks; whoever does not trust the bundle has Caselight write it: caselight verify --checkers FOLDER.
"""

from __future__ import annotations

'''


def verify_source() -> str:
    """The text of verify.py."""
    imports: set[str] = set()
    bodies = []
    for part in PARTS:
        text = (_FOLDER / f"{part}.py").read_text("utf-8")
        tree = ast.parse(text)
        lines = text.split("\n")
        drop: set[int] = set()
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                drop.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
                if not (isinstance(node, ast.ImportFrom) and str(node.module).startswith(("caselight", "__future__"))):
                    imports.add(ast.unparse(node))
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                drop.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        first = tree.body[0]
        drop.update(range(first.lineno, (first.end_lineno or 1) + 1))
        doc = ast.get_docstring(tree) or ""
        kept = "\n".join(line for i, line in enumerate(lines, 1) if i not in drop).strip("\n")
        told = "\n".join(f"# {line}".rstrip() for line in doc.split("\n"))
        bodies.append(f"\n\n# ---- {part} " + "-" * (100 - len(part)) + f"\n{told}\n\n\n{kept}\n")
    plain = sorted(line for line in imports if line.startswith("import "))
    return _HEAD + "\n".join([*plain, *sorted(imports - set(plain))]) + "".join(bodies)
