"""`python -m caselight` is `caselight`."""

from caselight.cli import main

if __name__ == "__main__":
    main(prog_name="caselight")
