"""A second opinion on where people are named: a small neural network, where the extra `names` is installed.

natasha's slovnet reads Russian news, not rulings: it takes headings in capitals for names, so lines in capitals are not
shown to it. It is asked after the rules, never instead of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from caselight.protect.cleaned import fold
from caselight.protect.mentions import Mention
from caselight.protect.roles import Knowledge

_FEWEST = 3  # letters of a name that is believed
# "Ковшов Ц. – Хорта" are two persons, of whom one may be in office.
_PART = re.compile(r"[^\s,;–—-](?:(?!\s[–—-]\s)[^,;])*")


def second_opinion() -> Callable[[str], Sequence[tuple[int, int]]] | None:
    """(text) -> spans of names of persons; None where the extra is not installed."""
    return _persons if find_spec("slovnet") and find_spec("natasha") else None


def believed(text: str, spans: Sequence[tuple[int, int]], known: Knowledge) -> Iterator[Mention]:
    """The names of an opinion as mentions, one a person, without words that the pack says are none."""
    for start, end in spans:
        for part in _PART.finditer(text, start, end):
            words = re.findall(r"[А-ЯЁA-Z][а-яёa-zА-ЯЁ-]+", part.group())
            longest = max(words, key=len, default="")
            if longest and fold(longest) not in known.not_surnames:
                yield Mention(*part.span(), longest, "", "opinion")


@cache
def _tagger() -> Callable[[str], object]:
    from navec import Navec
    from slovnet import NER

    spec = find_spec("natasha")  # for its data alone: the package itself pulls in a dictionary that is not maintained
    assert spec is not None
    assert spec.origin is not None
    data = Path(spec.origin).parent / "data"
    model: Callable[[str], object] = NER.load(str(data / "model" / "slovnet_ner_news_v1.tar"))
    model.navec(Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar")))  # type: ignore[attr-defined]
    return model


def _persons(text: str) -> list[tuple[int, int]]:
    shown = re.sub(r"[^\n]+", _without_capitals, text)
    spans = _tagger()(shown).spans  # type: ignore[attr-defined]
    return [(s.start, s.stop) for s in spans if s.type == "PER" and s.stop - s.start >= _FEWEST]


def _without_capitals(line: re.Match[str]) -> str:
    return " " * len(line.group()) if line.group().isupper() else line.group()
