"""One deal per example, computed once for all tests of the services."""

from __future__ import annotations

import functools
from pathlib import Path

from tests.services.answer import Answer

from comity.services.deal import deal_evaluate, deal_find
from comity.services.deal_result import Deal  # noqa: TC001

EXAMPLES = Path(__file__).parents[2] / "examples"
DEALS = EXAMPLES / "deals"
DRAWS = 30


@functools.cache
def find(name: str) -> Deal:
    """Answer an example with few draws."""
    return deal_find(path=EXAMPLES / f"{name}.yaml", draws=DRAWS)


@functools.cache
def answer(name: str) -> Answer:
    """Read the answer back as the typed model."""
    return Answer.model_validate_json(find(name).to_json())


@functools.cache
def evaluate(name: str, supplied: Path, package: str | None = None) -> Deal:
    """Evaluate a supplied package of an example."""
    return deal_evaluate(path=EXAMPLES / f"{name}.yaml", supplied=supplied, package=package, draws=DRAWS)
