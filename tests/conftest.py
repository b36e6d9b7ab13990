"""Fixtures that every test module may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A first call may load a dictionary, and CI machines are slow: time is measured by benchmarks, not by tests.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Tests expect English, whatever the system speaks; tests of Russian ask for it.
os.environ["CASELIGHT_LANGUAGE"] = "en"

ROOT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path | None:
    """Folder of real and constructed material: $CASELIGHT_SHARED, else `shared` beside the project; None = absent."""
    given = os.environ.get("CASELIGHT_SHARED")
    folder = Path(given) if given else ROOT.parent / "shared"
    return folder if (folder / "data").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; the test is skipped where it is absent."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("needs the folder `shared` beside the project (or $CASELIGHT_SHARED)")
    return folder


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remembers what was skipped, for `pytest_sessionfinish`."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI, with the material beside the project, a skipped test is a failed run: nothing may be silently untested."""
    if os.environ.get("CI") == "true" and shared_folder() is not None and _skipped and session.exitstatus == 0:
        print("\nskipped although this is CI and the shared folder is there:", *_skipped, sep="\n  ")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_skipped: list[str] = []
