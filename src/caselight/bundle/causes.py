"""What is at fault, told apart from what follows from it: a changed file is named once, and first.

One byte of a table may make a hundred numbers differ on pages that nobody touched. So whatever was held against a file
that is not as it was sealed is put down as following from it; so is what could not be checked because of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caselight.bundle.container import Bundle
from caselight.bundle.faults import CHECKS, Fault, Refused
from caselight.bundle.names import ANSWERS, CASES, CODEBOOK, DRAWS, ESTIMATES, REPORT, TABLES, TEXTS
from caselight.bundle.reading import read_rows
from caselight.bundle.recount import label

_OF_BYTES = frozenset({"changed", "changed_header", "damaged", "missing", "too_large", "unreadable"})


def with_causes(bundle: Bundle, faults: Sequence[Fault]) -> list[Fault]:
    """The faults, each once, with what it follows from; those that stand for themselves first, in order of the checks.

    Each changed or missing file gets the figures that rest on it.
    """
    once = _once(faults)
    changed = list(dict.fromkeys(one.file for one in once if one.check == "bytes" and one.kind in _OF_BYTES))
    told = _to_the_root([_following(one, changed) for one in once])
    roots = [one for one in told if not one.follows]
    rest = [one for one in told if one.follows]
    named = _with_figures(bundle, roots, rest)
    return sorted(named, key=_rank) + sorted(rest, key=_rank)


def _rank(fault: Fault) -> int:
    return CHECKS.index(fault.check)


def _once(faults: Sequence[Fault]) -> list[Fault]:
    """Without what several checks met at the same file."""
    found: dict[object, Fault] = {}
    for one in faults:
        key: object = (one.file, one.kind) if one.check == "bytes" and one.kind in _OF_BYTES else one
        if key not in found or not one.affects:
            found[key] = one
    return list(found.values())


def _following(fault: Fault, changed: Sequence[str]) -> Fault:
    if fault.follows or fault.check in ("signature", "bytes"):
        return fault
    held = (fault.file, *fault.rests)
    cause = next(
        (file for one in held for file in changed if file == one or (one[-1:] == "/" and file.startswith(one))), ""
    )
    return replace(fault, follows=cause)


def _to_the_root(faults: Sequence[Fault]) -> list[Fault]:
    """What follows from a file that is not at fault itself follows from what that file's faults follow from."""
    at_fault = {one.file for one in faults if not one.follows}
    behind = {one.file: one.follows for one in faults if one.follows in at_fault}
    told = []
    for one in faults:
        lost = one.follows and one.follows not in at_fault
        told.append(replace(one, follows=behind.get(one.follows, "")) if lost else one)
    return told


def _with_figures(bundle: Bundle, roots: Sequence[Fault], rest: Sequence[Fault]) -> list[Fault]:
    """Each changed or missing file with the figures that rest on it: those that differ, or all that may."""
    wanting = [one for one in roots if one.check == "bytes" and one.kind in _OF_BYTES]
    of_file = _figures_of_cases(bundle, [one.file for one in wanting])
    told = []
    for one in roots:
        if one not in wanting:
            told.append(one)
            continue
        found = [name for other in rest if other.follows == one.file for name in other.affects]
        own = of_file.get(one.file)
        if own is not None:  # of a case: all figures that count it, and no others
            found = [*own, *(name for name in found if name != "*")]
        affects = ("*",) if "*" in found else tuple(dict.fromkeys(found))
        told.append(replace(one, affects=affects or _rest_on(one.file)))
    return told


def _figures_of_cases(bundle: Bundle, files: Sequence[str]) -> dict[str, list[str]]:
    """Page or text of a case -> the figures that count this case."""
    cases = {name: _case_of(name) for name in files if _case_of(name)}
    documents = {name[len(TEXTS) : -4]: name for name in files if name.startswith(TEXTS)}
    if not cases and not documents:
        return {}
    try:
        for _, row in read_rows(bundle, CASES) if documents else ():
            cases |= {documents[document]: row["id"] for document in row["documents"] if document in documents}
        of_case: dict[str, list[str]] = {case: [] for case in cases.values()}
        for _, row in read_rows(bundle, ESTIMATES):
            for case in of_case.keys() & set(row["cases"]):
                of_case[case].append(label(row))
    except (Refused, LookupError, TypeError):
        return {}  # the tables that would tell are damaged themselves, and named
    return {name: of_case[case] for name, case in cases.items()}


def _case_of(name: str) -> str:
    """The case of a page about one."""
    return name.rpartition("/")[2].removesuffix(".html") if name.startswith(REPORT + "case/") else ""


def _rest_on(name: str) -> tuple[str, ...]:
    """What figures rest on a file that is about no single case; () = none."""
    if name.startswith((TABLES, DRAWS, ANSWERS)) or name == CODEBOOK:
        return ("*",)
    parts = name[len(REPORT) :].split("/") if name.startswith(REPORT) else []
    if len(parts) == 3 and parts[0] in ("answers", "facts"):
        fact = "fact:" if parts[0] == "facts" else ""
        return (f"{fact}{parts[1]}={parts[2].split('.')[0]}",)
    if parts and parts[-1] in ("index.html", "method.html", "figures.csv") and len(parts) <= 2:
        return ("*",)
    return ()
