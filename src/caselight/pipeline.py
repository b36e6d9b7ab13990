"""The order of the stages, and what has to run again. READ FIRST.

    add: files -> records          run: records -> documents -> cases -> answers -> links -> estimates -> report

Everything that is made is kept under the hash of what made it (planning.py), so `run` may be stopped at any moment and
does only what is missing. Files are read by locked workers; what they answer is checked before it is kept.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow as pa

from caselight import ingest
from caselight.codebook import Codebook
from caselight.engine import Engine, Failure
from caselight.errors import DamagedTableError, UsageError
from caselight.fitting import knowledge_of
from caselight.ingest.sandbox import lock
from caselight.pack import Pack
from caselight.planning import Made, Plan, buckets, code_digest, make_plan, parts_of
from caselight.store import Catalogue, Member, OriginalError, Study
from caselight.store.parts import key_of
from caselight.structure.link import LinkKey, link
from caselight.tables import (
    ANSWERS,
    CASES,
    DOCUMENTS,
    LINKS,
    TEXTS,
    decode,
    read_table,
)
from caselight.types import Problem, Record, State
from caselight.words import Vocabulary
from caselight.work import (
    Parcel,
    Recoding,
    furnish,
    prepare,
    read_bucket,
    recode_bucket,
    split_member,
    unpack_container,
    with_rules,
)

Result = TypeVar("Result")
Tell = Callable[[str, int, int], None]  # stage, items done, items in all

# TRUST: a file may nest archives this deep; deeper ones are counted and left closed.
MAX_NESTING = 5


class Options(NamedTuple):
    """How a run is to be done; nothing here may change a result."""

    jobs: int
    vocabulary: Path | None  # folder where word forms are kept between studies; None = not kept
    today: str  # date printed in the report


def way_of_unpacking(study: Study) -> str:
    """Names how containers are opened now: changes with the code and with the mapping of columns."""
    return key_of("unpack", code_digest("ingest"), sorted(study.settings.mapping.items()))


def make_tables(study: Study, options: Options, tell: Tell) -> Made:
    """Brings the tables up to date. The caller holds the study's lock.

    Raises:
        DefinitionError: the codebook or the pack has a mistake.
        UsageError: the study has no records.
    """
    pack, codebook = knowledge_of(study)
    catalogue = _unpack_all(study, options, tell)
    if not catalogue.records and not catalogue.unreadable:
        raise UsageError(f"{study.folder} has no records yet. Add some: caselight add {study.folder} PATH")
    plans = make_plan(study, buckets(catalogue), pack, codebook)
    level = _make_parts(study, options, plans, (pack, codebook), tell) if any(plan.missing for plan in plans) else None
    changed = study.records.changed()
    if changed != catalogue.changed:  # found out while reading: what was made of them goes under another key
        catalogue = catalogue._replace(changed=changed)
        plans = make_plan(study, buckets(catalogue), pack, codebook)
        level = _make_parts(study, options, plans, (pack, codebook), tell) or level
    links = _link(study, plans)
    _prune(study, plans, links)
    return Made(study, pack, codebook, catalogue, tuple(plans), links, _level(study, level))


def _make_parts(
    study: Study, options: Options, plans: Sequence[Plan], knowledge: tuple[Pack, Codebook], tell: Tell
) -> str | None:
    """Makes what is missing of the plans; the level of lock that files were read under, None = none was read."""
    pack, codebook = knowledge
    vocabulary = Vocabulary.load(options.vocabulary, codebook.language, shared=True)
    structures = any("cases" in plan.missing for plan in plans)
    room = furnish(study.settings.mapping, pack, codebook, vocabulary, structures)
    known = len(vocabulary)  # with the words of phrases: a few new ones are not worth writing all of them anew
    level = None
    unread = [plan for plan in plans if plan.must_read]
    stale = [plan for plan in plans if plan.missing and not plan.must_read]
    if stale:
        import_module("pyarrow.compute")  # what takes rows out of tables: loaded once, before workers are forked
        with Engine(options.jobs, prepare, (room, False), locked=False, answer=vocabulary.tell) as engine:
            unread += _recode_all(study, engine, stale, tell)
    if unread:
        with Engine(options.jobs, prepare, (with_rules(room, pack), True), answer=vocabulary.tell) as engine:
            _read_all(study, engine, unread, tell)
            level = engine.level
    if options.vocabulary and len(vocabulary) > known:
        vocabulary.save(options.vocabulary)
    return level


def current(study: Study) -> Made:
    """The study as the last run left it.

    Raises:
        UsageError: it is not up to date.
    """
    pack, codebook = knowledge_of(study)
    catalogue = study.records.catalogue(way_of_unpacking(study))
    plans = make_plan(study, buckets(catalogue), pack, codebook)
    links = _links_path(study, plans)
    if catalogue.unopened or any(plan.missing for plan in plans) or not links.exists():
        raise UsageError(
            f"{study.folder} has changed since its last run. Bring it up to date: caselight run {study.folder}"
        )
    return Made(study, pack, codebook, catalogue, tuple(plans), links, _level(study, None))


def _unpack_all(study: Study, options: Options, tell: Tell) -> Catalogue:
    """The catalogue, after every container in it has been opened, level by level."""
    made_by = way_of_unpacking(study)
    catalogue = study.records.catalogue(made_by)
    if not catalogue.unopened:
        return catalogue
    with Engine(options.jobs, lock) as engine:
        while catalogue.unopened:
            _unpack_level(study, engine, catalogue, tell)
            catalogue = study.records.catalogue(made_by)
    return catalogue


def _unpack_level(study: Study, engine: Engine, catalogue: Catalogue, tell: Tell) -> None:
    """Opens the containers that have not been opened."""
    made_by = way_of_unpacking(study)
    first = {record.id: record for record in reversed(catalogue.records)}
    for done, container in enumerate(catalogue.unopened):
        tell("unpack", done, len(catalogue.unopened))
        members = _members(study, engine, first[container], _depth(first[container], first))
        study.records.set_members(container, made_by, members)
    tell("unpack", len(catalogue.unopened), len(catalogue.unopened))


def _depth(record: Record, first: Mapping[str, Record]) -> int:
    """How many containers the record is inside of."""
    depth = 0
    while record.parent:
        record, depth = first[record.parent], depth + 1
    return depth


def _members(study: Study, engine: Engine, container: Record, depth: int) -> Iterator[Member | Problem]:
    """What is in a container; each member's bytes are in the study when it is named."""
    if depth >= MAX_NESTING:
        message = f"{container.path} is nested more than {MAX_NESTING} archives deep. Unpack it yourself and add it."
        yield Problem("ingest", "", "over_limit", message)
        return
    if not study.records.is_whole(container.id):
        what = f"{container.path} was not opened: the stored original is gone or was changed after it was received"
        yield Problem("ingest", "", State.DAMAGED.value, f"{what}. Add it again from where it came from.")
        return
    empty = True
    with study.records.path(container.id).open("rb") as untrusted:
        for item in engine.stream(unpack_container, untrusted, (container.path, dict(study.settings.mapping))):
            if isinstance(item, Failure):
                message = f"{container.path} was not opened to its end: {item.reason}. Unpack it yourself and add it."
                yield Problem("ingest", "", item.state.value, message)
                return
            empty = False
            head, data = split_member(item)
            if "problem" in head:
                yield Problem("ingest", head["path"], head["problem"], head["message"])
            else:
                path = head["path"]
                yield Member(path, *study.records.keep(io.BytesIO(data), partial(ingest.is_container, name=path)))
    if empty:
        message = f"{container.path} is an archive or a dump with nothing in it. Get it again from where it came from."
        yield Problem("ingest", "", "suspect_empty", message)


