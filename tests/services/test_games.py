"""Games of others from the files to the page (§6.9), and the door that leads there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.bargaining import discrete
from comity.cli import main
from comity.errors import InputError, SolveError
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services import games
from comity.services.games import games_solve


def write_game(folder: Path, reserve: float = 0.25, parties: int = 2) -> Path:
    folder.mkdir()
    for party in range(parties):
        shares = {"all": 1.0, "half 50%": 0.5, "none": 0.0}
        if party:
            shares = {name: 1.0 - share for name, share in shares.items()}
        content = {
            "reservationValue": reserve,
            "issueWeights": {"fish": 0.7 if party else 0.3, "water": 0.3 if party else 0.7},
            "issues": {"fish": shares, "water": shares},
        }
        (folder / f"profile{'ABCDEFG'[party]}.json").write_text(json.dumps(content))
    return folder


def test_a_game_becomes_one_json_object_with_exact_figures(tmp_path: Path):
    solved = games_solve(paths=[write_game(tmp_path / "lake")], check=True)
    assert solved.to_json() == games_solve(paths=[tmp_path / "lake"], check=True).to_json()
    found = json.loads(solved.to_json())
    game = found["games"][0]
    assert (game["game"], game["outcomes"], game["rational"]) == ("lake", 9, 5)
    assert game["nash"]["bid"] == {"fish": "none", "water": "all"}
    assert game["nash"]["value"] == pytest.approx(0.45**2)
    assert game["nash"]["bound"] == game["nash"]["value"]
    assert game["frontier"]["points"] == len(game["frontier"]["utilities"]) == 3
    assert found["checked"] is True


def test_the_page_has_a_source_behind_every_number(tmp_path: Path):
    solved = games_solve(paths=[write_game(tmp_path / "lake 2")], check=True)
    document = solved.document()
    assert find_unsourced_numbers(render_html(document)) == []
    text = render_terminal(document, 100)
    for words in ("5 [M1] of 9 outcomes", "Even ratios", "none", "agrees"):
        assert words in text


def test_a_closed_game_says_who_holds_out(tmp_path: Path):
    solved = games_solve(paths=[write_game(tmp_path / "lake", reserve=0.75)])
    document = solved.document()
    assert find_unsourced_numbers(render_html(document)) == []
    text = render_terminal(document, 100)
    assert "No zone of agreement" in text
    assert "any one of them" in text
    assert json.loads(solved.to_json())["games"][0]["nash"] is None


def test_a_party_that_asks_for_the_impossible_is_named(tmp_path: Path):
    folder = write_game(tmp_path / "lake")
    content = json.loads((folder / "profileB.json").read_text())
    (folder / "profileB.json").write_text(json.dumps({**content, "reservationValue": 1.5}))
    text = render_terminal(games_solve(paths=[folder]).document(), 100)
    assert "profileB asks for more than any outcome gives" in " ".join(text.replace("│", " ").split())


def test_several_games_make_a_table_and_one_that_fails_is_named(tmp_path: Path):
    top = tmp_path / "top"
    top.mkdir()
    write_game(top / "lake")
    write_game(top / "river", reserve=0.75)
    write_game(top / "sea", parties=4)
    solved = games_solve(paths=[top])
    assert [s.game.name for s in solved.games] == ["lake", "river"]
    assert [item.name for item in solved.refused] == ["sea"]
    assert "--all-profiles" in solved.refused[0].reason
    document = solved.document()
    assert find_unsourced_numbers(render_html(document)) == []
    assert len(games_solve(paths=[top], all_profiles=True).games) == 3


def test_the_only_game_that_fails_is_an_error(tmp_path: Path):
    with pytest.raises(InputError, match="4 profiles"):
        games_solve(paths=[write_game(tmp_path / "sea", parties=4)])
    with pytest.raises(InputError, match="no such file"):
        games_solve(paths=[tmp_path / "sea", tmp_path / "ghost.xml"])
    with pytest.raises(InputError, match="no file"):
        games_solve(paths=[])


def test_without_the_frontier_the_page_says_so(tmp_path: Path):
    solved = games_solve(paths=[write_game(tmp_path / "lake")], frontier=False)
    text = render_terminal(solved.document(), 100)
    assert "The whole frontier is not listed" in text
    assert json.loads(solved.to_json())["games"][0]["frontier"] == {
        "complete": False,
        "points": None,
        "utilities": json.loads(solved.to_json())["games"][0]["frontier"]["utilities"],
    }


def test_a_check_that_does_not_agree_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = write_game(tmp_path / "lake")
    wrong = discrete.Scan(9, 5, 5, 0.3, 0.5, 0.5, 0.5, 1.0, 1.0)
    monkeypatch.setattr(games, "scan_outcomes", lambda _: wrong)
    with pytest.raises(SolveError, match="'lake'"):
        games_solve(paths=[folder], check=True)


# -------------------------------------------------------------------------------------------------- the door


def test_the_door_prints_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_game(tmp_path / "lake")
    assert main(["game", "solve", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "Game: lake" in out
    assert err == ""
    assert main(["game", "solve", *map(str, sorted(folder.iterdir())), "--json", "--format", "negolog"]) == 0
    assert json.loads(capsys.readouterr().out)["games"][0]["outcomes"] == 9


def test_the_door_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_game(tmp_path / "lake")
    assert main(["game", "solve", str(folder), "--html", str(tmp_path / "lake.html"), "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert "<html" in (tmp_path / "lake.html").read_text(encoding="utf-8")


def test_bad_files_end_with_one_line_and_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_game(tmp_path / "lake")
    (folder / "profileA.json").write_text('{"issueWeights": {"fish": 0.5}, "issues": {"fish": {"all": 1}}}')
    assert main(["game", "solve", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "the weights sum to 0.5; accepted: a sum of 1" in err


def test_a_refused_game_among_several_gives_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_game(tmp_path / "lake")
    write_game(tmp_path / "sea", parties=4)
    assert main(["game", "solve", str(tmp_path / "lake"), str(tmp_path / "sea")]) == 2
    out, err = capsys.readouterr()
    assert "sea is not solved" in out
    assert "1 of 2 games were refused" in err
