"""Open a practice round, prepare one for people, or play a log again (§6.8).

Who may import me: doors. Start at :func:`practice_open`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from threadpoolctl import threadpool_limits

from comity.bargaining import STRATEGIES
from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.protocol import Mode, read_log
from comity.services.deal import list_countries
from comity.services.laboratory import Laboratory
from comity.services.practice import Practice, Setup
from comity.services.practice_seats import check_seat, deal_positions
from comity.services.roundfile import parse_round, read_round

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from comity.protocol import Move
    from comity.services.roundfile import Round

__all__ = [
    "Room",
    "Whole",
    "practice_open",
    "practice_prepare",
    "practice_replay",
    "read_setup",
    "read_strategies",
]

#: What a log may ask for; the same bounds as the door's options.
_HEAD_LIMIT: Final = {"seed": (0, 2**32 - 1), "rounds": (1, 100), "draws": (20, 1000)}


@dataclass(frozen=True, repr=False)
class Whole:
    """A practice round with all that stands behind it, for the facilitator; it shows nothing when printed."""

    practice: Practice
    round: Round
    lab: Laboratory
    evidence: Evidence
    parameters: Parameters


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


class Room:
    """A round file made ready for any number of practice rounds: the world is solved once.

    Parameters
    ----------
    source
        The round file (YAML) with what every party wants, as a path or as its bytes.
    name
        What to call bytes in a log and in messages.
    seed, draws
        As in :func:`practice_open`.
    progress
        Called with what is being done and a share from 0 to 1.

    Notes
    -----
    It shows nothing when it is printed: it holds what everybody wants.
    """

    def __init__(
        self,
        source: Path | bytes,
        *,
        name: str = "round file",
        seed: int | None = None,
        draws: int | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> None:
        tell = progress if progress is not None else _quiet
        with threadpool_limits(limits=1, user_api="blas"):
            tell("Reading the round", 0.0)
            self._evidence, self._parameters = Evidence.load(), Parameters.load()
            catalogue = Catalogue.load()
            countries = list_countries(self._evidence)
            if isinstance(source, bytes):
                self.file = name
                self._round = parse_round(source, name=name, catalogue=catalogue, countries=countries)
            else:
                self.file = source.name if source.is_absolute() else source.as_posix()
                self._round = read_round(source, catalogue=catalogue, countries=countries)
            self.title = self._round.title
            self.parties = tuple(party.code for party in self._round.parties)
            self.seed = self._round.seed if seed is None else seed
            self.rounds = int(self._parameters.value("practice.rounds"))
            self.draws = int(self._parameters.value("practice.draws")) if draws is None else draws
            self._lab = Laboratory(
                self._round, self._evidence, self._parameters, catalogue, draws=self.draws, seed=self.seed
            )
            self._positions = deal_positions(
                self._lab, self._round, self.seed, lambda x: tell("Valuing each clause for each seat", x)
            )
            names = dict(zip(self._lab.figures.codes, self._lab.figures.names, strict=True))
            self.names = {p.code: p.name or names.get(p.code, p.code) for p in self._round.parties}

    def __repr__(self) -> str:
        return f"Room({self.file!r})"

    def open(
        self,
        seats: Sequence[str],
        *,
        mode: str = Mode.REQUEST_OFFER,
        strategies: Sequence[str] = (),
        rounds: int | None = None,
    ) -> Practice:
        """Open a practice round in which people play these seats and scripts the rest.

        Raises
        ------
        InputError
            A seat, mode or strategy does not exist.
        """
        for seat in seats:
            check_seat(self._round, seat, key="seats")
        if not seats or len(set(seats)) != len(seats):
            msg = "each seat is played once, and one at least"
            raise InputError(msg, key="seats", accepted=", ".join(self.parties))
        if mode not in set(Mode):
            msg = f"unknown mode '{mode}'"
            raise InputError(msg, key="mode", accepted=", ".join(Mode))
        first, *others = [code for code in self.parties if code in seats]
        scripts = read_strategies(strategies, self.parties, first)
        setup = Setup(
            file=self.file,
            seat=first,
            mode=str(Mode(mode)),
            strategies={code: name for code, name in scripts.items() if code not in others},
            seed=self.seed,
            rounds=self.rounds if rounds is None else rounds,
            draws=self.draws,
            colleagues=tuple(others),
        )
        return self._practice(setup)

    def replay(self, log: str, *, name: str) -> Practice:
        """Play a log of this room again, as :func:`practice_replay` does."""
        header, moves = read_log(log, name=name)
        setup = read_setup(header, name=name)
        _check_seats(setup, self.parties, name)
        if (setup.seed, setup.draws) != (self.seed, self.draws):
            msg = "the log was played with another seed or number of draws"
            raise InputError(msg, file=name, line=1, accepted=f"seed {self.seed}, {self.draws} draws")
        return _play_again(self._practice(setup), moves, name)

    def _practice(self, setup: Setup) -> Practice:
        with threadpool_limits(limits=1, user_api="blas"):
            return Practice(
                self._round,
                setup,
                self._lab,
                self._evidence,
                self._parameters,
                lambda _: None,
                self._positions,
            )


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
    for key, (least, most) in _HEAD_LIMIT.items():
        if not least <= header[key] <= most:
            msg = f"{header[key]} is out of bounds"
            raise InputError(msg, file=name, line=1, key=key, accepted=f"{least} to {most}")
    if header["mode"] not in set(Mode):
        msg = f"unknown mode '{header['mode']}'"
        raise InputError(msg, file=name, line=1, key="mode", accepted=", ".join(Mode))
    colleagues = header.get("colleagues", [])
    if not isinstance(colleagues, list) or not all(isinstance(code, str) for code in colleagues):
        msg = "not a list of seats"
        raise InputError(msg, file=name, line=1, key="colleagues", accepted="codes of parties")
    return Setup(**{key: header[key] for key in kinds}, colleagues=tuple(colleagues))


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
        _check_seats(setup, codes, name)
        practice = _open(round_, setup, (evidence, parameters, catalogue), tell).practice
        return _play_again(practice, moves, name)


def _check_seats(setup: Setup, codes: Sequence[str], name: str) -> None:
    """Refuse a log whose seats and scripts are not the parties of the round, each once."""
    everybody = [*setup.played, *setup.strategies]
    if sorted(everybody) != sorted(codes) or not set(setup.strategies.values()) <= set(STRATEGIES):
        msg = "the log names other scripts than the round has parties"
        raise InputError(msg, file=name, line=1, accepted=", ".join(codes))


def _play_again(practice: Practice, moves: Sequence[Move], name: str) -> Practice:
    for number, move in enumerate(moves, start=2):
        speaker = practice.state.speaker
        if speaker is not None and speaker not in practice.setup.played:
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
