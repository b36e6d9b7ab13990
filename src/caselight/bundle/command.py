"""verify.py: checks a bundle with nothing but Python 3.10 or newer. Usage: python3 verify.py [BUNDLE] [--key FILE]."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from caselight.bundle.checks import verify
from caselight.bundle.telling import as_json, told


def key_text(given: str) -> str:
    """A public key: the text of the file, if there is one of this name, else the key itself."""
    path = Path(given)
    return path.read_text("utf-8") if path.is_file() else given


def main(arguments: list[str] | None = None) -> int:
    """0 = everything is as it should be, 1 = something is not, 2 = called wrongly."""
    russian = os.environ.get("LANG", "").startswith("ru")
    parser = argparse.ArgumentParser(description="Checks a Caselight bundle without Caselight and without a network.")
    here = Path(__file__).resolve().parent
    parser.add_argument(
        "bundle", nargs="?", type=Path, default=here, help="the file, or its unpacked folder [this one]"
    )
    parser.add_argument("--key", help="the publisher's public key, or a file that holds it, from elsewhere")
    parser.add_argument("--language", choices=["en", "ru"], default="ru" if russian else "en")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    if not given.bundle.exists():
        print(f"{given.bundle} does not exist.", file=sys.stderr)
        return 2
    try:
        verdict = verify(given.bundle, key_text(given.key) if given.key else None)
    except (ValueError, OSError) as error:
        print(f"--key: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(as_json(verdict), ensure_ascii=False, indent=1))
    else:
        print("\n".join(told(verdict, given.language)))
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main())
