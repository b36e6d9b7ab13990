"""The dictionary form of a word, asked for once for each form ever met."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from caselight.remembering import Lately

Lemmatise = Callable[[str], tuple[str, str]]  # form -> most likely lemma, second most likely (the same where none)

# A second lemma counts when its share of the estimate is at least this: the dictionary gives shares near 0 to readings
# that its corpus, large as it is, never saw.
_PLAUSIBLE_SHARE = 0.01
_REMEMBERED_CUTS = 5_000
_CYRILLIC = re.compile("[а-я]")
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
    """Read off the name of what pip leaves beside the package. Where that is not plain `importlib.metadata` is asked,
    which takes longer to load than a vocabulary.
    """
    name = package.replace("-", "_")
    beside = {found for folder in sys.path for found in Path(folder).glob(f"{name}[-.]*info")}
    found = [path.name for path in beside if (path / "METADATA").is_file()]
    plain = re.fullmatch(rf"{name}-(\d[\d.]*)\.dist-info", found[0]) if len(found) == len(beside) == 1 else None
    if plain:
        return plain[1]
    from importlib.metadata import PackageNotFoundError, version

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
    """Through `parse` for words that the dictionary lacks; for those it has, straight from its tables, which is faster.

    A test holds both ways together for the words of the demo records.
    """
    import pymorphy3

    analyser = pymorphy3.MorphAnalyzer(result_type=None)
    dictionary, share_of = analyser.dictionary, analyser.prob_estimator.p_t_given_w.prob
    look_up, substitutes = dictionary.words.similar_items, analyser.char_substitutes
    cuts = _Cuts(dictionary)

    def lemmas(form: str) -> tuple[str, str]:
        if len(form) == 1 or not _CYRILLIC.search(form):
            return form, form  # a letter alone is an initial or an abbreviation: no lemma tells more than itself
        places = [(word, place) for word, found in look_up(form, substitutes) for place in found]
        normal = [
            before + word[start:end] + behind for word, place in places for before, start, end, behind in cuts[place]
        ]
        if not normal:
            return _best([(lemma, share) for _, _, lemma, share, _ in analyser.parse(form)], form)
        if normal.count(normal[0]) == len(normal):
            return normal[0], normal[0]
        shares = [share_of(form, dictionary.build_tag_info(*place)) for _, place in places]
        if not any(shares):  # a form that the corpus never saw: all readings alike
            shares = [1 / len(normal)] * len(normal)
        ranked = sorted(zip(normal, shares, strict=True), key=lambda reading: -reading[1])  # as the parser does
        return _best(ranked, form)

    return lemmas


class _Cuts(Lately[tuple[int, int], list[tuple[str, int, int | None, str]]]):
    """How a form's dictionary form is made, by the form's place (paradigm, number in it): as the one member of a list,
    what to put before, what to keep of the form (start, end), and what to put behind. Filled as places are met.
    """

    def __init__(self, dictionary: Any) -> None:
        super().__init__(_REMEMBERED_CUTS)
        self._paradigms, self._suffixes = dictionary.paradigms, dictionary.suffixes
        self._prefixes = dictionary.paradigm_prefixes

    def __missing__(self, place: tuple[int, int]) -> list[tuple[str, int, int | None, str]]:
        if known := super().__missing__(place):
            return known
        number, form = place
        paradigm = self._paradigms[number]  # for each of its forms the number of the suffix; of the tag; of the prefix
        prefix_at = len(paradigm) // 3 * 2
        prefix, suffix = self._prefixes[paradigm[prefix_at + form]], self._suffixes[paradigm[form]]
        before, behind = self._prefixes[paradigm[prefix_at]], self._suffixes[paradigm[0]]
        cut = (before, len(prefix), -len(suffix) or None, behind) if form else ("", 0, None, "")
        made = self[place] = [cut]
        return made


def _best(readings: list[tuple[str, float]], form: str) -> tuple[str, str]:
    """The two lemmas with the largest shares, over all readings of each."""
    shares: dict[str, float] = {}
    for lemma, share in readings:
        shares[lemma] = shares.get(lemma, 0.0) + share
    # Rounded and stable: equal shares keep their order, whatever the last digits of their sums are.
    best = sorted(shares, key=lambda lemma: -round(shares[lemma], 6))[:2]
    if not best:
        return form, form
    return best[0], best[-1] if shares[best[-1]] >= _PLAUSIBLE_SHARE else best[0]
