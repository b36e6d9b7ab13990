"""The review desk: a web application on this computer in which people code, settle differences and look around.

In: a study with a draw. Out: lines in the journals of `store.journal`, one a decision. To add a page: a handler in the
module it belongs to, one line in `routes.WAYS`, a template, and its words in both languages.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.applications import Starlette

from caselight.desk.access import Doors
from caselight.desk.accounts import Accounts
from caselight.desk.app import Desk, Setting
from caselight.desk.room import Room
from caselight.errors import UsageError
from caselight.store import Study

__all__ = ["Accounts", "Opening", "application", "listen", "open_desk", "usual_port"]


# Usual ports of desks: registered for nobody, and below those that systems give out by themselves (32768 and up).
_FIRST_PORT, _PORTS = 20_000, 10_000
_WAITS = "Answers that wait unsent in a browser are sent when the desk is opened at that port again."


@dataclass(frozen=True, slots=True)
class Opening:
    """How the desk is to be opened."""

    host: str = "127.0.0.1"  # address to listen on
    port: int = 0  # 0 = the usual one of the study, or any that is free
    names: tuple[str, ...] = ()  # further names the desk is reached under, e.g. that of a TLS server in front


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def application(
    study: Study, setting: Setting, now: Callable[[], str], accounts: Accounts | None = None
) -> tuple[Starlette, Doors]:
    """The desk over this study, and the doors that give out one-time tokens."""
    doors = Doors()
    return Desk(Room(study, now), doors, accounts or Accounts(study), setting).application(), doors


def open_desk(study: Study, opening: Opening, now: Callable[[], str], told: Callable[[str, bool], None]) -> None:
    """Serves the desk until it is stopped.

    Args:
        told: is given the address to open and whether it may be opened here, then whatever else is to be known.
    Raises:
        UsageError: the address is no address of this computer, or others would reach the desk without accounts.
    """
    local = is_loopback(opening.host)
    accounts = Accounts(study).names()
    if not local and not accounts:
        raise UsageError(
            f"{opening.host} can be reached from other computers, and there are no accounts. Make one for each person: "
            f"caselight account {study.folder} NAME --role coder. And put a server with TLS in front."
        )
    import uvicorn

    listening = listen(opening if opening.port else replace(opening, port=usual_port(study)), or_any=not opening.port)
    port = listening.getsockname()[1]
    if not opening.port and port != usual_port(study):
        told(f"Another program has the usual port of this desk, {usual_port(study)}. {_WAITS}", False)
    hosts = frozenset(_names(opening, port, local))
    app, doors = application(study, Setting(hosts, port, secure=not local), now)
    shown = f"[{opening.host}]" if ":" in opening.host else opening.host
    address = f"http://{shown}:{port}"
    told(f"{address}/login" if accounts else f"{address}/enter#{doors.token()}", local)
    if not local:
        told(
            "Other computers reach this desk. Put a server with TLS in front: without it browsers send no session.",
            False,
        )
    else:
        _offer_more(doors, address, bool(accounts), told)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def usual_port(study: Study) -> int:
    """The same for a study as long as it stays in its folder.

    Browsers keep what waits to be sent under the desk's address with its port: at another port after a crash it would
    neither be found nor sent.
    """
    place = hashlib.sha256(str(study.folder.resolve()).encode("utf-8", "surrogateescape")).digest()
    return _FIRST_PORT + int.from_bytes(place[:4], "big") % _PORTS


def listen(opening: Opening, or_any: bool = False) -> socket.socket:
    """A socket that connections to the desk come in at.

    Args:
        or_any: if the port is taken, any other will do.
    Raises:
        UsageError: the address is no address of this computer, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in opening.host else socket.AF_INET
    listening = None
    try:
        # With the protocol named, asyncio sends each part of an answer at once; without, it waits 40 ms for the other
        # side to acknowledge the part before (Nagle's algorithm).
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((opening.host, opening.port))
        listening.listen(128)  # from here on whoever opens the address waits instead of being refused
    except OSError as error:
        if listening is not None:
            listening.close()
        if or_any:
            return listen(replace(opening, port=0))
        what = error.strerror or str(error)
        raise UsageError(f"Cannot listen on {opening.host}, port {opening.port} ({what}). Choose another.") from None
    return listening


def _names(opening: Opening, port: int, local: bool) -> list[str]:
    """What requests may call the desk."""
    own = ["127.0.0.1", "localhost", "[::1]"] if local else [opening.host]
    named = [f"{name}:{port}" for name in own]
    return [*named, *(name.lower() for name in opening.names), *(f"{name.lower()}:{port}" for name in opening.names)]


def _offer_more(doors: Doors, address: str, accounts: bool, told: Callable[[str, bool], None]) -> None:
    """On a terminal, Enter prints a fresh one-time address."""
    if accounts or not sys.stdin or not sys.stdin.isatty():
        return

    def wait() -> None:
        for _ in sys.stdin:
            told(f"{address}/enter#{doors.token()}", False)

    threading.Thread(target=wait, daemon=True).start()
