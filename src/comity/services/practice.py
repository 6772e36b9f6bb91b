"""A practice round: one seat is played, scripts play the others, and a log replays it (§6.8).

A round is its file, seat, mode, strategies, seed, number of rounds and draws, and the moves of the seat; from
these every other move follows. The engine has no clock. What a player may see is :meth:`Practice.see`; what
everybody wanted is in the debrief (:mod:`comity.services.practice_debrief`) and nowhere before it.

Who may import me: practice services. Start at :class:`Practice`; doors open one with
:func:`comity.services.practice_opening.practice_open`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from comity.bargaining import (
    Decision,
    Hearing,
    View,
    answer,
    decide,
    make_strategy,
    write_text,
)
from comity.errors import SolveError
from comity.protocol import MEDIATOR, Kind, Log, Mode, Move, Rules, Slot, State, apply, begin
from comity.services.practice_seats import deal_positions, public_table, seal_round
from comity.services.practice_sight import Desk, Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.bargaining import Game, Position
    from comity.evidence import Evidence, Parameters
    from comity.services.laboratory import Laboratory
    from comity.services.roundfile import Round

__all__ = ["Practice", "Setup"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a round is played on and how, as the log states it; ``file`` is a relative path or a name.

    ``colleagues`` are further seats that people play; scripts play the rest.
    """

    file: str
    seat: str
    mode: str
    strategies: Mapping[str, str]
    seed: int
    rounds: int
    draws: int
    colleagues: tuple[str, ...] = ()

    @property
    def played(self) -> tuple[str, ...]:
        """Every seat that somebody plays, the first one first."""
        return (self.seat, *self.colleagues)


