"""What tests of draws share: the variables that they ask of, what they wish for, a shell to check with."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROLE = "surveillance_role"
FACE = ("identification_means", "facial_recognition")


def wish(size: int | None = None) -> dict[str, object]:
    """A draw of so many as `draw` is told of it; None = nothing is wished for."""
    return {"size": size, "double": 0.2}


def run(script: str, folder: Path) -> str:
    """What a shell prints, as anybody would check a commitment without Caselight."""
    done = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
