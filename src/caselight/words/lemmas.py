"""The dictionary form of a word, asked for once for each form ever met."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

Lemmatise = Callable[[str], tuple[str, str]]  # form -> most likely lemma, second most likely (the same where none)

# A second lemma counts when its share of the estimate is at least this: the dictionary gives shares near 0 to readings
# that its corpus, large as it is, never saw.
_PLAUSIBLE_SHARE = 0.01
_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def source(language: str) -> str:
    """What makes the lemmas of this language, with its version: lemmas of another source must not be mixed in."""
    packages = (
        ["pymorphy3", "pymorphy3-dicts-ru"] if language == "ru" else ["pystemmer"] if language in _STEMMERS else []
    )
    return " ".join(f"{package} {_version(package)}" for package in packages) or "none"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def lemmatiser(language: str) -> Lemmatise:
    """The function that knows the lemmas of this language; a language without one keeps every form as it is."""
    if language == "ru":
        return _russian()
    if language in _STEMMERS:
        return _stemmer(_STEMMERS[language])
    return lambda form: (form, form)


def _stemmer(algorithm: str) -> Lemmatise:
    import Stemmer

    stem = Stemmer.Stemmer(algorithm).stemWord

    def lemmas(form: str) -> tuple[str, str]:
        lemma = stem(form) or form
        return lemma, lemma

    return lemmas


def _russian() -> Lemmatise:
    import pymorphy3

    parse = pymorphy3.MorphAnalyzer(result_type=None).parse

    def lemmas(form: str) -> tuple[str, str]:
        if not any("а" <= c <= "я" for c in form):
            return form, form
        shares: dict[str, float] = {}
        for _, _, lemma, share, _ in parse(form):
            shares[lemma] = shares.get(lemma, 0.0) + share
        best = sorted(shares, key=lambda lemma: -shares[lemma])[:2]  # stable: equal shares keep the dictionary's order
        if not best:
            return form, form
        second = best[-1] if shares[best[-1]] >= _PLAUSIBLE_SHARE else best[0]
        return best[0], second

    return lemmas
