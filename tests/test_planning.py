"""What has to be made anew follows from what changed, and from nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from caselight.codebook import load_codebook
from caselight.pack import load_pack
from caselight.planning import bucket_count, buckets, keys, makers
from caselight.store import Catalogue
from caselight.types import Record

CODEBOOK = """
name: small
title: Small
version: 1
language: ru
variables:
  - name: role
    kind: one-of
    question: Which?
    default: none
    values:
      - {name: used, label: used, phrases: ['камера']}
      - {name: none, label: none}
  - name: place
    kind: one-of
    question: Where?
    ask_if: {role: [used]}
    values:
      - {name: metro, label: metro, phrases: ['метро']}
  - name: free
    kind: one-of
    question: Else?
    values:
      - {name: here, label: here, phrases: ['суд']}
"""


@pytest.mark.parametrize(
    ("records", "size_bytes", "count"),
    [(0, 0, 1), (1, 9, 1), (48, 1 << 20, 4), (150, 1 << 20, 8), (20_000, 400 << 20, 192), (1_000_000, 1, 512)],
)
def test_buckets_grow_with_the_square_root_of_the_study(records: int, size_bytes: int, count: int) -> None:
    assert bucket_count(records, size_bytes) == count


def test_large_records_make_more_buckets_so_that_one_fits_a_worker() -> None:
    assert bucket_count(1_000, 1_000 << 20) == 384
    assert bucket_count(100, 100 * (10 << 20)) == 128, "no more than there are records"


def catalogue(records: list[Record]) -> Catalogue:
    return Catalogue(tuple(sorted(records, key=lambda r: (r.path, r.id))), frozenset(), (), (), ())


def some_records(n: int) -> list[Record]:
    chance = random.Random(7)
    return [Record(f"{chance.getrandbits(256):064x}", f"d/{i:04d}.txt", 100) for i in range(n)]


def test_every_record_is_in_one_bucket_and_the_order_they_came_in_does_not_matter() -> None:
    records = some_records(500)
    found = buckets(catalogue(records))
    assert sorted(r.id for bucket in found for r in bucket.records) == sorted(r.id for r in records)
    random.Random(1).shuffle(records)
    assert buckets(catalogue(records)) == found


def test_the_same_bytes_under_two_paths_are_read_once_under_the_first() -> None:
    twice = [Record("a" * 64, "z.txt", 1), Record("a" * 64, "b.txt", 1)]
    (bucket,) = buckets(catalogue(twice))
    assert [record.path for record in bucket.records] == ["b.txt"]


def changed(tmp_path: Path, old: str, new: str) -> set[str]:
    """The tables whose key changes when `old` becomes `new` in the codebook."""
    (bucket,) = buckets(catalogue(some_records(2)))
    found = []
    for i, text in enumerate((CODEBOOK, CODEBOOK.replace(old, new))):
        file = tmp_path / f"{i}.yaml"
        file.write_text(text)
        found.append(keys(bucket, makers({}, load_pack("ru"), load_codebook(file))))
    return {name for name in found[0] if found[0][name] != found[1][name]}


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        ("phrases: ['суд']", "phrases: ['судья']", {"answers/free"}),
        ("phrases: ['камера']", "phrases: ['видеокамера']", {"answers/role", "answers/place"}),
        ("phrases: ['метро']", "phrases: ['вокзал']", {"answers/place"}),
        ("label: used", "label: in use", set()),
        ("question: Else?", "question: What else?", set()),
    ],
)
def test_an_edit_of_the_codebook_recodes_the_variable_and_those_that_depend_on_it(
    tmp_path: Path, old: str, new: str, anew: set[str]
) -> None:
    assert changed(tmp_path, old, new) == anew


def test_another_mapping_of_columns_reads_everything_anew(tmp_path: Path) -> None:
    (bucket,) = buckets(catalogue(some_records(2)))
    file = tmp_path / "c.yaml"
    file.write_text(CODEBOOK)
    pack, codebook = load_pack("ru"), load_codebook(file)
    before, after = (keys(bucket, makers(mapping, pack, codebook)) for mapping in ({}, {"text": "body"}))
    assert all(before[name] != after[name] for name in before)


def test_another_pack_structures_and_codes_anew_without_reading(tmp_path: Path) -> None:
    (bucket,) = buckets(catalogue(some_records(2)))
    file = tmp_path / "c.yaml"
    file.write_text(CODEBOOK)
    pack, codebook = load_pack("ru"), load_codebook(file)
    other = pack._replace(digests={**pack.digests, "facts": "changed"})
    before, after = (keys(bucket, makers({}, each, codebook)) for each in (pack, other))
    same = {name for name in before if before[name] == after[name]}
    assert same == {"documents", "texts", "tokens", "forms"}
