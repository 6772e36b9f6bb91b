"""How long deals in the forum take: sealing, a slider, the zone, a practice room; CPU time of one core."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from comity.services.package_sight import PackageView
from comity.services.package_zone import ZoneLimits, ask_zone
from comity.services.practice_opening import Room
from comity.services.private_sheet import take_sheet
from comity.services.roundfile import load_round
from comity.services.sealed_game import SealedGame, seal_game

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("western-mediterranean", "rse-pacific", "doha-eight")
SLIDER, ROOM = 0.05, 120.0


def spend(work: Callable[[], object], times: int = 1) -> float:
    """Return seconds of CPU for one turn."""
    before = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - before) / times


def main() -> None:
    """Measure and print."""
    for name in NAMES:
        path = EXAMPLES / f"{name}.yaml"
        before = time.process_time()
        game = seal_game(path)
        sealed = time.process_time() - before
        data = game.to_bytes()
        round_ = load_round(path)
        sheets = {party: take_sheet(round_, party) for party in game.parties}
        package = {clause.key: clause.ends[1] for clause in game.table.clauses}
        first = game.parties[0]
        slider = spend(lambda: PackageView(game, first, sheets[first]).see(package), 20)  # noqa: B023
        read = spend(lambda: SealedGame.read(data), 5)  # noqa: B023
        zone = spend(lambda: ask_zone(game, sheets, ZoneLimits.read()))  # noqa: B023
        print(
            f"{name}: {len(game.parties)} parties, {len(package)} clauses; sealed in {sealed:.1f} s, "
            f"{len(data) / 1e6:.1f} MB, read in {1000 * read:.0f} ms; zone in {zone:.2f} s"
        )
        kept = "holds" if slider < SLIDER else "MISSED"
        print(
            f"  promised: a slider is answered within {1000 * SLIDER:.0f} ms: {1000 * slider:.1f} ms: {kept}"
        )
    before = time.process_time()
    practice = Room(EXAMPLES / "western-mediterranean.yaml").open(["MAR"])
    practice.start()
    practice.see()
    spent = time.process_time() - before
    kept = "holds" if spent < ROOM else "MISSED"
    print(f"promised: a practice room is ready within two minutes: {spent:.1f} s: {kept}")


if __name__ == "__main__":
    main()