class Practice:
    """A round under way.

    Parameters
    ----------
    round_
        The whole round; kept out of sight.
    setup
        Seat, mode, strategies, seed, rounds and draws.
    lab
        The laboratory of the round.
    evidence, parameters
        The pack.
    tick
        Told how much of the valuing is done, 0 to 1.
    positions
        The positions of all seats where they were dealt before, with this laboratory and seed.

    Notes
    -----
    Everything a door may show comes from :attr:`desk`, which is made from the seat's sealed round.
    """

    def __init__(
        self,
        round_: Round,
        setup: Setup,
        lab: Laboratory,
        evidence: Evidence,
        parameters: Parameters,
        tick: Callable[[float], None],
        positions: Mapping[str, Position] | None = None,
    ) -> None:
        self.setup = setup
        self.public = seal_round(round_)
        self.table: Game = public_table(lab, round_)
        self.rules = Rules(
            parties=tuple(party.code for party in round_.parties),
            slots={
                c.key: Slot(c.key, c.giver, c.beneficiary, c.range[0], c.range[1], c.step)
                for c in round_.table
            },
            mode=Mode(setup.mode),
            rounds=setup.rounds,
            breaches=self.table.breaches,
        )
        self._positions: Mapping[str, Position] = (
            deal_positions(lab, round_, setup.seed, tick) if positions is None else positions
        )
        self._minds = {
            code: make_strategy(
                name,
                conceder=parameters.value("practice.pace_conceder"),
                boulware=parameters.value("practice.pace_boulware"),
                standard=parameters.value("practice.principled_standard"),
            )
            for code, name in setup.strategies.items()
        }
        self.desks = {
            seat: Desk(seal_round(round_, seat), seat, self._positions[seat], self.rules, lab, evidence)
            for seat in setup.played
        }
        self.desk = self.desks[setup.seat]
        for desk in self.desks.values():
            desk.warm()
        self.log = Log(
            {
                "round": round_.round,
                "comity": version("comity"),
                **{key: value for key, value in asdict(setup).items() if key != "colleagues"},
                "strategies": dict(setup.strategies),
                **({"colleagues": list(setup.colleagues)} if setup.colleagues else {}),
            }
        )
        self.moves: list[Move] = []
        self.states: list[State] = [begin(self.rules)]

    def __repr__(self) -> str:
        return f"Practice({self.public.round!r}, seat={self.setup.seat!r}, moves={len(self.moves)})"

    @property
    def state(self) -> State:
        """Where the room stands."""
        return self.states[-1]

    @property
    def waiting(self) -> bool:
        """True when a seat that somebody plays is to move."""
        return self.state.speaker in self.setup.played

    def start(self) -> list[Move]:
        """Let the others speak until it is the seat's turn; give what they said."""
        return self._go_on()

    def play(self, move: Move) -> list[Move]:
        """Make the seat's move, let the others answer, and give what they said.

        Raises
        ------
        InputError
            The move is not open to the seat now, or would break a public rule; nothing has changed.
        """
        self._make(move)
        return self._go_on()

    def see(self, pending: Mapping[str, float | None] | None = None, seat: str | None = None) -> Sight:
        """Show what a seat may see; ``pending`` are changes that it has not sent yet."""
        return self.desks[self.setup.seat if seat is None else seat].see(self.state, pending or {})

    # -- the others ---------------------------------------------------------------------------------

    def _make(self, move: Move) -> None:
        self.states.append(apply(self.rules, self.state, move))
        self.moves.append(move)
        self.log.add(move)

    def _go_on(self) -> list[Move]:
        said = []
        while self.state.speaker is not None and not self.waiting:
            move = self._decide(self.state.speaker)
            self._make(move)
            said.append(move)
        return said

    def _decide(self, speaker: str) -> Move:
        try:
            if speaker == MEDIATOR:
                return self._mediate()
            if self.rules.mode is Mode.SINGLE_TEXT:
                return self._answer(speaker)
            decision = decide(self._minds[speaker], self._positions[speaker], self._view(speaker))
            return _move(speaker, decision)
        except Exception:  # noqa: BLE001  (whatever went wrong, its words may hold private values)
            failed = f"the script of {speaker} could not decide"
        raise SolveError(failed)

    def _view(self, speaker: str) -> View:
        mine = frozenset(k for k, s in self.rules.slots.items() if speaker in (s.giver, s.beneficiary))
        asked: dict[str, float | None] = {}
        heard = []
        for state, move in zip(self.states, self.moves, strict=False):
            if move.party == speaker:
                if state.draft:
                    heard.append(state.draft)
                continue
            asked.update(move.values)
        rounds = self.rules.rounds
        number = self.state.round(self.rules)
        return View(
            draft=self.state.draft,
            heard=tuple(heard),
            asked=asked,
            movable=mine,
            time=(number - 1) / (rounds - 1) if rounds > 1 else 1.0,
            last=number == rounds,
        )

    def _answer(self, speaker: str) -> Move:
        position, state = self._positions[speaker], self.state
        if state.final:
            return Move(speaker, Kind.ACCEPT if position.accepts(state.draft) else Kind.REJECT)
        yes = answer(self._minds[speaker], position, state.agreed, self._view(speaker))
        own = self._view(speaker).movable
        marks = {k: sign for k, sign in position.marks(state.agreed, state.draft).items() if k in own}
        better = tuple(key for key, sign in marks.items() if sign > 0)
        worse = tuple(key for key, sign in marks.items() if sign < 0)
        return Move(speaker, Kind.YES if yes else Kind.NO, better=better, worse=worse)

    def _mediate(self) -> Move:
        state = self.state
        text = None
        if state.round(self.rules) < self.rules.rounds:
            text = write_text(
                self.table,
                self._hearings(),
                stronger={c.key: c.strongest for c in self.public.table},
                seed=self.setup.seed,
            )
        if text is None:
            return Move(MEDIATOR, Kind.FINAL)
        changes = {key: text.get(key) for key in self.rules.slots if text.get(key) != state.agreed.get(key)}
        return Move(MEDIATOR, Kind.TEXT, changes)

    def _hearings(self) -> list[Hearing]:
        size = len(self.rules.speakers)
        found = []
        for start in range(0, len(self.moves) - len(self.moves) % size, size):
            answers = self.moves[start + 1 : start + size]
            found.append(
                Hearing(
                    self.states[start + 1].draft,
                    {m.party: m.kind is Kind.YES for m in answers},
                    {m.party: m.better for m in answers},
                    {m.party: m.worse for m in answers},
                )
            )
        return found


def _move(speaker: str, decision: Decision) -> Move:
    if decision.kind == "propose":
        return Move(speaker, Kind.PROPOSE, dict(decision.changes))
    return Move(speaker, Kind.ACCEPT if decision.kind == "accept" else Kind.REJECT)
