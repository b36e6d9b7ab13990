"""Pages from templates, in English or Russian, escaping always on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from caselight.codebook import Codebook
from caselight.report.interface import Interface, made_html, phrases, safe
from caselight.report.names import Names
from caselight.speaking import said

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "ru")


class Pages:
    """Everything that depends on the language: phrases, names of values and sections, templates."""

    def __init__(self, language: str, title: str, notice: str, address: str = "/") -> None:
        self.language = language
        self.title = title
        self.notice = notice
        self.address = address  # of this page; the choice of language leads back to it
        self.words = Interface(language, FOLDER / "words")
        self.report = Interface(language)

    def names(self, codebook: Codebook) -> Names:
        """Questions and values in words."""
        return Names(self.report, codebook)

    def page(self, template: str, title: str, here: str = "", **parts: Any) -> str:
        """A whole page: `here` is its entry in the navigation."""
        shared = {"t": self.words, "r": self.report, "study": self.title, "sample": self.notice, "back": self.address}
        sitter = _SITTER.format(parts["who"].name)
        return _environment().get_template(template).render(title=title, here=here, sitter=sitter, **shared, **parts)

    def told(self, message: str | Exception) -> str:
        """A message from below (an error, a problem of a run) as the desk shows it: all of them pass here."""
        return said(str(message), self.language)

    def plain(self) -> dict[str, Any]:
        """All phrases that scripts need, as data: `js.*`, speakers, and what other pages call answers."""
        wanted = {key.removeprefix("js."): text for key, text in self._all().items() if key.startswith("js.")}
        said = {f"speaker.{name}": self.report.name("speaker", name).unescape() for name in _SPEAKERS}
        return wanted | said | {"speaker.unknown": wanted["not_clear"]}

    def section(self, name: str) -> str:
        """What people call a section of a ruling."""
        return self.report.name("section", name).unescape() if name else ""

    def kind(self, name: str) -> str:
        """What people call a region that is not the act."""
        return self.report.name("region", name).unescape()

    def _all(self) -> dict[str, Any]:
        return phrases(self.language, FOLDER / "words")


# In every form that changes something: it is refused if somebody else sits here by then.
_SITTER = Markup('<input type="hidden" name="sitter" value="{}">')
_SPEAKERS = ("court", "police", "prosecution", "defence", "witness", "expert", "unknown")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """Text from outside loses the characters that a page cannot hold."""
    return made_html(safe(value)) if type(value) is str else value
