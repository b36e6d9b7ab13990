"""One study folder: made, opened, locked."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from caselight import __version__
from caselight.errors import StudyError, UsageError
from caselight.store.files import write_text
from caselight.store.parts import Parts
from caselight.store.records import Records

# Raised when an older Caselight could misread the folder; a study of a higher format is refused, never guessed at.
FORMAT = 1


class Settings(NamedTuple):
    """What study.toml holds."""

    title: str
    pack: str  # name of a pack that ships, or "pack" = the copy in the study folder
    language: str  # of the report: "en" | "ru"
    notice: str = ""  # shown on every page, e.g. that the records are constructed; "" = none
    mapping: Mapping[str, str] = MappingProxyType({})  # column of a dump by its meaning: text, case_number, ...
    format: int = FORMAT
    made_with: str = __version__


class Study:
    """An open study folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.records = Records(folder / "records")
        self.parts = Parts(folder / "tables")
        self.words = Parts(folder / "index" / "words")

    @property
    def codebook(self) -> Path:
        """The codebook, to be edited by the user."""
        return self.folder / "codebook.yaml"

    @property
    def findings(self) -> Path:
        """The sentences that the report begins with; written by the user, and not always there."""
        return self.folder / "findings.yaml"

    @property
    def report(self) -> Path:
        """Folder of the report's pages."""
        return self.folder / "report"

    @property
    def search_index(self) -> Path:
        """Folder of the search index."""
        return self.folder / "index" / "search"

    @property
    def pack(self) -> str:
        """Name of the pack that ships, or path of the study's own."""
        return str(self.folder / "pack") if self.settings.pack == "pack" else self.settings.pack

    @classmethod
    def create(cls, folder: Path, settings: Settings, codebook: str) -> Study:
        """A new study in `folder`, which must not exist or be empty.

        Raises:
            UsageError: there is something in the folder.
        """
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} exists and is not empty. Choose another name, or remove it first.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be made ({error.strerror}). Choose another place.") from None
        write_text(folder / "codebook.yaml", codebook)
        study = cls(folder, settings)
        study.write(settings)
        return study

    def write(self, settings: Settings) -> None:
        """study.toml with these settings."""
        self.settings = settings
        mapping = "".join(
            f"{json.dumps(k)} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in settings.mapping.items()
        )
        text = (
            f"# A Caselight study. Title and language may be changed; the rest is kept by the program.\n"
            f"format = {settings.format}\n"
            f"made_with = {json.dumps(settings.made_with)}\n"
            f"title = {json.dumps(settings.title, ensure_ascii=False)}\n"
            f"pack = {json.dumps(settings.pack)}\n"
            f"language = {json.dumps(settings.language)}  # of the report: en or ru\n"
            f"notice = {json.dumps(settings.notice, ensure_ascii=False)}\n"
            f"\n[mapping]\n{mapping}"
        )
        write_text(self.folder / "study.toml", text)

    @classmethod
    def open(cls, folder: Path) -> Study:
        """The study in `folder`.

        Raises:
            UsageError: no study there.
            StudyError: its study.toml is damaged, or a newer Caselight made it.
        """
        file = folder / "study.toml"
        if not file.is_file():
            raise UsageError(f"{folder} is not a study: it has no study.toml. Make one with: caselight new {folder}")
        import tomllib  # not above: `new` does without

        try:
            data = tomllib.loads(file.read_text("utf-8"))
            found = int(data.get("format", 0))
            if found > FORMAT:
                raise StudyError(
                    f"{folder} was made by a newer Caselight ({data.get('made_with', '?')}, format {found}; this one "
                    f"knows format {FORMAT}). Nothing was changed. Install the newer version to open it."
                )
            words = {name: str(data[name]) for name in ("title", "pack", "language")}
            notice, mapping = str(data.get("notice", "")), _mapping(data.get("mapping", {}))
            settings = Settings(**words, notice=notice, mapping=mapping, format=found)
        except OSError as error:
            raise StudyError(f"{file} cannot be read ({error.strerror}). Check its permissions.") from None
        except (KeyError, ValueError, TypeError) as error:
            raise StudyError(f"{file} cannot be read ({error}). Mend it, or restore it from a copy.") from None
        if settings.language not in ("en", "ru"):
            raise StudyError(f"{file}: language is {settings.language!r}; en and ru are allowed.")
        return cls(folder, settings)

    @contextmanager
    def locked(self, reading: bool = False) -> Iterator[None]:
        """Nobody else changes this study meanwhile; the lock ends with the process, however that ends.

        Args:
            reading: a study that may only be read is not locked, instead of being refused.

        Raises:
            StudyError: another process is at work on it.
        """
        try:
            descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            if not reading or error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
                raise
            yield  # what may not be written needs no lock
            return
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "?"
                raise StudyError(
                    f"Another caselight (process {holder}) is at work on {self.folder}. "
                    "Nothing was changed. Wait until it is done, then run this again."
                ) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(descriptor)


def _mapping(entry: object) -> dict[str, str]:
    """The table `mapping` of study.toml.

    Raises:
        ValueError: it is no table of texts.
    """
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise ValueError(f"mapping is {entry!r}, not a table of names of columns")
    return dict(entry)
