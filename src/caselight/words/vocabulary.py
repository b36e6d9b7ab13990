"""All word forms ever met, with their lemmas: what makes the second study fast. One file a language.

A form is known by the hash of its folded characters; what a row holds is a function of the form alone, so answers do
not depend on what was known before, and two studies may save into one folder at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.words.characters import Hashes, hash_words, plain
from caselight.words.growing import Growing, Region, shared
from caselight.words.kept import COLUMNS, Kept, file_of, read, write
from caselight.words.lemmas import Lemmatise, lemmatiser
from caselight.words.texts import Texts

Rows = NDArray[np.int32]
BORDER, UNLISTED = 0, 1  # rows that every table begins with
# Longer runs of letters are base64, lines without spaces and the like; the longest word of OpenCorpora has 36 letters.
LONGEST = 64
# What memory for all workers has room for: address space, of which only what is written is taken. A study of a million
# records has some 500,000 forms.
_MOST_FORMS, _MOST_TEXT_BYTES = 1 << 25, 1 << 30
_FIRST_SLOTS = 1 << 12
_DIGIT = re.compile(r"\d")  # a search takes a tenth of a look at each character


def is_word(folded: str) -> bool:
    """Whether the run of characters has a lemma: no digits in it, and not too long."""
    return len(folded) <= LONGEST and not _DIGIT.search(folded)


@dataclass(frozen=True, slots=True)
class Forms:
    """Word forms and what they are forms of; (F,) each.

    Row 0 is the border between texts (lemma 0). Row 1 stands for numbers and for runs too long to be words: their lemma
    is their own form.
    """

    form: Hashes  # of the folded characters as they stand in texts
    lemma: Hashes
    other: Hashes  # second plausible lemma; equal to `lemma` where there is none
    plain: Hashes  # of `text`; differs from `form` only where Latin letters were mixed into a Cyrillic word
    text: Sequence[str]  # folded: small letters, е for ё
    owner: object = None  # the Vocabulary this is a view of: its rows never change, only grow; None = stands alone

    def __len__(self) -> int:
        return len(self.form)

    def rows(self, start: int, end: int) -> Forms:
        """Rows start to end, as a table of their own."""
        return self.take(np.arange(start, end))

    def take(self, rows: NDArray[np.integer[Any]]) -> Forms:
        """These rows, as a table of their own."""
        return Forms(self.form[rows], self.lemma[rows], self.other[rows], self.plain[rows], self.texts_of(rows))

    def beginning_with(self, prefix: str, first: int) -> NDArray[np.int64]:
        """The rows from `first` on whose word begins so."""
        if isinstance(self.text, Texts):
            return self.text.beginning_with(prefix, first, len(self))  # it may hold more by now
        return np.array([i for i in range(first, len(self)) if self.text[i].startswith(prefix)], np.int64)

    def beginnings(self, rows: NDArray[np.integer[Any]], size: int) -> NDArray[np.uint8]:
        """(n, size) the first bytes of the words of these rows in UTF-8, zeros behind shorter ones."""
        texts = (
            self.text if isinstance(self.text, Texts) else Texts("\n".join(self.text).encode("utf-8", "surrogatepass"))
        )
        return texts.beginnings(rows, size)

    def texts_of(self, rows: NDArray[np.integer[Any]]) -> Sequence[str]:
        """The words of these rows."""
        return self.text.take(rows) if isinstance(self.text, Texts) else [self.text[i] for i in rows.tolist()]


def _kept(folder: Path, language: str) -> Forms | None:
    """The forms kept there. None where there are none, the file is damaged, or they are so many that they would leave
    the words of later studies little room: a pile of garbage may have left them, and what is needed is learned anew.
    """
    kept = read(file_of(folder, language), language)
    if kept is None or 2 * len(kept.texts) > _MOST_FORMS or 2 * kept.texts.size_bytes > _MOST_TEXT_BYTES:
        return None
    form, lemma, other, plain_ = kept.columns
    return Forms(form, lemma, other, plain_, kept.texts)


def _specials() -> Forms:
    zeros = np.zeros(2, np.uint64)
    return Forms(zeros, zeros, zeros, zeros, ["", ""])


class Collision(NamedTuple):
    """Two words with one hash: the first is kept, the second is taken for it. Never seen; told if it happens."""

    kept: str
    lost: str


class Vocabulary:
    """The forms known so far. Grows; a row once given never changes.

    Args:
        language: ISO 639-1.
        shared: whether processes that are forked off read the same memory and so know what is learned here later, once
            they have been told; they learn nothing by themselves. Where the system cannot do that it makes no
            difference.
    """

    def __init__(self, language: str, shared: bool = False) -> None:
        self.language = language
        *columns, content, begins, slots = _regions() if shared else [None] * (COLUMNS + 3)
        self._columns = [Growing(np.uint64, region) for region in columns]
        self._text = Texts(None, content, begins)
        self._index = _Index(slots)
        self._shares = slots is not None
        self._lemmatise: Lemmatise | None = None
        self._ask: Callable[[bytes], bytes] | None = None
        self._append(_specials())

    @classmethod
    def load(cls, folder: Path | None, language: str, shared: bool = False) -> Vocabulary:
        """The vocabulary kept in `folder`; an empty one where there is none that can be used."""
        vocabulary = cls(language, shared)
        if folder is not None and (kept := _kept(folder, language)) is not None:
            vocabulary._append(kept)
        return vocabulary

    def __len__(self) -> int:
        return len(self._text)

    def __getstate__(self) -> dict[str, Any]:
        """What another process is handed where workers are not forked: in memory of its own, and without the
        dictionary, which asks are for.
        """
        own = Vocabulary(self.language)
        own._append(self.forms.rows(len(own), len(self)))
        return own.__dict__

    @property
    def forms(self) -> Forms:
        """All rows up to now."""
        form, lemma, other, plain_ = (column.values[: len(self)] for column in self._columns)
        return Forms(form, lemma, other, plain_, self._text, self)

    def ask_with(self, ask: Callable[[bytes], bytes]) -> None:
        """From now on what is new is not looked up here, but asked of the process that `ask` reaches."""
        self._ask = ask

    def tell(self, untrusted: bytes | bytearray) -> bytes:
        """What this vocabulary knows of the words that another process asks for; those that are new here are learned.

        The answer, for n words: lemma, other and plain, (n,) uint64 each; how many rows there are by now, and slots of
        the index, uint64; (n,) int32 the rows of the words.

        Raises:
            ValueError: it is not what `ask_with` leads to.
            OverflowError: there is no room for what is new.
        """
        folded = untrusted.decode("utf-8", "surrogatepass").split("\n")
        if not all(word and is_word(word) for word in folded):
            raise ValueError("not a word")
        form = hash_words(folded)
        unknown = np.flatnonzero(self.look_up(form) < 0)
        _, once = np.unique(form[unknown], return_index=True)
        new = unknown[once]
        if len(new):
            self.learn(form[new], [folded[i] for i in new.tolist()])
        rows = self.look_up(form)
        sizes = np.array([len(self), self._index.slots], np.uint64)
        columns = [column.values[rows] for column in self._columns[1:]]
        return b"".join(part.tobytes() for part in (*columns, sizes, rows))

    def _lemmas(self) -> Lemmatise:
        if self._lemmatise is None:
            self._lemmatise = lemmatiser(self.language)
        return self._lemmatise

    def look_up(self, form: Hashes) -> Rows:
        """(n,) row of each form; -1 = not known."""
        rows = self._index.look_up(form, self._columns[0].values)
        if self._shares and self._ask:  # what was put there since this process was last told may be half written
            rows[rows >= len(self)] = -1
        return rows

    def learn(self, form: Hashes, folded: Sequence[str]) -> Rows:
        """(n,) rows of words met for the first time; `form` holds no form twice and none that is known."""
        if self._ask is not None:
            return self._told(self._ask, form, folded) if len(folded) else np.zeros(0, np.int32)
        texts = [plain(word) for word in folded]
        lemmas = list(map(self._lemmas(), texts))
        hashes = hash_words([*(first for first, _ in lemmas), *(second for _, second in lemmas), *texts])
        lemma, other, plain_ = hashes.reshape(3, -1)
        return self._append(Forms(form, lemma, other, plain_, texts))

    def _told(self, ask: Callable[[bytes], bytes], form: Hashes, folded: Sequence[str]) -> Rows:
        """As `learn`, from another process: it has put them into the memory that both read, or they are put here."""
        answer = ask("\n".join(folded).encode("utf-8", "surrogatepass"))
        hashes = np.frombuffer(answer, np.uint64, 3 * len(folded))
        if self._shares:
            count, slots = np.frombuffer(answer, np.uint64, 2, hashes.nbytes).tolist()
            self._text.follow(count)
            self._index.follow(slots)
            return np.frombuffer(answer, np.int32, len(folded), hashes.nbytes + 16)
        lemma, other, plain_ = hashes.reshape(3, -1)
        return self._append(Forms(form, lemma, other, plain_, [plain(word) for word in folded]))

    def merge(self, learned: Forms) -> list[Collision]:
        """Takes in forms that another process has learned; those known already are left as they are."""
        rows = self.look_up(learned.form)
        collisions = [
            Collision(self._text[row], learned.text[i])
            for i, row in enumerate(rows.tolist())
            if row >= 0 and self._columns[3].values[row] != learned.plain[i]
        ]
        unknown = np.flatnonzero(rows < 0)
        _, once = np.unique(learned.form[unknown], return_index=True)
        self._append(learned.take(unknown[once]))
        return collisions

    def save(self, folder: Path) -> None:
        """Writes the file anew with what it holds by now and what is known here; a reader sees the old one or the new.

        Two processes that save at the same moment lose at most what one of them learned: it is learned again.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = file_of(folder, self.language)
        meanwhile = _kept(folder, self.language)
        if meanwhile is not None:
            with suppress(OverflowError):  # where there is no room for it, it is learned again
                self.merge(meanwhile)
        del meanwhile  # it holds the file, which some systems do not let be replaced while it is held
        order = 2 + np.argsort(self._columns[0].values[2 : len(self)])
        order = order[self._text.is_one_word()[order]]
        write(path, self.language, Kept([c.values[order] for c in self._columns], self._text.take(order)))

    def _append(self, forms: Forms) -> Rows:
        """(n,) the rows that these have from now on."""
        n, end = len(self), len(self) + len(forms)
        for column, values in zip(self._columns, (forms.form, forms.lemma, forms.other, forms.plain), strict=True):
            column.put(n, values)
        self._text.extend(forms.text)
        self._index.reach(self._columns[0].values[:end], n)
        return np.arange(n, end, dtype=np.int32)


