"""Scripted counterparts and the mediator: what they promise, on random games and on made-up ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bargaining.games import discrete_games

from comity.bargaining import (
    STRATEGIES,
    Clause,
    Game,
    Hearing,
    Position,
    Principled,
    TimeDependent,
    TitForTat,
    View,
    answer,
    decide,
    make_strategy,
    write_text,
)
from comity.bargaining.enumeration import outcomes
from comity.errors import InputError

FEW = settings(max_examples=25)
TIMES = st.floats(0, 1)


def blank(game: Game) -> Game:
    """The public table of a game: no payoffs."""
    nothing = np.zeros((1, len(game.parties), len(game.clauses)))
    return game.replace(
        slope=nothing, fixed=nothing, disagreement=None, red_lines=None, share=1.0, epsilon=0.0
    )


def positions(game: Game) -> dict[str, Position]:
    return {
        p: Position(
            p, blank(game), game.slope[:, i], game.fixed[:, i], no_deal=float(game.no_deal[i]),
            red_line=float(game.floor[i] - game.epsilon), epsilon=game.epsilon, share=game.share,
        )
        for i, p in enumerate(game.parties)
    }  # fmt: skip


def strategy(name: str):
    return make_strategy(name, conceder=3.0, boulware=0.2, standard=0.5)


def all_keys(game: Game) -> frozenset[str]:
    return frozenset(c.key for c in game.clauses)


def swap(draws: int = 1) -> Game:
    """Two clauses, each worth three times as much to the one who gets it as it costs the other."""
    clauses = (Clause("a", "E", "M", 0, 10, 1, "stepped"), Clause("b", "M", "E", 0, 10, 1, "stepped"))
    slope = np.tile(np.array([[[-1.0, 3.0], [3.0, -1.0]]]), (draws, 1, 1))
    return Game(("E", "M"), clauses, slope, np.zeros_like(slope))


@FEW
@given(discrete_games(clauses=(1, 4)))
def test_the_best_package_is_the_best_by_brute_force(game: Game):
    for i, (party, mine) in enumerate(positions(game).items()):
        kept = [v for v in outcomes(game) if mine.accepts(v)]
        if mine.best is None:
            assert not kept, party
            continue
        most = max(float(game.gains(v)[:, i].mean()) for v in kept)
        assert float(mine.gains(mine.best).mean()) == pytest.approx(most, abs=1e-5)


@FEW
@given(discrete_games(clauses=(1, 4), draws=(1, 1)), st.floats(0, 1), st.data())
def test_the_nearest_package_is_the_nearest_by_brute_force(game: Game, part: float, data):
    wanted = data.draw(st.sampled_from(list(outcomes(blank(game)))))

    def distance(values):
        total = 0.0
        for c in game.clauses:
            low, high = c.ends
            width = high - low
            places = [
                0.0 if c.key not in v else 0.5 + 0.5 * (v[c.key] - low) / width if width else 1.0
                for v in (values, wanted)
            ]
            total += abs(places[0] - places[1])
        return total

    for mine in positions(game).values():
        if mine.best is None:
            continue
        target = mine.epsilon + part * (mine.ideal - mine.epsilon)
        found = mine.nearest(target, wanted)
        reach = [v for v in outcomes(game) if mine.margin(v) >= target - 1e-6]
        assert found is not None
        assert mine.margin(found) >= target - 1e-5
        assert distance(found) == pytest.approx(min(map(distance, reach)), abs=2e-3)


@FEW
@given(discrete_games(clauses=(1, 4)), st.sampled_from(STRATEGIES), TIMES, st.booleans(), st.data())
def test_no_script_accepts_or_proposes_below_its_own_red_line(game, name, time, last, data):
    drafts = list(outcomes(blank(game)))
    draft, first = data.draw(st.sampled_from(drafts)), data.draw(st.sampled_from(drafts))
    for mine in positions(game).values():
        view = View(draft, (first,) if first else (), {}, all_keys(game), time, last)
        found = decide(strategy(name), mine, view)
        text = dict(draft) | dict(found.changes) if found.kind == "propose" else draft
        text = {key: value for key, value in text.items() if value is not None}
        if found.kind != "reject":
            assert mine.accepts(text)
            assert not game.breaches(text)
        assert found == decide(strategy(name), mine, view), "the same view gives the same decision"


@given(TIMES, TIMES, st.floats(0.05, 0.9), st.floats(1.1, 20))
def test_a_conceder_gives_at_least_as_fast_as_boulware(one, other, slow, fast):
    early, late = TimeDependent(fast), TimeDependent(slow)
    assert early.share(one) >= late.share(one)
    for tactic in (early, late):
        assert tactic.share(max(one, other)) >= tactic.share(min(one, other))
        assert (tactic.share(0.0), tactic.share(1.0)) == (0.0, 1.0)


@FEW
@given(discrete_games(clauses=(1, 4), draws=(1, 1)), TIMES)
def test_a_conceders_offer_leaves_it_no_more_than_boulwares(game: Game, time: float):
    for mine in positions(game).values():
        if mine.best is None:
            continue
        targets = [strategy(n).target(mine, View({}, time=time)) for n in ("conceder", "boulware")]
        assert targets[0] <= targets[1] + 1e-9
        assert mine.epsilon - 1e-9 <= min(targets)
        assert max(targets) <= mine.ideal + 1e-9


def test_tit_for_tat_gives_as_it_is_given_and_takes_back():
    mine = positions(swap())["M"]
    first = {"a": 2.0, "b": 10.0}
    asked = [
        TitForTat().target(mine, View({"a": level, "b": 10.0}, (first,)))
        for level in (2.0, 4.0, 6.0, 8.0, 10.0)
    ]
    assert asked == sorted(asked, reverse=True)
    assert asked[0] == mine.ideal, "nothing given, nothing given back"
    assert asked[0] - asked[1] == pytest.approx(6.0), "it gives up what it was given"
    assert TitForTat().target(mine, View({"a": 0.0, "b": 10.0}, (first,))) == mine.ideal


def test_the_principled_one_does_not_move_but_trades():
    mine = positions(swap())["M"]
    targets = {Principled(0.5).target(mine, View({}, time=t)) for t in (0.0, 0.5, 1.0)}
    assert list(targets) == [pytest.approx(15.0)]
    view = View({"b": 10.0}, (), {"b": 10.0}, frozenset({"a", "b"}))
    found = decide(Principled(0.5), mine, view)
    assert found.changes == {"a": 9.0}, "it grants what was asked and asks for what meets its standard"


def test_limits_are_kept_whatever_is_gained():
    game = swap()
    mine = Position("M", blank(game), game.slope[:, 1], game.fixed[:, 1], limits={"a": (-np.inf, 4.0)})
    assert mine.best == {"a": 4.0}
    assert not mine.accepts({"a": 5.0})
    assert decide(
        strategy("conceder"), mine, View({"a": 5.0}, movable=frozenset({"a"}), last=True)
    ).changes == {"a": 4.0}
    assert not answer(strategy("conceder"), mine, {"a": 1.0}, View({"a": 5.0}))
    assert mine.marks({}, {"a": 5.0}) == {"a": -1}


def test_what_is_said_is_a_round_number():
    """An exact value would let others work back to the red line that it was solved for."""
    clauses = (Clause("a", "E", "M", 0.0, 10.0), Clause("b", "M", "E", 0.0, 10.0))
    table = Game(("E", "M"), clauses, np.zeros((1, 2, 2)), np.zeros((1, 2, 2)))
    mine = Position("M", table, [[np.pi, -np.e]], [[0.0, 0.0]], red_line=1.2345678)
    found = mine.nearest(2.0, {"b": 10.0})
    assert found is not None
    assert all(value == round(value, 4) for value in found.values())
    assert mine.margin(found) >= 2.0


def talk(game: Game, names: tuple[str, str], rounds: int = 10) -> dict[str, float] | None:
    """Let two scripts alternate; give the text that both accept, or None."""
    both = positions(game)
    draft: dict[str, float] = {}
    said: list[tuple[str, dict[str, float | None]]] = []
    heard: dict[str, list[dict[str, float]]] = {p: [] for p in game.parties}
    for turn in range(2 * rounds):
        party = game.parties[turn % 2]
        asked = {k: v for p, changes in said if p != party for k, v in changes.items()}
        number = turn // 2
        view = View(
            draft, tuple(heard[party]), asked, all_keys(game), number / (rounds - 1), number == rounds - 1
        )
        found = decide(strategy(names[turn % 2]), both[party], view)
        if found.kind == "accept":
            assert all(mine.accepts(draft) for mine in both.values())
            return draft
        if draft:
            heard[party].append(draft)
        said.append((party, dict(found.changes)))
        draft = {k: v for k, v in (draft | dict(found.changes)).items() if v is not None}
    return None


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_script_and_a_conceder_find_a_deal_where_there_is_room(name: str):
    for names in ((name, "conceder"), ("conceder", name)):
        assert talk(swap(), names)


def test_two_that_only_mirror_wait_for_each_other():
    """Known of tit-for-tat (Faratin and others, 1998): somebody must give first."""
    assert talk(swap(), ("tit-for-tat", "tit-for-tat")) is None


@FEW
@given(discrete_games(parties=(2, 2), clauses=(1, 3), draws=(1, 1)), st.sampled_from(STRATEGIES), TIMES)
def test_names_do_not_matter(game: Game, name: str, time: float):
    """What a script does depends on its payoffs and on what was said, not on who it is called."""
    table = blank(game)
    other = {"A": "B", "B": "A"}
    turned = table.replace(
        clauses=tuple(
            Clause(c.key, other[c.giver], other[c.beneficiary], c.low, c.high, c.step, c.kind)
            for c in table.clauses
        )
    )
    one = Position("A", table, game.slope[:, 0], game.fixed[:, 0])
    two = Position("B", turned, game.slope[:, 0], game.fixed[:, 0])
    view = View({}, movable=all_keys(game), time=time)
    assert decide(strategy(name), one, view) == decide(strategy(name), two, view)


# -- mediator -----------------------------------------------------------------------------------------


def mediate(game: Game, most: int = 12, seed: int = 0):
    """Run a mediator with truthful parties; give the texts that all took, in order, and the hearings."""
    table, both = blank(game), positions(game)
    hearings: list[Hearing] = []
    taken: list[dict[str, float]] = [{}]
    for _ in range(most):
        text = write_text(table, hearings, seed=seed)
        if text is None:
            break
        marks = {p: mine.marks(taken[-1], text) for p, mine in both.items()}
        view = View(text)
        hearing = Hearing(
            text,
            {p: answer(TimeDependent(3.0), mine, taken[-1], view) for p, mine in both.items()},
            {p: tuple(k for k, s in m.items() if s > 0) for p, m in marks.items()},
            {p: tuple(k for k, s in m.items() if s < 0) for p, m in marks.items()},
        )
        hearings.append(hearing)
        if hearing.all_yes:
            taken.append(text)
    return taken, hearings


@FEW
@given(discrete_games(clauses=(1, 5)))
def test_a_mediator_never_worsens_a_text_that_all_took(game: Game):
    both = positions(game)
    taken, hearings = mediate(game)
    for before, after in itertools.pairwise(taken):
        assert all(mine.margin(after) > mine.margin(before) for mine in both.values())
    for hearing in hearings:
        assert not blank(game).breaches(dict(hearing.text))
    assert mediate(game)[1] == hearings, "the same hearings give the same texts"


def test_a_mediator_finds_the_swap_and_treats_equals_equally():
    both = positions(swap())
    taken, hearings = mediate(swap())
    assert hearings[0].all_yes, "here the first draft is the best one"
    assert both["E"].margin(taken[-1]) == both["M"].margin(taken[-1]) == 20.0


def test_a_mediator_pays_for_a_concession_with_another():
    clauses = (Clause("a", "E", "M", 0, 10, 1, "stepped"), Clause("b", "M", "E", 0, 10, 1, "stepped"))
    slope = np.array([[[-3.0, 4.0], [5.0, -1.0]]])
    taken, _ = mediate(Game(("E", "M"), clauses, slope, np.zeros_like(slope)), most=20)
    assert set(taken[-1]) == {"a", "b"}


def test_a_mediator_gives_up_where_nobody_can_be_paid():
    clauses = (Clause("a", "E", "M", 0, 10, 1, "stepped"),)
    slope = np.array([[[-3.0], [5.0]]])
    taken, hearings = mediate(Game(("E", "M"), clauses, slope, np.zeros_like(slope)))
    assert taken == [{}]
    assert len(hearings) < 12


# -- secrecy and bad input ----------------------------------------------------------------------------


def test_a_position_shows_no_number():
    mine = Position("E", blank(swap()), [[-31.337, 3.0]], [[0.0, 0.0]], red_line=7.7713)
    for text in (repr(mine), str(mine), f"{mine}", repr(View({"a": 1.0})), repr({"of": mine})):
        assert "31.337" not in text
        assert "7.7713" not in text


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_strategy("gambler", conceder=3.0, boulware=0.2, standard=0.5),
        lambda: TimeDependent(0.0),
        lambda: Principled(1.5),
        lambda: Position("X", blank(swap()), [[0.0, 0.0]], [[0.0, 0.0]]),
        lambda: Position("E", blank(swap()), [[np.nan, 0.0]], [[0.0, 0.0]]),
    ],
)
def test_bad_input_is_one_clear_line(make):
    with pytest.raises(InputError):
        make()
