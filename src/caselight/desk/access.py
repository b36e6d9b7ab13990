"""Who may ask what: the rules that every request passes before any page sees it.

    Host           on the list of names the desk is reached under, else 421 (stops DNS rebinding)
    what changes   needs Origin on that list, or Sec-Fetch-Site: same-origin; and the content type its route takes
    session        a cookie with 32 random bytes, HttpOnly, SameSite=Strict, named after the port
    answers        a policy that allows no script but our files, no frame, no other origin; never cached, never sniffed

GET and HEAD change nothing, whoever asks: so no link, picture or page of another site can do harm.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CODER, ADJUDICATOR = "coder", "adjudicator"
SAFE_METHODS = ("GET", "HEAD")
TOKEN_BYTES = 32
MOST_SESSIONS = 1_000

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
}
CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Who:
    """Who is at the desk. Without accounts a person who came by the one-time address first says who she is."""

    name: str = ""  # "" = has not said yet
    role: str = ""  # CODER | ADJUDICATOR


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    reason: str


def refuse(method: str, headers: Mapping[str, str], hosts: frozenset[str], takes: str) -> Refusal | None:
    """Why this request may not be answered; None = it may, as far as these rules go.

    Args:
        headers: by small names.
        hosts: names with ports that the desk is reached under.
        takes: "json" | "form", what the route takes; "" = it changes nothing.
    """
    if headers.get("host", "").lower() not in hosts:
        return Refusal(421, "This desk is not reached under that name.")
    if method in SAFE_METHODS:
        return None
    if reason := _foreign(headers.get("sec-fetch-site"), headers.get("origin"), hosts):
        return Refusal(403, reason)
    wanted = CONTENT_TYPES.get(takes, "")
    if not wanted or headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        return Refusal(415, f"The request must be {wanted or 'GET'}.")
    return None


def preferred(untrusted_header: str, known: Sequence[str]) -> str:
    """The language that a browser prefers of those known; "" = it names none of them.

    >>> preferred("de-CH, ru;q=0.7, en-GB;q=0.8", ("en", "ru"))
    'en'
    """
    found: list[tuple[float, str]] = []
    for part in untrusted_header[:200].split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in known and 0 < quality <= 1:
            found.append((-quality, language))
    return min(found, key=lambda one: one[0])[1] if found else ""


def _foreign(site: str | None, origin: str | None, hosts: frozenset[str]) -> str:
    """Why the request comes from elsewhere; "" = it comes from our own pages."""
    if site is None and origin is None:
        return "The request does not say where it comes from (Origin)."
    if site not in (None, "same-origin"):
        return "The request comes from another page."
    if origin == "null" and site == "same-origin":
        return ""  # what browsers send with a form of a page whose policy is no-referrer
    if origin is not None and _host(origin) not in hosts:
        return "The request comes from another origin."
    return ""


def _host(untrusted_origin: str) -> str:
    """Host and port of an origin; "" = it is none."""
    try:
        return urlsplit(untrusted_origin).netloc.lower()
    except ValueError:  # a bracket that nothing closes
        return ""


class Doors:
    """One-time tokens and the sessions that came of them. Only hashes are kept; all of it ends with the process."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._sessions: dict[str, Who] = {}

    def token(self) -> str:
        """A fresh token that opens one session."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens.add(_hash(token))
        return token

    def redeem(self, untrusted: str) -> str | None:
        """The cookie of a new session for a token that was not used before; None = it is none."""
        try:
            self._tokens.remove(_hash(untrusted))
        except KeyError:
            return None
        return self.admit(Who())

    def admit(self, who: Who) -> str:
        """The cookie of a new session."""
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        cookie = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions[_hash(cookie)] = who
        return cookie

    def name(self, cookie: str, who: Who) -> bool:
        """The person of this session has said who she is; False = she had before, and that stays."""
        if self._sessions.get(_hash(cookie)) != Who():
            return False
        self._sessions[_hash(cookie)] = who
        return True

    def who(self, untrusted_cookie: str) -> Who | None:
        """Whose session it is; None = nobody's."""
        return self._sessions.get(_hash(untrusted_cookie)) if untrusted_cookie else None

    def leave(self, cookie: str) -> None:
        """Ends the session."""
        self._sessions.pop(_hash(cookie), None)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
