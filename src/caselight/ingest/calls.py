"""The system calls that a locked worker may make, and the filter program that lets no other pass.

The filter is a list of 8-byte instructions of classic BPF (Linux, filter.h): each looks at the number of the call or at
the lower half of an argument, and jumps forward or returns. It is an allow-list: a call that Linux learns tomorrow is
refused without a change here.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple


class Only(Enum):
    """With what arguments a call is allowed."""

    ANY = "any"
    READING = "open for reading, creating nothing"
    THREAD = "a thread of this process, not a new process"
    ITSELF = "a signal to this process"
    ASKING = "asking for the limits of this process, not setting any"
    NAMING = "the name of a thread"
    NO_ADDRESS = "to the parent on the line that is there, not to an address"
    ABSENT = "answered as if the kernel did not have it, so that the C library takes the older call"


class Call(NamedTuple):
    """One system call; a number is None where the machine does not have it."""

    name: str
    x86_64: int | None
    aarch64: int | None
    only: Only = Only.ANY


class Architecture(NamedTuple):
    """A machine whose calls we know by number."""

    name: str
    audit: int  # AUDIT_ARCH_... of linux/audit.h


_ARCHITECTURES = {
    "x86_64": Architecture("x86_64", 0xC000003E),
    "aarch64": Architecture("aarch64", 0xC00000B7),
}

# Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux. What they are for: the
# interpreter, imports of modules that are loaded late, the C library's memory and threads, the line to the parent.
CALLS = (
    # reading what is open, and opening what Landlock leaves
    Call("read", 0, 63),
    Call("readv", 19, 65),
    Call("pread64", 17, 67),
    Call("lseek", 8, 62),
    Call("close", 3, 57),
    Call("close_range", 436, 436),
    Call("fstat", 5, 80),
    Call("stat", 4, None),
    Call("lstat", 6, None),
    Call("newfstatat", 262, 79),
    Call("statx", 332, 291),
    Call("access", 21, None),
    Call("faccessat", 269, 48),
    Call("faccessat2", 439, 439),
    Call("readlink", 89, None),
    Call("readlinkat", 267, 78),
    Call("getdents64", 217, 61),
    Call("getcwd", 79, 17),
    Call("fcntl", 72, 25),
    Call("dup", 32, 23),
    Call("ioctl", 16, 29),
    Call("fadvise64", 221, 223),
    Call("open", 2, None, Only.READING),
    Call("openat", 257, 56, Only.READING),
    Call("openat2", 437, 437, Only.ABSENT),
    # the line to the parent (its other end is the only thing there is to write to)
    Call("write", 1, 64),
    Call("writev", 20, 66),
    Call("recvfrom", 45, 207),
    Call("recvmsg", 47, 212),
    Call("sendto", 44, 206, Only.NO_ADDRESS),
    Call("poll", 7, None),
    Call("ppoll", 271, 73),
    Call("select", 23, None),
    Call("pselect6", 270, 72),
    # memory
    Call("mmap", 9, 222),
    Call("mprotect", 10, 226),
    Call("munmap", 11, 215),
    Call("mremap", 25, 216),
    Call("madvise", 28, 233),
    Call("mincore", 27, 232),
    Call("brk", 12, 214),
    Call("membarrier", 324, 283),
    # threads
    Call("clone", 56, 220, Only.THREAD),
    Call("clone3", 435, 435, Only.ABSENT),
    Call("futex", 202, 98),
    Call("set_robust_list", 273, 99),
    Call("rseq", 334, 293),
    Call("set_tid_address", 218, 96),
    Call("arch_prctl", 158, None),
    Call("prctl", 157, 167, Only.NAMING),
    Call("gettid", 186, 178),
    Call("sched_yield", 24, 124),
    Call("sched_getaffinity", 204, 123),
    Call("getcpu", 309, 168),
    Call("eventfd2", 290, 19),
    Call("exit", 60, 93),
    Call("exit_group", 231, 94),
    # signals: abort() sends one to itself
    Call("rt_sigaction", 13, 134),
    Call("rt_sigprocmask", 14, 135),
    Call("rt_sigreturn", 15, 139),
    Call("sigaltstack", 131, 132),
    Call("restart_syscall", 219, 128),
    Call("tgkill", 234, 131, Only.ITSELF),
    Call("kill", 62, 129, Only.ITSELF),
    # time
    Call("clock_gettime", 228, 113),
    Call("clock_getres", 229, 114),
    Call("clock_nanosleep", 230, 115),
    Call("nanosleep", 35, 101),
    Call("gettimeofday", 96, 169),
    Call("time", 201, None),
    Call("times", 100, 153),
    # questions about itself and the machine
    Call("getpid", 39, 172),
    Call("getppid", 110, 173),
    Call("getuid", 102, 174),
    Call("geteuid", 107, 175),
    Call("getgid", 104, 176),
    Call("getegid", 108, 177),
    Call("getrusage", 98, 165),
    Call("getrlimit", 97, 163),
    Call("prlimit64", 302, 261, Only.ASKING),
    Call("getrandom", 318, 278),
    Call("uname", 63, 160),
    Call("sysinfo", 99, 179),
)

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16  # in struct seccomp_data; both machines are little-endian
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x00010000
_PR_SET_NAME = 15

_Instruction = tuple[int, int, int, int]  # code, instructions to skip if true, if false, operand


def architecture(machine: str) -> Architecture | None:
    """What is known of a machine by the name that `uname -m` gives it; None = nothing."""
    return _ARCHITECTURES.get(machine)


def program(machine: Architecture, calls: Sequence[Call], process: int) -> bytes:
    """The filter that lets these calls pass, as bytes of `struct sock_filter`.

    Args:
        machine: what it will run on; a call made in another way (32-bit) ends the process.
        calls: what is allowed.
        process: id of the process that it is for.
    """
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _AUDIT_AT),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for call in calls:
        number = getattr(call, machine.name)
        if number is not None:
            verdict = _verdict(call, process)
            code += [(_EQUAL, 0, len(verdict), number), *verdict]
    code.append((_RETURN, 0, 0, _REFUSE | errno.EPERM))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _verdict(call: Call, process: int) -> list[_Instruction]:
    """What follows when the number is this call's: ends in a return whatever the arguments are."""
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    no_writing = (_RETURN, 0, 0, _REFUSE | errno.EACCES)
    return {
        Only.ANY: [allow],
        Only.ABSENT: [(_RETURN, 0, 0, _REFUSE | errno.ENOSYS)],
        Only.READING: [_argument(1 if call.name == "open" else 2), (_ANY_BIT, 0, 1, _WRITING), no_writing, allow],
        Only.THREAD: [_argument(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), refuse, allow],
        Only.ITSELF: [_argument(0), (_EQUAL, 1, 0, process), refuse, allow],
        Only.NAMING: [_argument(0), (_EQUAL, 1, 0, _PR_SET_NAME), refuse, allow],
        Only.ASKING: [_argument(0), (_EQUAL, 0, len(_is_null(2)), 0), *_is_null(2), refuse],
        Only.NO_ADDRESS: [*_is_null(4), refuse],
    }[call.only]


def _argument(index: int, upper: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index + 4 * upper)


def _is_null(index: int) -> list[_Instruction]:
    """Allows if the argument, a pointer, is null; else goes on after these instructions."""
    return [
        _argument(index),
        (_EQUAL, 0, 3, 0),
        _argument(index, upper=True),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
    ]
