"""The system calls that a journal makes, and nothing else: so that a test can let each of them fail, or lose what was
not synced, as a disk does.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Disk:
    """Files as the operating system gives them. Every method may raise OSError."""

    def make_folder(self, folder: Path) -> None:
        """The folder, which is not there yet; the one above it is."""
        os.mkdir(folder, 0o700)

    def open(self, path: Path) -> int:
        """The file, to be read and written; made if it is not there."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def lock(self, descriptor: int) -> bool:
        """Nobody else has this file locked; False = somebody has."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def look(self, descriptor: int) -> tuple[int, int, int]:
        """Device, number and size of the file: while these stay, nobody has added to it."""
        seen = os.fstat(descriptor)
        return seen.st_dev, seen.st_ino, seen.st_size

    def read(self, descriptor: int, count: int, at: int) -> bytes:
        """Up to that many bytes from there on; none at the end."""
        return os.pread(descriptor, count, at)

    def write(self, descriptor: int, data: bytes, at: int) -> int:
        """How many of the bytes were written there."""
        return os.pwrite(descriptor, data, at)

    def cut(self, descriptor: int, size: int) -> None:
        """The file ends here now."""
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        """What was written to the file is on the disk, and its length."""
        os.fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """The names in this folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Gives the file back, and its lock with it."""
        os.close(descriptor)
