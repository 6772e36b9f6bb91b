"""Every answer of the Python API: text, a page in a notebook, one JSON object."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil

import comity.services
from comity.services.adherence import Adherence
from comity.services.adherence_report import AdherenceReport
from comity.services.committee_agenda import Agenda
from comity.services.package_zone import Improved, ZoneAnswer
from comity.services.practice_debrief import Debrief
from comity.services.practice_sight import Sight
from comity.services.regime import regime_agencies
from comity.services.result import Result
from comity.services.round_page import RoundPage

#: Views of one player, and answers that pages of the forum take apart; none has a page of its own.
VIEWS = {Adherence, AdherenceReport, Agenda, Debrief, Improved, RoundPage, Sight, ZoneAnswer}


def list_answers() -> set[type]:
    """List the classes of the services that write themselves as JSON."""
    found = set()
    for module in pkgutil.iter_modules(comity.services.__path__, "comity.services."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name and hasattr(kind, "to_json"):
                found.add(kind)
    return found


def test_every_answer_is_a_result():
    answers = list_answers() - VIEWS - {Result}
    assert len(answers) > 15
    assert [kind.__name__ for kind in answers if not issubclass(kind, Result)] == []
    for kind in answers:
        # A dataclass that writes its own long text would hide the short one.
        assert "__repr__" not in vars(kind) or vars(kind)["__repr__"].__module__ == kind.__module__
        assert not getattr(kind, "__dataclass_params__").repr or "__repr__" in vars(kind)  # noqa: B009


def test_an_answer_shows_itself():
    found = regime_agencies()
    assert repr(found).startswith("RegimeAgencies(")
    assert "\n" not in repr(found)
    assert "<" in found._repr_html_()
    assert json.loads(found.to_json()) == json.loads(json.dumps(found.to_dict()))
    assert found.to_json() == regime_agencies().to_json()
