"""Locks a worker process for good: after `lock` it can compute, read Python's own libraries and answer its parent.

Four layers, each of which the process cannot take back, none of which needs root or another library:

1. limits (memory, processor time, no writing of files, few open files, no core dump), on every POSIX system;
2. `no_new_privs` and no tracing by others of the same user;
3. Landlock (Linux 5.13 and later): files can be read in the folders of Python's libraries, and nowhere else;
4. a seccomp filter: the system calls in `CALLS` are allowed, all others are refused, among them every way to open a
   connection, to start a process, to signal or trace another, to write, rename or remove a file.

A study's file is never opened in here: its bytes, or the open file, come from the parent. Where a system lacks a layer
the level says so and the work goes on. Sources: Linux man pages landlock(7), seccomp(2), prctl(2), setrlimit(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import site
import socket
import struct
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from caselight.ingest.calls import CALLS, Architecture, architecture, program

# Memory a worker may map beyond what it has when it is locked. The largest allowed member of an archive is 512 MiB and
# is held up to three times while it is decoded; less breaks 100 MB PDFs with large pictures.
MEMORY_BYTES = 2 << 30
# Processor time of a whole worker's life. The engine's wall clock stops a single item long before; this stops a worker
# that has lost its parent, and is far beyond what the longest study takes (1 M pages: 20 minutes).
CPU_SECONDS = 72 * 3600
# Python's imports hold a few at a time; a parser that opens hundreds has gone mad.
OPEN_FILES = 64

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# How many kinds of access to files Landlock knows, by its version: all of them are taken in hand, and only reading
# given back. Later versions know more, but understand a ruleset of version 7.
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
_NET_SINCE, _SCOPE_SINCE, _NEWEST = 4, 6, 7
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets, signals


def lock(readable: Sequence[Path] = ()) -> str:
    """Locks this process and says how well: "full", "partial: ..." or "limits only". Never fails, never undone.

    What the system claims is tried out: a layer counts when what it must refuse is refused.

    Args:
        readable: folders that stay readable beside those of Python's libraries.
    """
    _set_limits()
    if not sys.platform.startswith("linux"):
        return "limits only"
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        _landlock(libc, [*_library_folders(), *readable])
    machine = architecture(platform.machine())
    if machine:
        _seccomp(libc, machine)
    missing = []
    if not _is_refused(lambda: os.listdir("/")):
        missing.append("this system has no Landlock, files are not shut off")
    if not _is_refused(lambda: socket.socket().close()):
        missing.append("this system takes no seccomp filter, network and processes are not shut off")
    if len(missing) == 2:
        return "limits only"
    return "partial: " + "; ".join(missing) if missing else "full"


def _set_limits() -> None:
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, _mapped_bytes() + MEMORY_BYTES),
    ]
    for kind, value in limits:
        hard = resource.getrlimit(kind)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows some of them only by name
            resource.setrlimit(kind, (least, least))


def _mapped_bytes() -> int:
    """Size of this process's address space now; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()


def _library_folders() -> Iterable[Path]:
    """Where modules and the shared libraries behind them are loaded from, some of them only when first needed."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {str(Path(prefix, folder)) for prefix in (sys.prefix, sys.base_prefix) for folder in ("lib", "lib64")}
    paths |= {path for path in site.getsitepackages() if path in sys.path}
    paths |= {site.getusersitepackages()} & set(sys.path)
    paths |= {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"}  # libstdc++, libz ... of the system
    paths |= {str(Path(__file__).parents[1])}
    home = Path.home()
    return [path for path in map(Path, sorted(paths)) if path != home and path not in home.parents]


def _landlock(libc: ctypes.CDLL, readable: Iterable[Path]) -> None:
    """Shuts off all files but these, for reading. Does nothing where the kernel has no Landlock."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if version < 1:
        return
    version = min(version, _NEWEST)
    handled = [(1 << _FILE_ACCESSES[version]) - 1]
    handled += [_TCP] if version >= _NET_SINCE else []
    handled += [_SCOPES] if version >= _SCOPE_SINCE else []
    attributes = struct.pack(f"<{len(handled)}Q", *handled)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    if ruleset < 0:
        return
    for path in readable:
        with contextlib.suppress(OSError):  # a folder that does not exist needs no rule
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            access = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
            rule = struct.pack("<Qi", access, opened)
            libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, ctypes.c_uint(0))
            os.close(opened)
    libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint(0))
    os.close(ruleset)


def _seccomp(libc: ctypes.CDLL, machine: Architecture) -> None:
    """Refuses every system call that is not in CALLS from now on. Does nothing where the kernel has no seccomp."""
    code = program(machine, CALLS, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    pointer = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, pointer, 0, 0)


def _is_refused(attempt: object) -> bool:
    try:
        attempt()  # type: ignore[operator]
    except PermissionError:
        return True
    except OSError:
        return False
    return False
