"""A world round of twelve economies, small enough for a test; its figures are made up for testing."""

from __future__ import annotations

from pathlib import Path

TWELVE = """\
round: twelve
title: Twelve at one table
draws: 20
seed: 7
horizon_years: 5
world_round:
  parties: [ARE, DEU, ESP, FRA, IND, MAR, MEX, NGA, PHL, SEN, TUR, USA]
  least_gain: 0.00001
  share_of_draws: 0.8
  candidates:
    entry:
      corridors: 40
      of_each: 1
      skills: [low, high]
      share_of_stock: 0.02
      share_of_workers: 0.001
      pay_ratio: 1.3
      reason: test
    fees: {corridors: 20, of_each: 1, ceiling: 3, reason: test}
    tariffs: {pairs: 30, of_each: 1, share_of_tariff: 0.5, reason: test}
    readmission: {pairs: 6, days: 10, reason: test}
    transfers:
      pairs: 20
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
  blocs:
    - {code: EU, name: European Union, evidence: eu, customs_union: true, source: test}
    - {code: GULF, name: Gulf, members: [ARE, QAT], source: test}
  stay_out: [EU]
"""


def write(folder: Path, text: str = TWELVE) -> Path:
    """Write a file of the round into a folder."""
    path = folder / "twelve.yaml"
    path.write_text(text, encoding="utf-8")
    return path
