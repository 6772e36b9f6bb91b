"""A puzzle of four small blocs for tests; its bounds and provisions are made up for testing."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
puzzle: four
title: Four blocs
as_of: 2020
horizon_years: 5
at_once: 3
least_gain: 0.000001
tolerance: 0.0001
reason: test
draws: 2
"""

PIECES = (
    """\
  - code: GULF
    name: Gulf
    members: [ARE, QAT, SAU]
    customs_union: true
    provisions:
      - {tag: RM01, words: a ceiling, level: 3, limit: at most, force: binding, source: test, mark: own draft}
    source: test
    mark: own draft
""",
    """\
  - code: IBERIA
    name: Iberia
    members: [ESP, PRT]
    provisions:
      - {tag: RM01, words: a floor, level: 5, limit: at least, force: binding, source: test, mark: own draft}
    source: test
    mark: own draft
""",
    """\
  - code: NORTH
    name: North Africa
    members: [MAR, TUN, EGY]
    source: test
    mark: own draft
""",
    """\
  - code: SOUTH
    name: South Asia
    members: [BGD, NPL, PAK]
    source: test
    mark: own draft
""",
)

RULES = """\
candidates:
  entry:
    corridors: 200
    of_each: 1
    skills: [low, high]
    share_of_stock: 0.02
    share_of_workers: 0.001
    pay_ratio: 1.3
    reason: test
  fees: {corridors: 200, of_each: 1, ceiling: 3, reason: test}
  tariffs: {pairs: 200, of_each: 1, share_of_tariff: 0.5, reason: test}
  transfers:
    pairs: 100
    of_each: 1
    share_of_giver: 0.0005
    share_of_receiver: 0.005
    income_ratio: 1.2
    reason: test
bounds:
  arrivals: 0.02
  departures_low: 0.02
  departures_high: 0.02
  transfers_given: 0.002
  transfers_received: 0.01
  reason: test
"""

FOUR = HEAD + "pieces:\n" + "".join(PIECES) + RULES


def write(folder: Path, text: str = FOUR) -> Path:
    """Write a puzzle file into a folder."""
    path = folder / "four.yaml"
    path.write_text(text, encoding="utf-8")
    return path
