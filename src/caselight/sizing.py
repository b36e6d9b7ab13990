"""How many cases must be read for a range of a wanted width, before anything is read."""

from __future__ import annotations

from typing import Any

from caselight.drawing.asking import Question
from caselight.drawing.pile import pile
from caselight.errors import UsageError
from caselight.estimate import sizes
from caselight.estimate.sample import has
from caselight.planning import Made
from caselight.review import allocate


def sized(made: Made, question: Question, width: float, guess: tuple[float, float]) -> tuple[dict[str, Any], list[str]]:
    """The smallest draw whose range is that narrow in 8 of 10 draws, if the guess is right; as data and in words.

    Args:
        question: one variable and one value.
        width: of the range, as a share of all cases.
        guess: share of the cases with the machine's yes that have the answer, and of those with its no.
    Raises:
        UsageError: not one variable and one value; Refused: no draw is large enough.
    """
    if len(question.variables) != 1 or len(question.values) != 1:
        raise UsageError("--plan: say for which figure: --variable NAME --value VALUE.")
    (variable,), (value,) = question.variables, question.values
    known = {v.name: v.value_names() for v in made.codebook.variables}
    if value not in known.get(variable, ()):
        raise UsageError(
            f"--plan: there is no answer {variable} = {value}. Known: {', '.join(known.get(variable, known))}."
        )
    whole = pile(made)
    said = [row.get(variable) for row in whole.machine.values()]
    yes = sum(has(tuple(one) if isinstance(one, list) else one, value) for one in said)
    pairs = [("yes", yes, guess[0]), ("no", len(said) - yes, guess[1])]
    counts = {name: size for name, size, _ in pairs if size}
    parts = [sizes.Part(size, share) for _, size, share in pairs if size]
    rest = "no" if "no" in counts else "yes"
    goal, claim = sizes.Goal("width", width), question.claim or "standard"
    found = sizes.plan(parts, goal, lambda n: list(allocate(counts, n, rest).values()), claim=claim)
    by = f"--by {variable}={value}"
    lines = [
        f"The machine flagged {yes:,} of {len(said):,} cases as {variable} = {value}.",
        f"If {guess[0]:.0%} of these have it and {guess[1]:.0%} of the others: read {found.enough.n:,} cases for a "
        f"range at most {width:.0%} of all cases wide in {found.enough.chance:.0%} of draws.",
    ]
    if found.more:
        lines.append(
            f"With {found.more.n:,} the mean width is {found.more.width:.1%} instead of {found.enough.width:.1%}."
        )
    lines.append(f"Then: caselight draw {made.study.folder} --size {found.enough.n} {by}")
    told: dict[str, Any] = {"variable": variable, "value": value, "width": width, "flagged": yes, "cases": len(said)}
    for name, outlook in (("enough", found.enough), ("more", found.more)):
        if outlook:
            told[name] = {
                "size": outlook.n,
                "drawn": list(outlook.drawn),
                "width": outlook.width,
                "chance": outlook.chance,
            }
    return told, lines
