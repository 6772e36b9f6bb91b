"""Turns and permissions: from a state and a move to the next state, or one line that says why not.

Nothing is agreed until everything is agreed: a deal is one text that all parties accept. In request-offer
mode the parties move in turn (stacked alternating offers: Aydoğan, Festen, Hindriks and Jonker, 2017) and
may change only clauses that they give or get. In single-text mode a mediator holds the pen and the parties
criticise (Fisher, 1978; Raiffa, 1982); a text replaces the one before it only when all say yes.

Who may import me: the protocol room; services import these names from :mod:`comity.protocol`.
Start at :func:`begin` and :func:`apply`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comity.errors import InputError, say
from comity.protocol.moves import MEDIATOR, Kind, Mode, Move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Rules", "Slot", "State", "apply", "begin", "replay"]

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Slot:
    """A clause as the room knows it: who gives, who gets, and which values are on the table.

    >>> Slot("visas", "ESP", "MAR", 1000, 3000, 500).accepted
    '1,000 to 3,000 in steps of 500'
    """

    key: str
    giver: str
    beneficiary: str
    low: float
    high: float
    step: float | None = None

    def admits(self, value: float) -> bool:
        """Say whether the value lies in the range, and on a step where there are steps."""
        slack = _SLACK * max(1.0, abs(self.low), abs(self.high))
        if not self.low - slack <= value <= self.high + slack:
            return False
        if self.step is None:
            return True
        steps = (value - self.low) / self.step
        return abs(steps - round(steps)) * self.step <= slack

    @property
    def accepted(self) -> str:
        """The values on the table, in words."""
        steps = "" if self.step is None else f" in steps of {self.step:,g}"
        return f"{self.low:,g} to {self.high:,g}{steps}"


def _no_rule(values: Mapping[str, float]) -> tuple[str, ...]:
    """Stand in where the table has no rules of its own."""
    del values
    return ()


@dataclass(frozen=True)
class Rules:
    """Who sits in the room, what lies on the table, and how long it lasts.

    Parameters
    ----------
    parties
        Codes, in the order in which they speak.
    slots
        Clauses by key.
    mode
        Request-offer or single-text.
    rounds
        In each round every party speaks once; after the last one there is no deal.
    breaches
        Gives the public rules that a text breaks, in words; none unless given.
    """

    parties: tuple[str, ...]
    slots: Mapping[str, Slot]
    mode: Mode
    rounds: int
    breaches: Callable[[Mapping[str, float]], tuple[str, ...]] = field(default=_no_rule, repr=False)

    def __post_init__(self) -> None:
        if len(self.parties) < 2 or len(set(self.parties)) != len(self.parties):
            msg = say("a room needs two or more parties, each once")
            raise InputError(msg, key="parties")
        least = 1 if self.mode is Mode.REQUEST_OFFER else 2
        if self.rounds < least:
            msg = say("%(rounds)s rounds", rounds=self.rounds)
            raise InputError(
                msg,
                key="rounds",
                accepted=say("%(least)s or more in %(mode)s mode", least=least, mode=self.mode),
            )

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks in one round, in order."""
        return self.parties if self.mode is Mode.REQUEST_OFFER else (MEDIATOR, *self.parties)


