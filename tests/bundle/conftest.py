"""A small signed bundle for every test of bundles; none of them changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealed_sample import Files, make_signer, make_study, sealed, unpacked


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A study, its signed bundle, and that bundle unpacked."""
    top = tmp_path_factory.mktemp("bundle")
    study = make_study(top / "study")
    bundle = sealed(study, top / "small.zip", make_signer(top))
    key = Path(f"{top / 'test.key'}.pub")
    return {"study": top / "study", "bundle": bundle, "folder": unpacked(bundle, top / "unpacked"), "key": key}
