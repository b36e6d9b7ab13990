"""Known answers of independent programs, and laws that hold for every input."""

from __future__ import annotations

import doctest
import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import figures_inputs  # noqa: E402  (benchmarks/ is no package)
from oracles import TOPICS, check  # noqa: E402

MODULES = sorted(path.stem for path in (ROOT / "src/caselight/estimate").glob("[a-z]*.py"))


@pytest.mark.shared
def test_every_known_answer_of_every_topic_is_given(shared: Path) -> None:
    found = check(shared)
    assert {case.topic for case in found} == set(TOPICS)
    assert not [case for case in found if not case.passed]


@pytest.mark.parametrize("law", figures_inputs.LAWS, ids=lambda law: law.__name__)
def test_whatever_comes_in_a_possible_figure_or_a_refusal_comes_out(law: figures_inputs.Law) -> None:
    figures_inputs.try_law(law, 25)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"caselight.estimate.{name}")).failed == 0
