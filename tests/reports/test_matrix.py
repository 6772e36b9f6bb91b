"""A matrix of counts: the same in every form, with the source of its numbers."""

from __future__ import annotations

import pytest

from comity.reports.document import Document, Matrix
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.vocabulary import Figure, SourceClass


def n(value: float) -> Figure:
    return Figure(value, "findings", SourceClass.MODELLED, "model:§7.3|ministries")


MATRIX = Matrix(
    "Who touches whom", ("Interior", "Trade"), ("Labour", "Finance"),
    (((n(3), n(1)), None), ((n(0), n(2)), (n(1), n(0)))), corner="acts",
)  # fmt: skip


def test_the_counts_are_read_in_every_form() -> None:
    document = Document("A matrix", "", (MATRIX,))
    for page in (render_terminal(document, 80), render_markdown(document).replace("\\", "")):
        for cell in ("3 − / 1 +", "2 +", "1 −"):
            assert cell in page
        assert "0 −" not in page
    page = render_html(document)
    assert find_unsourced_numbers(page) == []
    assert page.count('class="mixed"') == 1
    assert page.count('class="favour"') >= 1
    assert len(document.figures()) == 6


def test_a_matrix_has_as_many_cells_as_lines_and_columns() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Matrix("m", ("a",), ("b", "c"), ((None,),))
