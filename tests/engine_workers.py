"""An engine for tests, and what can happen in a worker."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from caselight.engine import Engine, Failure
from caselight.errors import DefinitionError

WALL_SECONDS = 0.6  # short, so that a test that waits for it stays quick


def ready(level: str = "test") -> str:
    return level


def engine(jobs: int = 2, **options: object) -> Engine:
    return Engine(jobs, ready, wall_seconds=WALL_SECONDS, **options)  # type: ignore[arg-type]


DEEDS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda: time.sleep(3600),
    "spin": lambda: [None for _ in iter(int, 1)],
    "memory": lambda: (_ for _ in ()).throw(MemoryError()),
    "numpy": lambda: np.empty(1 << 55, np.uint8),
    "bug": lambda: {}["no such key"],
    "ours": lambda: (_ for _ in ()).throw(DefinitionError("book.yaml:3: wrong")),
    "odd": lambda: b"\xff".decode("utf-8"),
}


def work(items: Sequence[str], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    rows = []
    for i, item in enumerate(items):
        mark(i)
        if i in failures:
            rows.append([item, failures[i].state, failures[i].reason])
        else:
            DEEDS.get(item, lambda: None)()
            rows.append([item, "read", ""])
    return json.dumps(rows).encode()
