"""A pool of reused worker processes: a function over batches, or a generator function over one open file.

In: batches of picklable items and a function of a module. Out: the function's answers, which are bytes and nothing
else. What goes to a worker is pickled; what comes from a worker is never unpickled, because a parser that a hostile
file has taken over could answer with anything. The caller decodes the bytes (JSON, Arrow) as untrusted input.

The engine knows nothing of locks. `prepare(*arguments)` runs once in every worker, loads what the function needs,
locks the process as its last act and returns the level reached (`caselight.ingest.sandbox.lock`). What all workers need
to know and any of them may need first (the lemmas of a new word) they ask the parent, which finds it once for all.

On Linux workers are forked, so import heavy modules *before* the first of them starts: they share them for nothing. A
worker dies with the thread that started it, so use an engine from the thread that made it.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from caselight.engine.process import Failure, Process, Task, start
from caselight.engine.wire import (
    ANSWER_LIMIT_BYTES,
    ASK,
    BATCH,
    END,
    ERROR,
    ITEM,
    LEVEL,
    RESULT,
    STREAM,
    TOLD,
    apart,
    error_name,
    pack_order,
    raise_error,
    tell,
)
from caselight.engine.worker import NO_ITEM, Life
from caselight.types import State

__all__ = ["NO_ITEM", "Engine", "Failure", "Mark", "apart"]

Mark = Callable[[int], None]
Answer = bytes | bytearray  # what a worker says: untrusted

# A worker that has not said "ready" by then never will: a spawned one needs about 1 s on a loaded machine.
PREPARE_SECONDS = 120.0
# A worker that dies without an item in hand is no fault of the batch (the system may want memory): try again.
MAX_DEATHS = 2
# A function marks an item once or twice; a worker that was taken over must not win time by marking without end.
_MARKS_AN_ITEM = 4
_MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")  # Python's, numpy's, Arrow's
_NO_MEMORY = "it needs more memory than a reader may have"


class Engine:
    """A pool of worker processes, to be used as a context manager.

    Args:
        jobs: number of workers of `map`; they are started when there is work for them.
        prepare: runs once in each worker and returns the level of its lock (may be "" or None if not `locked`).
        arguments: of `prepare`; picklable.
        wall_seconds: how long one item may take.
        locked: whether `prepare` must lock the process: an engine that promised it never works unlocked.
        answer: what the parent says when a worker of `map` asks; `prepare` is then given the function that asks, as its
            last argument. It gets bytes from a worker that may have been taken over, and raises ValueError where they
            are not what it expects, OverflowError where it has no room for what it would have to keep.
    """

    def __init__(
        self,
        jobs: int,
        prepare: Callable[..., str | None],
        arguments: tuple[Any, ...] = (),
        wall_seconds: float = 60.0,
        locked: bool = True,
        answer: Callable[[Answer], bytes] | None = None,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"an engine needs at least one job, not {jobs}")
        self._jobs = jobs
        self._life = Life(prepare, arguments, locked, asks=answer is not None)
        self._answer = answer
        self._wall_seconds = wall_seconds
        self._workers: list[Process] = []  # of the map that is under way
        self._idle: list[Process] = []  # ready, for the next map or stream
        self._levels: set[str] = set()
        self._mapping = False

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all workers and waits for them."""
        for worker in (*self._workers, *self._idle):
            worker.sock.close()  # all at once, so that they end side by side
        for worker in (*self._workers, *self._idle):
            if worker.task is None:
                worker.leave()
            worker.end()
        self._workers.clear()
        self._idle.clear()

    @property
    def level(self) -> str:
        """How well the workers are locked: "full", "partial: ...", "limits only"; "unlocked" if never promised."""
        if not self._levels:
            self._idle.append(self._ready_worker())
        return "; ".join(sorted(self._levels))

    def map(
        self, function: Callable[[Sequence[Any], Mark, Mapping[int, Failure]], Answer], batches: Iterable[Sequence[Any]]
    ) -> Iterator[tuple[int, Answer]]:
        """(number of the batch, answer) for every batch, as answers come; batches are pulled when a worker is free.

        `function(items, mark, failures)` calls `mark(i)` before it touches item i, and `mark(NO_ITEM)` before what it
        does for all items at once. If the worker dies or item i takes too long, the batch is run again in a new worker
        with `failures[i]`; the function then makes a row for the item from its failure and does not touch it. If that
        happens with no item in hand, it is run again with `failures[NO_ITEM]`: the function then does everything for
        one item after the other, so that it is known whose fault it is.

        Raises:
            Exception: what the function raised (a bug of ours); its cause is the worker's traceback.
        """
        if self._mapping:
            raise RuntimeError("one map at a time")
        self._mapping = True
        waiting: deque[Task] = deque()
        source = (Task(number, function, items) for number, items in enumerate(batches))
        exhausted = False
        try:
            while True:
                # One batch more than there are free workers: the next one is ready when a worker asks for it.
                while not exhausted and len(waiting) <= self._jobs - self._busy():
                    task = next(source, None)
                    exhausted = task is None
                    waiting.extend([task] if task else [])
                self._feed(waiting)
                if exhausted and not waiting and not self._busy():
                    return
                for worker in self._look():
                    yield from self._take(worker, waiting)
        finally:
            self._mapping = False
            for worker in [w for w in self._workers if w.task is not None or not w.level]:
                self._drop(worker)
            self._idle += self._workers
            self._workers = []

    def stream(
        self, function: Callable[..., Iterator[bytes]], file: BinaryIO, arguments: tuple[Any, ...] = ()
    ) -> Iterator[bytes | Failure]:
        """The items of `function(file, *arguments)`, which runs in a worker of its own, one by one as asked for.

        The worker gets the open file, not its path (which it could not open) and not its bytes. It runs ahead by no
        more than the socket's buffer. If it dies, or one item takes too long, a `Failure` is the last item. May be
        used while a `map` is under way, for instance by the iterable that the map pulls its batches from.

        Args:
            function: generator function of a module; it yields bytes.
            file: opened for reading only; read from its start, not closed.
            arguments: picklable.

        Raises:
            Exception: what the function raised (a bug of ours); its cause is the worker's traceback.
        """
        _check_read_only(file)
        while self._idle and not self._idle[-1].process.is_alive():
            self._idle.pop().end()
        worker = self._idle.pop() if self._idle else self._ready_worker()
        try:
            tell(worker.sock, STREAM, pack_order((function, arguments)))
            socket.send_fds(worker.sock, [STREAM], [file.fileno()])
            while True:
                kind, payload = self._next_frame(worker, self._wall_seconds)
                if kind == END:
                    if not worker.readable():  # else it goes on speaking, and is ended
                        self._idle.append(worker)
                    return
                if kind == ERROR and error_name(payload) in _MEMORY_ERRORS:
                    yield Failure(State.OVER_LIMIT, _NO_MEMORY)
                    return
                if kind == ERROR:
                    raise_error(payload)
                yield bytes(payload)
        except TimeoutError:
            yield self._too_long()
        except ConnectionError:
            yield worker.cause()
        finally:
            if worker not in self._idle:
                worker.end()

    def _busy(self) -> int:
        return sum(worker.task is not None for worker in self._workers)

    def _feed(self, waiting: deque[Task]) -> None:
        """Starts workers that are wanted and gives waiting batches to those that are free."""
        wanted = len(waiting) - (len(self._workers) - self._busy())
        for _ in range(min(wanted, self._jobs - len(self._workers))):
            self._workers.append(self._idle.pop() if self._idle else start(self._life, self._wall_seconds))
        for worker in [w for w in self._workers if w.task is None and w.level][: len(waiting)]:
            worker.task = task = waiting.popleft()
            worker.since = time.monotonic()
            worker.progress[0] = NO_ITEM
            worker.most_marks = worker.progress[1] + _MARKS_AN_ITEM * (len(task.items) + 1)
            try:
                tell(worker.sock, BATCH, pack_order((task.function, task.items, task.failures)))
            except OSError:
                waiting.appendleft(self._again(worker, worker.cause()))

    def _look(self) -> list[Process]:
        """Workers that may have something to say, and those whose time may be over."""
        pause = min(1.0, self._wall_seconds / 4)
        readable = select.select([worker.sock for worker in self._workers], [], [], pause)[0]
        return [w for w in self._workers if w.sock in readable or w.task is not None or not w.level]

    def _take(self, worker: Process, waiting: deque[Task]) -> Iterator[tuple[int, Answer]]:
        """What this worker has answered; if it died or must be ended, its batch goes back to `waiting`."""
        try:
            asked = False
            while not asked and worker.readable():
                frame = worker.inbox.take(worker.sock)
                if frame is None:
                    continue
                kind, payload = frame
                if kind == RESULT and worker.task is not None:
                    number, worker.task = worker.task.number, None
                    yield number, payload
                elif kind == ASK:
                    self._tell(worker, payload)
                    asked = True  # one question a round: the others are waiting
                elif kind == ERROR:
                    waiting.appendleft(self._failed(worker, payload))
                    return
                else:
                    self._greet(worker, kind, payload)
        except (ConnectionError, TimeoutError):
            failure = worker.cause()
            if worker.task is not None or not worker.level:
                waiting.appendleft(self._again(worker, failure))
            self._drop(worker)
            return
        except OverflowError:
            waiting.appendleft(self._again(worker, Failure(State.OVER_LIMIT, _NO_MEMORY)))
            return
        if self._is_late(worker):
            waiting.appendleft(self._again(worker, self._too_long()))

    def _tell(self, worker: Process, question: Answer) -> None:
        """Answers what the worker asks about its batch."""
        task = worker.task
        if task is None or self._answer is None:
            raise ConnectionError("a question that nobody expects")
        task.asked_bytes += len(question)
        if task.asked_bytes > ANSWER_LIMIT_BYTES:
            raise ConnectionError("no end of questions")
        try:
            answer = self._answer(question)
        except ValueError as error:
            raise ConnectionError(f"a question that makes no sense ({error})") from None
        tell(worker.sock, TOLD, [answer])

    def _failed(self, worker: Process, payload: Answer) -> Task:
        """An exception in a worker: ours to see, except that a batch may need more memory than a worker has."""
        if error_name(payload) not in _MEMORY_ERRORS:
            self._drop(worker)
            raise_error(payload)
        return self._again(worker, Failure(State.OVER_LIMIT, _NO_MEMORY))

    def _is_late(self, worker: Process) -> bool:
        now, marks = time.monotonic(), worker.progress[1]
        if not worker.level:
            if now - worker.since > PREPARE_SECONDS:
                raise RuntimeError(f"a worker was not ready after {PREPARE_SECONDS:.0f} s")
            return False
        if (marks != worker.seen and marks <= worker.most_marks) or worker.task is None:
            worker.seen, worker.since = marks, now
            return False
        return now - worker.since > self._wall_seconds

    def _again(self, worker: Process, failure: Failure) -> Task:
        """The batch of a worker that is no more, to be run again; the item in hand is held responsible."""
        task, index = worker.task, worker.progress[0]
        self._drop(worker)
        if task is None:
            raise RuntimeError(f"a worker ended while it prepared ({failure.reason})")
        if not 0 <= index < len(task.items):
            task.deaths += 1
            if task.deaths > MAX_DEATHS:
                raise RuntimeError(f"batch {task.number} ends workers before an item is touched ({failure.reason})")
            task.failures[NO_ITEM] = failure
        elif index in task.failures:
            raise RuntimeError(f"{task.function} touched item {index} in spite of {task.failures[index]}")
        else:
            task.failures[index] = failure
        return task

    def _ready_worker(self) -> Process:
        worker = start(self._life, self._wall_seconds)
        try:
            kind, payload = self._next_frame(worker, PREPARE_SECONDS)
            if kind == ERROR:
                raise_error(payload)
            self._greet(worker, kind, payload)
        except (ConnectionError, TimeoutError) as error:
            worker.end()
            raise RuntimeError(f"a worker could not start (exit code {worker.process.exitcode})") from error
        except BaseException:
            worker.end()
            raise
        return worker

    def _greet(self, worker: Process, kind: bytes, payload: Answer) -> None:
        if kind != LEVEL or worker.level:
            raise ConnectionError("an answer that nobody asked for")
        worker.level = payload[:200].decode("ascii", "replace") or "unlocked"
        self._levels.add(worker.level)

    def _next_frame(self, worker: Process, seconds: float) -> tuple[bytes, bytearray]:
        deadline = time.monotonic() + seconds
        while True:
            if not worker.readable(deadline - time.monotonic()):
                raise TimeoutError
            frame = worker.inbox.take(worker.sock)
            if frame is not None:
                if worker.level and frame[0] not in (ITEM, END, ERROR):
                    raise ConnectionError("an answer that nobody asked for")
                return frame

    def _too_long(self) -> Failure:
        return Failure(
            State.TIMED_OUT, f"it took longer than {self._wall_seconds:g} s to read and code, and was stopped"
        )

    def _drop(self, worker: Process) -> None:
        worker.end()
        with contextlib.suppress(ValueError):
            self._workers.remove(worker)


def _check_read_only(file: BinaryIO) -> None:
    import fcntl  # not on Windows

    if fcntl.fcntl(file.fileno(), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
        raise ValueError("a file for a worker must be opened for reading only")