def _regions() -> list[Region | None]:
    """Shared memory for a vocabulary: its columns, the texts and where they begin, the slots of the index."""
    columns = [(_MOST_FORMS, np.uint64)] * COLUMNS
    return shared([*columns, (_MOST_TEXT_BYTES, np.uint8), (_MOST_FORMS + 1, np.int32), (8 * _MOST_FORMS, np.int32)])


class _Index:
    """Hash table from form to row, with open addressing; looked up for many forms at once.

    It holds rows alone: whether the row is that of the form asked for, the column of forms tells.
    """

    def __init__(self, region: Region | None) -> None:
        self._region = region
        self._resize(_FIRST_SLOTS)

    @property
    def slots(self) -> int:
        """How many there are: a power of two."""
        return len(self._row)

    def follow(self, slots: int) -> None:
        """Looks up in the table of so many slots, which another process has put into the memory that both read."""
        if slots != self.slots:
            self._resize(slots)

    def _resize(self, slots: int) -> None:
        """An empty table; in shared memory each size has its own place, so that who reads the last one can go on."""
        # 0 = empty slot: the form of row 0 is 0, which is in no slot.
        if self._region is None:
            self._row = self._own = np.zeros(slots, np.int32)
        else:
            slots = min(slots, len(self._region.seen) // 2)  # the last place has four for each form there is room for
            self._row, self._own = (memory[slots : 2 * slots] for memory in self._region)
        self._mask = np.uint64(slots - 1)

    def reach(self, form: Hashes, known: int) -> None:
        """Takes in the forms from row `known` on."""
        # At most a third full: most look-ups are one step, and of what is not here, nearly all numbers, most is known
        # to be lacking at its first slot. Each step more costs some ten calls for a tenth of the words.
        if len(form) * 3 > self.slots:
            self._resize(1 << (len(form) * 5 - 1).bit_length())
            known = 0
        rows = np.arange(known, len(form), dtype=np.int32)
        rows = rows[form[known:] != 0]
        slot = form[rows] & self._mask
        while len(rows):
            free = self._own[slot] == 0
            self._own[slot[free]] = rows[free]
            lost = self._own[slot] != rows  # the slot was taken, or another form of this batch took it
            rows, slot = rows[lost], (slot[lost] + np.uint64(1)) & self._mask

    def look_up(self, wanted: Hashes, form: Hashes) -> Rows:
        """(n,) row of each form that is wanted, -1 = not here; `form` is the column of forms."""
        # Signed numbers of slots, and `take`, which trusts them: half the time of wanted[...] with unsigned ones.
        slot = (wanted & self._mask).view(np.int64)
        row = self._row.take(slot, mode="clip")
        other = np.flatnonzero(form.take(row, mode="clip") != wanted)
        displaced = other[row.take(other, mode="clip") != 0]
        row[other] = -1
        slot, sought = slot.take(displaced), wanted.take(displaced)
        while len(displaced):
            slot = (slot + 1) & (self.slots - 1)
            found = self._row.take(slot, mode="clip")
            hit = form.take(found, mode="clip") == sought
            row[displaced[hit]] = found[hit]
            going = np.flatnonzero(~hit & (found != 0))
            displaced, slot, sought = displaced.take(going), slot.take(going), sought.take(going)
        return row
