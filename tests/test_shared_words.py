"""The vocabulary that all workers read in one memory, and that none of them can write."""

from __future__ import annotations

import ctypes
import mmap
import multiprocessing
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import caselight.words.vocabulary as vocabulary_module
from caselight.engine import Engine
from caselight.words import Vocabulary, Words, tokenise
from caselight.words.characters import hash_words
from caselight.words.growing import Growing, shared
from words_alike import same

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has such memory")

LETTERS = [chr(ord("а") + i) for i in range(32)]
MANY = [LETTERS[i % 32] * 2 + LETTERS[i // 32 % 32] * 3 + LETTERS[i // 1024] for i in range(9_000)]  # all different
TEXTS = ["Камеры сняли мiтинг, кaмера 20.2", f"камеры {'ы' * 70} ёлка", "суд дело судом"]


def in_child(
    vocabulary: Vocabulary, work: Callable[[], Any], meanwhile: Callable[[], object] = lambda: None
) -> tuple[Any, list[bytes]]:
    """What `work` gives in a process that was forked off and asks this one; and what it asked.

    `meanwhile` is done here before each answer.
    """
    mine, theirs = multiprocessing.Pipe()

    def ask(question: bytes) -> bytes:
        theirs.send(("ask", question))
        return bytes(theirs.recv())

    def live() -> None:
        vocabulary.ask_with(ask)
        theirs.send(("done", work()))

    child = multiprocessing.get_context("fork").Process(target=live)
    child.start()
    theirs.close()
    questions = []
    while True:
        kind, said = mine.recv()
        if kind == "done":
            child.join()
            return said, questions
        questions.append(said)
        meanwhile()
        mine.send(vocabulary.tell(said))


def columns(words: Words) -> list[Any]:
    return [words.lemma, words.other, words.start, words.end, words.row, list(words.forms.text)]


def test_a_shared_vocabulary_knows_what_one_of_its_own_knows() -> None:
    one, other = Vocabulary("ru", shared=True), Vocabulary("ru")
    assert one._shares
    for text in TEXTS:
        assert same(tokenise([text], one), tokenise([text], other))
    assert same(tokenise(TEXTS, pickle.loads(pickle.dumps(one))), tokenise(TEXTS, other))


def test_a_forked_process_reads_what_its_parent_learned_before_and_after() -> None:
    vocabulary, alone = Vocabulary("ru", shared=True), Vocabulary("ru")
    tokenise(TEXTS[:1], vocabulary)
    (known, first, again), questions = in_child(
        vocabulary, lambda: [columns(tokenise(texts, vocabulary)) for texts in (TEXTS[:1], TEXTS, TEXTS)]
    )
    assert [question.decode().count("\n") + 1 for question in questions] == [4], "the new words, once"
    words = tokenise(TEXTS, vocabulary)
    assert same(words, tokenise(TEXTS, alone))
    for found in (first, again):
        for mine, theirs in zip(columns(words), found, strict=True):
            assert np.array_equal(mine, theirs)
    assert known[4].tolist() == tokenise(TEXTS[:1], vocabulary).row.tolist()


def test_what_the_parent_learns_meanwhile_is_known_when_it_is_told() -> None:
    vocabulary = Vocabulary("ru", shared=True)

    def work() -> list[Any]:
        unknown = vocabulary.look_up(hash_words(["суд"])).tolist()
        rows = vocabulary.learn(hash_words(["дело"]), ["дело"]).tolist()
        return [unknown, rows, len(vocabulary), vocabulary.look_up(hash_words([*MANY, "суд", "дело"])).tolist()]

    # By another worker, say; so many that the index moves to a larger place.
    (unknown, rows, count, found), _ = in_child(vocabulary, work, lambda: tokenise(["суд", *MANY], vocabulary))
    assert unknown == [-1]
    assert count == len(vocabulary) == 2 + 9_000 + 2
    assert rows == [count - 1]
    assert found == vocabulary.look_up(hash_words([*MANY, "суд", "дело"])).tolist()
    assert min(found) >= 2


def test_a_forked_process_cannot_write_what_it_reads() -> None:
    vocabulary = Vocabulary("ru", shared=True)
    column = vocabulary._columns[0]

    def work() -> tuple[bool, int]:
        page = column.values.ctypes.data
        libc = ctypes.CDLL(None, use_errno=True)
        refused = libc.mprotect(ctypes.c_void_p(page), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE)
        return column.values.flags.writeable, refused

    assert in_child(vocabulary, work)[0] == (False, -1)
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        column.put(5, np.ones(1, np.uint64))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGSEGV
    assert column.values[5] == 0


def open_files(items: Sequence[str], mark: object, failures: object) -> bytes:
    """What a worker has open."""
    return "\n".join(str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()).encode()


def take_part(vocabulary: Vocabulary, ask: Callable[[bytes], bytes]) -> str:
    vocabulary.ask_with(ask)
    return "test"


def test_a_worker_holds_no_file_by_which_the_words_could_be_written() -> None:
    vocabulary = Vocabulary("ru", shared=True)
    with Engine(1, take_part, (vocabulary,), answer=vocabulary.tell) as engine:
        ((_, said),) = engine.map(open_files, [["any"]])
    assert b"socket:" in said
    assert b"memfd" not in said
    assert b"memfd" in open_files([], None, None)


def test_memory_that_is_full_says_so() -> None:
    (region,) = shared([(4, np.uint64)])
    growing = Growing(np.uint64, region)
    growing.put(0, np.arange(4, dtype=np.uint64))
    assert growing.values.tolist() == [0, 1, 2, 3]
    with pytest.raises(OverflowError, match="more than 4 entries"):
        growing.put(4, np.ones(1, np.uint64))


@pytest.mark.parametrize("count", [2_700, 3_300, 4_094])
@pytest.mark.parametrize("steps", [1, 7])
def test_the_room_can_be_used_to_the_last_form(count: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary_module, "_MOST_FORMS", 1 << 12)
    vocabulary, alone = Vocabulary("de", shared=True), Vocabulary("de")
    for i in range(steps):
        text = [" ".join(MANY[i * count // steps : (i + 1) * count // steps])]
        assert same(tokenise(text, vocabulary), tokenise(text, alone))
    assert len(vocabulary) == 2 + count


def test_what_finds_no_room_is_not_told_and_what_was_known_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary_module, "_MOST_FORMS", 1 << 12)
    vocabulary = Vocabulary("de", shared=True)
    known = tokenise([" ".join(MANY[:4_000])], vocabulary).row.tolist()
    for _ in range(2):
        with pytest.raises(OverflowError, match="more than 4,096 entries"):
            vocabulary.tell("\n".join(MANY[4_000:4_200]).encode())
    assert vocabulary.tell("\n".join(MANY[4_000:4_094]).encode())
    assert tokenise([" ".join(MANY[:4_000])], vocabulary).row.tolist() == known


def test_a_kept_vocabulary_that_leaves_little_room_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary_module, "_MOST_FORMS", 1 << 12)
    full = Vocabulary("de", shared=True)
    tokenise([" ".join(MANY[:2_049])], full)
    full.save(tmp_path)
    again = Vocabulary.load(tmp_path, "de", shared=True)
    assert len(again) == 2
    tokenise([" ".join(MANY[:2_048])], again)
    again.save(tmp_path)
    assert len(Vocabulary.load(tmp_path, "de", shared=True)) == 2 + 2_048


def test_what_others_saved_meanwhile_is_left_out_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary_module, "_MOST_FORMS", 1 << 12)
    one, other = Vocabulary("de", shared=True), Vocabulary("de", shared=True)
    tokenise([" ".join(MANY[:2_000])], one)
    tokenise([" ".join(MANY[2_000:5_000])], other)
    one.save(tmp_path)
    other.save(tmp_path)
    assert len(other) == 2 + 3_000


def test_who_may_map_little_has_memory_of_its_own() -> None:
    def bounded() -> tuple[bool, list[int]]:
        resource.setrlimit(resource.RLIMIT_AS, (16 << 30, resource.RLIM_INFINITY))
        vocabulary = Vocabulary("ru", shared=True)
        return vocabulary._shares, tokenise(TEXTS, vocabulary).row.tolist()

    assert in_child(Vocabulary("ru"), bounded)[0] == (False, tokenise(TEXTS, Vocabulary("ru")).row.tolist())


def test_a_python_that_lacks_the_call_finds_that_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    vocabulary = Vocabulary("ru", shared=True)
    assert vocabulary._shares
    found, _ = in_child(vocabulary, lambda: columns(tokenise(TEXTS, vocabulary)))
    for mine, theirs in zip(columns(tokenise(TEXTS, vocabulary)), found, strict=True):
        assert np.array_equal(mine, theirs)


def test_where_there_is_no_such_memory_each_process_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> int:
        raise OSError("no such call")

    monkeypatch.setattr(os, "memfd_create", none)
    vocabulary, alone = Vocabulary("ru", shared=True), Vocabulary("ru")
    assert not vocabulary._shares
    found, _ = in_child(vocabulary, lambda: columns(tokenise(TEXTS, vocabulary)))
    for mine, theirs in zip(columns(tokenise(TEXTS, alone))[:2], found[:2], strict=True):
        assert np.array_equal(mine, theirs)
