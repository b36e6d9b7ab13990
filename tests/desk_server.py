"""The desk served for real on loopback, and a person who works at it with a keyboard in Chromium."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from caselight.desk import Opening, application, listen
from caselight.desk.app import Setting
from caselight.store import Study

CHROMIUM = os.environ.get("CASELIGHT_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Served:
    """The desk over a study, in a thread of this process."""

    def __init__(self, study: Study) -> None:
        self._listening = listening = listen(Opening())
        self.port = listening.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        setting = Setting(frozenset({f"127.0.0.1:{self.port}"}), self.port, secure=False)
        app, self.doors = application(study, setting, lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off")
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()

    def address(self) -> str:
        """A fresh one-time address."""
        return f"{self.base}/enter#{self.doors.token()}"

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(10)
        self._listening.close()


class Visit:
    """A person's browser window, with everything it complained about and asked for."""

    def __init__(self, browser: Any, served: Served, language: str = "en", **settings: Any) -> None:
        self._begin(browser.new_context(**settings), served, language)

    @classmethod
    def with_profile(cls, playwright: Any, served: Served, folder: Path) -> Visit:
        """A window of a browser that keeps what it stores in this folder, and is opened anew with it."""
        visit = cls.__new__(cls)
        visit._begin(
            playwright.chromium.launch_persistent_context(str(folder), executable_path=CHROMIUM, args=ARGUMENTS), served
        )
        return visit

    def _begin(self, context: Any, served: Served, language: str = "en") -> None:
        self.served = served
        self.sure = False  # whether questions of the page are answered with yes
        self.context = context
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(served.address())
        self.page.wait_for_url("**/start")
        if language == "ru":
            self.page.click("text=Русский")
            self.page.wait_for_selector("text=English")

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *args: object) -> None:
        self.context.close()

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload" or self.sure:
            dialog.accept()
        else:
            self.said.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def go(self, path: str) -> Any:
        self.page.goto(self.served.base + path)
        return self.page

    def code_as(self, name: str) -> Any:
        self.page.fill("input[name=name]", name)
        self.page.press("input[name=name]", "Enter")
        self.page.wait_for_selector("main[data-state=ready], main[data-state=end]")
        self.page.evaluate(PAINTED)  # keys that are pressed before are lost on a busy machine
        return self.page

    def leave(self) -> Any:
        self.page.click("form[action='/leave'] button")
        self.page.wait_for_url("**/start")
        return self.page

    def lead(self) -> Any:
        self.page.click("form:has([value=adjudicator]) button")
        self.page.wait_for_url("**/progress")
        return self.page

    def foreign(self) -> list[str]:
        """What was asked of anybody else."""
        return [url for url in self.asked if not url.startswith((self.served.base, "data:", "blob:"))]


PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SAVED = "() => document.getElementById('saved')?.dataset.state"
MOVED = """([c, q]) => {
  const m = document.querySelector('main');
  return m.dataset.state === 'end' || m.dataset.case !== c || document.querySelector('h2.asked').innerText !== q;
}"""


def until(page: Any, script: str, wanted: Any, argument: Any = None, seconds: float = 20.0) -> None:
    """Waits until the script gives this. (Playwright's own way of waiting needs eval, which the desk forbids.)"""
    end = time.monotonic() + seconds
    while (found := page.evaluate(script, argument)) != wanted:
        assert time.monotonic() < end, f"{script} gives {found!r}, not {wanted!r}"
        page.wait_for_timeout(5)


def saved(page: Any) -> None:
    """Waits until everything is saved."""
    until(page, SAVED, "saved")


def code_all(page: Any, keys_of: Callable[[str, str], Sequence[str]], most: int = 100_000) -> int:
    """Codes by keyboard until nothing is left; how many cases.

    Args:
        keys_of: (case, question) -> the keys to press; Enter follows.
    """
    done = 0
    while page.get_attribute("main", "data-state") != "end" and done < most:
        case = page.get_attribute("main", "data-case")
        question = page.inner_text("h2.asked")
        for key in keys_of(case, question):
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        until(page, MOVED, True, [case, question])
        done += page.get_attribute("main", "data-case") != case or page.get_attribute("main", "data-state") == "end"
    return done
