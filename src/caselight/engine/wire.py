"""What travels between the parent and a worker.

To a worker: frames of one kind letter, the number of pieces, the length of each, and the pieces: a pickle with what
travels beside it, or the answer to what it asked (the parent is trusted). From a worker: frames of one kind letter, a
length and that many bytes, which are never unpickled.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import pickle
import socket
import struct
import time
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from caselight import errors

HEADER = struct.Struct("<cQ")  # kind; length of what follows, to a worker the number of pieces
_PIECES_AT_ONCE = 512  # the system takes 1,024 in one call
# Room made at once for what was announced; the system gives memory for it only as it is filled. Most answers fit: room
# that has to grow is filled with zeros and copied.
_PIECE_BYTES = 16 << 20
LEVEL, RESULT, ITEM, END, ERROR, ASK = b"L", b"R", b"I", b"Z", b"E", b"A"  # from a worker
BATCH, STREAM, TOLD = b"B", b"S", b"T"  # to a worker
# Longest answer a worker may send. A batch's tables are some MB; one item of a stream is at most the 512 MiB that an
# archive's member may have. Anything longer is a worker gone mad and must not fill the parent's memory.
ANSWER_LIMIT_BYTES = 1 << 30
# A question holds the words of a batch that were never met before; a level and an error are a few lines.
LIMITS = {LEVEL: 1 << 20, ERROR: 1 << 20, ASK: 64 << 20}
_TOLD_CHARS = 40_000  # of an error's message, half as many of its traceback: JSON makes up to 12 bytes of one


class WorkerError(RuntimeError):
    """The traceback of a worker, as text: the cause of the error that the parent raises."""


def send(sock: socket.socket, kind: bytes, payload: bytes | bytearray) -> None:
    """Sends one frame."""
    sock.sendall(HEADER.pack(kind, len(payload)))
    sock.sendall(payload)


def tell(sock: socket.socket, kind: bytes, pieces: Sequence[bytes | memoryview]) -> None:
    """Sends a worker one frame, without a copy of its pieces.

    Raises:
        TimeoutError: the worker has not taken all of it in the time that the socket allows for one call.
    """
    sizes = list(map(len, pieces))
    waiting = [HEADER.pack(kind, len(sizes)) + struct.pack(f"<{len(sizes)}Q", *sizes), *pieces]
    seconds, begun, at = sock.gettimeout(), time.monotonic(), 0
    try:
        while at < len(waiting):
            sent = sock.sendmsg(waiting[at : at + _PIECES_AT_ONCE])
            while at < len(waiting) and sent >= len(waiting[at]):
                sent -= len(waiting[at])
                at += 1
            if sent:
                waiting[at] = memoryview(waiting[at])[sent:]
            if seconds is not None and at < len(waiting):
                left = seconds - (time.monotonic() - begun)  # one that was taken over must not win time byte by byte
                if left <= 0:
                    raise TimeoutError
                sock.settimeout(left)
    finally:
        sock.settimeout(seconds)


def receive(sock: socket.socket) -> tuple[bytes, list[bytes]] | None:
    """The next frame from the parent, waited for; None when the parent has closed the socket."""
    try:
        kind, count = HEADER.unpack(_take(sock, HEADER.size))
        sizes = struct.unpack(f"<{count}Q", _take(sock, 8 * count))
        return kind, [_take(sock, size) for size in sizes]
    except EOFError:
        return None


def _take(sock: socket.socket, size: int) -> bytes:
    """That many bytes, received into the place where they stay."""
    piece = sock.recv(size, socket.MSG_WAITALL)
    while len(piece) < size:  # a signal came in between, or the line is closed
        more = sock.recv(size - len(piece), socket.MSG_WAITALL)
        if not more:
            raise EOFError
        piece += more
    return piece


class Inbox:
    """What arrives from a worker, frame by frame."""

    def __init__(self) -> None:
        self.head = bytearray(HEADER.size)
        self.payload: bytearray | None = None  # None = the head has not arrived
        self.filled = 0  # bytes of the head, or of the payload once the head is there

    def take(self, sock: socket.socket) -> tuple[bytes, bytearray] | None:
        """Takes in what has arrived, at most to the end of a frame; that frame once it is whole.

        Raises:
            ConnectionError: the worker has closed the line, or sends what is no frame that a worker may send.
        """
        wanted = self.head if self.payload is None else self.payload
        if self.filled < len(wanted):
            with memoryview(wanted) as view:
                count = sock.recv_into(view[self.filled :])
            if not count:
                raise ConnectionError("closed")
            self.filled += count
        if self.filled < len(wanted):
            return None
        kind, length = HEADER.unpack(self.head)
        if self.payload is None:
            known = kind in (LEVEL, RESULT, ITEM, END, ERROR, ASK)
            if not known or length > LIMITS.get(kind, ANSWER_LIMIT_BYTES):
                raise ConnectionError("not a frame")
            self.payload, self.filled = bytearray(min(length, _PIECE_BYTES)), 0
            return None if length else (kind, self._done())
        if self.filled < length:  # memory for what has come, not for what was announced
            self.payload.extend(bytes(min(length - self.filled, self.filled)))
            return None
        return kind, self._done()

    def _done(self) -> bytearray:
        payload, self.payload, self.filled = self.payload or bytearray(), None, 0
        return payload


def apart(content: bytes) -> object:
    """The bytes as a part of an order that travels beside its pickle, so that they are not copied into it."""
    return pickle.PickleBuffer(content)


def pack_order(order: object) -> list[bytes | memoryview]:
    """What a worker is to do, in pieces: the pickle, and behind it all that was set `apart`."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(order, protocol=5, buffer_callback=buffers.append)
    return [head, *(buffer.raw() for buffer in buffers)]


def unpack_order(trusted: Sequence[bytes]) -> Any:
    """What `pack_order` made pieces of, which the parent did; those that were set apart come back as they are."""
    head, *buffers = trusted
    return pickle.loads(head, buffers=buffers)  # noqa: S301  (the parent made it)


def pack_error(error: BaseException) -> bytes:
    """An exception as JSON; call it where the exception is handled."""
    told = {"type": type(error).__name__, "message": str(error)[:_TOLD_CHARS]}
    return json.dumps(told | {"traceback": traceback.format_exc()[-_TOLD_CHARS // 2 :]}).encode()


def error_name(untrusted: bytes | bytearray) -> str:
    """Name of the exception's class, "" if the bytes are not what `pack_error` makes."""
    return _told(untrusted).get("type", "")


def raise_error(untrusted: bytes | bytearray) -> NoReturn:
    """Raises what a worker raised: a built-in error or one of ours, a RuntimeError for all others."""
    told = _told(untrusted)
    name, message = told.get("type", ""), told.get("message", "")
    kind = getattr(builtins, name, None) or getattr(errors, name, None)
    cause = WorkerError("\n" + told.get("traceback", ""))
    error: Exception = RuntimeError(f"{name}: {message}")
    if isinstance(kind, type) and issubclass(kind, Exception):
        with contextlib.suppress(TypeError):  # UnicodeDecodeError, for one, wants five arguments
            error = kind(message)
    raise error from cause


def _told(untrusted: bytes | bytearray) -> dict[str, str]:
    try:
        told = json.loads(untrusted)
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
