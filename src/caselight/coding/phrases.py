"""Finding the phrases of a codebook in a whole bucket of texts at once.

Every way to read a phrase (`phrase_language.Variant`) is a row of steps; a step is a set of word forms. For a bucket,
the rarest step of each variant is looked up, and the other steps are compared only there, for all variants in one go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.codebook.phrase_language import Step, Variant, parse_phrase, written_words
from caselight.variables import Phrase
from caselight.words import UNLISTED, Forms, Vocabulary, Words, distinct, forms_of, is_word, meant

Numbers = NDArray[np.int64]

# A table of as many places tells of nearly all words that they are not among some hundred.
_END_BITS = 14
_END = np.uint64((1 << _END_BITS) - 1)
_UNLIMITED = np.iinfo(np.int64).max

# Anchors are followed this many at a time, so that memory stays bounded whatever the texts hold. Candidates that only
# differ in tokens that no longer matter are merged where there are more than that: below, it costs more than it saves;
# without it, a text of one word repeated would cost a power of the gap's length.
_AT_ONCE = 20_000


class Hits(NamedTuple):
    """Where phrases stand: H of them, sorted by first token, then phrase.

    Of one way to read a phrase the shortest hits count, of several ways the longest; none lies within another.
    """

    phrase: Numbers  # (H,) index of the phrase among those compiled
    text: Numbers  # (H,) index of the text
    first: Numbers  # (H,) first token, an index into the arrays of `Words`
    last: Numbers  # (H,) the token after the last one


class Phrases:
    """Compiled phrases. Remembers which forms of a growing vocabulary they are made of, so a form is looked at once."""

    def __init__(self, variants: Sequence[tuple[int, Variant]], vocabulary: Vocabulary) -> None:
        self.count = 1 + max((phrase for phrase, _ in variants), default=-1)
        self.steps = _Steps(dict.fromkeys(step for _, variant in variants for step in variant.steps), vocabulary)
        self.plan = _Plan.of(variants, self.steps.number)
        self.steps.of(vocabulary.forms)  # once here, not in each worker


def compile_phrases(phrases: Sequence[Phrase], vocabulary: Vocabulary) -> Phrases:
    """The phrases, ready to be found; their words are learned by the vocabulary.

    Raises:
        DefinitionError: a phrase cannot be read.
    """

    written = list(dict.fromkeys(w for phrase in phrases for w in written_words(phrase)))
    forms, first = forms_of(written, vocabulary)
    words = {w: forms.text[i:j] for w, (i, j) in zip(written, pairwise(first.tolist()), strict=True)}
    return Phrases([(i, v) for i, p in enumerate(phrases) for v in parse_phrase(p, words.__getitem__)], vocabulary)


def find(words: Words, phrases: Phrases, wanted: Collection[int] | None = None) -> Hits:
    """Every place where one of the phrases stands, within one sentence.

    Args:
        wanted: numbers of the phrases to look for; None = all.
    """
    places = _Places(words, phrases.steps)
    plan = phrases.plan
    able = (places.count[plan.step] > 0) | (plan.step < 0)
    live = np.flatnonzero(able.all(axis=1))
    if wanted is not None:
        live = live[np.isin(plan.phrase[live], list(wanted))]
    if not len(live):
        return Hits(*(np.zeros(0, np.int64) for _ in range(4)))
    anchors = _begin(live, plan, places)
    slices = range(0, len(anchors.variant), _AT_ONCE)
    found = [_follow(anchors.take(slice(i, i + _AT_ONCE)), plan, places) for i in slices]
    return _hits(_joined(found), plan, words)


class _Steps:
    """The distinct steps of all phrases, and for each row of a table of forms the steps that it fits."""

    def __init__(self, steps: Collection[Step], vocabulary: Vocabulary) -> None:
        self.number = {step: i for i, step in enumerate(steps)}
        self.prefixes: dict[str, list[int]] = {}
        by_lemma: dict[int, list[int]] = {}
        by_form: dict[int, list[int]] = {}
        by_number: dict[int, list[int]] = {}
        texts = list(dict.fromkeys(atom.text for step in self.number for atom in step))
        forms, _ = forms_of(texts, vocabulary)
        row = {text: i for i, text in enumerate(texts)}
        for step, number in self.number.items():
            for atom in step:
                if atom.how == "prefix":
                    self.prefixes.setdefault(atom.text, []).append(number)
                    continue
                form = int(forms.plain[row[atom.text]])
                if not is_word(atom.text):
                    by_number.setdefault(form, []).append(number)
                if atom.how == "exact":
                    by_form.setdefault(form, []).append(number)
                for lemma in meant(forms, row[atom.text]) if atom.how == "any" else ():
                    by_lemma.setdefault(lemma, []).append(number)
        self.by_lemma, self.by_form, self.by_number = _Table(by_lemma), _Table(by_form), _Table(by_number)
        self.owner: object = None
        self.fits = _Fits.of_none()

    def of(self, forms: Forms) -> _Fits:
        """For every row of `forms` the steps that it fits; what is known of a growing vocabulary is kept."""
        if forms.owner is None or forms.owner is not self.owner:
            self.owner, self.fits = forms.owner, _Fits.of_none()
        if len(forms) > len(self.fits.any):
            self.fits = self._grown(forms, len(self.fits.any))
        return self.fits

    def _grown(self, forms: Forms, known: int) -> _Fits:
        pairs = [
            self.by_lemma.pairs(forms.lemma[known:]),
            self.by_lemma.pairs(forms.other[known:]),
            self.by_form.pairs(forms.plain[known:]),
            self._prefix_pairs(forms, known),
        ]
        row, step = np.concatenate(pairs, axis=1)
        steps = len(self.number)
        row, step = np.divmod(distinct(row * steps + step), max(steps, 1))
        return self.fits.with_pairs(row + known, step, len(forms))

    def _prefix_pairs(self, forms: Forms, known: int) -> Numbers:
        pairs = [np.zeros((2, 0), np.int64)]
        for prefix, numbers in self.prefixes.items():
            rows = forms.beginning_with(prefix, known)
            pairs += [np.stack([rows - known, np.full(len(rows), number)]) for number in numbers]
        return np.concatenate(pairs, axis=1)


class _Table:
    """From a hash to numbers of steps, for many hashes at once."""

    def __init__(self, entries: dict[int, list[int]]) -> None:
        flat = sorted((key, number) for key, numbers in entries.items() for number in set(numbers))
        self.key = np.array([key for key, _ in flat], np.uint64)
        self.number = np.array([number for _, number in flat], np.int64)
        self.ends = np.zeros(1 << _END_BITS, bool)  # by the last bits of a hash, whether one of the keys ends so
        self.ends[(self.key & _END).view(np.int64)] = True

    def pairs(self, hashes: NDArray[np.uint64]) -> Numbers:
        """(2, P): index into `hashes`, number of a step that belongs to it."""
        likely = np.flatnonzero(self.ends.take((hashes & _END).view(np.int64), mode="clip"))
        sought = hashes[likely]
        low, high = np.searchsorted(self.key, sought, "left"), np.searchsorted(self.key, sought, "right")
        index, entry = _ranges(low, high)
        return np.stack([likely[index], self.number[entry]])


class _Fits(NamedTuple):
    """Which steps each of R rows of a table of forms fits: those of row r are step[border[r] : border[r + 1]]."""

    border: NDArray[np.int32]  # (R + 1,)
    step: Numbers
    any: NDArray[np.bool_]  # (R,) whether the row fits one at all

    @classmethod
    def of_none(cls) -> _Fits:
        """No rows at all."""
        return cls(np.zeros(1, np.int32), np.zeros(0, np.int64), np.zeros(0, bool))

    def with_pairs(self, row: Numbers, step: Numbers, rows: int) -> _Fits:
        """With rows up to `rows`; each `row` (sorted, beyond those known) fits its `step`."""
        many = np.bincount(row, minlength=rows)[len(self.any) :]
        border = np.concatenate([self.border, self.border[-1] + np.cumsum(many, dtype=np.int32)])
        return _Fits(border, np.concatenate([self.step, step]), np.concatenate([self.any, many > 0]))


class _Places:
    """For each step the tokens that fit it, in one sorted array of keys: step * span + token."""

    def __init__(self, words: Words, steps: _Steps) -> None:
        fits = steps.of(words.forms)
        hot = np.flatnonzero(fits.any.take(words.row))
        row = words.row[hot]
        index, entry = _ranges(fits.border[row], fits.border[row + 1])
        unlisted = np.flatnonzero(words.row == UNLISTED) if len(steps.by_number.key) else hot[:0]
        number, step = steps.by_number.pairs(words.form[unlisted])
        self.span = len(words) + 1
        token, step = np.concatenate([hot[index], unlisted[number]]), np.concatenate([fits.step[entry], step])
        if len(number):  # else the tokens are in order already
            order = np.argsort(token, kind="stable")
            token, step = token[order], step[order]
        order = np.argsort(step.astype(np.min_scalar_type(len(steps.number))), kind="stable")  # small numbers: by radix
        self.key: Numbers = (step * self.span + token)[order]
        self.begin = np.searchsorted(self.key, np.arange(len(steps.number) + 1) * self.span)
        self.count = np.append(np.diff(self.begin), 0)  # the last one is for step -1, "no step"
        self.sentence = words.sentence

    def tokens(self, entries: Numbers) -> Numbers:
        """The tokens of these entries of `key`."""
        return self.key[entries] % self.span


class _Plan(NamedTuple):
    """V variants of at most M steps, as arrays."""

    phrase: Numbers  # (V,)
    step: Numbers  # (V, M) number of the step; -1 beyond the variant's last
    gap: Numbers  # (V, M)
    length: Numbers  # (V,)
    span: Numbers  # (V,) words that the whole hit may span
    inner: tuple[tuple[int, int, Numbers], ...]  # windows within it: first step, last step, (V,) words allowed
    kept: NDArray[np.bool_]  # (V, M) an inner window begins or ends here, so the token must be remembered

    @classmethod
    def of(cls, variants: Sequence[tuple[int, Variant]], number: dict[Step, int]) -> _Plan:
        """The plan of these (phrase, variant)."""
        n, m = len(variants), max((len(v.steps) for _, v in variants), default=1)
        step, gap, kept = np.full((n, m), -1), np.zeros((n, m), np.int64), np.zeros((n, m), bool)
        span = np.full(n, _UNLIMITED)
        inner: dict[tuple[int, int], Numbers] = {}
        for i, (_, variant) in enumerate(variants):
            length = len(variant.steps)
            step[i, :length] = [number[s] for s in variant.steps]
            gap[i, :length] = variant.gaps
            for first, last, words in variant.windows:
                whole = (first, last) == (0, length - 1)
                allowed = span if whole else inner.setdefault((first, last), np.full(n, _UNLIMITED))
                allowed[i] = min(allowed[i], words)
                kept[i, [first, last]] |= not whole
        phrase = np.array([phrase for phrase, _ in variants], np.int64)
        return cls(phrase, step, gap, (step >= 0).sum(axis=1), span, tuple((*k, w) for k, w in inner.items()), kept)


class _Candidates(NamedTuple):
    """C places where a variant fits so far, with steps low to high; all of one variant are equally far."""

    variant: Numbers  # (C,)
    anchor: Numbers  # (C,) which of the tokens that were looked up first it grew from
    low: Numbers  # (C,)
    high: Numbers  # (C,)
    token: Numbers  # (C, M) where each step stands; unknown outside low .. high

    def take(self, rows: NDArray[Any] | slice) -> _Candidates:
        """These candidates."""
        return _Candidates(self.variant[rows], self.anchor[rows], self.low[rows], self.high[rows], self.token[rows])


def _joined(parts: Sequence[_Candidates]) -> _Candidates:
    names = ("variant", "anchor", "low", "high", "token")
    return _Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _begin(live: Numbers, plan: _Plan, places: _Places) -> _Candidates:
    """Every token that fits the rarest step of each of these variants."""
    step = plan.step[live]
    count = np.where(step < 0, places.span, places.count[step])
    rarest = count.argmin(axis=1)
    number = step[np.arange(len(live)), rarest]
    index, entry = _ranges(places.begin[number], places.begin[number + 1])
    anchor = np.arange(len(index))
    token = np.zeros((len(index), plan.step.shape[1]), np.int64)
    token[anchor, rarest[index]] = places.tokens(entry)
    return _Candidates(live[index], anchor, rarest[index], rarest[index], token)


def _follow(candidates: _Candidates, plan: _Plan, places: _Places) -> _Candidates:
    """The candidates that fit with all their steps: compared to the right first, then to the left."""
    done = [candidates.take(slice(0, 0))]
    while len(candidates.variant):
        right = candidates.high + 1 < plan.length[candidates.variant]
        more = right | (candidates.low > 0)
        done.append(candidates.take(~more))
        candidates = _compare(candidates.take(more), right[more], plan, places)
        if len(candidates.variant) > _AT_ONCE:
            candidates = _distinct(candidates, plan, places.span)
    return _joined(done)


def _compare(candidates: _Candidates, right: NDArray[np.bool_], plan: _Plan, places: _Places) -> _Candidates:
    """Each candidate with one step more, once for every token of its sentence where that step fits."""
    row = np.arange(len(right))
    at = np.where(right, candidates.high + 1, candidates.low - 1)
    edge = candidates.token[row, np.where(right, candidates.high, candidates.low)]
    gap = plan.gap[candidates.variant, np.where(right, at, candidates.low)]
    nearest = np.where(right, edge + 1, edge - 1 - gap)
    key = plan.step[candidates.variant, at] * places.span
    begin = np.searchsorted(places.key, key + np.maximum(nearest, 0), "left")
    end = np.searchsorted(places.key, key + np.minimum(nearest + gap, places.span - 1), "right")
    index, entry = _ranges(begin, np.maximum(begin, end))
    token = places.tokens(entry)
    other = np.where(right, candidates.token[row, candidates.low], candidates.token[row, candidates.high])[index]
    fits = places.sentence[token] == places.sentence[edge[index]]
    fits &= np.abs(token - other) < plan.span[candidates.variant[index]]
    index, token = index[fits], token[fits]
    grown, at = candidates.take(index), at[index]
    grown.token[np.arange(len(index)), at] = token
    low, high = np.minimum(grown.low, at), np.maximum(grown.high, at)
    return _Candidates(grown.variant, grown.anchor, low, high, grown.token)


def _distinct(candidates: _Candidates, plan: _Plan, span: int) -> _Candidates:
    """Without candidates that differ only in tokens that no longer matter.

    To the right and to the left of an anchor the steps are independent, so of those that are through to the right the
    one that ends first is enough. Where a variant has inner windows the tokens at their ends matter, too.
    """
    row = np.arange(len(candidates.variant))
    last, first = candidates.token[row, candidates.high], candidates.token[row, candidates.low]
    through = candidates.high + 1 == plan.length[candidates.variant]
    state = [candidates.anchor * span + np.where(through, first, last)]
    if plan.inner:
        state = [*np.where(plan.kept[candidates.variant], candidates.token, -1).T, *state]
    order = np.lexsort((last, *state))
    new = np.zeros(len(order), bool)
    new[:1] = True
    for column in state:
        new[1:] |= column[order[1:]] != column[order[:-1]]
    return candidates.take(order[new])


def _hits(found: _Candidates, plan: _Plan, words: Words) -> Hits:
    inside = np.ones(len(found.variant), bool)
    for begin, end, allowed in plan.inner:
        inside &= found.token[:, end] - found.token[:, begin] < allowed[found.variant]
    variant, token = found.variant[inside], found.token[inside]
    first, last = token[:, 0], token[np.arange(len(token)), plan.length[variant] - 1]
    text, last_text = (np.searchsorted(words.first, t, "right") - 1 for t in (first, last))
    one_text = np.flatnonzero(text == last_text)  # sentence numbers begin anew with each text
    shortest = one_text[_without_shorter(variant[one_text], first[one_text], last[one_text])]
    outer = shortest[_without_longer(plan.phrase[variant[shortest]], first[shortest], last[shortest])]
    outer = outer[np.lexsort((plan.phrase[variant[outer]], first[outer]))]
    return Hits(plan.phrase[variant[outer]], text[outer], first[outer], last[outer] + 1)


def _without_shorter(group: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """The hits that hold no other of their group: of "запись ... камера" the nearest камера."""
    order = np.lexsort((last, -first, group))
    reach = np.minimum.accumulate(last[order] - group[order] * (1 + last.max(initial=0)))
    return np.asarray(order[np.append(True, reach[1:] < reach[:-1])[: len(order)]])


def _without_longer(group: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """The hits that do not lie within another of their group: of "[городской] камера" the longer reading."""
    order = np.lexsort((-last, first, group))
    reach = np.maximum.accumulate(last[order] + group[order] * (1 + last.max(initial=0)))
    return np.asarray(order[np.append(True, reach[1:] > reach[:-1])[: len(order)]])


def _ranges(low: NDArray[Any], high: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """All integers of the ranges low[i] .. high[i] - 1, each with its i."""
    size = high - low
    index = np.repeat(np.arange(len(size)), size)
    begin = np.cumsum(size) - size
    return index, np.arange(len(index)) - begin[index] + low[index]
