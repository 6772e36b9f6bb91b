"""Time of a practice round: opening the room, each answer of the scripts, each screen, and the debrief.

Processor time of one core, so that other work on the machine disturbs it less.
Run: python benchmarks/bench_practice.py
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from comity.protocol import Kind, Move
from comity.services.practice_debrief import practice_debrief
from comity.services.practice_opening import practice_open

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
EXAMPLES = Path(__file__).parents[1] / "examples"
ROUNDS = (("western-mediterranean", "MAR"), ("eu-maghreb-visa", "MAR"), ("doha-eight", "IND"))
OPEN_SECONDS, ANSWER_SECONDS = 120.0, 1.0


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """Run something; give its result and the processor time that it took."""
    before = time.process_time()
    result = act()
    return result, time.process_time() - before


def measure(name: str, seat: str, script: str) -> tuple[float, float]:
    """Play a round in which the seat never agrees; give the time to open and the slowest answer."""
    practice, opening = timed(
        lambda: practice_open(path=EXAMPLES / f"{name}.yaml", seat=seat, strategies=[script])
    )
    answers, screens = [timed(practice.start)[1]], []
    while not practice.state.over:
        answers.append(timed(lambda: practice.play(Move(seat, Kind.REJECT)))[1])
        screens.append(timed(practice.see)[1])
    closing = timed(lambda: practice_debrief(practice))[1]
    print(
        f"{name:22} {script:12} open {opening:5.2f} s   slowest answer {max(answers):5.2f} s   "
        f"slowest screen {max(screens):5.2f} s   debrief {closing:5.2f} s"
    )
    return opening, max(*answers, *screens)


def main() -> None:
    """Measure all rounds and say whether the promises hold."""
    found = [measure(name, seat, script) for name, seat in ROUNDS for script in ("boulware", "tit-for-tat")]
    opening, answer = max(o for o, _ in found), max(a for _, a in found)
    for what, took, most in (
        ("opening", opening, OPEN_SECONDS),
        ("an answer or a screen", answer, ANSWER_SECONDS),
    ):
        print(f"promised: {what} under {most:g} s: {'holds' if took < most else 'MISSED'} ({took:.2f} s)")


if __name__ == "__main__":
    main()
