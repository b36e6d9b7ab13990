"""Hostile files: the main process lives, every record ends in one state, nothing hangs and nothing is touched."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from caselight import ingest
from caselight.engine import Engine, Failure
from caselight.ingest.sandbox import lock
from caselight.types import Problem, Reading, State

WALL_SECONDS = 60.0
MAX_NESTING = 5
CANARY = Path("/tmp/CASELIGHT_CANARY")
# A bomb of a hundred thousand empty members is opened; its members, all alike, need not all be read here.
MEMBERS_READ = 300

Item = tuple[str, bytes]


def read_all(items: Sequence[Item], mark: Callable[[int], None], failures: Mapping[int, Failure]) -> bytes:
    """[state, reason, characters, text] of each; the text only where it is short."""
    told = []
    for i, (name, untrusted) in enumerate(items):
        mark(i)
        failure = failures.get(i)
        reading = Reading(failure.state, failure.reason) if failure else ingest.read(untrusted, name)
        text = reading.document.text if reading.document else ""
        told.append([reading.state, reading.reason, len(text), text if len(text) < 200_000 else ""])
    return json.dumps(told).encode()


def open_all(untrusted: BinaryIO, name: str) -> Iterator[bytes]:
    """A member as its name, a line end and its bytes; a problem with nothing before the line end."""
    for item in ingest.unpack(untrusted, name):
        if isinstance(item, Problem):
            yield b"\n" + json.dumps([item.kind, item.message]).encode()
        else:
            yield item.path.encode() + b"\n" + item.data


# Files that end otherwise than whoever made them expects, and why. A file that starts to end as expected is to be
# taken out of here: the test says so.
OTHERWISE = {
    "docx/xxe_file.docx": "refused: it declares XML entities, which is never an accident",
    "docx/xxe_http.docx": "the same",
    "docx/xxe_param_dtd.docx": "the same",
    "odt/xxe_file.odt": "the same",
    "xml/xxe.svg": "pictures are not read",
    "eml/koi8.eml": "mail is not read yet",
    "eml/attachment_zip.eml": "mail is not read yet",
    "enc/iso8859-5_nodecl.html": "an encoding that no court's site is known to use",
    "enc/utf-16-le_nodecl.html": "an HTML page without any mark of its encoding",
    "enc/utf-16-be_nodecl.html": "an HTML page without any mark of its encoding",
}


class Books:
    """What became of everything: states of records, problems of containers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: dict[str, tuple[str, str]] = {}
        self.texts: dict[str, str] = {}
        self.problems: dict[str, list[tuple[str, str]]] = {}
        self.opened: set[bytes] = set()

    def push(self, pool: Engine, paths: Sequence[Path]) -> None:
        """Opens containers level by level and reads all else in batches."""
        level = [(str(p.relative_to(self.folder)), p.read_bytes()) for p in paths]
        for depth in range(MAX_NESTING + 1):
            inner: list[Item] = []
            plain: list[Item] = []
            for name, data in level:
                if not ingest.is_container(data[:65_536], name):
                    plain.append((name, data))
                elif depth == MAX_NESTING:
                    self.problems[name] = [("over_limit", "nested too deep")]
                    self.states[name] = (State.CONTAINER, "")
                else:
                    inner += self._open(pool, name, data)
            self._read(pool, plain)
            level = inner

    def _open(self, pool: Engine, name: str, data: bytes) -> list[Item]:
        self.states[name] = (State.CONTAINER, "")
        self.problems[name] = []
        if (digest := hashlib.sha256(data).digest()) in self.opened:
            return []  # a study opens equal containers once
        self.opened.add(digest)
        spool = self.folder / "spool"
        spool.write_bytes(data)
        members = []
        with spool.open("rb") as untrusted:
            for item in pool.stream(open_all, untrusted, (name,)):
                if isinstance(item, Failure):
                    self.problems[name].append((item.state, item.reason))
                elif item.startswith(b"\n"):
                    self.problems[name].append(tuple(json.loads(item[1:])))
                elif len(members) < MEMBERS_READ:
                    path, _, inside = item.partition(b"\n")
                    members.append((f"{name}!{path.decode()}", inside))
        return members

    def _read(self, pool: Engine, items: Sequence[Item]) -> None:
        batches = [items[i : i + 20] for i in range(0, len(items), 20)]
        for number, answer in pool.map(read_all, batches):
            rows = json.loads(answer)
            assert len(rows) == len(batches[number])
            for (name, _), (state, reason, _, text) in zip(batches[number], rows, strict=True):
                assert name not in self.states, "one state each"
                self.states[name] = (State(state), reason)
                self.texts[name] = text

    def table(self) -> str:
        """States by kind of file, as text."""
        kinds: dict[str, Counter[str]] = {}
        for name, (state, _) in self.states.items():
            kind = name.rsplit(".", 1)[-1].lower() if "." in name.rsplit("/", 1)[-1] else "(none)"
            kinds.setdefault(kind if len(kind) < 8 else "(other)", Counter())[state] += 1
        lines = [f"{kind:10} {', '.join(f'{s} {n}' for s, n in c.most_common())}" for kind, c in sorted(kinds.items())]
        total = Counter(state for state, _ in self.states.values())
        return "\n".join([*lines, f"{'all':10} {', '.join(f'{s} {n}' for s, n in total.most_common())}"])

    def of(self, name: str) -> tuple[str, str, str]:
        """State, reason and text of a file; of a container, its problems and the texts of all in it."""
        state, reason = self.states[name]
        inside = [n for n in self.states if n.startswith(f"{name}!")]
        told = [p for n in (name, *inside) for p in self.problems.get(n, [])]
        reasons = " ".join([reason, *(f"{k}: {m}" for k, m in told), *(self.states[n][0] for n in inside)])
        return state, reasons, " ".join(self.texts.get(n, "") for n in (name, *inside))


