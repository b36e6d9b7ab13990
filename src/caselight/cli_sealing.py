"""The commands `key`, `seal` and `verify`. Parse, call, print; decide nothing."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from caselight.errors import UsageError
from caselight.terminal import JSON, STUDY, language_option, print_result, say, spoken
from caselight.terminal import language as _language

PASSWORD = click.option(
    "--password-file", type=click.Path(path_type=Path), default=None, help="File with the key's password in one line."
)


def _password(file: Path | None, confirm: bool) -> str:
    if file is not None:
        try:
            return file.read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise UsageError(
                f"{file} cannot be read ({error.strerror}). Give the file that holds the password."
            ) from None
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password. Put it into a file: --password-file FILE")
    again = spoken("Repeat for confirmation") if confirm else False
    asked: str = click.prompt(spoken("Password of the key"), hide_input=True, confirmation_prompt=again, err=True)
    return asked


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@PASSWORD
@JSON
def key(file: Path, password_file: Path | None, as_json: bool) -> None:
    """Make a key pair to sign with: FILE, encrypted with a password, and FILE.pub to publish.

    Example: caselight key ~/keys/our-paper.key
    """
    from caselight.bundle import make_key

    line = make_key(file, _password(password_file, confirm=True))
    if as_json:
        print_result(True, {"secret": str(file), "public": f"{file}.pub", "key": line}, [])
        return
    click.echo(line)
    say(f"Publish this line and {file}.pub where readers can find it. Keep {file} and its password apart.")


@click.command()
@STUDY
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The sealed file; must not exist yet.")
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), default=None, help="Secret key, from caselight key."
)
@PASSWORD
@click.option("--unsigned", is_flag=True, help="Seal without a signature.")
@click.option("--unprotected", is_flag=True, help="Leave names of private persons in.")
@click.option("--date", default=None, metavar="DAY", help="Day of sealing, YYYY-MM-DD. [default: today]")
@language_option("Language of the report.")
@click.option(
    "--timestamp",
    "stamps",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Proof of time to store (.tsr, .ots); repeatable.",
)
@JSON
def seal(study: Path, to: Path, key_file: Path | None, password_file: Path | None, unsigned: bool, **wish: Any) -> None:
    """Seal the study into one file that anybody can check and recompute.

    Example: caselight seal my-study --to my-study.zip --key ~/keys/our-paper.key
    """
    from caselight import sealing
    from caselight.bundle import Signer
    from caselight.progress import Progress
    from caselight.store import Study

    if (key_file is None) is not unsigned:
        raise UsageError("Say who signs: --key FILE (make one: caselight key FILE); or seal without: --unsigned")
    day = str(wish["date"] or datetime.now(UTC).date().isoformat())
    try:
        datetime.fromisoformat(day)
    except ValueError:
        raise UsageError(f"--date {day}: give a day as YYYY-MM-DD.") from None
    for stamp in wish["stamps"]:
        if not stamp.is_file():
            raise UsageError(f"--timestamp {stamp}: there is no such file. Give the file of the proof.")
    opened = Study.open(study)
    signer = Signer(key_file, _password(password_file, confirm=False)) if key_file else None
    language = str(wish["language"] or opened.settings.language)
    with opened.locked():
        asked = sealing.Wish(to, day, language, wish["unprotected"], signer, wish["stamps"])
        manifest = sealing.seal(opened, asked, Progress(language=_language()))
    told = {
        "to": str(to),
        "files": len(manifest["files"]),
        "names": manifest["names"],
        "signer": manifest.get("signer"),
    }
    sealed = f"Sealed {told['files']:,} files in {to} (names: {told['names']})."
    print_result(wish["as_json"], told, [sealed, f"Check it as your readers will: caselight verify {to}"])


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--key", "key_text", default=None, help="The publisher's public key, or its file, from elsewhere.")
@language_option("Language of what is told.")
@click.option(
    "--checkers", type=click.Path(path_type=Path), default=None, help="Write verify.py and verify.html to this folder."
)
@JSON
def verify(file: Path | None, key_text: str | None, language: str | None, checkers: Path | None, as_json: bool) -> None:
    """Check a sealed FILE, or its unpacked folder: signature, bytes, draw, figures, quotations, books.

    Exit code 0: all is as it should be; 1: something is not, and is named; 2: wrong usage.

    \b
    Example: caselight verify my-study.zip --key RWQf6LRCGA9i53ml...
             caselight verify --checkers to-hand-out/
    """
    from caselight import sealing
    from caselight.bundle import as_json as for_machines
    from caselight.bundle import told

    if checkers is not None:
        say(f"Wrote {' and '.join(map(str, sealing.write_checkers(checkers)))}")
    if file is None:
        if checkers is None:
            raise UsageError("Say what to check: caselight verify FILE")
        return
    if not file.exists():
        raise UsageError(f"{file} does not exist.")
    if key_text is not None and Path(key_text).is_file():
        key_text = Path(key_text).read_text("utf-8", "replace")
    try:
        verdict = sealing.check(file, key_text)
    except ValueError as error:
        raise UsageError(f"--key: {error}. Give a minisign public key (RW...), or its file.") from None
    if as_json:
        click.echo(json.dumps(for_machines(verdict), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(told(verdict, language or _language())))
    sys.exit(0 if verdict.ok else 1)
