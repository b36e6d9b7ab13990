"""What comes before the first run: a new study, and records taken into it.

Apart from the pipeline so that `new` and `add` start without what only reading and coding need: starting is most of
what they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from caselight.store import Received, Settings, Study

if TYPE_CHECKING:
    from caselight.pack import Pack


def new(folder: Path, settings: Settings, codebook: str) -> Study:
    """A new study with a copy of that codebook, and of the pack where it is a folder of the user's own.

    Raises:
        UsageError, DefinitionError: folder not empty; no such pack or codebook, or it has a mistake.
    """
    # Here, because `add` does without.
    from caselight.codebook import codebook_path, read_codebook
    from caselight.definitions import load
    from caselight.fitting import check_fit, check_phrases
    from caselight.pack import load_pack, shipped

    own = settings.pack not in shipped()
    pack = load_pack(settings.pack)
    source = codebook_path(codebook)
    definition = load(source)
    book = read_codebook(definition)
    check_fit(definition, book, pack)
    check_phrases(book)
    if own:
        _check_pack(pack)
    study = Study.create(folder, settings._replace(pack="pack") if own else settings, source.read_text("utf-8"))
    if own:
        import shutil  # not above: it takes as long to load as the rest of this

        shutil.copytree(settings.pack, study.folder / "pack")
    return study


def _check_pack(pack: Pack) -> None:
    """Nothing, if the stages can use the user's own pack; a run finds that out by itself.

    Raises:
        DefinitionError: they cannot.
    """
    from caselight.coding.cues import compile_speakers  # with numpy, which takes long to load
    from caselight.structure import compile_pack

    compile_speakers(pack)
    compile_pack(pack)


def add(study: Study, paths: Sequence[Path], mapping: Mapping[str, str], without: Sequence[str] = ()) -> Received:
    """Takes files and folders into the study, but for those that a pattern in `without` leaves out; `mapping` names
    columns of dumps and is kept with the study.
    """
    from caselight.ingest import is_container  # here, because `new` does without

    with study.locked():
        if mapping:
            known = study.settings.mapping
            columns = {role: _first(column, known.get(role, "")) for role, column in mapping.items()}
            study.write(study.settings._replace(mapping={**known, **columns}))
        return study.records.receive(paths, is_container, without)


def _first(column: str, others: str) -> str:
    """The column before those that earlier dumps of the study were said to have."""
    from caselight.ingest import OR

    return OR.join([column, *(other for other in others.split(OR) if other not in ("", column))])