def _read_all(study: Study, engine: Engine, plans: Sequence[Plan], tell: Tell) -> None:
    """Reads, structures and codes the buckets of these plans."""
    total = sum(len(plan.bucket.records) for plan in plans)
    done = 0
    if total:
        tell("read", 0, total)
    for number, answer in engine.map(read_bucket, (_parcels(study, plan) for plan in plans)):
        plan = plans[number]
        _keep(study, plan, decode(answer), {record.id for record in plan.bucket.records})
        done += len(plan.bucket.records)
        tell("read", done, total)


def _parcels(study: Study, plan: Plan) -> list[Parcel]:
    """The records of a bucket with their bytes; those whose original is gone or changed are remembered."""
    records = plan.bucket.records
    contents = study.records.contents(record.id for record in records)
    parcels = [
        Parcel(record, b"", str(content)) if isinstance(content, OriginalError) else Parcel(record, content)
        for record, content in zip(records, contents, strict=True)
    ]
    lost = {parcel.record.id for parcel in parcels if parcel.lost}
    if lost - plan.bucket.changed:
        study.records.set_changed(study.records.changed() | lost)
    return parcels


def _recode_all(study: Study, engine: Engine, plans: Sequence[Plan], tell: Tell) -> list[Plan]:
    """Structures and codes anew what does not need the originals; the plans for which that was too much at once."""
    too_much = []
    total = sum(len(plan.bucket.records) for plan in plans)
    done = 0
    if total:
        tell("code", 0, total)
    for number, answer in engine.map(recode_bucket, ([_recoding(plan)] for plan in plans)):
        plan = plans[number]
        if answer:
            _keep(study, plan, decode(answer), {record.id for record in plan.bucket.records})
        else:
            too_much.append(plan)
        done += len(plan.bucket.records)
        tell("code", done, total)
    return too_much


