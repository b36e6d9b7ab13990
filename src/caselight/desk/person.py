"""One coder at the desk: what she is to read, what she has answered, and her journal."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from caselight.review import (
    JOINED,
    LOOK_AGAIN,
    QUESTION,
    Decision,
    Standing,
    body_of,
    decision_of,
    is_done,
    meaning_of,
    states,
)
from caselight.store.journal import Entry, Fresh, Journal
from caselight.variables import Variable

Key = tuple[str, str]  # case, variable
MOST_UNDO = 200  # steps that the desk offers; the journal knows all


class Person:
    """A coder's journal with an index in memory, kept in step with every line; rebuilt if somebody else wrote."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._journal = Journal(path)
        self._lock = threading.RLock()
        self._lines = 0
        self._clear()
        self.refresh()

    def _clear(self) -> None:
        self._stacks: dict[str, dict[str, list[Standing]]] = {}  # case -> variable -> answers not taken back
        self._places: dict[str, Key] = {}  # ref of a standing answer -> where it is
        self._order: dict[str, None] = {}  # refs of standing answers, as given
        self._again: dict[Key, str] = {}  # what was asked to be looked at again, and why
        self.questions: list[Entry] = []
        self.joined: dict[str, str] = {}  # draw -> "all" | "doubles"
        self.times: list[tuple[str, str]] = []  # (time, case) of every answer, in order

    @property
    def torn(self) -> list[bytes]:
        """What power cuts tore since the desk was opened."""
        return self._journal.torn

    def refresh(self) -> None:
        """Takes in what others wrote into this journal.

        Raises:
            StudyError: it was changed by hand.
        """
        with self._lock:
            if not self._journal.unchanged() or self._lines != self._journal.lines:
                entries = self._journal.entries()
                self._clear()
                for entry in entries:
                    self._take(entry)
                self._lines = len(entries)

    def _take(self, entry: Entry) -> None:
        if entry.undoes:
            self._take_back(entry.undoes)
            return
        kind = entry.body.get("kind", "answer")
        if kind == "answer":
            decision = decision_of(entry.body)
            key = decision.case, decision.variable
            self._stacks.setdefault(key[0], {}).setdefault(key[1], []).append(Standing(decision, entry.ref, entry.time))
            self._places[entry.ref] = key
            self._order[entry.ref] = None
            self._again.pop(key, None)
            self.times.append((entry.time, decision.case))
        elif kind == LOOK_AGAIN:
            self._again[entry.body["case"], entry.body["variable"]] = entry.body["why"]
        elif kind == QUESTION:
            self.questions.append(entry)
        elif kind == JOINED:
            self.joined[entry.body["draw"]] = entry.body["reads"]

    def _take_back(self, ref: str) -> None:
        key = self._places.pop(ref, None)
        self._order.pop(ref, None)
        if key:
            stack = self._stacks[key[0]][key[1]]
            stack[:] = [one for one in stack if one.ref != ref]
            if not stack:
                del self._stacks[key[0]][key[1]]

    def append(self, fresh: Sequence[Fresh], now: str) -> list[Entry]:
        """Writes these lines, on the disk before this returns.

        Raises:
            StudyError, OSError: see Journal.append; nothing is acknowledged then.
        """
        with self._lock:
            known = self._lines
            entries = self._journal.append(fresh, now)
            new = sorted((entry for entry in entries if entry.number > known), key=lambda entry: entry.number)
            if known + len(new) == self._journal.lines:
                for entry in new:
                    self._take(entry)
                self._lines += len(new)
            else:
                self.refresh()
            return entries

    def given(self, case: str) -> dict[str, Decision]:
        """Her answers for the case, by variable."""
        with self._lock:
            return {name: stack[-1].decision for name, stack in self._stacks.get(case, {}).items()}

    def standing(self) -> dict[Key, Standing]:
        """All her answers that count."""
        with self._lock:
            return {(c, v): stack[-1] for c, kept in self._stacks.items() for v, stack in kept.items()}

    def cases(self) -> set[str]:
        """The cases she has given any answer for."""
        with self._lock:
            return {case for case, kept in self._stacks.items() if kept}

    def history(self, case: str, variable: str) -> list[Standing]:
        """Every answer of hers to the question that was not taken back, oldest first."""
        with self._lock:
            return list(self._stacks.get(case, {}).get(variable, ()))

    def decide(self, decision: Decision, key: str, variables: Iterable[Variable], now: str) -> Entry:
        """Writes the answer, and for each question that skip rules now leave out, that it was not asked.

        Sent again under the same key, it is written once.
        """
        with self._lock:
            fresh = [Fresh(body_of(decision), key)]
            if key not in self._places:
                given = self.given(decision.case) | {decision.variable: decision}
                for name, state in states(variables, given).items():
                    if state == "skipped" and (name not in given or given[name].asked):
                        left_out = Decision(decision.case, name, None, asked=False, by=decision.by)
                        fresh.append(Fresh(body_of(left_out), f"{key}.{name}"))
            return self.append(fresh, now)[0]

    def take_back(self, ref: str, key: str, now: str) -> Key | None:
        """Takes the answer back, with what followed from it; where it stood. None = there is no such answer."""
        with self._lock:
            place = self._places.get(ref)
            if place is None:
                return None
            gone = [one for one in self._order if one == ref or one.startswith(f"{ref}.")]
            keys = [key, *(f"{key}.{n}" for n in range(1, len(gone)))]
            self.append([Fresh({}, k, undoes=one) for k, one in zip(keys, gone, strict=True)], now)
            return place

    def undoable(self) -> list[tuple[str, Key]]:
        """The last answers with where they stand, newest last; those that only followed from others are left out."""
        with self._lock:
            refs = [ref for ref in self._order if "." not in ref][-MOST_UNDO:]
            return [(ref, self._places[ref]) for ref in refs]

    def again(self, case: str, meanings: Mapping[str, str], text: str = "") -> dict[str, str]:
        """Which of her answers for the case must be looked at again, and why: codebook | text | two_copies."""
        with self._lock:
            found = {variable: why for (c, variable), why in self._again.items() if c == case}
            for name, decision in self.given(case).items():
                if not decision.asked:
                    continue
                if decision.meaning and name in meanings and decision.meaning != meanings[name]:
                    found[name] = "codebook"
                elif text and decision.text and decision.text != text:
                    found[name] = "text"
            return found

    def is_done(self, case: str, variables: Sequence[Variable]) -> bool:
        """Whether all that is asked of the case is answered."""
        return is_done(variables, self.given(case))


def meanings_of(variables: Iterable[Variable]) -> dict[str, str]:
    """Variable -> what it means to people now."""
    return {variable.name: meaning_of(variable) for variable in variables}
