"""The systematic search for reciprocity (E41, §5.3): which clauses fit these parties, by joint gain.

Each candidate is computed alone, at its full value, in the full world at central parameter values. The
result is a draft round file, to be changed by those who know the parties; it is not a recommendation.

Who may import me: doors. Start at :func:`propose_round`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

import yaml

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.laboratory import Laboratory
from comity.services.propose_document import write_document
from comity.services.result import Result
from comity.services.roundfile import Clause, Party, Round
from comity.units import USD_MILLION_YEAR, to_percent, to_usd_million

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from comity.reports.document import Document

__all__ = ["Candidate", "Proposal", "propose_round"]

MOST = 24
"""Most clauses in a draft: a table that one delegation can still read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause, and what it is worth alone at full value; US$ million per year by party."""

    clause: Clause
    name: str
    gains: dict[str, float]

    @property
    def joint(self) -> float:
        """Sum over the parties, US$ million per year."""
        return sum(self.gains.values())


@dataclass(frozen=True, slots=True, repr=False)
class Proposal(Result):
    """A draft round: candidates by joint gain, and what was left out."""

    parties: tuple[str, ...]
    names: dict[str, str]
    candidates: tuple[Candidate, ...]
    dropped: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data of the proposal."""
        return {
            "parties": list(self.parties),
            "unit": USD_MILLION_YEAR,
            "candidates": [
                {
                    "clause": c.clause.key,
                    "instrument": c.clause.instrument,
                    "name": c.name,
                    "giver": c.clause.giver,
                    "beneficiary": c.clause.beneficiary,
                    "range": list(c.clause.range),
                    "unit": c.clause.unit,
                    "gains": c.gains,
                    "joint_gain": c.joint,
                }
                for c in self.candidates
            ],
            "dropped": self.dropped,
            "notes": list(self.notes),
        }

    def to_yaml(self) -> str:
        """Write the draft round file."""
        entry = sorted({c.clause.instrument for c in self.candidates if c.clause.instrument in _ENTRY})
        table = [_write_clause(c) for c in self.candidates]
        pairs = dict.fromkeys(
            (c.clause.giver, c.clause.beneficiary) for c in self.candidates if c.clause.instrument in _ENTRY
        )
        table += [
            {"instrument": "RW01", "giver": a, "beneficiary": b, "range": [50, 100],
             "note": "Not valued by the model: add an interest, or it stays unvalued."}
            for a, b in pairs
        ]  # fmt: skip
        data = {
            "round": "-".join(code.lower() for code in self.parties),
            "title": " – ".join(self.names[code] for code in self.parties),
            "summary": "A draft. Clauses stand by what they add to all parties together, each taken alone.",
            "parties": [{"code": code} for code in self.parties],
            "table": table,
            "principles": [
                {
                    "rule": "requires",
                    "if": code,
                    "then": "RW01",
                    "text": "No entry places without equal treatment",
                }
                for code in entry
            ],
        }
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)

    def document(self) -> Document:
        """Readable form of the proposal."""
        return write_document(self)


_ENTRY = frozenset({"LE01", "LE02", "LE03", "LE04"})


def _write_clause(c: Candidate) -> dict[str, Any]:
    data: dict[str, Any] = {
        "instrument": c.clause.instrument,
        "giver": c.clause.giver,
        "beneficiary": c.clause.beneficiary,
        "range": [_plain(x) for x in c.clause.range],
    }
    if c.clause.key != f"{c.clause.instrument}-{c.clause.giver}-{c.clause.beneficiary}":
        data = {"key": c.clause.key, **data}
    if c.clause.step is not None:
        data["step"] = _plain(c.clause.step)
    if c.clause.unit is not None:
        data["unit"] = c.clause.unit
    if c.clause.skill is not None:
        data["skill"] = c.clause.skill
    if c.clause.today is not None:
        data["today"] = _plain(c.clause.today)
    worth = ", ".join(f"{code} {value:+,.1f}" for code, value in c.gains.items())
    data["note"] = f"Alone at full value, modelled at central values, US$ million a year: {worth}."
    return data


def _plain(x: float) -> float | int:
    return int(x) if float(x).is_integer() else float(x)


def _round_nicely(x: float) -> float:
    """Round to two significant figures."""
    return round(x, 1 - math.floor(math.log10(x))) if x > 0 else 0.0


