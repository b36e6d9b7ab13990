"""Names of a report's files: harmless whatever they are made of."""

from __future__ import annotations

import re

import pytest

from caselight.report.names import case_file, figure_file, slug


@pytest.mark.parametrize(
    "value", ["Сфера", "con", "LPT1", "../../etc/passwd", "a/b", ".", "_none", "x-1", "Да", "", "a.2"]
)
def test_any_value_gets_a_harmless_file_name(value: str) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{12}", slug(value))


def test_plain_values_keep_their_name() -> None:
    assert figure_file("count", "role", "relied_on") == "answers/role/relied_on.html"
    assert figure_file("not_asked", "role", "") == "answers/role/_not_asked.html"
    assert figure_file("count", "fact:outcome", "fine") == "facts/outcome/fine.html"


@pytest.mark.parametrize("case", ["../x", "", "c/1", "c" * 90])
def test_an_id_that_leads_out_of_the_folder_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match="cannot name a page"):
        case_file(case)
