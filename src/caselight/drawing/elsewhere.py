"""A draw made in another program is taken over as it is: figures rest on it, and say that its dice were not checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from caselight.drawing import commitment
from caselight.drawing.commitment import ELSEWHERE, Committed
from caselight.drawing.freezing import asked_digest, coder_digest
from caselight.drawing.pile import pile
from caselight.planning import Made
from caselight.review import DrawnElsewhere, FrameRow, digest_of, frame_text
from caselight.types import Drawn


def adopt(made: Made, found: DrawnElsewhere, source: str, before: Callable[[], None] = lambda: None) -> Committed:
    """Writes the draw down beside those of the study; the same draw a second time is the one that is there.

    Args:
        source: name of the file that told of it.
        before: called before a draw is written that is not there yet; what it raises stops that.
    """
    whole = pile(made)
    if len(found.sizes) == 1:  # every case is in the one stratum, so that the pile can be parted
        (only,) = found.sizes
        rows = [FrameRow(unit, whole.text(unit), only) for unit in whole.members]
    else:
        rows = [FrameRow(unit, whole.text(unit), name) for name, units in found.drawn.items() for unit in units]
    frame, told = frame_text(rows), {v.name: v for v in made.codebook.variables}
    codebook = made.study.codebook.read_text("utf-8")
    drawn = "".join(f"{name}\t{unit}\n" for name in sorted(found.drawn) for unit in sorted(found.drawn[name]))
    text = {
        "what": "cases were drawn in another program; that chance alone picked them cannot be checked here",
        "kind": ELSEWHERE,
        "source": source,
        "unit": "case",
        "cases": len(whole.members),
        "frame_sha256": digest_of(frame),
        "drawn_sha256": digest_of(drawn),
        "machine_answers_sha256": digest_of(whole.machine_text()),
        "codebook_sha256": digest_of(codebook),
        "coder_sha256": coder_digest(made),
        "variables": {name: {"asked": asked_digest(v), "coded": v.digest()} for name, v in told.items()},
        "strata": {name: {"cases": found.sizes[name], "drawn": len(found.drawn[name])} for name in sorted(found.sizes)},
        "read_twice": 0,
        "level": 0.95,
        "claim": "standard",
    }
    files = {"frame.tsv": frame, "machine.jsonl": whole.machine_text(), "codebook.yaml": codebook}
    digest = digest_of(json.dumps(text, ensure_ascii=False, indent=1) + "\n")
    known = next((one for one in commitment.draws(made.study) if one.digest == digest), None)
    if known is not None:
        return known
    before()
    return _written(made, found, files, text)


def _written(made: Made, found: DrawnElsewhere, files: Mapping[str, str], text: Mapping[str, object]) -> Committed:
    """The draw as it lies on disk."""
    folder = commitment.next_folder(made.study)
    committed = commitment.read(folder, json.dumps(text, ensure_ascii=False, indent=1) + "\n", "")
    order = [(unit, name) for name in sorted(found.drawn) for unit in sorted(found.drawn[name])]
    commitment.write_drawn(
        committed,
        [
            Drawn(unit, name, "", i, len(found.drawn[name]) / found.sizes[name], False)
            for i, (unit, name) in enumerate(order, 1)
        ],
        "",
    )
    return commitment.write(folder, files, text)
