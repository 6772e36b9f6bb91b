"""A small round with two pairs of private values that can be told apart by their digits."""

from __future__ import annotations

from pathlib import Path

#: Private to ESP and SEN; none of these may be found in anything that MAR can open.
CANARIES = (
    "7.7713", "31.3373", "11.1177", "0.618", "0.2718", "9473", "83.37", "5.4321", "17.7171",
    "8.1818", "3.9393", "2.8282", "61.6161", "CANARY",
)  # fmt: skip

ROUND = """\
round: small-practice
title: A made-up round
summary: Three parties and a few clauses, to practise with.
year: 2023
seed: 7
draws: 20
settings: {share_of_draws: 0.8, epsilon: 1}
objectives:
  - text: Orderly movement
  - {party: ESP, text: CANARY objective of Spain}
  - {party: MAR, text: More regular work}
parties:
  - code: ESP
    counts: {treasury: 0.618, movers: 0.2718}
    ministries: {interior: 0.2718, labour: 0.618}
    red_line: {gain_at_least: ESP_RED_LINE}
    limits:
      - {instrument: LE02, at_most: 9473, reason: CANARY limit of Spain}
      - {instrument: RM01-ESP-MAR, at_least: 3.9393, reason: CANARY limit of Spain}
    no_deal: {low: -8.1818, mid: -5.4321, high: 2.8282, source: CANARY no-deal of Spain}
  - code: MAR
    red_line: {gain_at_least: 2}
    limits:
      - {instrument: PE01-MAR-ESP, at_least: 10, reason: CANARY reason that compares with Spain}
    no_deal:
      worsened_by:
        - {by: ESP, how: Spain lets a programme lapse, loss: {low: 1, mid: 2, high: 3}, source: CANARY reason}
  - code: SEN
    red_line: {gain_at_least: 3.9393}
    no_deal:
      worsened_by:
        - by: ESP
          how: CANARY threat
          loss: {low: 8.1818, mid: 17.7171, high: 61.6161}
          source: CANARY reason
table:
  - {instrument: LE02, giver: ESP, beneficiary: MAR, range: [1000, 15000], step: 500, skill: low}
  - {instrument: LE03, giver: ESP, beneficiary: SEN, range: [500, 5000], step: 500, skill: low}
  - {instrument: RW01, giver: ESP, beneficiary: MAR, range: [50, 100]}
  - {instrument: RM01, giver: ESP, beneficiary: MAR, range: [3, 5], today: 5.2}
  - {instrument: PE01, giver: MAR, beneficiary: ESP, range: [5, 30], today: 45}
  - {instrument: TR06, giver: MAR, beneficiary: ESP, range: [0.5, 3]}
  - {instrument: PE01, giver: SEN, beneficiary: ESP, range: [5, 30], today: 45}
  - {instrument: GV14, giver: ESP, beneficiary: SEN, range: [1, 20]}
principles:
  - {rule: requires, if: LE02, then: RW01, text: No places without equal treatment in pay}
interests:
  - party: ESP
    clause: PE01-MAR-ESP
    value: {low: 11.1177, mid: ESP_INTEREST, high: 83.37}
    source: CANARY reasoning of Spain
  - party: MAR
    clause: PE01-MAR-ESP
    value: {low: -15, mid: -8, high: -3}
    source: CANARY half of what Spain gains
  - party: SEN
    clause: PE01-SEN-ESP
    value: {low: -17.7171, mid: -11.1177, high: -8.1818}
    source: CANARY reasoning of Senegal
  - party: MAR
    clause: RW01-ESP-MAR
    value: {low: 2, mid: 6, high: 15}
    source: stated
"""


def write_round(folder: Path, *, red_line: float = 7.7713, interest: float = 31.3373) -> Path:
    """Write the round with these private values of Spain."""
    path = folder / "r.yaml"
    text = ROUND.replace("ESP_RED_LINE", str(red_line)).replace("ESP_INTEREST", str(interest))
    path.write_text(text, encoding="utf-8")
    return path
