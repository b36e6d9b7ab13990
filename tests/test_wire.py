"""What the parent sends a worker arrives whole, however it is cut on the way, and no worker holds the parent up."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence

import pytest

from caselight.engine.wire import BATCH, receive, tell


@pytest.mark.parametrize(
    "sizes",
    [
        [],
        [0],
        [1],
        [0, 0, 3, 0],
        [1] * 513,
        [0] * 1_025,
        [size % 3 for size in range(1_500)],
        [100_000, 0, 1, 3_000_001, 0],
        [size * 7 for size in range(1_100)],
    ],
)
def test_pieces_of_any_number_and_length_arrive_as_they_were(sizes: Sequence[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    mine, theirs = socket.socketpair()
    with mine, theirs:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # so that most calls send a part of what they could
        mine.settimeout(30)
        sender = threading.Thread(target=tell, args=(mine, BATCH, pieces))
        sender.start()
        assert receive(theirs) == (BATCH, pieces)
        sender.join()
        assert mine.gettimeout() == 30


@pytest.mark.parametrize("sent", [0, 5, 40])
def test_a_frame_that_breaks_off_is_none(sent: int) -> None:
    whole, part = socket.socketpair(), socket.socketpair()
    with whole[0], whole[1], part[0], part[1]:
        tell(whole[0], BATCH, [b"a" * 20, b"b" * 20])
        part[0].sendall(whole[1].recv(sent) if sent else b"")
        part[0].close()
        assert receive(part[1]) is None


def test_a_worker_that_takes_little_at_a_time_wins_no_time_by_it() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        mine.settimeout(0.5)
        over = threading.Event()

        def sip() -> None:
            while not over.wait(0.1):
                theirs.recv(20_000)

        reader = threading.Thread(target=sip)
        reader.start()
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            tell(mine, BATCH, [b"x" * 10_000_000])
        over.set()
        reader.join()
        assert time.monotonic() - begun < 5
        assert mine.gettimeout() == 0.5
