"""A sealed game: what the public model says about a round, computed once and kept as bytes (§9).

The slow step of a round is to solve the world for each clause and draw. A sealed game does it once, from the
public part of a round file alone, and keeps for each party and group of people what each clause is worth. No
private value goes in, so none can come out; a delegation's private sheet is laid over it later, by itself.

Clauses are valued one by one, each against today. Taken together they work on each other; ``together`` says
by how much that could change the public sums.

Who may import me: services and doors. Start at :func:`seal_game`; :meth:`SealedGame.read` reads the bytes.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining import Cap, Clause, Exclusion, Game, Requirement
from comity.errors import InputError
from comity.services.delivery import draw_delivery
from comity.services.practice_seats import make_position, public_table, seal_round
from comity.services.private_sheet import seal_with_sheet
from comity.services.roundfile_models import Round
from comity.world import COUNTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.bargaining import Position
    from comity.services.delivery import Delivery
    from comity.services.private_sheet import PrivateSheet
    from comity.services.roundfile_models import Counts

    Array = NDArray[np.float64]

__all__ = ["SealedGame", "open_position", "seal_game", "weigh_groups"]

_FORMAT: Final = "comity sealed game 1"


@dataclass(frozen=True, eq=False, repr=False)
class SealedGame:
    """What the public model says about a round.

    Attributes
    ----------
    round
        The public round: no party's red line, limits, interests or weights.
    names, titles, units, areas
        Names of parties; title, unit and area by clause key.
    modelled
        Keys of the clauses that the model values.
    table
        The public table as a game without payoffs: ranges and rules.
    slope, fixed
        US$ million per year; draws × parties × groups of people (:data:`~comity.world.COUNTS`) × clauses. A
        clause at value v is worth slope·v + fixed, by itself and fully used.
    together
        By party: how far the sum of the clauses, each at full value, is from the model's answer for all of
        them at once, as a share of that answer's size; None where nothing is modelled.
    seed
        Seed of the draws.
    """

    round: Round
    names: Mapping[str, str]
    titles: Mapping[str, str]
    units: Mapping[str, str]
    areas: Mapping[str, str]
    modelled: tuple[str, ...]
    table: Game
    slope: Array
    fixed: Array
    together: Mapping[str, float | None]
    seed: int

    def __repr__(self) -> str:
        return f"SealedGame({self.round.round!r}, draws={self.draws})"

    @property
    def draws(self) -> int:
        """How many draws of the uncertain inputs stand behind each value."""
        return int(self.slope.shape[0])

    @property
    def parties(self) -> tuple[str, ...]:
        """Codes of the parties."""
        return self.table.parties

    @cached_property
    def delivery(self) -> Delivery:
        """How much of each clause is released and used, as the public round says."""
        return draw_delivery(self.round, self.draws, self.seed)

    def place(self, party: str) -> int:
        """Position of a party.

        Raises
        ------
        InputError
            The round has no such party.
        """
        if party not in self.parties:
            msg = "no such delegation in this round"
            raise InputError(msg, accepted=", ".join(self.parties))
        return self.parties.index(party)

    def to_bytes(self) -> bytes:
        """Write as a compressed archive of numbers and one JSON head; the same game gives the same bytes."""
        head = {
            "format": _FORMAT,
            "comity": version("comity"),
            "round": self.round.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "names": dict(self.names),
            "titles": dict(self.titles),
            "units": dict(self.units),
            "areas": dict(self.areas),
            "modelled": list(self.modelled),
            "parties": list(self.parties),
            "clauses": [asdict(clause) for clause in self.table.clauses],
            "requires": [list(rule) for rule in self.table.requirements],
            "excludes": [list(rule) for rule in self.table.exclusions],
            "caps": [asdict(cap) for cap in self.table.caps],
            "together": dict(self.together),
            "seed": self.seed,
        }
        text = json.dumps(head, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        stream = io.BytesIO()
        np.savez_compressed(
            stream, head=np.frombuffer(text, dtype=np.uint8), slope=self.slope, fixed=self.fixed
        )
        return stream.getvalue()

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        InputError
            It is not a sealed game of this version.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                head: dict[str, Any] = json.loads(archive["head"].tobytes())
                slope, fixed = archive["slope"], archive["fixed"]
            if head["format"] != _FORMAT:
                raise ValueError(head["format"])  # noqa: TRY301  (one way out for all that is wrong)
            round_ = Round.model_validate_json(json.dumps(head["round"]))
            return cls(
                round=round_,
                names=head["names"],
                titles=head["titles"],
                units=head["units"],
                areas=head["areas"],
                modelled=tuple(head["modelled"]),
                table=_read_table(round_, head),
                slope=slope,
                fixed=fixed,
                together=head["together"],
                seed=head["seed"],
            )
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            msg = "this is no sealed game of this version"
            raise InputError(msg, accepted="the bytes that sealing the round gave") from error


def _read_table(round_: Round, head: Mapping[str, Any]) -> Game:
    nothing = np.zeros((1, len(head["parties"]), len(head["clauses"])))
    return Game(
        parties=tuple(head["parties"]),
        clauses=tuple(
            Clause(**{**clause, "ministries": tuple(clause["ministries"])}) for clause in head["clauses"]
        ),
        slope=nothing,
        fixed=nothing,
        share=round_.settings.share_of_draws,
        epsilon=round_.settings.epsilon,
        requires=tuple(Requirement(*rule) for rule in head["requires"]),
        excludes=tuple(Exclusion(*rule) for rule in head["excludes"]),
        caps=tuple(Cap(**cap) for cap in head["caps"]),
    )


def _quiet(message: str, share: float) -> None:
    """Stand in where no door listens."""


def seal_game(
    source: Path | bytes,
    *,
    name: str = "round file",
    seed: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> SealedGame:
    """Compute what the public model says about a round; seconds for a round of three parties.

    Parameters
    ----------
    source
        The round file, as a path or as its bytes. What is private in it is dropped before anything is
        computed.
    name
        What to call bytes in a message.
    seed, draws
        Of the uncertain inputs; the file's seed, and as many draws as the parameters say, unless told.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        The file cannot be used; the message names file, line and key.
    """
    from comity.evidence import Catalogue, Evidence, Parameters  # noqa: PLC0415  (reading a game needs none)
    from comity.services.deal import list_countries  # noqa: PLC0415
    from comity.services.laboratory import Laboratory  # noqa: PLC0415
    from comity.services.roundfile import parse_round, read_round  # noqa: PLC0415
    from comity.services.stakes import value_clauses  # noqa: PLC0415

    tell = progress if progress is not None else _quiet
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the round", 0.0)
        evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
        countries = list_countries(evidence)
        whole = (
            parse_round(source, name=name, catalogue=catalogue, countries=countries)
            if isinstance(source, bytes)
            else read_round(source, catalogue=catalogue, countries=countries)
        )
        round_ = seal_round(whole)
        seed = round_.seed if seed is None else seed
        draws = int(parameters.value("sealed_game.draws")) if draws is None else draws
        lab = Laboratory(round_, evidence, parameters, catalogue, draws=draws, seed=seed)
        slope, fixed = value_clauses(lab, {}, lambda x: tell("Valuing each clause", x), by_group=True)
        modelled = tuple(clause.key for clause in round_.table if lab.is_modelled(clause))
        known = dict(zip(lab.figures.codes, lab.figures.names, strict=True))
        instruments = {c.key: catalogue.instruments[c.instrument] for c in round_.table}
        return SealedGame(
            round=round_,
            names={p.code: p.name or known.get(p.code, p.code) for p in round_.parties},
            titles={key: item.title for key, item in instruments.items()},
            units={key: item.parameter.unit for key, item in instruments.items()},
            areas={key: item.area.value for key, item in instruments.items()},
            modelled=modelled,
            table=public_table(lab, round_),
            slope=slope,
            fixed=fixed,
            together=_measure_together(lab, round_, modelled, (slope, fixed)),
            seed=seed,
        )


def _measure_together(
    lab: Any,  # noqa: ANN401  (a laboratory, imported only where a game is sealed)
    round_: Round,
    modelled: tuple[str, ...],
    alone: tuple[Array, Array],
) -> dict[str, float | None]:
    """Compare the sum of all clauses at full value with the model's answer for them together."""
    full = {clause.key: clause.strongest for clause in round_.table if clause.key in modelled}
    if not full:
        return {party.code: None for party in round_.parties}
    joint = lab.search_counts([full], lambda _: None)[:, 0].mean(axis=0)
    columns = [c for c, clause in enumerate(round_.table) if clause.key in full]
    values = np.array(list(full.values()))
    slope, fixed = (part[..., columns].mean(axis=0) for part in alone)
    summed = slope @ values + fixed.sum(axis=-1)
    found: dict[str, float | None] = {}
    for p, party in enumerate(round_.parties):
        weights = weigh_groups(party.counts)
        size = float(np.abs(joint[p]) @ weights)
        found[party.code] = float(abs((summed[p] - joint[p]) @ weights)) / size if size > 0 else None
    return found


def weigh_groups(counts: Counts) -> Array:
    """Weights of the groups of people, in the order in which a sealed game holds them."""
    weights = counts.weights()
    return np.array([weights[group] for group in COUNTS])


def open_position(game: SealedGame, party: str, sheet: PrivateSheet) -> Position:
    """Lay one delegation's sheet over its column of the sealed game: its position, and nobody else's."""
    place = game.place(party)
    sealed = seal_with_sheet(game.round, party, sheet)
    weights = weigh_groups(sheet.counts)
    modelled = (
        np.einsum("dgc,g->dc", game.slope[:, place], weights),
        np.einsum("dgc,g->dc", game.fixed[:, place], weights),
    )
    return make_position(sealed, game.table, place, modelled, game.seed, game.delivery)