def _recoding(plan: Plan) -> Recoding:
    cases = None if "cases" in plan.missing else plan.paths["cases"]
    stays = [name for name in plan.paths if name.startswith("answers/") and name not in plan.missing]
    known = {name.removeprefix("answers/"): plan.paths[name] for name in stays} if cases else {}
    variables = plan.variables if cases else tuple(n.removeprefix("answers/") for n in plan.paths if "answers/" in n)
    words = (plan.paths["tokens"], plan.paths["forms"])
    return Recoding(plan.paths["texts"], words, cases, variables, known)


_SCHEMAS = {"documents": DOCUMENTS, "texts": TEXTS, "cases": CASES}


def _keep(study: Study, plan: Plan, untrusted: Mapping[str, pa.Table], ids: set[str]) -> None:
    """Writes a worker's tables, after a look at whether they are what was asked for."""
    for name, table in untrusted.items():
        if name not in plan.paths:
            raise ValueError(f"a worker answered with a table {name!r} that nobody asked for")
        schema = ANSWERS if name.startswith("answers/") else _SCHEMAS.get(name)
        if schema is not None and not table.schema.equals(schema):
            raise ValueError(f"a worker's table {name!r} has other columns than it should")
        if name in ("documents", "texts") and not set(table["id"].to_pylist()) <= ids:
            raise ValueError(f"a worker's table {name!r} speaks of records that it was not given")
        parts_of(study, name).write(plan.paths[name], table)


def _links_path(study: Study, plans: Sequence[Plan]) -> Path:
    key = key_of("link", code_digest("structure"), *sorted(plan.paths["cases"].stem for plan in plans))
    return study.parts.path("links", 0, 1, key)


def _link(study: Study, plans: Sequence[Plan]) -> Path:
    """The table of links between the instances of each matter, made anew if any case changed."""
    path = _links_path(study, plans)
    if not path.exists():
        links, problems = link(_link_keys(plans))
        rows = sorted((entry.case, entry.matter, list(entry.earlier)) for entry in links)
        columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
        arrays = [pa.array(c, f.type) for c, f in zip(columns, LINKS, strict=True)]
        told = json.dumps([[p.subject, p.kind, p.message] for p in problems], ensure_ascii=False)
        schema = LINKS.with_metadata({"problems": told})
        study.parts.write(path, pa.Table.from_arrays(arrays, schema=schema))
    return path


def _link_keys(plans: Iterable[Plan]) -> Iterator[LinkKey]:
    for plan in plans:
        for text in read_table(plan.paths["cases"], ["link_key"])["link_key"].to_pylist():
            yield LinkKey.from_json(text)


def _prune(study: Study, plans: Sequence[Plan], links: Path) -> None:
    """Removes the parts that nothing asks for any more."""
    wanted: dict[str, set[Path]] = {"links": {links}}
    for plan in plans:
        for name, path in plan.paths.items():
            wanted.setdefault(name, set()).add(path)
    for parts in (study.parts, study.words):
        for table in parts.tables():
            if table in wanted or table.startswith("answers/"):
                parts.prune(table, wanted.get(table, ()))


def _level(study: Study, reached: str | None) -> str:
    """The level of lock that files were last read under; remembers a new one."""
    file = study.folder / "tables" / "lock.txt"
    if reached is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_text(reached + "\n", "utf-8")
    return file.read_text("utf-8").strip() if file.exists() else ""


def mended(study: Study, say: Callable[[str], None], work: Callable[[], Result]) -> Result:
    """What `work` gives; a damaged table that it meets is removed, so that it is made anew, and `work` done again."""
    removed: set[Path] = set()
    while True:
        try:
            return work()
        except DamagedTableError as error:
            if error.path in removed or not error.path.is_relative_to(study.folder):
                raise
            removed.add(error.path)
            error.path.unlink(missing_ok=True)
            say(f"{error.path} was damaged. It is made anew.")
