"""What a check found wrong, named: which file, where in it, what was expected and found, which figures it touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

MOST_FAULTS = 1000  # kept of each check; more help nobody, and a hostile bundle could fill the memory with them
NOT_CHECKED = "not_checked"  # the kind of what could not be checked because of something else
# The checks, in the order in which they are made.
CHECKS = ("signature", "bytes", "draw", "figures", "quotations", "books")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    check: str  # one of CHECKS
    kind: str  # a stable code, e.g. "changed"; docs/how-to/verify.md explains each
    file: str  # member of the bundle
    where: str = ""  # place in it, e.g. "line 12"; "" = the whole of it
    expected: str = ""
    found: str = ""
    affects: tuple[str, ...] = ()  # figures, each as VARIABLE=VALUE; ("*",) = all of them; () = none
    rests: tuple[str, ...] = ()  # other members that it was held against; a folder ends with "/"
    follows: str = ""  # the member whose fault it follows from; "" = it stands for itself
    things: int = 1  # how many things it speaks of; 0 = nobody can say


@dataclass
class Verdict:
    """What came of all the checks."""

    faults: list[Fault] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)  # check -> how many things were looked at
    notes: list[tuple[str, str]] = field(default_factory=list)  # (code, detail): what is not proven, and why
    about: dict[str, str] = field(default_factory=dict)  # title, date, names, signer ... of the bundle
    left_out: int = 0  # faults beyond those that are kept
    _kept: Counter[str] = field(default_factory=Counter)  # check -> faults kept

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    def add(self, check: str, number: int = 1) -> None:
        """So many things more were looked at."""
        self.checked[check] = self.checked.get(check, 0) + number

    def wrong(self, fault: Fault) -> None:
        """One thing more is wrong."""
        if self._kept[fault.check] < MOST_FAULTS:
            self._kept[fault.check] += 1
            self.faults.append(fault)
        else:
            self.left_out += 1

    def take(self, other: Verdict) -> None:
        """What a part of the checks found, made elsewhere."""
        for fault in other.faults:
            self.wrong(fault)
        for check, number in other.checked.items():
            self.add(check, number)
        self.notes += other.notes
        self.left_out += other.left_out


class Refused(Exception):  # noqa: N818  (says what is done with the bundle)
    """The bundle cannot be read, or reading it would be dangerous."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.file}: {fault.kind}: {fault.found}")
        self.fault = fault


def refused(kind: str, file: str, found: str, expected: str = "") -> Refused:
    """The exception for a bundle that is not to be read."""
    return Refused(Fault("bytes", kind, file, "", expected, found, ("*",)))


def guarded(
    check: Callable[[], object], verdict: Verdict, left: Fault | None = None, file: str = "tables/", where: str = ""
) -> str:
    """Runs a check on what anybody may have written: whatever goes wrong is a fault of that.

    Args:
        left: what was not checked, if it did not come to its end.
        file: where the fault lies if what was read is not as sealing writes it.
        where: the place in that file; "" = the whole of it.
    Returns:
        The file because of which it did not come to its end; "" = it did.
    """
    try:
        check()
    except Refused as error:
        verdict.wrong(error.fault)
        file = error.fault.file
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:200]
        verdict.wrong(Fault("figures", "malformed", file, where, "tables as sealing writes them", told, ("*",)))
    else:
        return ""
    if left is not None:
        verdict.wrong(replace(left, follows=file))
    return file
