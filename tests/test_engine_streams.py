"""Streams of the engine: a worker reads a file that it was handed, and nothing else."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from caselight.engine import Engine, Failure
from caselight.engine.wire import END, HEADER, ITEM
from caselight.types import State
from engine_workers import DEEDS, WALL_SECONDS, engine, work


def count(file: BinaryIO, stop: int, deed: str = "") -> Iterator[bytes]:
    for n in range(stop):
        yield file.read(2) + str(n).encode()
    DEEDS.get(deed, lambda: None)()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BinaryIO]:
    (tmp_path / "f").write_bytes(b"abcdefgh")
    with (tmp_path / "f").open("rb") as opened:
        yield opened


def test_a_stream_reads_the_file_that_it_was_handed(file: BinaryIO) -> None:
    with engine() as pool:
        file.read(3)
        assert list(pool.stream(count, file, (3,))) == [b"ab0", b"cd1", b"ef2"]
        assert list(pool.stream(count, file, (1,))) == [b"ab0"], "the worker is used again"
        assert not file.closed


@pytest.mark.parametrize(
    ("deed", "state"),
    [("segfault", State.CRASHED), ("hang", State.TIMED_OUT), ("memory", State.OVER_LIMIT), ("exit", State.CRASHED)],
)
def test_a_stream_that_dies_ends_with_a_failure(file: BinaryIO, deed: str, state: State) -> None:
    with engine() as pool:
        *items, last = pool.stream(count, file, (2, deed))
        assert items == [b"ab0", b"cd1"]
        assert isinstance(last, Failure)
        assert last.state is state
        assert len(list(pool.stream(count, file, (2,)))) == 2


def test_a_bug_in_a_stream_flies(file: BinaryIO) -> None:
    with engine() as pool, pytest.raises(KeyError):
        list(pool.stream(count, file, (2, "bug")))


def test_a_stream_runs_ahead_no_further_than_its_socket(file: BinaryIO) -> None:
    with engine() as pool:
        stream = pool.stream(count, file, (1_000_000_000,))
        assert next(stream) == b"ab0"
        time.sleep(WALL_SECONDS * 2)
        assert next(stream) == b"cd1", "a slow caller is not the file's fault"
        stream.close()  # type: ignore[attr-defined]


def test_streams_may_feed_a_map(file: BinaryIO) -> None:
    with engine(1) as pool:
        batches = ([item.decode()] for item in pool.stream(count, file, (20,)) if isinstance(item, bytes))
        assert len(list(pool.map(work, batches))) == 20


def level_of_its_own() -> str:
    return f"worker {os.getpid()}"


def test_a_worker_is_prepared_once_for_streams_and_maps(file: BinaryIO) -> None:
    with Engine(1, level_of_its_own) as pool:
        for _ in range(3):
            list(pool.stream(count, file, (2,)))
            list(pool.map(work, [["a"], ["b"]]))
        assert pool.level.count("worker") == 1


def goes_on_speaking(file: BinaryIO) -> Iterator[bytes]:
    """A stream that says it has ended, and then says more."""
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        assert frame.f_back
        frame = frame.f_back
    end, item = HEADER.pack(END, 0), HEADER.pack(ITEM, 1) + b"x"
    frame.f_locals["sock"].sendall(end + item)
    time.sleep(3600)
    yield b""


def test_a_worker_that_goes_on_speaking_after_its_end_is_not_used_again(file: BinaryIO) -> None:
    with Engine(1, level_of_its_own, wall_seconds=WALL_SECONDS) as pool:
        assert list(pool.stream(goes_on_speaking, file)) == []
        assert list(pool.stream(count, file, (1,))) == [b"ab0"]
        assert pool.level.count("worker") == 2


def test_a_file_that_could_be_written_is_not_handed_over(tmp_path: Path) -> None:
    with engine() as pool, (tmp_path / "f").open("w+b") as writable, pytest.raises(ValueError, match="reading only"):
        list(pool.stream(count, writable, (1,)))


def see_open_files(items: Sequence[str], mark: object, failures: object) -> bytes:
    return json.dumps([os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if _is_open(n)]).encode()


def _is_open(number: str) -> bool:
    try:
        os.fstat(int(number))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_worker_inherits_no_open_file(file: BinaryIO) -> None:
    with engine(2) as pool:
        for _, answer in pool.map(see_open_files, [["a"]] * 8):
            links = json.loads(answer)
            assert {link.split(":")[0] for link in links} <= {"socket", "/dev/null"}, links
            assert len([link for link in links if link.startswith("socket")]) == 1
