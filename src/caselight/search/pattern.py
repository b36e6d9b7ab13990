"""A regular expression over many texts with a time limit that holds.

Python's `re` is right about Unicode but may take for ever (`(а+)+б`), and nothing inside the process can be sure to
stop it. So the search runs in a process of its own, which is ended at the limit.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import time
from types import TracebackType

from caselight.errors import UsageError

# Wall seconds for one text. An honest pattern needs about a millisecond for a long ruling; 5 s leaves room for a book
# of 10 million characters on a busy machine, and is as long as a person waits for a search.
LIMIT_SECONDS = 5.0

# The other end of the pipe. It gets the pattern, then texts; it answers each text with its matches [[start, end], ...].
# Case is ignored, as everywhere in search; (?-i:...) brings it back. Empty matches are not matches.
_CHILD = r"""
import json, re, struct, sys
take, give = sys.stdin.buffer, sys.stdout.buffer
def message():
    head = take.read(4)
    return take.read(struct.unpack("<I", head)[0]).decode("utf-8", "surrogatepass") if len(head) == 4 else None
expression = re.compile(message(), re.IGNORECASE | re.MULTILINE)
while (text := message()) is not None:
    answer = json.dumps([found.span() for found in expression.finditer(text) if found.end() > found.start()]).encode()
    give.write(struct.pack("<I", len(answer)) + answer)
    give.flush()
"""


class PatternSearch:
    """Finds one regular expression in texts, one after another. A context manager: on leaving, its process is ended."""

    def __init__(self, pattern: str, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._pattern = pattern
        self._limit_seconds = limit_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PatternSearch:
        command = [sys.executable, "-I", "-S", "-c", _CHILD]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._send(self._pattern)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running()
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # what was not yet sent to the ended process is not wanted any more
                    continue
        process.wait()

    def find(self, text: str) -> list[tuple[int, int]]:
        """Offsets of all matches in `text`.

        Raises:
            UsageError: the pattern needs longer than the limit on this text.
        """
        deadline = time.monotonic() + self._limit_seconds
        self._send(text)
        length = struct.unpack("<I", self._receive(4, deadline))[0]
        return [(start, end) for start, end in json.loads(self._receive(length, deadline))]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "used outside its `with`"
        return self._process

    def _send(self, text: str) -> None:
        content = text.encode("utf-8", "surrogatepass")
        stream = self._running().stdin
        assert stream is not None
        # The child reads the whole message before it searches, so this cannot wait for the pattern.
        stream.write(struct.pack("<I", len(content)) + content)
        stream.flush()

    def _receive(self, size: int, deadline: float) -> bytes:
        stream = self._running().stdout
        assert stream is not None
        content = b""
        while len(content) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                limit = f"{self._limit_seconds:g} s on one record and was stopped"
                raise UsageError(
                    f"The pattern /{self._pattern}/ took longer than {limit}. Repeats inside repeats, like (а+)+, "
                    "cause this: write а+ alone, or use words instead, e.g. распознавание лиц."
                )
            # Past Python's own buffer: what waits there would be invisible to `select`.
            piece = os.read(stream.fileno(), size - len(content))
            if not piece:
                raise RuntimeError("the process that searches for the pattern has ended by itself")
            content += piece
        return content
