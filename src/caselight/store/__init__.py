"""The study folder: all state that Caselight keeps, and the only code that keeps any.

    study.toml      what the study is: title, pack, language, format
    codebook.yaml   the questions; the user edits it
    records/        originals by sha256, read-only, small ones together in packs/; received.jsonl says what came under
                    which path
    tables/         one folder a table, one file a bucket of record ids; rebuildable
    index/          word arrays and the search index; rebuildable
    report/         pages; rebuildable

Comes in: paths and tables. Goes out: records, tables. To add a table: name it where the pipeline writes it.
"""

from caselight.store.parts import Part, Parts
from caselight.store.records import Catalogue, Member, OriginalError, Received, Records
from caselight.store.study import Settings, Study

__all__ = ["Catalogue", "Member", "OriginalError", "Part", "Parts", "Received", "Records", "Settings", "Study"]
