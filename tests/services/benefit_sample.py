"""A made-up benefit, so that its look does not move with the model; no figure here is evidence."""

from __future__ import annotations

import numpy as np

from comity.services.benefit_result import (
    Benefit,
    BenefitColumn,
    BreakEven,
    Control,
    InputSwing,
    Line,
    Worth,
    add_up,
)
from comity.services.roundfile import Counts

ROWS = (
    ("residents_low", "Low-skilled residents who stay", "residents_low", "labour", 1.0, (-70, -60, -50)),
    ("treasury", "Treasury: taxes less public services", "treasury", "finance", 1.0, (90, 100, 140)),
    ("immigrants", "Immigrants already there", "immigrants", "interior", 0.0, (-9, -6, -3)),
)


def sample_column(key: str, title: str, meaning: str, factor: float) -> BenefitColumn:
    rows = [
        (name, label, group, ministry, weight, factor * np.array(draws, dtype=float), factor * draws[1])
        for name, label, group, ministry, weight, draws in ROWS
    ]
    return BenefitColumn(
        key,
        title,
        meaning,
        tuple(
            Line(n, label, g, m, w, Worth.of(d, c), "modelled", f"model:§3.12|{n}|AAA")
            for n, label, g, m, w, d, c in rows
        ),
        add_up((r[3], r[4], r[5], r[6]) for r in rows),
        add_up((r[2], r[4], r[5], r[6]) for r in rows),
        add_up(("all", r[4], r[5], r[6]) for r in rows)["all"],
    )


def sample_benefit() -> Benefit:
    keys = ("alone", "bilateral", "regional", "global")
    columns = tuple(
        sample_column(key, key.capitalize(), f"what {key} means", factor)
        for key, factor in zip(keys, (0.8, 1.0, 1.1, 2.0), strict=True)
    )
    swings = (
        InputSwing("parameter:world.a", "χ, an input", "contested", "share (0-1)", 0.4, 1, 90, -20, 40, True),
        InputSwing("parameter:world.b", "γ, another", "assumed", "elasticity", 0, 0.3, 40, 10, 40, False),
    )
    return Benefit(
        country="AAA",
        name="Aland",
        case="offer",
        case_title="An offer",
        case_source="offer.yaml",
        party="AAA",
        headline="regional",
        columns=columns,
        partners=(sample_column("bilateral:BBB", "With Beland", "only the clauses between the two", 1.0),),
        horizon="package",
        horizon_years=5.0,
        horizons={"year-after": dict.fromkeys(keys, -3.0), "long-run": dict.fromkeys(keys, 60.0)},
        tornado=swings,
        other_turns=(),
        inputs=2,
        break_even=(
            BreakEven("AAA", "LE02-AAA-BBB", "persons per year", 0, 9000, 5000, 0, 44, -20, 80, (1234.5,)),
            BreakEven("BBB", "LE02-AAA-BBB", "persons per year", 0, 9000, 5000, 0, 44, 1, 80, ()),
            BreakEven("AAA", "PE01-BBB-AAA", "working days", 5, 30, 5, 0, 44, 44, 40, ()),
        ),
        red_line=0.0,
        control=(
            Control("cap", "LE02-AAA-BBB", "Entry places: a number", 5000.0, "persons per year"),
            Control("missing", "GV08", "Safeguard clause: no such clause in this package"),
            Control("untouched", "", "no commitment in this package on security"),
        ),
        weights=Counts().weights(),
        unvalued=("GV03-AAA-BBB",),
        notes=(),
        assumptions=(),
        imputed=(),
        evidence=(),
        names={"AAA": "Aland", "BBB": "Beland"},
        titles={"LE02-AAA-BBB": "Entry places", "PE01-BBB-AAA": "Reply time"},
        ministries={"labour": "Labour", "finance": "Finance", "interior": "Interior"},
        command="comity benefit AAA --package offer.yaml",
        seed=1,
        draws=3,
        versions={"comity": "0"},
    )
