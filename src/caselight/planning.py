"""What has to be made anew: each bucket's parts and the keys that name what makes them.

A key is the hash of everything that goes into a part: the ids in the bucket, the code of the stage, the part of the
codebook or pack it uses, and the key of the part before it. So a part that is there under the wanted key is right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from caselight.codebook import Codebook
from caselight.pack import Pack
from caselight.store import Catalogue, Parts, Study
from caselight.store.parts import key_of
from caselight.types import Record

# A bucket is a unit of work, of cache and of file. Its size grows with the square root of the study, so that 150
# records make 8 files a table, until it holds 3 MiB of originals: with more, workers need more memory the larger the
# study is; with fewer than some 100 records, what every bucket costs weighs more than its records (a phrase edited at
# 20,000 records takes a sixth less with 150 in a bucket than with 75).
_BUCKET_BYTES = 3 << 20
_MOST_BUCKETS = 4096
_SOURCE = Path(__file__).parent


class Bucket(NamedTuple):
    """The records whose id begins with the same bits."""

    number: int
    of: int
    records: tuple[Record, ...]  # by id
    changed: frozenset[str] = frozenset()  # ids of those whose original is not what was received


class Plan(NamedTuple):
    """One bucket: the file of each part that is wanted, and which of them are not there yet."""

    bucket: Bucket
    paths: Mapping[str, Path]  # table ("texts", "cases", "answers/NAME" ...) -> file
    missing: frozenset[str]

    @property
    def must_read(self) -> bool:
        """The originals have to be read again."""
        return not self.missing.isdisjoint({"documents", "texts", "tokens", "forms"})

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that have to be coded anew."""
        return tuple(sorted(name.removeprefix("answers/") for name in self.missing if name.startswith("answers/")))


def bucket_count(records: int, size_bytes: int) -> int:
    """How many buckets a study of that size has: a power of two or half as many again, so that records which are added
    leave the others in their buckets; at most 4096.
    """
    count = 1
    most = min(records, _MOST_BUCKETS)
    while count < most and records > 8 * count * count:
        count *= 2
    while count < most and size_bytes > count * _BUCKET_BYTES:
        count += max(1, count // (2 if count.bit_count() == 1 else 3))  # 64, 96, 128, 192 ...
    return count


def buckets(catalogue: Catalogue) -> list[Bucket]:
    """The records to be read, in buckets; the same records give the same buckets, however they came."""
    leaves = catalogue.leaves()
    count = bucket_count(len(leaves), sum(record.size_bytes for record in leaves.values()))
    held: list[list[Record]] = [[] for _ in range(count)]
    for record_id in sorted(leaves):
        held[int(record_id[:4], 16) * count >> 16].append(leaves[record_id])
    found = [Bucket(i, count, tuple(records)) for i, records in enumerate(held) if records]
    if not catalogue.changed:
        return found
    return [b._replace(changed=catalogue.changed.intersection(r.id for r in b.records)) for b in found]


@cache
def code_digest(*parts: str) -> str:
    """Hash of the files of these modules or packages: a stage whose code or templates changed makes its parts anew."""
    digest = hashlib.sha256()
    for part in parts:
        place = _SOURCE / part
        inside = sorted(file for file in place.rglob("*") if file.is_file() and file.suffix != ".pyc")
        for file in inside or [place.with_suffix(".py")]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


class Makers(NamedTuple):
    """What makes the parts of every bucket, as text that goes into their keys."""

    read: str
    words: str
    cases: str
    code: str
    answers: Mapping[str, Sequence[str]]  # variable -> digests of it and of those that its "ask only if" looks at


def makers(mapping: Mapping[str, str], pack: Pack, codebook: Codebook) -> Makers:
    """The code of each stage, and the part of the mapping, pack and codebook that it uses."""
    return Makers(
        read=key_of("read", code_digest("ingest", "types", "tables"), sorted(mapping.items())),
        words=key_of("words", code_digest("words", "wordtables")),
        cases=key_of("structure", code_digest("structure"), pack.digest()),
        code=key_of("code", code_digest("coding"), codebook.language),
        answers={v.name: _coding_digests(codebook, v.name) for v in codebook.variables},
    )


def keys(bucket: Bucket, made_by: Makers) -> dict[str, str]:
    """The key of every part of a bucket, by table."""
    changed = sorted(bucket.changed)
    records = "\n".join(f"{record.id} {record.name}" for record in bucket.records)
    read = key_of(made_by.read, records, *[changed] if changed else ())
    words = key_of(made_by.words, read)
    cases = key_of(made_by.cases, words)
    coded = key_of(made_by.code, cases)
    result = {"documents": read, "texts": read, "tokens": words, "forms": words, "cases": cases}
    return result | {f"answers/{name}": key_of(coded, *digests) for name, digests in made_by.answers.items()}


def _coding_digests(codebook: Codebook, name: str) -> list[str]:
    return [v.digest() for v in codebook.variables if v.name == name or name in codebook.dependents(v.name)]


def parts_of(study: Study, table: str) -> Parts:
    """Where a table's parts are: word arrays in the index, everything else in tables."""
    return study.words if table in ("tokens", "forms") else study.parts


def make_plan(study: Study, found: Sequence[Bucket], pack: Pack, codebook: Codebook) -> list[Plan]:
    """What is wanted and what is missing, bucket by bucket."""
    made_by = makers(study.settings.mapping, pack, codebook)
    there: dict[str, set[str]] = {}
    plans = []
    for bucket in found:
        paths = {}
        for name, key in keys(bucket, made_by).items():
            parts = parts_of(study, name)
            paths[name] = parts.path(name, bucket.number, bucket.of, key)
            if name not in there:
                there[name] = parts.names(name)
        plans.append(
            Plan(bucket, paths, frozenset(name for name, path in paths.items() if path.name not in there[name]))
        )
    return plans


class Made(NamedTuple):
    """A study whose tables are up to date."""

    study: Study
    pack: Pack
    codebook: Codebook
    catalogue: Catalogue
    plans: tuple[Plan, ...]
    links: Path  # the table of links
    level: str  # of the lock that files were last read under

    @property
    def report(self) -> Path:
        """Where the report begins."""
        return self.study.report / "index.html"