@dataclass(frozen=True, slots=True)
class State:
    """Where the room stands.

    Attributes
    ----------
    moves
        How many moves were made.
    draft
        The text that is being answered (value by clause key).
    agreed
        Single-text mode: the last text to which all said yes; empty at first.
    assent
        Who accepts the draft, or said yes to it.
    final
        Single-text mode: the draft is the last one, to be taken or left.
    speaker
        Who speaks next; None when the round is over.
    outcome
        Empty while it lasts; then ``deal``, ``no deal: time is up``, ``no deal: not all accept`` or
        ``no deal: CODE left``.
    """

    moves: int = 0
    draft: Mapping[str, float] = field(default_factory=dict)
    agreed: Mapping[str, float] = field(default_factory=dict)
    assent: frozenset[str] = frozenset()
    final: bool = False
    speaker: str | None = None
    outcome: str = ""

    @property
    def over(self) -> bool:
        """True when nobody may speak any more."""
        return bool(self.outcome)

    @property
    def deal(self) -> bool:
        """True when all accepted one text."""
        return self.outcome == "deal"

    def round(self, rules: Rules) -> int:
        """Which round it is, from 1; the last one when all is over."""
        made = self.moves - 1 if self.over else self.moves
        return min(made // len(rules.speakers) + 1, rules.rounds)


def begin(rules: Rules) -> State:
    """Open the room: an empty text, and the first speaker.

    >>> rules = Rules(("A", "B"), {"x": Slot("x", "A", "B", 1, 5)}, Mode.REQUEST_OFFER, 3)
    >>> state = apply(rules, begin(rules), Move("A", Kind.PROPOSE, {"x": 2.0}))
    >>> state.speaker, dict(state.draft), sorted(state.assent)
    ('B', {'x': 2.0}, ['A'])
    >>> apply(rules, state, Move("B", Kind.ACCEPT)).outcome
    'deal'
    """
    return State(speaker=rules.speakers[0])


def apply(rules: Rules, state: State, move: Move) -> State:
    """Make a move.

    Raises
    ------
    comity.errors.InputError
        When it is not this party's turn, the move is not open to it, or the text would break a public
        rule. The message speaks of the table only.
    """
    _check_turn(rules, state, move)
    if move.kind is Kind.LEAVE:
        return replace(state, moves=state.moves + 1, speaker=None, outcome=f"no deal: {move.party} left")
    if move.kind in (Kind.PROPOSE, Kind.TEXT, Kind.FINAL):
        state = _write(rules, state, move)
    elif move.kind in (Kind.ACCEPT, Kind.YES):
        state = _assent(rules, state, move)
    else:
        state = replace(state, assent=state.assent - {move.party})
    return _next(rules, replace(state, moves=state.moves + 1))


def replay(rules: Rules, moves: Iterable[Move]) -> State:
    """Make all the moves from the start."""
    state = begin(rules)
    for move in moves:
        state = apply(rules, state, move)
    return state


def _open_to(rules: Rules, state: State, party: str) -> tuple[Kind, ...]:
    """List what this speaker may do now."""
    if rules.mode is Mode.REQUEST_OFFER:
        return (Kind.PROPOSE, Kind.ACCEPT, Kind.REJECT, Kind.LEAVE)
    if party == MEDIATOR:
        return (Kind.TEXT, Kind.FINAL) if state.round(rules) < rules.rounds else (Kind.FINAL,)
    return (Kind.ACCEPT, Kind.REJECT, Kind.LEAVE) if state.final else (Kind.YES, Kind.NO, Kind.LEAVE)


def _check_turn(rules: Rules, state: State, move: Move) -> None:
    if state.over:
        msg = say("the round is over")
        raise InputError(msg, accepted=say("no further move"))
    if move.party != state.speaker:
        msg = say("it is not the turn of '%(party)s'", party=move.party)
        raise InputError(msg, accepted=str(state.speaker))
    choices = _open_to(rules, state, move.party)
    if move.kind not in choices:
        msg = say("'%(kind)s' is not open to %(party)s now", kind=move.kind, party=move.party)
        raise InputError(msg, accepted=", ".join(choices))
    marked = move.kind in (Kind.YES, Kind.NO)
    writes = move.kind in (Kind.PROPOSE, Kind.TEXT, Kind.FINAL)
    if (move.values and not writes) or ((move.better or move.worse) and not marked):
        msg = say("a move '%(kind)s' carries no such words", kind=move.kind)
        raise InputError(
            msg, accepted=say("values with a proposal or a text, better and worse with yes or no")
        )
    for key in (*move.better, *move.worse):
        if key not in rules.slots:
            msg = say("unknown clause '%(key)s'", key=key)
            raise InputError(msg, accepted=", ".join(rules.slots))
    both = sorted(set(move.better) & set(move.worse))
    if both:
        msg = say("%(both)s is marked both better and worse", both=both[0])
        raise InputError(msg, accepted=say("one of the two"))


def _write(rules: Rules, state: State, move: Move) -> State:
    draft = dict(state.draft if rules.mode is Mode.REQUEST_OFFER else state.agreed)
    before = dict(draft)
    for key, value in move.values.items():
        slot = rules.slots.get(key)
        if slot is None:
            msg = say("unknown clause '%(key)s'", key=key)
            raise InputError(msg, key="values", accepted=", ".join(rules.slots))
        if move.kind is Kind.PROPOSE and move.party not in (slot.giver, slot.beneficiary):
            msg = say(
                "%(key)s is between %(giver)s and %(beneficiary)s",
                key=key,
                giver=slot.giver,
                beneficiary=slot.beneficiary,
            )
            raise InputError(
                msg, key="values", accepted=say("clauses that %(party)s gives or gets", party=move.party)
            )
        if value is None:
            draft.pop(key, None)
            continue
        if not slot.admits(value):
            msg = say("%(key)s: %(value)s is not on the table", key=key, value=f"{value:,g}")
            raise InputError(msg, key="values", accepted=slot.accepted)
        draft[key] = float(value)
    ordered = {key: draft[key] for key in rules.slots if key in draft}
    if move.kind is Kind.PROPOSE and ordered == before:
        msg = say("the proposal changes nothing")
        raise InputError(msg, accepted=say("a change, or accept or reject"))
    if move.kind is Kind.FINAL and ordered != before:
        msg = say("the final text is the last one that all said yes to")
        raise InputError(msg, accepted=say("no change"))
    if broken := rules.breaches(ordered):
        raise InputError(
            broken[0], key="values", accepted=say("a text that keeps the principles of the round")
        )
    own = frozenset({move.party}) if move.kind is Kind.PROPOSE and ordered else frozenset()
    return replace(state, draft=ordered, assent=own, final=move.kind is Kind.FINAL)


def _assent(rules: Rules, state: State, move: Move) -> State:
    if rules.mode is Mode.REQUEST_OFFER and not state.draft:
        msg = say("there is no text to accept yet")
        raise InputError(
            msg,
            accepted=say(
                "%(propose)s, %(reject)s, %(leave)s",
                propose=Kind.PROPOSE,
                reject=Kind.REJECT,
                leave=Kind.LEAVE,
            ),
        )
    return replace(state, assent=state.assent | {move.party})


def _next(rules: Rules, state: State) -> State:
    everybody = state.assent >= set(rules.parties)
    speakers = rules.speakers
    spoken = state.moves % len(speakers)
    if rules.mode is Mode.REQUEST_OFFER:
        if everybody:
            return replace(state, speaker=None, outcome="deal")
    elif spoken == 0:
        if state.final:
            # an empty final text means that nothing was found: accepting it changes nothing
            done = "deal" if everybody and state.draft else "no deal: not all accept"
            return replace(state, speaker=None, outcome=done)
        if everybody:
            state = replace(state, agreed=dict(state.draft))
    if state.moves >= rules.rounds * len(speakers):
        return replace(state, speaker=None, outcome="no deal: time is up")
    return replace(state, speaker=speakers[spoken])
