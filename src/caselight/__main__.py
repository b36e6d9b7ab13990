"""`python -m caselight` is `caselight`."""

from __future__ import annotations

import os
import sys


def start() -> None:
    """The command line; stopped while it is still being loaded, it ends as quietly as later."""
    try:
        from caselight.cli import main  # not above: loading it takes long enough for a Ctrl-C to fall into it
    except KeyboardInterrupt:
        from caselight.speaking import language_of, said

        sys.stderr.write(f"\n{said('Stopped. Nothing was changed.', language_of(os.environ))}\n")
        sys.exit(1)
    main(prog_name="caselight")


if __name__ == "__main__":
    start()
