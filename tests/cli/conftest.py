"""A stand-in for the deal and propose services, so that the door is tested on its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from comity.reports.document import Document, Paragraph


@dataclass
class FakeDeal:
    zone_open: bool = True

    def to_json(self) -> str:
        return '{"round": "fake", "parties": "España → Maroc"}'

    def document(self, *, brief=False) -> Document:
        return Document("A fake deal", "", (Paragraph("One paragraph."),))


@dataclass
class Services:
    """What the services were asked, and what they answer."""

    deal: FakeDeal = field(default_factory=FakeDeal)
    error: BaseException | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, **asked: Any) -> Any:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        return self.deal


@dataclass
class FakeProposal(FakeDeal):
    def to_yaml(self) -> str:
        return "round: fake\n"


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    stand_in = Services()
    deal, propose = ModuleType("comity.services.deal"), ModuleType("comity.services.propose")
    deal.deal_find = stand_in.answer  # type: ignore[attr-defined]
    propose.propose_round = stand_in.answer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, deal.__name__, deal)
    monkeypatch.setitem(sys.modules, propose.__name__, propose)
    return stand_in