def settle(folder: Path, paths: Sequence[Path]) -> Books:
    """The books after all of `paths` went through locked workers; asserts what holds for every file."""
    books = Books(folder)
    started = time.monotonic()
    with Engine(2, lock, wall_seconds=WALL_SECONDS) as pool:
        books.push(pool, paths)
        level = pool.level
    print(f"\nlock: {level}; {len(books.states)} records in {time.monotonic() - started:.0f} s\n{books.table()}")
    assert {str(p.relative_to(folder)) for p in paths} <= set(books.states), "every file has a state"
    assert all(reason or state in (State.READ, State.CONTAINER) for state, reason in books.states.values())
    assert not CANARY.exists()
    return books


@pytest.fixture(scope="module")
def generated(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Books, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("hostile")
    script = shared / "data" / "hostile" / "make_hostile.py"
    subprocess.run([sys.executable, str(script), str(folder / "made")], check=True, capture_output=True, timeout=600)
    manifest = json.loads((folder / "made" / "generated.json").read_text("utf-8"))
    paths = sorted(p for p in (folder / "made").rglob("*") if p.is_file() and p.name != "generated.json")
    return settle(folder, paths), manifest


@pytest.mark.shared
@pytest.mark.slow
def test_made_files_end_as_they_should(generated: tuple[Books, list[dict[str, str]]]) -> None:
    books, manifest = generated
    wrong = set()
    for row in manifest:
        state, reason, text = books.of(f"made/{row['file']}")
        token = row.get("must_contain", "")
        if state is State.TIMED_OUT and row["expected"] != "any":
            wrong.add(row["file"])
        if row["expected"].startswith("opens") and (not text or token not in text):
            wrong.add(row["file"])
        if row["expected"].startswith("refused:") and not row["file"].startswith(("codebook", "model")):
            wrong |= {row["file"]} if state is State.READ or not reason.strip() else set()
        if (forbidden := row.get("must_not_contain")) and forbidden in text:
            wrong.add(row["file"])
        if row["file"] in wrong:
            print(f"{row['file']}: {row['expected']}, but {state} {reason[:150]}")
    assert wrong == set(OTHERWISE)


@pytest.mark.shared
@pytest.mark.slow
def test_collected_files_end_in_one_state_each(shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "hostile"
    paths = []
    for path in sorted(p for p in source.rglob("*") if p.is_file() and p.parent != source):
        copy = tmp_path / path.relative_to(source)
        copy.parent.mkdir(exist_ok=True)
        copy.symlink_to(path)
        paths.append(copy)
    books = settle(tmp_path, paths)
    assert len(paths) >= 490
    assert len(books.states) >= len(paths)
