"""The life of one worker process: detach from the parent, prepare, answer until the parent closes the socket."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from caselight.engine.wire import (
    ASK,
    BATCH,
    END,
    ERROR,
    ITEM,
    LEVEL,
    RESULT,
    STREAM,
    pack_error,
    receive,
    send,
    unpack_order,
)

NO_ITEM = -1  # no item of the batch is in hand
_PR_SET_PDEATHSIG = 1


class Life(NamedTuple):
    """What a worker is told when it is born."""

    prepare: Callable[..., str | None]
    arguments: tuple[Any, ...]
    locked: bool
    asks: bool = False  # `prepare` is given, as its last argument, a function that asks the parent
    forked: bool = False
    parent: int = 0  # its process id


def live(sock: socket.socket, progress: Any, life: Life) -> None:
    """The whole life of a worker.

    Args:
        sock: the worker's end of the line to the parent.
        progress: shared int64[2]: index of the item in hand, how many marks were made.
        life: what to prepare, and how.
    """
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        try:
            _detach(sock, life)
            asking = (partial(_ask, sock),) if life.asks else ()
            level = life.prepare(*life.arguments, *asking)
            if life.locked and not level:
                raise TypeError(f"{life.prepare} must lock the process and return the level")
            gc.freeze()  # what was prepared lives as long as the worker: never look through it for garbage again
            send(sock, LEVEL, (level or "unlocked").encode("ascii", "replace"))
            while (frame := receive(sock)) is not None:
                _work(sock, progress, *frame)
        except Exception as error:
            send(sock, ERROR, pack_error(error))
    os._exit(0)  # nothing to tidy; the interpreter's own end would cost some 20 ms of each worker


def _detach(sock: socket.socket, life: Life) -> None:
    """Lets go of everything inherited: files of the study, other workers' sockets, the terminal, signal handlers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != life.parent:
        os._exit(0)  # the parent died before we asked to die with it
    if life.forked:
        os.closerange(3, sock.fileno())
        os.closerange(sock.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    if life.locked:
        with Path(os.devnull).open("r+b", buffering=0) as nothing:
            for standard in (0, 1, 2):
                os.dup2(nothing.fileno(), standard)


def _ask(sock: socket.socket, question: bytes) -> bytes:
    """What the parent says to `question`."""
    send(sock, ASK, question)
    frame = receive(sock)
    if frame is None:
        raise ConnectionResetError("the parent has gone")
    return b"".join(frame[1])


def _work(sock: socket.socket, progress: Any, kind: bytes, trusted: list[bytes]) -> None:
    """Answers one frame of the parent."""

    def mark(index: int) -> None:
        progress[0] = index
        progress[1] += 1

    mark(NO_ITEM)
    if kind == STREAM:
        function, arguments = unpack_order(trusted)
        _, files, _, _ = socket.recv_fds(sock, 1, 1)
        with open(files[0], "rb") as file:
            file.seek(0)
            for item in function(file, *arguments):
                send(sock, ITEM, item)
        send(sock, END, b"")
    elif kind == BATCH:
        function, items, failures = unpack_order(trusted)
        trusted.clear()  # the caller still holds it
        answer = function(items, mark, failures)
        if not isinstance(answer, bytes | bytearray):
            raise TypeError(f"{function} must return bytes, not {type(answer).__name__}")
        mark(NO_ITEM)
        send(sock, RESULT, answer)
