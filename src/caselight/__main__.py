"""`python -m caselight` is `caselight`."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import threading


def start() -> None:
    """The command line; stopped while it is still being loaded, it ends as quietly as later."""
    gc.disable()  # what is loaded stays: `start_lean` says how rarely the rest is looked through
    try:
        from caselight.cli import main  # not above: loading it takes long enough for a Ctrl-C to fall into it
    except KeyboardInterrupt:
        from caselight.speaking import language_of, said

        sys.stderr.write(f"\n{said('Stopped. Nothing was changed.', language_of(os.environ))}\n")
        sys.exit(1)
    try:
        main(prog_name="caselight")
    except SystemExit as ended:
        _leave(ended.code)
        raise


def _leave(code: object) -> None:
    """Ends the process here, once all is written and tidied; returns where something is still under way.

    Else the interpreter takes apart every object it holds, one by one: a quarter of what `new` takes.
    """
    if not isinstance(code, int) or threading.active_count() > 1:
        return
    with contextlib.suppress(OSError, ValueError):  # whoever read our output has gone: the usual end tells so
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    start()
