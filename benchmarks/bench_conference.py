"""How quickly a round is folded: 190 delegations, 40 articles, 2,000 amendments, 5,000 moves.

Run: ``python benchmarks/bench_conference.py``. Times are of the processor, the best of three.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from comity.protocol.conference import (
    Act,
    Charter,
    Move,
    Role,
    Seat,
    apply,
    count_articles,
    replay,
    verify,
    write_journal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DELEGATIONS = tuple(f"D{number:03d}" for number in range(190))
FOLD = 0.150
APPLY = 0.0003


def make_moves(charter: Charter) -> list[Move]:
    """Return 5,000 moves of a round in revisions, 2,000 of them amendments."""
    pen = Seat(Role.FACILITATOR)
    seats = [Seat(Role.DELEGATE, code) for code in charter.delegations]
    start = datetime(2030, 1, 7, tzinfo=UTC)
    moves: list[Move] = []

    def add(act: Act, seat: Seat, **payload: Any) -> None:  # noqa: ANN401
        moves.append(Move(act, seat, start + timedelta(seconds=30 * len(moves)), payload))

    add(Act.CHANGE_PHASE, pen, to="zero draft")
    for article in range(40):
        add(Act.ADD_ARTICLE, pen, key=f"a{article}", title=f"Article {article}")
        for paragraph in range(10):
            wording = f"Parties shall issue visas of kind {paragraph} under article {article}. " * 5
            add(
                Act.ADD_PARAGRAPH, pen, article=f"a{article}", key=f"a{article}.p{paragraph}", wording=wording
            )
    add(Act.CHANGE_PHASE, pen, to="revisions")
    places = [(f"a{n % 40}.p{n // 40 % 10}", f"alt{n}") for n in range(2000)]
    for number, (place, alternative) in enumerate(places):
        add(
            Act.PROPOSE_WORDING,
            seats[number % 190],
            paragraph=place,
            alternative=alternative,
            wording=f"Parties may issue visas, but not before they agreed on {number}. " * 5,
        )
        if number % 100 == 99:
            add(Act.CUT_REVISION, pen)
    for number in range(300):
        package = {f"v{each}": float(number) for each in range(8)}
        add(
            Act.TABLE_PROPOSAL,
            seats[number % 190],
            proposal=f"p{number}",
            title="A package",
            provisions=package,
        )
    while len(moves) < 5000:
        number = len(moves)
        place, alternative = places[number % 2000]
        if number % 2:
            seat = seats[(number % 2000 + 1 + number // 2000) % 190]
            add(Act.SUPPORT_WORDING, seat, paragraph=place, alternative=alternative)
        else:
            add(Act.COMMENT, seats[number % 190], words="We can live with this.", paragraph=place)
    return moves


def best(run: Callable[[], object]) -> float:
    """Return the least processor time of three runs, in seconds."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Measure, and say what was promised."""
    charter = Charter("A conference of 190", DELEGATIONS)
    moves = make_moves(charter)
    plain = [move.to_plain() for move in moves]
    print(f"reading {len(moves):,} moves: {best(lambda: [Move.read(each) for each in plain]) * 1e3:.0f} ms")
    moves = [Move.read(each) for each in plain]
    fold = best(lambda: replay(charter, moves))
    print(f"folding them: {fold * 1e3:.0f} ms")
    state = replay(charter, moves)
    at = moves[-1].at + timedelta(hours=1)
    payload = {"paragraph": "a39.p9", "alternative": "late", "wording": "Parties shall not."}
    seat = Seat(Role.DELEGATE, "D005")
    one = best(
        lambda: [apply(charter, state, Move(Act.PROPOSE_WORDING, seat, at, payload)) for _ in range(200)]
    )
    print(f"one amendment more: {one / 200 * 1e3:.3f} ms")
    print(f"brackets by article: {best(lambda: count_articles(state)) * 1e3:.2f} ms")
    journal = write_journal(charter, moves)
    whole = best(lambda: verify(journal))
    print(f"verifying the journal ({len(journal) / 1e6:.1f} MB), seals and moves: {whole:.2f} s")
    print(f"promised: 5,000 moves in 150 ms: {'holds' if fold <= FOLD else 'MISSED'}")
    print(f"promised: a move in 0.3 ms: {'holds' if one / 200 <= APPLY else 'MISSED'}")


if __name__ == "__main__":
    main()
