"""What a check found wrong, named: which file, where in it, what was expected and found, which figures it touches."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass
class Verdict:
    """What came of all the checks."""

    faults: list[Fault] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)  # check -> how many things were looked at
    notes: list[tuple[str, str]] = field(default_factory=list)  # (code, detail): what is not proven, and why
    about: dict[str, str] = field(default_factory=dict)  # title, date, names, signer ... of the bundle

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    def add(self, check: str, number: int = 1) -> None:
        """So many things more were looked at."""
        self.checked[check] = self.checked.get(check, 0) + number


class Refused(Exception):  # noqa: N818  (says what is done with the bundle)
    """The bundle cannot be read, or reading it would be dangerous."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.file}: {fault.kind}: {fault.found}")
        self.fault = fault


def refused(kind: str, file: str, found: str, expected: str = "") -> Refused:
    """The exception for a bundle that is not to be read."""
    return Refused(Fault("bytes", kind, file, "", expected, found, ("*",)))
