"""All word forms ever met, with their lemmas: what makes the second study fast. One file a language.

A form is known by the hash of its folded characters; what a row holds is a function of the form alone, so answers do
not depend on what was known before, and two studies may save into one folder at once.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from caselight.words.characters import Hashes, hash_words, plain
from caselight.words.lemmas import Lemmatise, lemmatiser, source

Rows = NDArray[np.int32]
BORDER, UNLISTED = 0, 1  # rows that every table begins with
# Longer runs of letters are base64, lines without spaces and the like; the longest word of OpenCorpora has 36 letters.
LONGEST = 64
_MAGIC = b"CASELIGHT WORDS 1\n"
_FILE_COLUMNS = 4
_LINE_END = 10
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
            return self.text.beginning_with(prefix, first)
        return np.array([i for i in range(first, len(self)) if self.text[i].startswith(prefix)], np.int64)

    def texts_of(self, rows: NDArray[np.integer[Any]]) -> Sequence[str]:
        """The words of these rows."""
        return self.text.take(rows) if isinstance(self.text, Texts) else [self.text[i] for i in rows.tolist()]


def _specials() -> Forms:
    zeros = np.zeros(2, np.uint64)
    return Forms(zeros, zeros, zeros, zeros, ["", ""])


class Collision(NamedTuple):
    """Two words with one hash: the first is kept, the second is taken for it. Never seen; told if it happens."""

    kept: str
    lost: str


class Texts(Sequence[str]):
    """Many short texts without line ends in two buffers: a third of the memory of as many str.

    Args:
        lines: UTF-8 texts parted by line ends; None = no text.
    """

    def __init__(self, lines: bytes | None = None) -> None:
        self._content = bytearray()  # UTF-8
        self._end = np.zeros(1024, np.int32)  # of each text in it, after a 0; room for more behind them
        self._count = 0
        if lines is not None:
            self._add(lines)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        if not 0 <= i < self._count:
            raise IndexError(i)
        return self._content[self._end[i] : self._end[i + 1]].decode("utf-8", "surrogatepass")

    def buffers(self) -> tuple[NDArray[np.int32], bytes]:
        """(n + 1,) where each text begins and the last ends, and their UTF-8 in a row; copies."""
        return self._end[: self._count + 1].copy(), bytes(self._content)

    def is_one_word(self) -> NDArray[np.bool_]:
        """(n,) whether the text is not empty and nothing in it parts words."""
        one = np.diff(self._end[: self._count + 1]) > 0
        if len(self._content.decode("utf-8", "surrogatepass").split()) > 1:
            one[[i for i in np.flatnonzero(one).tolist() if len(self[i].split()) != 1]] = False
        return one

    def beginning_with(self, prefix: str, first: int) -> NDArray[np.int64]:
        """The numbers of those from `first` on that begin so."""
        sought = prefix.encode("utf-8", "surrogatepass")
        start, end = self._end[first : self._count], self._end[first + 1 : self._count + 1]
        found = np.flatnonzero(end - start >= len(sought))
        content = np.frombuffer(self._content, np.uint8)
        for i, byte in enumerate(sought):
            found = found[content[start[found] + i] == byte]
        return found + first

    def take(self, rows: NDArray[np.integer[Any]]) -> Texts:
        """These of the texts."""
        taken = Texts()
        start, end = self._end[rows], self._end[np.asarray(rows) + 1]
        taken._reach(np.cumsum(end - start))
        own = taken._end[: len(rows)]
        places = np.repeat((start - own).astype(np.intp), end - start)
        places += np.arange(len(places))
        taken._content += np.frombuffer(self._content, np.uint8).take(places, mode="clip").tobytes()
        return taken

    def extend(self, texts: Sequence[str]) -> None:
        """Adds these at the end."""
        if isinstance(texts, Texts):
            self._reach(texts._end[1 : texts._count + 1] + len(self._content))
            self._content += texts._content
        elif texts:
            self._add("\n".join(texts).encode("utf-8", "surrogatepass"))

    def _add(self, lines: bytes) -> None:
        marks = np.flatnonzero(np.frombuffer(lines, np.uint8) == _LINE_END)
        self._reach(np.append(marks, len(lines)) - np.arange(len(marks) + 1) + len(self._content))
        self._content += lines.replace(b"\n", b"")

    def _reach(self, ends: NDArray[np.integer[Any]]) -> None:
        """Makes room for texts that end there."""
        if len(ends) and int(ends[-1]) > np.iinfo(np.int32).max:
            raise OverflowError("the word forms take more than 2 GiB")
        count = self._count + len(ends)
        if count >= len(self._end):
            grown = np.zeros(count + count // 4 + 1, np.int32)
            grown[: self._count + 1] = self._end[: self._count + 1]
            self._end = grown
        self._end[self._count + 1 : count + 1] = ends
        self._count = count


class Vocabulary:
    """The forms known so far. Grows; a row once given never changes."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._columns = [np.zeros(1024, np.uint64) for _ in range(_FILE_COLUMNS)]
        self._text = Texts()
        self._index = _Index()
        self._lemmatise: Lemmatise | None = None
        self._ask: Callable[[bytes], bytes] | None = None
        self._append(_specials())

    @classmethod
    def load(cls, folder: Path | None, language: str) -> Vocabulary:
        """The vocabulary kept in `folder`; an empty one where there is none, or where its file is damaged."""
        vocabulary = cls(language)
        if folder is not None and (forms := _read(_file(folder, language), language)) is not None:
            vocabulary._append(forms)
        return vocabulary

    def __len__(self) -> int:
        return len(self._text)

    def __getstate__(self) -> dict[str, Any]:
        """What another process is handed where workers are not forked: without the dictionary, which asks are for."""
        return self.__dict__ | {"_lemmatise": None, "_ask": None}

    @property
    def forms(self) -> Forms:
        """All rows up to now."""
        n = len(self._text)
        form, lemma, other, plain_ = (column[:n] for column in self._columns)
        return Forms(form, lemma, other, plain_, self._text, self)

    def ask_with(self, ask: Callable[[bytes], bytes]) -> None:
        """From now on what is new is not looked up here, but asked of the process that `ask` reaches."""
        self._ask = ask

    def tell(self, untrusted: bytes | bytearray) -> bytes:
        """What this vocabulary knows of the words that another process asks for; those that are new here are learned.

        Raises:
            ValueError: it is not what `ask_with` leads to.
        """
        folded = untrusted.decode("utf-8", "surrogatepass").split("\n")
        if not all(folded):
            raise ValueError("an empty word")
        form = hash_words(folded)
        unknown = np.flatnonzero(self.look_up(form) < 0)
        _, once = np.unique(form[unknown], return_index=True)
        new = unknown[once]
        if len(new):
            self.learn(form[new], [folded[i] for i in new.tolist()])
        rows = self.look_up(form)
        return b"".join(column[rows].tobytes() for column in self._columns[1:])

    def _lemmas(self) -> Lemmatise:
        if self._lemmatise is None:
            self._lemmatise = lemmatiser(self.language)
        return self._lemmatise

    def look_up(self, form: Hashes) -> Rows:
        """(n,) row of each form; -1 = not known."""
        return self._index.look_up(form, self._columns[0])

    def learn(self, form: Hashes, folded: Sequence[str]) -> Rows:
        """(n,) rows of forms met for the first time; `form` holds no form twice and none that is known."""
        words = [is_word(word) for word in folded]
        texts = [plain(text) if word else text for text, word in zip(folded, words, strict=True)]
        n, first_row = len(texts), len(self)
        if self._ask is None:
            lemmatise = self._lemmas()
            lemmas = [lemmatise(text) if word else (text, text) for text, word in zip(texts, words, strict=True)]
            hashes = hash_words([*(first for first, _ in lemmas), *(second for _, second in lemmas), *texts])
        else:
            asked = "\n".join(folded).encode("utf-8", "surrogatepass")
            hashes = np.frombuffer(self._ask(asked), np.uint64) if n else np.zeros(0, np.uint64)
        self._append(Forms(form, hashes[:n], hashes[n : 2 * n], hashes[2 * n :], texts))
        return np.arange(first_row, first_row + n, dtype=np.int32)

    def merge(self, learned: Forms) -> list[Collision]:
        """Takes in forms that another process has learned; those known already are left as they are."""
        rows = self.look_up(learned.form)
        collisions = [
            Collision(self._text[row], learned.text[i])
            for i, row in enumerate(rows.tolist())
            if row >= 0 and self._columns[3][row] != learned.plain[i]
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
        path = _file(folder, self.language)
        meanwhile = _read(path, self.language)
        if meanwhile is not None:
            self.merge(meanwhile)
        del meanwhile  # it holds the file, which some systems do not let be replaced while it is held
        order = 2 + np.argsort(self._columns[0][2 : len(self)])
        _write(path, self.language, self.forms.take(order[self._text.is_one_word()[order]]))

    def _append(self, forms: Forms) -> None:
        n, end = len(self._text), len(self._text) + len(forms)
        for i, column in enumerate((forms.form, forms.lemma, forms.other, forms.plain)):
            if end > len(self._columns[i]):
                grown = np.zeros(end + end // 4, np.uint64)
                grown[:n] = self._columns[i][:n]
                self._columns[i] = grown
            self._columns[i][n:end] = column
        self._text.extend(forms.text)
        self._index.reach(self._columns[0][:end], n)


class _Index:
    """Hash table from form to row, with open addressing; looked up for many forms at once.

    It holds rows alone: whether the row is that of the form asked for, the column of forms tells.
    """

    def __init__(self) -> None:
        self._resize(1 << 12)

    def _resize(self, size: int) -> None:
        self.mask = np.uint64(size - 1)
        self.row = np.zeros(size, np.int32)  # 0 = empty slot: the form of row 0 is 0, which is in no slot

    def reach(self, form: Hashes, known: int) -> None:
        """Takes in the forms from row `known` on."""
        # At most a quarter full: most look-ups are one step, and of what is not here, nearly all numbers, most is known
        # to be lacking at its first slot. Each step more costs some ten calls for a tenth of the words.
        if len(form) * 4 > len(self.row):
            self._resize(1 << (len(form) * 6 - 1).bit_length())
            known = 0
        rows = np.arange(known, len(form), dtype=np.int32)
        rows = rows[form[known:] != 0]
        slot = form[rows] & self.mask
        while len(rows):
            free = self.row[slot] == 0
            self.row[slot[free]] = rows[free]
            lost = self.row[slot] != rows  # the slot was taken, or another form of this batch took it
            rows, slot = rows[lost], (slot[lost] + np.uint64(1)) & self.mask

    def look_up(self, wanted: Hashes, form: Hashes) -> Rows:
        """(n,) row of each form that is wanted, -1 = not here; `form` is the column of forms."""
        # Signed numbers of slots, and `take`, which trusts them: half the time of wanted[...] with unsigned ones.
        row = self.row.take((wanted & self.mask).view(np.int64), mode="clip")
        other = np.flatnonzero(form.take(row, mode="clip") != wanted)
        displaced = other[row[other] != 0]
        row[other] = -1
        slot = wanted[displaced] & self.mask
        while len(displaced):
            slot = (slot + np.uint64(1)) & self.mask
            found, sought = self.row[slot], wanted[displaced]
            hit = form[found] == sought
            row[displaced[hit]] = found[hit]
            going = ~hit & (found != 0)
            displaced, slot = displaced[going], slot[going]
        return row


def _lines(texts: Sequence[str]) -> bytes:
    """The texts in UTF-8, parted by line ends."""
    if not isinstance(texts, Texts):
        return "\n".join(texts).encode("utf-8", "surrogatepass")
    ends, content = texts.buffers()
    return np.insert(np.frombuffer(content, np.uint8), ends[1:-1], _LINE_END).tobytes()


def _file(folder: Path, language: str) -> Path:
    return folder / f"words-{language}.bin"


def _write(path: Path, language: str, forms: Forms) -> None:
    columns = [forms.form, forms.lemma, forms.other, forms.plain]
    body = b"".join([*(c.astype("<u8").tobytes() for c in columns), _lines(forms.text)])
    head = {"language": language, "source": source(language), "count": len(forms), "check": zlib.crc32(body)}
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
        try:
            file.write(_MAGIC + json.dumps(head).encode() + b"\n" + body)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _read(path: Path, language: str) -> Forms | None:
    """The forms in the file; None where there is none, it is damaged, or its lemmas were made by another source."""
    try:
        with path.open("rb") as file:  # not read: most of it is copied once anyway
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # there is none, or it is empty
        return None
    if content[: len(_MAGIC)] != _MAGIC:
        return None
    line_end = content.find(b"\n", len(_MAGIC))
    try:
        head = json.loads(content[len(_MAGIC) : line_end])
        expected = {"language": language, "source": source(language), "count": head["count"]}
    except (ValueError, KeyError, TypeError):
        return None
    body = memoryview(content)[line_end + 1 :]
    if head != expected | {"check": zlib.crc32(body)}:
        return None
    return _columns(body, head["count"])


def _columns(body: memoryview, count: int) -> Forms | None:
    size = 8 * count
    if len(body) < _FILE_COLUMNS * size:
        return None
    form, lemma, other, plain_ = (np.frombuffer(body, "<u8", count, i * size) for i in range(_FILE_COLUMNS))
    text = Texts(bytes(body[_FILE_COLUMNS * size :]) if count else None)
    return Forms(form, lemma, other, plain_, text) if len(text) == count else None
