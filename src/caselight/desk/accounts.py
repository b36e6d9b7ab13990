"""Named accounts with passwords (argon2id), for a desk that several people reach over a network.

No account exists until somebody makes one on the command line: no default password, no registration by oneself.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from caselight.desk.access import ADJUDICATOR, CODER, Who
from caselight.errors import StudyError, UsageError
from caselight.review import ADJUDICATOR as ADJUDICATORS_JOURNAL
from caselight.review.names import why_no_name
from caselight.store import Study
from caselight.store.files import write_synced

LEAST_PASSWORD_CHARS = 10
MOST_PASSWORD_CHARS = 200
ROLES = (CODER, ADJUDICATOR)
# Wrong passwords for one name within the window; then nobody gets in under it until the window has passed.
MOST_FAILURES, WINDOW_SECONDS = 8, 60.0


def coder_name(untrusted: str) -> str:
    """The name, if it can be a coder's (review.names has the rule) and is not that of the adjudicators' journal.

    Raises:
        UsageError: it cannot.
    """
    name = untrusted.strip()
    if why := why_no_name(name):
        raise UsageError(why)
    if name.casefold() == ADJUDICATORS_JOURNAL:
        raise UsageError(f"{name!r} is the name of the journal of adjudicators. Choose another.")
    return name


class Accounts:
    """The accounts of a study."""

    def __init__(
        self, study: Study, clock: Callable[[], float] = time.monotonic, hasher: PasswordHasher | None = None
    ) -> None:
        self._study = study
        self._file = study.folder / "accounts.json"
        self._hasher = hasher or PasswordHasher()
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._counting = threading.Lock()

    def names(self) -> dict[str, str]:
        """Name -> role."""
        return {name: entry["role"] for name, entry in self._read().items()}

    def set(self, untrusted_name: str, password: str, role: str) -> None:
        """An account with this password; replaces one of the same name.

        Raises:
            UsageError: the name, the password or the role will not do.
            StudyError: another process is at work on the study.
        """
        name = coder_name(untrusted_name)
        if role not in ROLES:
            raise UsageError(f"{role!r} is no role. Choose {' or '.join(ROLES)}.")
        if not LEAST_PASSWORD_CHARS <= len(password) <= MOST_PASSWORD_CHARS:
            raise UsageError(f"A password has {LEAST_PASSWORD_CHARS} to {MOST_PASSWORD_CHARS} characters.")
        entry = {"role": role, "hash": self._hasher.hash(password)}
        with self._study.locked():  # two at once would each leave the other's out
            known = self._read() | {name: entry}
            write_synced(self._file, json.dumps(known, ensure_ascii=False, indent=1) + "\n", 0o600)

    def check(self, untrusted_name: str, untrusted_password: str) -> Who | None:
        """Who that is; None = no such name, or not its password, or too many wrong ones lately.

        A name that does not exist takes as long as one that does.
        """
        name = untrusted_name.strip()[:40]
        if len(untrusted_password) > MOST_PASSWORD_CHARS:
            return None
        at = self._clock()
        if not self._counted(name, at):
            return None
        entry = self._read().get(name)
        try:
            self._hasher.verify(entry["hash"] if entry else self._nobody(), untrusted_password)
        except (Argon2Error, InvalidHashError):
            entry = None
        if entry is None:
            return None
        with self._counting:
            if at in self._failures.get(name, ()):
                self._failures[name].remove(at)
        return Who(name, entry["role"])

    def _counted(self, name: str, at: float) -> bool:
        """Counts a try as a failure before its password is looked at, so that tries sent side by side count too.

        False = there were too many lately; it is not counted then.
        """
        with self._counting:
            recent = [one for one in self._failures.pop(name, ()) if at - one < WINDOW_SECONDS]
            allowed = len(recent) < MOST_FAILURES
            self._failures[name] = [*recent, at] if allowed else recent
            if len(self._failures) > 1_000:  # the name that nobody has tried for longest
                self._failures.pop(next(iter(self._failures)))
            return allowed

    @cache  # noqa: B019  (one object a desk, for as long as the desk is open)
    def _nobody(self) -> str:
        return self._hasher.hash("a password that nobody has")

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._file.exists():
            return {}
        try:
            found: dict[str, dict[str, str]] = json.loads(self._file.read_text("utf-8"))
            if not all(isinstance(e["hash"], str) and e["role"] in ROLES for e in found.values()):
                raise ValueError("an entry is not what was written")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StudyError(f"{self._file} cannot be read ({error}). Restore it from a copy, or remove it.") from None
        return found