class _Drafts:
    """Candidates that the figures allow for one ordered pair of countries."""

    def __init__(self, lab: Laboratory, parameters: Parameters, catalogue: Catalogue) -> None:
        self.e = lab.central.economy
        self.f = lab.figures
        self.facts = lab.facts
        self.p = {key: parameters.value(f"propose.{key}") for key in _CHOICES}
        self.base = lab.values(None)
        self.catalogue = catalogue

    def clause(self, instrument: str, giver: str, beneficiary: str, low: float, high: float) -> Clause:
        """Draft a clause in the instrument's own unit and direction."""
        return Clause(
            key=f"{instrument}-{giver}-{beneficiary}",
            instrument=instrument,
            giver=giver,
            beneficiary=beneficiary,
            range=(low, high),
            unit=self.catalogue.instruments[instrument].parameter.unit,
            stronger="low" if self.catalogue.stronger.get(instrument) == "low" else "high",
        )

    def of_pair(self, g: str, b: str) -> Iterator[Clause]:
        """Clauses that g may give and b may get."""
        i, j = self.e.place(b), self.e.place(g)
        pay = self.e.unit_wage[:, 0] / self.e.price_level
        if pay[j] > self.p["pay_ratio"] * pay[i]:
            yield from self._entry(g, b, i, j)
            aid = _round_nicely(to_usd_million(self.p["transfer_share"] * float(self.e.value_added[i])))
            if aid > 0:
                yield self.clause("DV02", g, b, 0.0, aid)
            if self.e.units[i, j, 1] > 0:
                recognise = self.clause("SK01", g, b, 0.0, self.p["occupations"])
                yield recognise.model_copy(update={"step": 1.0, "skill": "high"})
        fee = float(self.e.fee[i, j])
        if self.e.remitted[i, j] > 0 and fee > self.p["fee_ceiling"]:
            today = round(to_percent(fee), 1)
            fees = self.clause("RM01", g, b, to_percent(self.p["fee_ceiling"]), today)
            yield fees.model_copy(update={"today": today})
        if self.facts.returned.get((g, b), 0.0) > 0:
            for code, name in (("PE01", "reply_days_baseline"), ("PE03", "document_days_baseline")):
                today = self.base[f"world.readmission.{name}"]
                reply = self.clause(code, g, b, min(self.p["reply_days"], today), today)
                yield reply.model_copy(update={"today": today})
        tariff = float(self.e.tariff[i, j]) - 1
        if tariff > self.p["tariff_least"] and not self.f.union[j, j]:
            cut = round(to_percent(tariff), 1)
            yield self.clause("TR06" if pay[j] < pay[i] else "TR01", g, b, 0.0, cut)

    def _entry(self, g: str, b: str, i: int, j: int) -> Iterator[Clause]:
        kinds = (("LE02", "low"), ("LE03", "low"), ("LE01", "high"))
        # The kinds of place share the yearly number that the corridor could take.
        share = self.p["places_share"] / len(kinds)
        places = max(self.p["places_least"], _round_nicely(share * float(self.e.persons[i, j])))
        for code, skill in kinds:
            drafted = self.clause(code, g, b, 0.0, places)
            key = drafted.key if skill == "low" else f"{drafted.key}-high"
            yield drafted.model_copy(update={"skill": skill, "key": key})


_CHOICES = (
    "places_share", "places_least", "pay_ratio", "tariff_least", "transfer_share", "occupations",
    "fee_ceiling", "reply_days",
)  # fmt: skip


def propose_round(
    *, codes: tuple[str, ...], progress: Callable[[str, float], None] | None = None
) -> Proposal:
    """Draft a round for these countries.

    Parameters
    ----------
    codes
        At least two ISO3 codes.
    progress
        Called with a message and a fraction from 0 to 1.

    Raises
    ------
    InputError
        Fewer than two countries, one twice, or one that the world model does not hold.
    """
    if len(codes) < 2 or len(set(codes)) < len(codes):
        msg = "a round needs two or more different countries"
        raise InputError(msg, accepted="ISO 3166-1 alpha-3 codes such as ESP MAR SEN")
    evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
    seat = Clause(instrument="GV14", giver=codes[0], beneficiary=codes[1], range=(0.0, 1.0))
    frame = Round(
        round="draft", title="Draft", parties=tuple(Party(code=code) for code in codes), table=(seat,)
    )
    lab = Laboratory(frame, evidence, parameters, catalogue, draws=1, seed=frame.seed)
    drafts = _Drafts(lab, parameters, catalogue)
    clauses = [clause for g, b in permutations(codes, 2) for clause in drafts.of_pair(g, b)]
    found = []
    full = frame.model_copy(update={"table": tuple(clauses) or (seat,)})
    lab.round = full
    setting = lab.setting(lab.central.economy, None)
    for k, clause in enumerate(clauses):
        gains = lab.gain(lab.central, lab.shock(setting, {clause.key: clause.strongest}))
        name = catalogue.instruments[clause.instrument].title
        found.append(Candidate(clause, name, dict(zip(codes, map(float, gains), strict=True))))
        if progress is not None:
            progress(f"{clause.instrument} {clause.giver}→{clause.beneficiary}", (k + 1) / len(clauses))
    useful = sorted((c for c in found if max(c.gains.values()) > 0), key=lambda c: (-c.joint, c.clause.key))
    names = dict(zip(lab.figures.codes, lab.figures.names, strict=True))
    notes = (
        "Each clause is computed alone; together they work on each other, which the deal report takes in.",
        "Instruments that do not act on the model are not searched; add them with an interest of your own.",
        "Members of the European Union set no tariffs of their own, so none is drafted for them.",
    )
    return Proposal(
        codes, {c: names[c] for c in codes}, tuple(useful[:MOST]), len(found) - len(useful[:MOST]), notes
    )
