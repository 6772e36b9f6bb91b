"""A sealed game: only what is public goes in, the bytes are stable, and it says what practice rounds say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from tests.services.practice_rounds import CANARIES
from tests.services.sealed_rounds import small_game, small_sheets, whole_round, write_text

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.laboratory import Laboratory
from comity.services.practice_seats import deal_positions
from comity.services.sealed_game import SealedGame, open_position, seal_game


def test_the_same_round_gives_the_same_bytes_and_they_can_be_read():
    game = small_game()
    data = game.to_bytes()
    again = SealedGame.read(data)
    assert again.to_bytes() == data
    assert np.array_equal(again.slope, game.slope)
    assert again.table.requirements == game.table.requirements
    assert again.table.clauses == game.table.clauses


def test_no_private_value_goes_in():
    game = small_game()
    head = repr(game.round.model_dump()) + repr(dict(game.names))
    for canary in CANARIES:
        assert canary not in head
    # other red lines, interests and reasons: the very same bytes
    other = seal_game(write_text(red_line=123.0, interest=44.0), draws=20)
    assert other.to_bytes() == game.to_bytes()


def test_a_sheet_laid_over_it_is_the_position_of_a_practice_round():
    game, round_ = small_game(), whole_round()
    lab = Laboratory(
        round_, Evidence.load(), Parameters.load(), Catalogue.load(), draws=game.draws, seed=round_.seed
    )
    dealt = deal_positions(lab, round_, round_.seed, lambda _: None)
    package = {"LE02-ESP-MAR": 5000.0, "RW01-ESP-MAR": 80.0, "RM01-ESP-MAR": 4.0, "PE01-MAR-ESP": 12.0}
    for party, sheet in small_sheets().items():
        mine = open_position(game, party, sheet)
        np.testing.assert_allclose(mine.gains(package), dealt[party].gains(package), rtol=1e-9, atol=1e-6)
        assert mine.accepts(package) == dealt[party].accepts(package)
        assert mine.limits == dealt[party].limits


def test_how_far_clauses_work_on_each_other_is_said():
    together = small_game().together
    assert set(together) == {"ESP", "MAR", "SEN"}
    assert all(share is not None and 0 <= share < 0.5 for share in together.values())


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all"])
def test_other_bytes_are_refused(data: bytes):
    with pytest.raises(InputError, match="no sealed game"):
        SealedGame.read(data)


def test_an_archive_without_a_head_is_refused():
    stream = io.BytesIO()
    np.savez_compressed(stream, slope=np.zeros(3))
    with pytest.raises(InputError, match="no sealed game"):
        SealedGame.read(stream.getvalue())
