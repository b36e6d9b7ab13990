"""The lock: in a locked worker every way out is shut, and every library that readers use still works."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from caselight.engine import Engine, Failure
from caselight.ingest.calls import CALLS, architecture, program
from caselight.ingest.sandbox import lock

LIBC = ctypes.CDLL(None, use_errno=True)
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000


def level() -> str:
    with Engine(1, lock) as pool:
        return pool.level


LEVEL = level()
full = pytest.mark.skipif(LEVEL != "full", reason=f"the lock of this system is: {LEVEL}")


def test_the_level_says_what_holds() -> None:
    print(f"lock level: {LEVEL}")
    assert LEVEL in ("full", "limits only") or LEVEL.startswith("partial: ")


def call(number: int, *arguments: int) -> None:
    if LIBC.syscall(number, *(ctypes.c_long(a) for a in arguments)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def map_too_much() -> None:
    bytearray(3 << 30)


def open_many() -> None:
    kept = [os.dup(0) for _ in range(100)]
    raise AssertionError(f"{len(kept)} files are open")


ESCAPES: dict[str, Callable[[str], object]] = {
    "open a file of the study": lambda path: os.open(path, os.O_RDONLY),
    "list a folder of the study": lambda path: os.listdir(Path(path).parent),
    "write over a file": lambda path: os.open(path, os.O_RDWR),
    "make a file": lambda path: os.open(path + ".new", os.O_WRONLY | os.O_CREAT),
    "make a file in the temporary folder": lambda path: os.open("/tmp/caselight-escape", os.O_WRONLY | os.O_CREAT),
    "make a file where Python's libraries lie": lambda path: os.open(
        Path(os.__file__).with_name("escape.py"), os.O_WRONLY | os.O_CREAT
    ),
    "truncate a file": lambda path: os.truncate(path, 0),
    "remove a file": os.remove,
    "rename a file": lambda path: os.rename(path, path + ".moved"),
    "change a file's mode": lambda path: os.chmod(path, 0o777),
    "change a file's times": os.utime,
    "make a folder": lambda path: os.mkdir(path + ".folder"),
    "make a link": lambda path: os.symlink("/etc/passwd", path + ".link"),
    "read /etc/passwd": lambda path: os.open("/etc/passwd", os.O_RDONLY),
    "read the home folder": lambda path: os.listdir(Path.home()),
    "read another process": lambda path: os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY),
    "read a device": lambda path: os.open("/dev/zero", os.O_RDONLY),
    "open an internet socket": lambda path: socket.socket(socket.AF_INET),
    "open a datagram socket": lambda path: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "open a local socket": lambda path: socket.socket(socket.AF_UNIX),
    "open a pair of sockets": lambda path: socket.socketpair(),
    "look up a name": lambda path: socket.create_connection(("localhost", 1)),
    "fork": lambda path: fork(),
    "start a program": lambda path: subprocess.run(["/bin/true"], check=True),
    "become another program": lambda path: os.execv("/bin/true", ["true"]),
    "signal the parent": lambda path: os.kill(os.getppid(), signal.SIGTERM),
    "signal all": lambda path: os.kill(-1, signal.SIGTERM),
    "signal the parent's thread": lambda path: call(200, os.getppid(), 15),
    "trace the parent": lambda path: call(101, 16, os.getppid(), 0, 0),
    "read the parent's memory": lambda path: call(310, os.getppid(), 0, 0, 0, 0, 0),
    "hold the parent": lambda path: call(434, os.getppid(), 0),
    "raise its own limits": lambda path: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16)),
    "change the parent's limits": lambda path: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)),
    "ring": lambda path: call(425, 8, 0),
    "unshare": lambda path: call(272, 0x10000000),
    "mount": lambda path: call(165, 0, 0, 0, 0, 0),
    "program the kernel": lambda path: call(321, 0, 0, 0),
    "use the key ring": lambda path: call(250, 0, -1),
    "a file in memory": lambda path: os.memfd_create("x"),
    "change the root": lambda path: os.chroot("/"),
    "become another user": lambda path: os.setuid(1),
    "install another filter": lambda path: call(317, 1, 0, 0),
    "use more memory than allowed": lambda path: map_too_much(),
    "open more files than allowed": lambda path: open_many(),
}


def escape(items: Sequence[tuple[str, str]], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    outcomes = []
    for i, (name, path) in enumerate(items):
        mark(i)
        if i in failures:
            outcomes.append(failures[i].reason)
            continue
        try:
            ESCAPES[name](path)
            outcomes.append("done")
        except Exception as error:
            outcomes.append(f"{type(error).__name__} {getattr(error, 'errno', '')}")
    return json.dumps(outcomes).encode()


@full
@pytest.mark.skipif(platform.machine() != "x86_64", reason="system calls by the numbers of x86_64")
@pytest.mark.parametrize("name", ESCAPES)
def test_this_way_out_is_shut(name: str, tmp_path: Path) -> None:
    target = tmp_path / "study" / "record.txt"
    target.parent.mkdir()
    target.write_text("untouched")
    with Engine(1, lock) as pool:
        ((_, answer),) = pool.map(escape, [[(name, str(target))]])
    (outcome,) = json.loads(answer)
    closed = {f"PermissionError {errno.EPERM}", f"PermissionError {errno.EACCES}", f"OSError {errno.EMFILE}"}
    assert outcome in closed | {"MemoryError ", "ValueError ", f"gaierror {socket.EAI_AGAIN}"}, outcome
    assert target.read_text() == "untouched"
    assert [p.name for p in target.parent.iterdir()] == ["record.txt"]
    assert not Path("/tmp/caselight-escape").exists()


def still_works(items: Sequence[str], mark: object, failures: object) -> bytes:
    """Late imports, threads, big arrays, a caught crash of the C library: what readers do."""
    import wave  # a module of Python that nothing has loaded yet

    import lxml.html
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pypdf
    import pypdfium2
    import selectolax.lexbor
    import striprtf.striprtf

    done = [m.__name__ for m in (wave, lxml, pypdf, pypdfium2, selectolax, striprtf)]
    done.append(selectolax.lexbor.LexborHTMLParser("<p>text").text())
    done.append(str(lxml.html.fromstring("<p>text").text_content()))
    done.append(str(int(np.ones((4000, 4000)).dot(np.ones(4000)).sum())))  # threads of BLAS
    done.append(str(pc.sum(pa.array(range(1_000_000))).as_py()))
    seen: list[str] = []
    threads = [threading.Thread(target=seen.append, args=("thread",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return json.dumps([*done, *seen]).encode()


def test_libraries_work_in_a_locked_worker() -> None:
    with Engine(1, lock) as pool:
        ((_, answer),) = pool.map(still_works, [["a"]])
    done = json.loads(answer)
    assert done[6:] == ["text", "text", "16000000", "499999500000"] + ["thread"] * 4


def inflect(items: Sequence[str], mark: object, failures: object) -> bytes:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru").parse(items[0])[0].normal_form.encode()


def test_the_dictionary_can_be_loaded_late() -> None:
    with Engine(1, lock) as pool:
        ((_, answer),) = pool.map(inflect, [["постановления"]])
    assert answer.decode() == "постановление"


def abort(items: Sequence[str], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    mark(0)
    if not failures:
        os.abort()
    return failures[0].reason.encode()


def test_a_library_that_aborts_in_a_locked_worker_is_told_as_such() -> None:
    with Engine(1, lock) as pool:
        ((_, answer),) = pool.map(abort, [["a"]])
    assert b"SIGABRT" in answer


def open_with(items: Sequence[str], mark: object, failures: object) -> bytes:
    return Path(items[0]).read_bytes()


@full
def test_a_folder_may_be_left_readable(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"text")
    with Engine(1, lock, ([tmp_path],)) as pool:
        assert list(pool.map(open_with, [[str(tmp_path / "f")]])) == [(0, b"text")]


# ---- the filter program, run by an interpreter: the other machine's cannot be tried here


def run(code: bytes, audit: int, number: int, arguments: Sequence[int] = ()) -> int:
    """What the kernel would answer: the value that the filter returns."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *(a & (1 << 64) - 1 for a in padded))
    instructions = list(struct.iter_unpack("<HBBI", code))
    at = accumulator = 0
    while True:
        operation, yes, no, operand = instructions[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case 0x15:
                at += yes if accumulator == operand else no
            case 0x45:
                at += yes if accumulator & operand else no
            case 0x06:
                return operand


MACHINES = ["x86_64", "aarch64"]
RULES = [
    # call, arguments, what the filter answers, why
    ("read", (0, 0, 0), ALLOW, "allowed whatever the arguments"),
    ("openat", (-100, 1, os.O_RDONLY | os.O_CLOEXEC), ALLOW, "reading is Landlock's matter"),
    ("openat", (-100, 1, os.O_RDWR), REFUSE | errno.EACCES, "writing"),
    ("openat", (-100, 1, os.O_WRONLY), REFUSE | errno.EACCES, "writing"),
    ("openat", (-100, 1, os.O_CREAT), REFUSE | errno.EACCES, "making"),
    ("openat2", (), REFUSE | errno.ENOSYS, "its flags lie where no filter can look"),
    ("clone", (0x003D0F00,), ALLOW, "the flags of a new thread"),
    ("clone", (0x01200011,), REFUSE | errno.EPERM, "the flags of fork"),
    ("clone3", (), REFUSE | errno.ENOSYS, "its flags lie where no filter can look"),
    ("tgkill", (77, 78, 6), ALLOW, "abort"),
    ("tgkill", (76, 76, 6), REFUSE | errno.EPERM, "another process"),
    ("kill", (77, 6), ALLOW, "itself"),
    ("kill", (-1, 9), REFUSE | errno.EPERM, "everybody"),
    ("kill", (-77, 9), REFUSE | errno.EPERM, "its group"),
    ("prlimit64", (0, 7, 0, 5), ALLOW, "asking"),
    ("prlimit64", (0, 7, 5, 0), REFUSE | errno.EPERM, "setting"),
    ("prlimit64", (0, 7, 5 << 32, 0), REFUSE | errno.EPERM, "setting, from a high address"),
    ("prlimit64", (1, 7, 0, 5), REFUSE | errno.EPERM, "another process"),
    ("prctl", (15, 0), ALLOW, "a thread's name"),
    ("prctl", (22, 2, 0), REFUSE | errno.EPERM, "another filter"),
    ("sendto", (3, 1, 1, 0, 0), ALLOW, "the line to the parent"),
    ("sendto", (3, 1, 1, 0, 1 << 40), REFUSE | errno.EPERM, "an address"),
    ("sendto", (3, 1, 1, 0, 8), REFUSE | errno.EPERM, "an address"),
]
FORBIDDEN = {
    "x86_64": {
        "socket": 41, "connect": 42, "sendmsg": 46, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59,
        "ptrace": 101, "tkill": 200, "creat": 85, "unlink": 87, "rename": 82, "execveat": 322, "io_uring_setup": 425,
        "pidfd_open": 434,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "sendmsg": 211, "socketpair": 199, "execve": 221, "ptrace": 117, "tkill": 130,
        "unlinkat": 35, "renameat": 38, "mkdirat": 34, "execveat": 281, "io_uring_setup": 425, "pidfd_open": 434,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize(("call_name", "arguments", "answer", "why"), RULES, ids=[f"{r[0]}: {r[3]}" for r in RULES])
def test_the_filter_answers(name: str, call_name: str, arguments: tuple[int, ...], answer: int, why: str) -> None:
    machine = architecture(name)
    assert machine
    number = next(getattr(c, name) for c in CALLS if c.name == call_name)
    assert run(program(machine, CALLS, 77), machine.audit, number, arguments) == answer


@pytest.mark.parametrize("name", MACHINES)
def test_the_filter_refuses_every_call_that_is_not_named(name: str) -> None:
    machine = architecture(name)
    assert machine
    code = program(machine, CALLS, 77)
    named = {getattr(c, name) for c in CALLS}
    unnamed = [n for n in (*range(600), *range(0x40000000, 0x40000000 + 600), 0xFFFFFFFF) if n not in named]
    assert {run(code, machine.audit, n) for n in unnamed} == {REFUSE | errno.EPERM}
    assert not set(FORBIDDEN[name].values()) & named
    assert run(code, 0x40000003, 1) == KILL, "a call in the way of a 32-bit machine"
    assert len(code) // 8 < 4096, "the longest program that the kernel takes"


@pytest.mark.parametrize("name", MACHINES)
def test_no_number_stands_for_two_calls(name: str) -> None:
    numbers = [getattr(c, name) for c in CALLS if getattr(c, name) is not None]
    assert len(numbers) == len(set(numbers))


def test_an_unknown_machine_has_no_filter() -> None:
    assert architecture("riscv64") is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the upper layers")
def test_a_lock_without_landlock_is_told_as_partial() -> None:
    """Inside a locked process Landlock can be tried out as absent: the second layer alone is what is left."""
    script = (
        "from caselight.ingest import sandbox\n"
        "sandbox._landlock = lambda *_: None\n"
        "import os; print(sandbox.lock(), flush=True); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.startswith(("partial: this system has no Landlock", "limits only"))
