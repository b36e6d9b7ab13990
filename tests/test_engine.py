"""The engine: every batch gets its answer, whatever its items do to the worker that touches them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from caselight.engine import NO_ITEM, Engine, Failure, Mark
from caselight.engine.wire import HEADER, ITEM, RESULT, Inbox, WorkerError, send
from caselight.errors import DefinitionError
from caselight.types import State
from engine_workers import DEEDS, WALL_SECONDS, engine, ready, work


def states(jobs: int, batches: Sequence[Sequence[str]]) -> dict[int, list[str]]:
    with engine(jobs) as pool:
        return {number: [row[1] for row in json.loads(answer)] for number, answer in pool.map(work, batches)}


ASK: list[Callable[[bytes], bytes]] = []  # of a worker


def ready_to_ask(ask: Callable[[bytes], bytes]) -> str:
    ASK[:] = [ask]
    return "test"


def asking(items: Sequence[str], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    rows = []
    for i, item in enumerate(items):
        mark(i)
        rows.append(failures[i].state.value if i in failures else ASK[0](item.encode()).decode())
    return json.dumps(rows).encode()


def upper(untrusted: bytes) -> bytes:
    if untrusted == b"nonsense":
        raise ValueError("no question")
    if untrusted == b"much":
        raise OverflowError("no room")
    return untrusted.upper()


def test_workers_ask_the_parent_and_one_that_asks_nonsense_or_too_much_is_ended() -> None:
    batches = [["a", "b"], ["c", "nonsense", "d", "much"], ["e" * 3_000_000]]
    with Engine(2, ready_to_ask, wall_seconds=5, answer=upper) as pool:
        answers = {number: json.loads(answer) for number, answer in pool.map(asking, batches)}
    assert answers == {0: ["A", "B"], 1: ["C", "crashed", "D", "over_limit"], 2: ["E" * 3_000_000]}


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_every_batch_is_answered_once(jobs: int) -> None:
    batches = [[f"{b}.{i}" for i in range(b % 4)] for b in range(40)]
    with engine(jobs) as pool:
        answers = list(pool.map(work, batches))
    assert sorted(number for number, _ in answers) == list(range(40))
    assert all([row[0] for row in json.loads(answer)] == batches[number] for number, answer in answers)


@pytest.mark.parametrize(
    ("deed", "state", "words"),
    [
        ("segfault", State.CRASHED, "SIGSEGV"),
        ("abort", State.CRASHED, "SIGABRT"),
        ("exit", State.CRASHED, "exit code 3"),
        ("killed", State.OVER_LIMIT, "memory"),
        ("hang", State.TIMED_OUT, "0.6 s"),
        ("spin", State.TIMED_OUT, "0.6 s"),
        ("memory", State.OVER_LIMIT, "memory"),
    ],
)
def test_the_item_that_ends_a_worker_is_named_and_the_others_are_read(deed: str, state: State, words: str) -> None:
    with engine() as pool:
        ((_, answer),) = pool.map(work, [["a", deed, "b"]])
    rows = json.loads(answer)
    assert [row[1] for row in rows] == ["read", state, "read"]
    assert words in rows[1][2]


def test_many_bad_items_in_one_batch_cost_one_worker_each() -> None:
    batch = ["segfault", "a", "exit", "abort", "b", "hang", "c"]
    expected = ["crashed", "read", "crashed", "crashed", "read", "timed_out", "read"]
    assert states(2, [batch, ["a"] * 5, batch]) == {0: expected, 1: ["read"] * 5, 2: expected}


@pytest.mark.parametrize(
    ("deed", "kind", "words"),
    [("bug", KeyError, "no such key"), ("ours", DefinitionError, "book.yaml:3"), ("odd", RuntimeError, "Unicode")],
)
def test_a_bug_of_ours_flies_with_the_workers_traceback(deed: str, kind: type[Exception], words: str) -> None:
    with engine() as pool:
        with pytest.raises(kind, match=words) as caught:
            list(pool.map(work, [["a"], ["a", deed]]))
        assert isinstance(caught.value.__cause__, WorkerError)
        assert "in work" in str(caught.value.__cause__)
        assert len(list(pool.map(work, [["a"], ["b"]]))) == 2, "the pool works on after an error"


def work_together(items: Sequence[str], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    """Does the deeds of all items at once, and one by one only if that ended the worker."""
    if NO_ITEM in failures:
        return work(items, mark, failures)
    mark(len(items) - 1)
    mark(NO_ITEM)
    for item in items:
        DEEDS.get(item, lambda: None)()
    return json.dumps([[item, "read", ""] for item in items]).encode()


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("hang", State.TIMED_OUT),
        ("memory", State.OVER_LIMIT),
        ("numpy", State.OVER_LIMIT),
        ("killed", State.OVER_LIMIT),
        ("segfault", State.CRASHED),
    ],
)
def test_what_a_whole_batch_cannot_stand_costs_only_the_item_whose_fault_it_is(deed: str, state: State) -> None:
    with engine() as pool:
        answers = dict(pool.map(work_together, [["a", deed, "b"], ["c"]]))
    assert [[row[1] for row in json.loads(answers[n])] for n in (0, 1)] == [["read", state, "read"], ["read"]]


def fail_to_prepare() -> str:
    raise DefinitionError("pack.yaml:7: no such section")


def die_in_preparation() -> str:
    os._exit(9)


def forget_the_lock() -> str:
    return ""


@pytest.mark.parametrize(
    ("prepare", "kind", "words"),
    [
        (fail_to_prepare, DefinitionError, "pack.yaml:7"),
        (die_in_preparation, RuntimeError, "prepare|start"),
        (forget_the_lock, TypeError, "must lock"),
    ],
)
def test_a_worker_that_cannot_prepare_is_told_at_once(prepare: Callable[[], str], kind: type, words: str) -> None:
    with Engine(2, prepare) as pool:
        with pytest.raises(kind, match=words):
            list(pool.map(work, [["a"], ["b"]]))
        with pytest.raises(kind, match=words):
            _ = pool.level


def test_the_level_is_what_prepare_returned() -> None:
    with Engine(1, ready, ("partial: no Landlock",)) as pool:
        assert pool.level == "partial: no Landlock"
    with Engine(1, forget_the_lock, locked=False) as pool:
        assert pool.level == "unlocked"


def answer_with_text(items: Sequence[str], mark: object, failures: object) -> str:
    return "text"


def test_an_answer_that_is_not_bytes_is_refused() -> None:
    with engine() as pool, pytest.raises(TypeError, match="must return bytes"):
        list(pool.map(answer_with_text, [["a"]]))  # type: ignore[arg-type]


def test_batches_are_pulled_only_when_wanted() -> None:
    pulled = 0

    def batches() -> Iterator[list[str]]:
        nonlocal pulled
        for _ in range(1000):
            pulled += 1
            yield ["a"]

    with engine(2) as pool:
        for n, _ in enumerate(pool.map(work, batches())):
            assert pulled <= n + 1 + 2 * 2 + 1
            if n == 50:
                break


def echo(items: Sequence[bytes], mark: Callable[[int], None], failures: object) -> bytes:
    return b"".join(items)


def test_long_batches_and_answers_pass_whole() -> None:
    batches = [[os.urandom(3_000_001), b"x" * n] for n in range(4)]
    with engine(2) as pool:
        assert {n: b"".join(batches[n]) for n in range(4)} == dict(pool.map(echo, batches))


def test_a_worker_waits_for_a_slow_caller_without_being_blamed() -> None:
    with engine(2) as pool:
        for _, answer in pool.map(work, [["a"]] * 4):
            time.sleep(WALL_SECONDS * 1.2)
            assert json.loads(answer)[0][1] == "read"


def scream(items: Sequence[str], mark: object, failures: object) -> bytes:
    raise ValueError("\U0001f600" * 2_000_000)


def test_an_error_that_is_too_long_is_told_in_part() -> None:
    with engine(1) as pool, pytest.raises(ValueError, match=r"^(\U0001f600)+$"):
        list(pool.map(scream, [["a"]]))


def asks_without_end(items: Sequence[str], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    mark(0)
    while items == ["endless"] and 0 not in failures:
        ASK[0](b"a")
    return json.dumps([items[0]]).encode()


def test_a_worker_that_asks_without_end_neither_starves_the_others_nor_outstays_its_time() -> None:
    began = time.monotonic()
    with Engine(2, ready_to_ask, wall_seconds=WALL_SECONDS, answer=upper) as pool:
        order = [number for number, _ in pool.map(asks_without_end, [["endless"], ["b"], ["c"]])]
    assert order[-1] == 0
    assert sorted(order) == [0, 1, 2]
    assert time.monotonic() - began < 60


def lie(items: Sequence[str], mark: object, failures: object) -> bytes:
    """What a parser that was taken over might do: speak on the line to the parent."""
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        assert frame.f_back
        frame = frame.f_back
    line = frame.f_locals["sock"]
    if items[0] == "unasked":
        send(line, ITEM, b"x")
    elif items[0] == "longest":
        line.sendall(b"R" + (1 << 62).to_bytes(8, "little"))
    elif items[0] == "nonsense":
        line.sendall(b"\x80\x04 a pickle, perhaps")
    elif items[0] == "long question":
        line.sendall(b"A" + ((64 << 20) + 1).to_bytes(8, "little"))
    elif items[0] == "long error":
        line.sendall(b"E" + ((1 << 20) + 1).to_bytes(8, "little"))
    elif items[0] == "half":
        line.sendall(b"R" + (100).to_bytes(8, "little") + b"abc")
    time.sleep(3600)
    return b""


@pytest.mark.parametrize("how", ["unasked", "longest", "long question", "long error", "nonsense", "half"])
def test_a_worker_that_speaks_out_of_turn_is_ended(how: str) -> None:
    with engine(1) as pool, pytest.raises(RuntimeError, match="before an item is touched"):
        list(pool.map(lie, [[how]]))


SCRIPT = """
import signal, sys, os, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background, inherited
sys.path.insert(0, {tests!r})
from test_engine import ready, pids, Engine
with Engine(2, ready) as pool:
    for _, answer in pool.map(pids, [["a"], ["b"]]):
        print(answer.decode(), flush=True)
    list(pool.map(pids, [["sleep"], ["sleep"]]))
