"""Where does the time go? CPU milliseconds a record of each stage, in one process, without start-up and storing.

    python benchmarks/stages.py FOLDER_OF_RECORDS [--codebook FILE] [--pack ru] [--records 300]

The second pass reads the same records again, so that every word form is known: the difference is a cold start's price.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from caselight import coding, structure, work
from caselight.codebook import load_codebook
from caselight.pack import load_pack
from caselight.types import Record
from caselight.words import Vocabulary, tokenise
from product import ROOT

BUCKET = 150  # records handed over together, as a run of 20,000 does


def parcels(folder: Path, count: int) -> list[work.Parcel]:
    """The first `count` files below the folder."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:count]:
        content = path.read_bytes()
        found.append(work.Parcel(Record(hashlib.sha256(content).hexdigest(), path.name, len(content)), content))
    return found


def timed(spent: dict[str, float], name: str, do: Callable[[], Any]) -> Any:
    """What `do` gives; its CPU time is added to `spent`."""
    begun = time.process_time()
    result = do()
    spent[name] = spent.get(name, 0.0) + time.process_time() - begun
    return result


def stages(bucket: list[work.Parcel], room: work.Room, spent: dict[str, float]) -> None:
    """One bucket, stage by stage, as work.read_bucket does it."""
    readings = timed(spent, "read", lambda: [work._read(parcel, {}) for parcel in bucket])
    documents = [reading.document for reading in readings if reading.document]
    words = timed(spent, "words", lambda: tokenise([document.text for document in documents], room.vocabulary))
    cases = timed(
        spent,
        "structure",
        lambda: [made.case for made in structure.structure(documents, words, room.rules)],
    )
    batch = list(zip(documents, cases, strict=True))
    timed(spent, "code", lambda: coding.code(batch, words, room.coder, room.variables, {}))
    timed(spent, "all of it, with tables", lambda: work.read_bucket(bucket, lambda _: None, {}))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--codebook", default=str(ROOT / "benchmarks" / "codebooks" / "obvious.yaml"))
    parser.add_argument("--pack", default="ru")
    parser.add_argument("--records", type=int, default=300)
    arguments = parser.parse_args()
    pack = load_pack(arguments.pack)
    room = work.furnish({}, pack, load_codebook(arguments.codebook), Vocabulary.load(None, pack.language), True)
    work._room[:] = [room]
    records = parcels(arguments.folder, arguments.records)
    for name in ("cold", "warm"):
        spent: dict[str, float] = {}
        for start in range(0, len(records), BUCKET):
            stages(records[start : start + BUCKET], room, spent)
        print(name, *(f"{stage} {1000 * seconds / len(records):.2f} ms" for stage, seconds in spent.items()), sep="   ")


if __name__ == "__main__":
    main()
