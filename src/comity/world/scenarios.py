"""Built-in scenarios that anyone can run by name (§3.15): shocks of a whole world, with a few settings.

A scenario says what changes on which corridors. Who takes part can be narrowed to one country alone, a pair,
a region: the acting side of a corridor is always its destination (it opens, closes, asks for visas, and is
where remittances are sent from).

Who may import me: the world room and services. Start at :data:`SCENARIOS` and :func:`find_scenario`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from comity.errors import InputError
from comity.world.economy import SKILLS
from comity.world.shock import (
    CHANNELS,
    ChannelCost,
    CloseChannel,
    FeeCut,
    Move,
    OpenCorridor,
    QuotaChange,
    Shock,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from comity.world.channels import Channels
    from comity.world.economy import Economy
    from comity.world.figures import Figures

__all__ = [
    "PARAMETERS",
    "SCENARIOS",
    "Frame",
    "Option",
    "Scenario",
    "Scope",
    "find_scenario",
    "read_settings",
]

#: Parameters that scenarios read, by dotted name.
PARAMETERS: Final = (
    "world.calibration.foreign_floor",
    "world.scenarios.closed_share",
    "world.scenarios.fee_target",
    "world.scenarios.visa_flow_drop",
)

Mode = Literal["channels", "quantity"]
Setting = str | float


@dataclass(frozen=True, slots=True)
class Option:
    """A setting: a share between 0 and 1 (``parameter`` gives its default), a word, or a set of economies.

    Economies are ISO3 codes and names of groups, separated by commas; ``accepted`` lists the words of a word.
    """

    key: str
    meaning: str
    kind: Literal["share", "economies", "word"]
    default: str = ""
    parameter: str = ""
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Who takes part: where one country acts, all corridors of one country, a pair, within a set, or all.

    >>> Scope("pair", ("ESP", "MAR")).holds("MAR", "ESP"), Scope("alone", ("ESP",)).holds("ESP", "MAR")
    (True, False)
    """

    kind: Literal["alone", "hub", "pair", "within", "all"] = "all"
    members: tuple[str, ...] = ()

    def holds(self, origin: str, destination: str) -> bool:
        """Say whether a corridor takes part; the destination acts."""
        if self.kind == "all":
            return True
        if self.kind == "alone":
            return destination in self.members
        if self.kind == "hub":
            return origin in self.members or destination in self.members
        return origin in self.members and destination in self.members