"""


def pids(items: Sequence[str], mark: object, failures: object) -> bytes:
    time.sleep(3600 if items == ["sleep"] else 0.2)
    return str(os.getpid()).encode()


def _alive(pid: int) -> bool:
    try:
        return (
            f"{pid} (" in Path(f"/proc/{pid}/stat").read_text() and ") Z" not in Path(f"/proc/{pid}/stat").read_text()
        )
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(how: signal.Signals) -> None:
    script = textwrap.dedent(SCRIPT).format(tests=str(Path(__file__).parent))
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout
    with parent.stdout:
        workers = [int(parent.stdout.readline()), int(parent.stdout.readline())]
    time.sleep(0.3)
    assert len(set(workers)) == 2
    assert all(map(_alive, workers))
    parent.send_signal(how)
    try:
        parent.wait(10)
    finally:
        parent.kill()
    deadline = time.monotonic() + 5
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, workers))


def test_an_engine_needs_a_job() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Engine(0, ready)


def marks_without_end(items: Sequence[str], mark: Mark, failures: Mapping[int, Failure]) -> bytes:
    while 0 not in failures:
        mark(0)
        time.sleep(0.05)
    return failures[0].state.value.encode()


def test_marks_without_end_win_no_time() -> None:
    with engine(1) as pool:
        assert list(pool.map(marks_without_end, [["a"]])) == [(0, b"timed_out")]


def test_memory_is_held_for_what_has_come_and_not_for_what_is_announced() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(HEADER.pack(RESULT, 1 << 30))
        inbox = Inbox()
        assert inbox.take(mine) is None
        assert inbox.payload is not None
        assert len(inbox.payload) <= 16 << 20


@pytest.mark.parametrize("size", [0, 1, 5_000_000, 16 << 20, (16 << 20) + 1])
def test_a_frame_of_any_length_arrives_whole(size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    mine, theirs = socket.socketpair()
    with mine, theirs:
        sender = threading.Thread(target=send, args=(theirs, RESULT, content))
        sender.start()
        inbox, frame = Inbox(), None
        while frame is None:
            frame = inbox.take(mine)
        sender.join()
        assert frame == (RESULT, content)
