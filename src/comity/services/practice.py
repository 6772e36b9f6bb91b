"""A practice round: one seat is played, scripts play the others, and a log replays it (§6.8).

A round is its file, seat, mode, strategies, seed, number of rounds and draws, and the moves of the seat; from
these every other move follows. The engine has no clock. What a player may see is :meth:`Practice.see`; what
everybody wanted is in the debrief (:mod:`comity.services.practice_debrief`) and nowhere before it.

Who may import me: doors. Start at :func:`practice_open`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from threadpoolctl import threadpool_limits

from comity.bargaining import (
    STRATEGIES,
    Decision,
    Hearing,
    View,
    answer,
    decide,
    make_strategy,
    write_text,
)
from comity.errors import InputError, SolveError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.protocol import MEDIATOR, Kind, Log, Mode, Move, Rules, Slot, State, apply, begin, read_log
from comity.services.deal import list_countries
from comity.services.laboratory import Laboratory
from comity.services.practice_seats import check_seat, deal_positions, public_table, seal_round
from comity.services.practice_sight import Desk, Sight
from comity.services.roundfile import read_round

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from comity.bargaining import Game
    from comity.services.roundfile import Round

__all__ = [
    "Practice",
    "Setup",
    "Whole",
    "practice_open",
    "practice_prepare",
    "practice_replay",
    "read_setup",
    "read_strategies",
]

#: What a log may ask for; the same bounds as the door's options.
_BOUNDS: Final = {"seed": (0, 2**32 - 1), "rounds": (1, 100), "draws": (20, 1000)}


@dataclass(frozen=True, slots=True)
class Setup:
    """What a round is played on and how, as the log states it; ``file`` is a relative path or a name."""

    file: str
    seat: str
    mode: str
    strategies: Mapping[str, str]
    seed: int
    rounds: int
    draws: int


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
        self._positions = deal_positions(lab, round_, setup.seed, tick)
        self._minds = {
            code: make_strategy(
                name,
                conceder=parameters.value("practice.pace_conceder"),
                boulware=parameters.value("practice.pace_boulware"),
                standard=parameters.value("practice.principled_standard"),
            )
            for code, name in setup.strategies.items()
        }
        self.desk = Desk(
            seal_round(round_, setup.seat), setup.seat, self._positions[setup.seat], self.rules, lab, evidence
        )
        self.desk.warm()
        self.log = Log(
            {
                "round": round_.round,
                "comity": version("comity"),
                **asdict(setup),
                "strategies": dict(setup.strategies),
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
        """True when the seat is to move."""
        return self.state.speaker == self.setup.seat

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

    def see(self, pending: Mapping[str, float | None] | None = None) -> Sight:
        """Show what the seat may see; ``pending`` are changes that it has not sent yet."""
        return self.desk.see(self.state, pending or {})

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


@dataclass(frozen=True, repr=False)
class Whole:
    """A practice round with all that stands behind it, for the facilitator; it shows nothing when printed."""

    practice: Practice
    round: Round
    lab: Laboratory
    evidence: Evidence
    parameters: Parameters


def _move(speaker: str, decision: Decision) -> Move:
    if decision.kind == "propose":
        return Move(speaker, Kind.PROPOSE, dict(decision.changes))
    return Move(speaker, Kind.ACCEPT if decision.kind == "accept" else Kind.REJECT)


def _quiet(message: str, share: float) -> None:
    """Stand in where no door listens."""


def practice_open(
    *,
    path: Path,
    seat: str,
    mode: str = Mode.REQUEST_OFFER,
    strategies: Sequence[str] = (),
    seed: int | None = None,
    rounds: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Practice:
    """Open a round for one seat; nobody has moved yet.

    Parameters
    ----------
    path
        The round file (YAML).
    seat
        Code of the party that is played.
    mode
        ``request-offer`` or ``single-text``.
    strategies
        One name for all the others, or ``CODE=NAME`` for one of them; conceder unless told.
    seed, rounds, draws
        Seed of the draws and of the mediator; rounds until time is up; draws behind each value.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        Something asked for does not exist; the message says what is accepted.
    """
    tell = progress if progress is not None else _quiet
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the round", 0.0)
        evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
        round_ = read_round(path, catalogue=catalogue, countries=list_countries(evidence))
        check_seat(round_, seat)
        if mode not in set(Mode):
            msg = f"unknown mode '{mode}'"
            raise InputError(msg, key="--mode", accepted=", ".join(Mode))
        setup = Setup(
            file=path.name if path.is_absolute() else path.as_posix(),
            seat=seat,
            mode=str(Mode(mode)),
            strategies=read_strategies(strategies, [p.code for p in round_.parties], seat),
            seed=round_.seed if seed is None else seed,
            rounds=int(parameters.value("practice.rounds")) if rounds is None else rounds,
            draws=int(parameters.value("practice.draws")) if draws is None else draws,
        )
        return _open(round_, setup, (evidence, parameters, catalogue), tell).practice


def practice_prepare(
    *,
    path: Path,
    seed: int | None = None,
    rounds: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Whole:
    """Prepare a round for people: what :func:`comity.services.practice_pack.write_pack` needs."""
    tell = progress if progress is not None else _quiet
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the round", 0.0)
        evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
        round_ = read_round(path, catalogue=catalogue, countries=list_countries(evidence))
        codes = [party.code for party in round_.parties]
        setup = Setup(
            file=path.name,
            seat=codes[0],
            mode=str(Mode.REQUEST_OFFER),
            strategies=read_strategies((), codes, codes[0]),
            seed=round_.seed if seed is None else seed,
            rounds=int(parameters.value("practice.rounds")) if rounds is None else rounds,
            draws=int(parameters.value("practice.draws")) if draws is None else draws,
        )
        return _open(round_, setup, (evidence, parameters, catalogue), tell)


def _open(
    round_: Round,
    setup: Setup,
    pack: tuple[Evidence, Parameters, Catalogue],
    tell: Callable[[str, float], None],
) -> Whole:
    evidence, parameters, catalogue = pack
    lab = Laboratory(round_, evidence, parameters, catalogue, draws=setup.draws, seed=setup.seed)
    practice = Practice(
        round_, setup, lab, evidence, parameters, lambda x: tell("Valuing each clause for each seat", x)
    )
    return Whole(practice, round_, lab, evidence, parameters)


def read_strategies(given: Sequence[str], parties: Sequence[str], seat: str) -> dict[str, str]:
    """Read strategies by party from ``NAME`` and ``CODE=NAME``.

    >>> read_strategies(["boulware", "SEN=conceder"], ["ESP", "MAR", "SEN"], "MAR")
    {'ESP': 'boulware', 'SEN': 'conceder'}
    """
    others = [code for code in parties if code != seat]
    found = dict.fromkeys(others, STRATEGIES[0])
    for item in sorted(given, key=lambda text: "=" in text):
        code, _, name = item.rpartition("=")
        if name not in STRATEGIES:
            msg = f"unknown strategy '{name}'"
            raise InputError(msg, key="--strategy", accepted=", ".join(STRATEGIES))
        if code and code not in others:
            msg = f"'{code}' is not played by a script"
            raise InputError(msg, key="--strategy", accepted=", ".join(others))
        found |= {code: name} if code else dict.fromkeys(others, name)
    return found


def read_setup(header: Mapping[str, Any], *, name: str) -> Setup:
    """Read what a log says at its head.

    Raises
    ------
    InputError
        Something is missing or of the wrong kind.
    """
    kinds = {
        "file": str,
        "seat": str,
        "mode": str,
        "strategies": dict,
        "seed": int,
        "rounds": int,
        "draws": int,
    }
    for key, kind in kinds.items():
        value = header.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            msg = "missing or of the wrong kind in the head of the log"
            raise InputError(msg, file=name, line=1, key=key, accepted=f"a log of {version('comity')}")
    for key, (least, most) in _BOUNDS.items():
        if not least <= header[key] <= most:
            msg = f"{header[key]} is out of bounds"
            raise InputError(msg, file=name, line=1, key=key, accepted=f"{least} to {most}")
    if header["mode"] not in set(Mode):
        msg = f"unknown mode '{header['mode']}'"
        raise InputError(msg, file=name, line=1, key="mode", accepted=", ".join(Mode))
    return Setup(**{key: header[key] for key in kinds})


def practice_replay(
    *,
    log: str,
    name: str,
    path: Path,
    progress: Callable[[str, float], None] | None = None,
) -> Practice:
    """Play a log again: the seat's moves are made, and each other move must come out as it is written.

    Parameters
    ----------
    log, name
        Text of the log, and the name of its file for messages.
    path
        The round file that it was played on.

    Raises
    ------
    InputError
        The log was edited, belongs to another round, or does not come out the same; with file and line.
    """
    header, moves = read_log(log, name=name)
    setup = read_setup(header, name=name)
    tell = progress if progress is not None else _quiet
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the round", 0.0)
        evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
        round_ = read_round(path, catalogue=catalogue, countries=list_countries(evidence))
        if round_.round != header.get("round"):
            msg = f"the log was played on '{header.get('round')}', not on '{round_.round}'"
            raise InputError(msg, file=name, line=1, accepted="the round file of this log")
        check_seat(round_, setup.seat, key="seat")
        codes = [party.code for party in round_.parties]
        if setup.strategies != read_strategies(
            [f"{code}={script}" for code, script in setup.strategies.items()], codes, setup.seat
        ):
            msg = "the log names other scripts than the round has parties"
            raise InputError(msg, file=name, line=1, accepted=", ".join(codes))
        practice = _open(round_, setup, (evidence, parameters, catalogue), tell).practice
        return _play_again(practice, moves, name)


def _play_again(practice: Practice, moves: Sequence[Move], name: str) -> Practice:
    for number, move in enumerate(moves, start=2):
        speaker = practice.state.speaker
        if speaker is not None and speaker != practice.setup.seat:
            again = practice._decide(speaker)  # noqa: SLF001  (one step at a time, to compare)
            if again != move:
                msg = f"{speaker} now moves otherwise than the log says"
                hint = "the round file and the version that the log was played with"
                raise InputError(msg, file=name, line=number, accepted=hint)
        try:
            practice._make(move)
        except InputError as error:
            raise InputError(error.message, file=name, line=number, accepted=error.accepted) from None
    return practice
