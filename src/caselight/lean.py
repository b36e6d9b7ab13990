"""A process that starts fast: called once by the command line, before anything heavy is imported."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_OBJECTS_BETWEEN_LOOKS = 100_000
# glibc: memory of this size and above goes back to the system as soon as it is free. By itself glibc raises the bound
# up to 32 MiB, and the arrays of a bucket leave holes that are never given back: a fifth of a run's memory.
_M_MMAP_THRESHOLD = -3
_GIVEN_BACK_BYTES = 16 << 20
# Setting that bound fixes another at its small default: 128 kB free at the end of the heap go back, and are asked for
# and filled with zeros again a moment later. That was a third of the system's time in a run.
_M_TRIM_THRESHOLD = -1
_KEPT_BYTES = 32 << 20


class _WithoutPandas:
    """Makes pyarrow believe that pandas is not installed.

    pyarrow imports it, where it is, as soon as it is given a list: half a second in every process, for a library that
    we do not use (pyarrow 25, pandas-shim.pxi).
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """No opinion on any other module."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError("not loaded: Caselight does without pandas", name=name)
        return None


def start_lean() -> None:
    """Keeps numpy to one thread, so that this process can be forked, pandas out of it, garbage collection rare, and
    memory that is free out of its hands.
    """
    # Our worker processes are the parallelism; BLAS threads would only make forks unsafe.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Arrow's own keeps what was freed
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)
        mallopt(_M_MMAP_THRESHOLD, _GIVEN_BACK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    sys.meta_path.insert(0, _WithoutPandas)
    # Tables of 20,000 rows make many objects and no cycles; at Python's own 700 a fifth of a run goes into looking.
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    gc.enable()
