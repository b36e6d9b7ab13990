"""The codebook: what is asked of every case, read from YAML that people write. See docs/how-to/codebook.md.

Every mistake is a DefinitionError that begins with FILE:LINE and says what was found and what is allowed. A new key is
one line in `variable.py`, where it is read, and one in the how-to.
"""

from __future__ import annotations

from pathlib import Path

from caselight.codebook.book import Codebook, read_codebook
from caselight.codebook.entries import suggest
from caselight.definitions import load
from caselight.errors import UsageError

__all__ = ["SHIPPED", "Codebook", "codebook_path", "load_codebook", "read_codebook", "shipped_codebooks"]

SHIPPED = Path(__file__).parents[1] / "codebooks"


def shipped_codebooks() -> list[str]:
    """Names of the codebooks that come with Caselight."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def codebook_path(name: str | Path) -> Path:
    """The file of the codebook that ships as `name`, or the file `name` itself.

    Raises:
        UsageError: there is neither.
    """
    path = SHIPPED / f"{name}.yaml"
    if isinstance(name, str) and name in shipped_codebooks():
        return path
    if Path(name).is_file():
        return Path(name)
    names = shipped_codebooks()
    choice = f"Codebooks that ship: {', '.join(names) or 'none'}; or give a .yaml file."
    raise UsageError(f"There is no codebook {str(name)!r}.{suggest(str(name), names)} {choice}")


def load_codebook(name: str | Path) -> Codebook:
    """The codebook that ships as `name`, or the one in the file `name`.

    Raises:
        UsageError: there is no such file.
        DefinitionError: it has a mistake.
    """
    return read_codebook(load(codebook_path(name)))