@dataclass(frozen=True, slots=True)
class Frame:
    """What a scenario is built on: one draw's economy and channels, settings, values and who takes part."""

    economy: Economy
    channels: Channels | None
    values: Mapping[str, float]
    settings: Mapping[str, Setting]
    groups: Mapping[str, tuple[str, ...]]
    scope: Scope

    def share(self, key: str) -> float:
        """Read a share."""
        return float(self.settings[key])

    def movers(self) -> Channels:
        """People by channel; every scenario of the channel mode has them."""
        if self.channels is None:
            msg = "a scenario about channels was built without them"
            raise InputError(msg, accepted="a frame with channels")
        return self.channels

    def economies(self, key: str) -> frozenset[str]:
        """Read a set of economies."""
        out: set[str] = set()
        for word in str(self.settings[key]).split(","):
            out.update(self.groups.get(word.strip(), (word.strip(),)))
        return frozenset(out)

    def corridors(
        self, origins: str = "origins", destinations: str = "destinations"
    ) -> Iterator[tuple[str, str, str]]:
        """Corridors of the settings with people on record, by skill, that take part."""
        froms, tos = self.economies(origins), self.economies(destinations)
        codes, m = self.economy.codes, self.movers().menu
        for i, j, s in zip(m.origin.tolist(), m.place.tolist(), m.skill.tolist(), strict=True):
            a, b = codes[i], codes[j]
            if a in froms and b in tos and self.scope.holds(a, b):
                yield a, b, SKILLS[s]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: what it is, what can be set, and how it becomes a shock.

    ``lasting`` says that people answer over years, so that a horizon takes a part of the long-run change.
    """

    name: str
    title: str
    story: str
    mode: Mode
    options: tuple[Option, ...]
    build: Callable[[Frame], Shock]
    lasting: bool = True


def _open_all(f: Frame) -> Shock:
    return Shock(openings=tuple(OpenCorridor(a, b, s) for a, b, s in f.corridors()))


def _open_both_ways(f: Frame) -> Shock:
    both = {*f.corridors(), *f.corridors("destinations", "origins")}
    return Shock(openings=tuple(OpenCorridor(a, b, s) for a, b, s in sorted(both)))


def _close(f: Frame) -> Shock:
    share, channel = f.share("share"), str(f.settings["channel"])
    found = list(f.corridors())
    if share == 1 or channel != "regular":
        if share < 1:
            msg = f"a share of {share:g} of the {channel} channel"
            raise InputError(
                msg, key="share", accepted="1: only regular places have a ceiling that can be lowered"
            )
        return Shock(closings=tuple(CloseChannel(a, b, channel, s) for a, b, s in found))
    return Shock(quotas=tuple(QuotaChange(a, b, s, factor=1 - share) for a, b, s in found))


def _impose_visa(f: Frame) -> Shock:
    """Make regular entry dearer where it is free; where places are rationed, take the same share away.

    Under a ceiling that binds a cost only shortens the queue: as many people still get a place.
    """
    drop = f.share("drop")
    if drop == 1:
        msg = "a visa that stops all movement"
        raise InputError(msg, key="drop", accepted="a share below 1, or the scenario closing-channel")
    if drop == 0:
        return Shock()
    e, c = f.economy, f.movers()
    factor = (1 - drop) ** (-1 / c.factors.eta)
    costs, quotas = [], []
    for a, b, s in f.corridors():
        if np.isfinite(c.quota[e.place(a), e.place(b), SKILLS.index(s)]):
            quotas.append(QuotaChange(a, b, s, factor=1 - drop))
        else:
            costs.append(ChannelCost(a, b, "regular", factor, s))
    return Shock(channel_costs=tuple(costs), quotas=tuple(quotas))


def _cut_fees(f: Frame) -> Shock:
    e, ceiling = f.economy, f.share("ceiling")
    codes = e.codes
    where = np.argwhere((e.remitted > 0) & (e.fee > ceiling))
    return Shock(
        fees=tuple(
            FeeCut(codes[i], codes[j], ceiling)
            for i, j in where.tolist()
            if f.scope.holds(codes[i], codes[j])
        )
    )


def _send_home(f: Frame) -> Shock:
    """Everybody lives where they were born, as far as the floor on foreign labour allows.

    The production function needs some migrants of each skill everywhere, so the floor of the calibration
    stays: at most the share of each labour market's migrants above it leaves. Whoever works, works at home at
    the employment rate there and with a native's productivity.
    """
    e, share = f.economy, f.share("share")
    own = np.eye(len(e), dtype=bool)
    foreign = e.units * ~own[..., None]
    total, native = foreign.sum(axis=0), np.einsum("iis->is", e.units)
    floor = f.values["world.calibration.foreign_floor"] * native
    most = np.clip(1 - floor / np.maximum(total, np.finfo(float).tiny), 0, 1)
    workers = e.workers
    persons = e.persons[..., None] * np.divide(
        workers, workers.sum(axis=2, keepdims=True), out=np.zeros_like(workers), where=workers > 0
    )
    moves = []
    for i, j, s in np.argwhere((foreign > 0) & (persons > 0)).tolist():
        a, b = e.codes[i], e.codes[j]
        leaving = share * float(most[j, s])
        if leaving <= 0 or not f.scope.holds(a, b):
            continue
        people = float(persons[i, j, s])
        moves.append(
            Move(
                birthplace=a, source=b, target=a, skill=SKILLS[s], persons=people * leaving,
                work_source=float(e.units[i, j, s]) / people,
                work_target=float(workers[i, j, s]) / people * float(e.work_rate[i] / e.work_rate[j]),
            )
        )  # fmt: skip
    return Shock(moves=tuple(moves))


_ORIGINS: Final = "birthplaces whose people it is about"
_DESTINATIONS: Final = "places that act"

#: By name, in the order in which they are listed.
SCENARIOS: Final[Mapping[str, Scenario]] = {
    s.name: s
    for s in (
        Scenario(
            "full-liberalisation",
            "Regular places without ceilings, everywhere",
            "Nobody queues for a regular place any more: all ceilings fall. Distance, language, taste "
            "and the "
            "cost of moving stay, and corridors without anybody on record stay empty.",
            "channels",
            (
                Option("origins", _ORIGINS, "economies", "world"),
                Option("destinations", _DESTINATIONS, "economies", "world"),
            ),
            _open_all,
        ),
        Scenario(
            "no-migration",
            "Everybody lives where they were born",
            "The world as if nobody had moved. People work at home at the employment rate there; a floor of "
            "foreign labour stays, because the production function needs some.",
            "quantity",
            (Option("share", "share of all migrants who live at home instead", "share", "1"),),
            _send_home,
            lasting=False,
        ),
        Scenario(
            "enlargement",
            "Free movement between the European Union and its candidates",
            "No ceiling on regular places, both ways, between two groups of economies, as at an "
            "enlargement of "
            "the European Union.",
            "channels",
            (
                Option("origins", "the economies that join", "economies", "ALB,BIH,MDA,MKD,MNE,SRB,UKR"),
                Option("destinations", "the economies that they join", "economies", "EU27"),
            ),
            _open_both_ways,
        ),
        Scenario(
            "closing-channel",
            "A channel is closed, or part of its places",
            "Regular places of a corridor are taken away. People stay, go elsewhere, or turn to other "
            "channels.",
            "channels",
            (
                Option("origins", _ORIGINS, "economies", "MAR"),
                Option("destinations", _DESTINATIONS, "economies", "ESP"),
                Option("channel", "which channel", "word", "regular", accepted=CHANNELS),
                Option(
                    "share", "share of today's places taken away", "share",
                    parameter="world.scenarios.closed_share",
                ),
            ),
            _close,
        ),
        Scenario(
            "visa-imposition",
            "A visa is required where none was",
            "Regular entry becomes dearer on a corridor, by as much as studies of visas find that "
            "movement falls; "
            "where places are rationed already, the same share of them is taken away.",
            "channels",
            (
                Option("origins", _ORIGINS, "economies", "VEN"),
                Option("destinations", _DESTINATIONS, "economies", "CHL,ECU,PER"),
                Option(
                    "drop", "fall of regular movement, all else given", "share",
                    parameter="world.scenarios.visa_flow_drop",
                ),
            ),
            _impose_visa,
        ),
        Scenario(
            "fee-cut",
            "Remittances cost at most three in a hundred",
            "The fee of every remittance corridor comes down to a ceiling; cheaper ones stay as they are.",
            "quantity",
            (
                Option(
                    "ceiling", "largest share of the amount sent that a fee may take", "share",
                    parameter="world.scenarios.fee_target",
                ),
            ),
            _cut_fees,
            lasting=False,
        ),
    )
}  # fmt: skip


def find_scenario(name: str) -> Scenario:
    """Return the scenario of a name, or say which there are.

    >>> find_scenario("fee-cut").mode
    'quantity'
    """
    try:
        return SCENARIOS[name]
    except KeyError:
        msg = f"unknown scenario {name!r}"
        raise InputError(msg, accepted=", ".join(SCENARIOS)) from None


def name_groups(figures: Figures) -> dict[str, tuple[str, ...]]:
    """Name the groups that a setting may use: the world, the EU, the Gulf, income groups; name → codes."""
    codes = np.array(figures.codes)
    groups = {
        "world": figures.codes,
        "EU27": tuple(codes[figures.union.any(axis=1)].tolist()),
        "GCC": tuple(codes[figures.gulf].tolist()),
    }
    for name in ("high", "upper_middle", "lower_middle", "low"):
        groups[name] = tuple(code for code, x in zip(figures.codes, figures.income, strict=True) if x == name)
    return groups


def read_settings(
    scenario: Scenario,
    given: Mapping[str, str],
    values: Mapping[str, float],
    groups: Mapping[str, tuple[str, ...]],
) -> dict[str, Setting]:
    """Read the settings of a scenario: what is given, checked, and defaults for the rest.

    Parameters
    ----------
    given
        Key → what the user wrote.
    values
        Parameter values, for defaults.
    groups
        From :func:`name_groups`; ``world`` lists every economy.

    Raises
    ------
    InputError
        An unknown key, a share outside 0 to 1, an unknown word or economy.
    """
    options = {option.key: option for option in scenario.options}
    for key in given:
        if key not in options:
            msg = f"scenario {scenario.name} has no setting {key!r}"
            raise InputError(msg, key="--set", accepted=", ".join(options))
    out: dict[str, Setting] = {}
    for key, option in options.items():
        default = option.default if not option.parameter else repr(values[option.parameter])
        out[key] = _read_setting(option, given.get(key, default), groups)
    return out


def _read_setting(option: Option, text: str, groups: Mapping[str, tuple[str, ...]]) -> Setting:
    if option.kind == "share":
        try:
            share = float(text)
        except ValueError:
            share = float("nan")
        if not 0 <= share <= 1:
            msg = f"impossible share {text!r}"
            raise InputError(msg, key=option.key, accepted="a number from 0 to 1")
        return share
    if option.kind == "word":
        if text not in option.accepted:
            msg = f"unknown {option.key} {text!r}"
            raise InputError(msg, key=option.key, accepted=", ".join(option.accepted))
        return text
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in groups and word not in groups["world"]:
            msg = f"unknown economy or group {word!r}"
            names = ", ".join(groups)
            raise InputError(msg, key=option.key, accepted=f"ISO3 codes that the world holds, or {names}")
    return ",".join(words)
