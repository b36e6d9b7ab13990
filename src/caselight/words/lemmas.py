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
    """Through `parse` for words that the dictionary lacks; for those it has, straight from its tables, twice as fast.

    A test holds both ways together for the words of the demo records.
    """
    import pymorphy3

    analyser = pymorphy3.MorphAnalyzer(result_type=None)
    dictionary, share_of = analyser.dictionary, analyser.prob_estimator.p_t_given_w.prob
    look_up, normal_form = dictionary.words.similar_items, dictionary.build_normal_form

    def lemmas(form: str) -> tuple[str, str]:
        if len(form) == 1 or not any("а" <= c <= "я" for c in form):
            return form, form  # a letter alone is an initial or an abbreviation: no lemma tells more than itself
        found = look_up(form, analyser.char_substitutes)
        readings = [(normal_form(*place, word), place) for word, places in found for place in places]
        if not readings:
            return _best([(lemma, share) for _, _, lemma, share, _ in analyser.parse(form)], form)
        if all(lemma == readings[0][0] for lemma, _ in readings):
            return readings[0][0], readings[0][0]
        shares = [share_of(form, dictionary.build_tag_info(*place)) for _, place in readings]
        if not any(shares):  # a form that the corpus never saw: all readings alike
            shares = [1 / len(readings)] * len(readings)
        ranked = sorted(zip(readings, shares, strict=True), key=lambda reading: -reading[1])  # as the parser does
        return _best([(lemma, share) for (lemma, _), share in ranked], form)

    return lemmas


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
