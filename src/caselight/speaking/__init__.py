"""Messages in Russian: what the program says in English, said again at the moment of showing.

Messages are made in English, and stay so in tables and exports. `ru/*.yaml` holds pairs of templates; a message is
translated by finding the template it was made from:

    - en: '{path} was not opened to its end: {error:said}'
      ru: '{path} открыт не до конца: {error}'

A placeholder `{name}` stands for any text and is copied, `{name:w}` for text without spaces; `{name:n}` for a number,
which is written as Russian writes it; `{name:said}` for what is itself a message; `{name:each}` for several, with
commas between. `{name:each hidden}` looks for each of them behind a word first, as in "hidden: 2 case", so that the
same English may have two meanings. In the Russian, `{n:дело|дела|дел}` is the word that goes with the number n, and
`{n:дела|дел}` the one behind "из". What has no template is shown in English. tests/test_speaking.py names every
message of the program that has no Russian.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "ru")
_VARIABLES = ("CASELIGHT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def language_of(environment: Mapping[str, str]) -> str:
    """The language that these environment variables ask for: $CASELIGHT_LANGUAGE, else the system's for messages.

    >>> [language_of(e) for e in ({}, {"LANG": "ru_RU.UTF-8"}, {"LANG": "ru_RU.UTF-8", "CASELIGHT_LANGUAGE": "en"})]
    ['en', 'ru', 'en']
    """
    asked = next(filter(None, map(environment.get, _VARIABLES)), "")
    return "ru" if asked.startswith("ru") else "en"


def said(text: str, language: str) -> str:
    """The message in this language, line by line; what is not known is kept in English.

    >>> said("There is no file a.csv. Check the name and the folder.", "ru")
    'Файла a.csv нет. Проверьте имя и папку.'
    """
    return translated(text, language) or text


def translated(text: str, language: str) -> str | None:
    """As `said`; None = no line of it is known in this language."""
    if language != "ru" or not text:
        return None
    from caselight.speaking.russian import in_russian  # not above: English never needs it

    return in_russian(text)
