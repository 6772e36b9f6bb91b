"""Files of games that others have written: what is read, and what is refused with a line to act on (§6.9)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.bargaining.discrete import solve_discrete
from comity.bargaining.outside import find_games, read_game
from comity.errors import InputError

DOMAIN = """<negotiation_template><utility_space number_of_issues="2"><objective index="0" name="root">
<issue index="1" name="Price" type="discrete">
<item index="1" value="low"/><item index="2" value="high"/></issue>
<issue index="2" name="Days" type="integer" lowerbound="0" upperbound="2"/>
</objective></utility_space></negotiation_template>"""


def profile(low="2", high="4", weights=("0.5", "0.5"), slope="0.5", offset="0", extra="", rest=""):
    return f"""<utility_space><objective index="0" name="root">
<issue index="1" name="Price" type="discrete" vtype="discrete">
<item index="1" value="low" evaluation="{low}"/>
<item index="2" value="high" evaluation="{high}"/>{extra}
</issue>
<issue index="2" name="Days" type="integer" lowerbound="0" upperbound="2">
<evaluator ftype="linear" slope="{slope}" offset="{offset}"/></issue>
<weight index="1" value="{weights[0]}"/><weight index="2" value="{weights[1]}"/></objective>
{rest}</utility_space>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "domain.xml").write_text(DOMAIN)
    (tmp_path / "buyer.xml").write_text(profile(rest='<reservation value="0.25"/>'))
    (tmp_path / "seller.xml").write_text(profile(low="9", high="3", slope="-0.5", offset="1"))
    return tmp_path


# --------------------------------------------------------------------------------------------------- Genius


def test_genius_divides_by_the_largest_evaluation_and_keeps_the_reservation_value(folder: Path):
    game = read_game([folder])
    assert game.parties == ("buyer", "seller")
    assert [issue.values for issue in game.issues] == [("low", "high"), ("0", "1", "2")]
    assert game.tables[0] == pytest.approx(np.array([[0.25, 0.5], [0.5, 0.5 / 3]]))
    assert game.tables[1] == pytest.approx(np.array([[0.0, 0.5], [0.25, 0.25], [0.5, 0.0]]))
    assert game.no_deal.tolist() == [0.25, 0.0]
    assert "No reservation value is stated, so it is 0 (seller)." in game.notes


def test_profiles_alone_are_enough_and_sit_in_their_order(folder: Path):
    game = read_game([folder / "seller.xml", folder / "buyer.xml"])
    assert game.parties == ("seller", "buyer")
    assert game.tables[0][1] == pytest.approx([0.5 / 3, 0.5])


def test_weights_are_used_as_given_and_utilities_are_not_cut(folder: Path):
    (folder / "buyer.xml").write_text(profile(weights=("0.9", "0.6")))
    game = read_game([folder])
    assert game.best[0] == pytest.approx(1.5)
    assert any("sum to 1.5" in note and "buyer" in note for note in game.notes)


def test_an_integer_issue_stays_within_zero_and_one(folder: Path):
    (folder / "buyer.xml").write_text(profile(slope="0.9", offset="-0.3"))
    assert read_game([folder]).tables[1][:, 0] == pytest.approx([0.0, 0.3, 0.5])


def test_discounts_are_left_out_and_said_so(folder: Path):
    (folder / "buyer.xml").write_text(
        profile(rest='<discount_factor value="0.8"/><reservation value="0.1"/>')
    )
    assert any("discount factor 0.8" in note for note in read_game([folder]).notes)


def test_a_weight_of_the_group_of_issues_is_no_weight_of_an_issue(folder: Path):
    (folder / "buyer.xml").write_text(profile(rest='<weight index="0" value="1.0"/>'))
    assert read_game([folder]).best[0] == pytest.approx(1.0)


def test_an_issue_in_which_nothing_is_worth_anything_adds_nothing(folder: Path):
    (folder / "buyer.xml").write_text(profile(low="0", high="0"))
    assert read_game([folder]).tables[0][:, 0].tolist() == [0.0, 0.0]


REAL = """<utility_space><objective index="0" name="r"><issue index="1" name="Share" type="real">
<range lowerbound="0.0" upperbound="2.0"/><evaluator ftype="linear" {line}/></issue>
<weight index="1" value="1.0"/></objective><reservation value="0"/></utility_space>"""


def test_a_continuous_issue_is_refused_unless_told_how_finely_to_cut(tmp_path: Path):
    one, two = tmp_path / "one.xml", tmp_path / "two.xml"
    one.write_text(REAL.format(line='parameter0="0.0" parameter1="0.5"'))
    two.write_text(REAL.format(line='offset="1.0" slope="-0.5"'))
    with pytest.raises(InputError, match=r"continuous.*--real-steps"):
        read_game([one, two])
    game = read_game([one, two], real_steps=4)
    assert game.issues[0].values == ("0", "0.5", "1", "1.5", "2")
    assert game.tables[0] == pytest.approx(np.array([[0, 1], [0.25, 0.75], [0.5, 0.5], [0.75, 0.25], [1, 0]]))
    assert any("cut into 4 steps" in note for note in game.notes)
    assert solve_discrete(game).nash.value == pytest.approx(0.25)


def bad(*changes, **more):
    return (profile(**more), *changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (profile().replace(' evaluation="4"', ""), r"buyer.xml:4: .*no evaluation of value 'high'"),
        (profile(high="much"), r"buyer.xml:4: .*'much' is not a finite number"),
        (profile(high="nan"), "not a finite number"),
        (profile(high="-1"), "the evaluation -1"),
        (profile(extra='<item index="3" value="low" evaluation="1"/>'), "value 'low' appears twice"),
        (profile(extra='<item index="3" value="free" evaluation="1"/>'), "unknown value 'free'"),
        (
            profile().replace('<item index="2" value="high" evaluation="4"/>', ""),
            "no evaluation of 1 of 2 values",
        ),
        (profile().replace('name="Days"', 'name="Price"'), "issue 'Price' appears twice"),
        (profile().replace('name="Days"', 'name="Weeks"'), "no evaluation of issue 'Days'"),
        (profile().replace('<weight index="2" value="0.5"/>', ""), "no weight for issue 'Days'"),
        (profile(rest='<weight index="7" value="0.5"/>'), "issue index 7"),
        (profile(rest='<weight index="1" value="0.5"/>'), "two weights"),
        (profile(weights=("-0.5", "0.5")), "the weight -0.5"),
        (profile(slope=""), "not a finite number"),
        (profile().replace('ftype="linear"', 'ftype="triangular"'), "evaluator 'triangular'"),
        (profile().replace('upperbound="2"', 'upperbound="-3"'), "is empty"),
        (profile().replace('upperbound="2"', 'upperbound="2.5"'), "whole numbers"),
        (profile().replace('upperbound="2"', 'upperbound="900000000000"'), "at most 1,000,000 values"),
        (profile().replace('lowerbound="0" ', ""), "no number is given"),
        (
            profile(rest='<constraints><constraint type="zeroConstraint"/></constraints>'),
            "constraints between",
        ),
        (profile().replace("<utility_space>", '<utility_space type="constraint">'), "constraints between"),
        (profile().replace("<utility_space>", '<utility_space type="HYPER">'), "not additive"),
        (profile(rest='<reservation value="x"/>'), "reservation: 'x'"),
        ("<utility_space></utility_space>", "no issue"),
        ("<portfolio/>", "begins with <portfolio>"),
        ("<utility_space>", r"buyer.xml:1: not well-formed XML \(no element found\)"),
        ("", "not well-formed"),
        ("price,days", "not well-formed"),
        ('<?xml version="1.0" encoding="martian"?><utility_space/>', "unknown encoding"),
    ],
)
def test_a_malformed_genius_file_is_refused(folder: Path, text: str, message: str):
    (folder / "buyer.xml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_game([folder])


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<utility_space><issue name="&lol3;"/></utility_space>"""
REACH = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><utility_space>&f;</utility_space>"""
OUTSIDE = """<!DOCTYPE utility_space SYSTEM "https://example.org/x.dtd"><utility_space/>"""


@pytest.mark.parametrize("text", [BOMB, REACH, OUTSIDE])
def test_entities_and_document_types_are_refused(folder: Path, text: str):
    (folder / "buyer.xml").write_text(text)
    with pytest.raises(InputError, match="document type or an entity"):
        read_game([folder])


def test_deep_nesting_is_refused(folder: Path):
    (folder / "buyer.xml").write_text("<a>" * 100_000)
    with pytest.raises(InputError, match="nested too deeply"):
        read_game([folder])
    (folder / "buyer.json").write_text("[" * 100_000)
    (folder / "buyer.xml").unlink()
    with pytest.raises(InputError, match=r"nested too deeply|not JSON"):
        read_game([folder])


def test_bytes_that_are_no_text_are_refused(folder: Path):
    (folder / "buyer.xml").write_bytes(b"<utility_space name='\xff\xfe\x00'/>")
    with pytest.raises(InputError, match="not well-formed"):
        read_game([folder])


def test_latin_letters_are_read_in_the_encoding_that_is_declared(folder: Path):
    for name in ("domain.xml", "buyer.xml", "seller.xml"):
        text = (folder / name).read_text().replace("Price", "Préférence")
        (folder / name).write_bytes(('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("latin-1"))
    assert read_game([folder]).issues[0].name == "Préférence"


def test_many_issues_are_no_difficulty(tmp_path: Path):
    """Four hundred binary issues: 2^400 outcomes, whose frontier is still a matter of sums."""
    for party, order in (("a", (1, 0)), ("b", (0, 1))):
        issues = "".join(
            f'<issue index="{k}" name="i{k}" type="discrete"><item value="x" evaluation="{order[0]}"/>'
            f'<item value="y" evaluation="{order[1]}"/></issue><weight index="{k}" value="0.0025"/>'
            for k in range(1, 401)
        )
        (tmp_path / f"{party}.xml").write_text(f"<utility_space>{issues}</utility_space>")
    game = read_game([tmp_path])
    assert game.outcomes == 2**400
    solved = solve_discrete(game)
    assert solved.nash.value == pytest.approx(0.25)
    assert len(solved.frontier.points) == 401
    assert solved.rational == 2**400


# ----------------------------------------------------------------------------------------------------- JSON


def web(weights=(0.4, 0.6), marks=(0.1, 1.0), **space):
    issues = {"Visa": {"values": ["yes", "no"]}, "Fee": {"range": ["0", "10", "5"]}}
    return {
        "LinearAdditiveUtilitySpace": {
            "issueUtilities": {
                "Visa": {"discreteutils": {"valueUtilities": {"yes": marks[0], "no": marks[1]}}},
                "Fee": {"numberutils": {"lowValue": 0, "lowUtility": 1, "highValue": 10, "highUtility": 0}},
            },
            "issueWeights": {"Visa": weights[0], "Fee": weights[1]},
            "domain": {"name": "d", "issuesValues": issues},
            "name": "p",
            **space,
        }
    }


def test_geniusweb_profiles_are_read(tmp_path: Path):
    (tmp_path / "a.json").write_text(json.dumps(web()))
    bid = {"reservationBid": {"issuevalues": {"Visa": "yes", "Fee": 5}}}
    (tmp_path / "b.json").write_text(json.dumps(web(marks=(1.0, 0.0), **bid)))
    (tmp_path / "domain.json").write_text(json.dumps({"name": "d", "issuesValues": {}}))
    game = read_game([tmp_path])
    assert game.issues[1].values == ("0", "5", "10")
    assert game.tables[1][:, 0] == pytest.approx([0.6, 0.3, 0.0])
    assert game.no_deal == pytest.approx([0.0, 0.7])
    assert game.notes == ("No reservation bid is stated, so the reservation value is 0 (a).",)


def without(content, *path):
    inner = content["LinearAdditiveUtilitySpace"]
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (web(weights=(0.4, 0.5)), "the weights sum to 0.9; accepted: a sum of 1"),
        (without(web(), "issueWeights", "Fee"), "issueWeights: nothing for issue 'Fee'"),
        (without(web(), "issueUtilities", "Fee"), "issueUtilities: nothing for issue 'Fee'"),
        (without(web(), "domain"), "domain: missing"),
        (without(web(), "issueUtilities", "Visa", "discreteutils", "valueUtilities", "no"), "value 'no'"),
        (without(web(), "issueUtilities", "Visa", "discreteutils"), "unknown kind"),
        (web(marks=("x", 1.0)), "'x' is not a finite number"),
        (web(marks=(True, 1.0)), "not a finite number"),
        (web(reservationBid={"issuevalues": {"Visa": "maybe"}}), "no value 'maybe'"),
        ({"ConstraintUtilitySpace": {}}, "unknown profile"),
        ([], "unknown profile"),
        ("text", "unknown profile"),
    ],
)
def test_a_malformed_geniusweb_profile_is_refused(tmp_path: Path, content, message: str):
    (tmp_path / "a.json").write_text(json.dumps(content))
    (tmp_path / "b.json").write_text(json.dumps(web()))
    with pytest.raises(InputError, match=message):
        read_game([tmp_path])


def negolog(weights=None, issues=None, **more):
    return {
        "reservationValue": 0.2,
        "issueWeights": weights or {"issueA": 0.25, "issueB": 0.75},
        "issues": issues or {"issueA": {"x": 0.1, "y": 1.0}, "issueB": {"x": 1.0, "y": 0.5}},
        **more,
    }


def test_negolog_profiles_are_read(tmp_path: Path):
    (tmp_path / "profileA.json").write_text(json.dumps(negolog()))
    (tmp_path / "profileB.json").write_text(json.dumps(negolog({"issueA": 0.5, "issueB": 0.5})))
    (tmp_path / "specs.json").write_text(json.dumps({"Name": "D", "NumberOfBids": 4}))
    game = read_game([tmp_path])
    assert game.parties == ("profileA", "profileB")
    assert game.no_deal.tolist() == [0.2, 0.2]
    assert game.tables[0] == pytest.approx(np.array([[0.025, 0.05], [0.25, 0.5]]))
    with pytest.raises(InputError, match="--format: a file of the format 'negolog'"):
        read_game([tmp_path], form="genius")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (negolog({"issueA": 0.25, "issueB": 0.8}), "sum to 1.05"),
        (negolog({"issueA": 1.0}), "issue 'issueB' has no weight"),
        (negolog(None, {"issueA": {"x": 0.1}}), "issue 'issueB' has no values"),
        (
            negolog(None, {"issueA": {"x": 0.1}, "issueB": {"x": 1.0, "y": 0.5}}),
            "no evaluation of 1 of 2 values",
        ),
        (
            negolog(None, {"issueA": {"x": None, "y": 1}, "issueB": {"x": 1.0, "y": 0.5}}),
            "no number is given",
        ),
        (negolog(None, {"issueA": {}, "issueB": {"x": 1.0}}), "no values"),
        (negolog(reservationValue="high"), "'high' is not a finite number"),
    ],
)
def test_a_malformed_negolog_profile_is_refused(tmp_path: Path, content, message: str):
    (tmp_path / "profileA.json").write_text(json.dumps(negolog()))
    (tmp_path / "profileB.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        read_game([tmp_path])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"issues": {"a": {}, "a": {}}, "issueWeights": {}}', "'a' appears twice"),
        ('{"issues": {"a": {"x": NaN}}, "issueWeights": {"a": 1}}', "the number NaN"),
        ('{"issues": ', "profileB.json:1: not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
    ],
)
def test_json_that_cannot_be_trusted_is_refused(tmp_path: Path, text, message: str):
    (tmp_path / "profileA.json").write_text(json.dumps(negolog()))
    (tmp_path / "profileB.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=message):
        read_game([tmp_path])


# ----------------------------------------------------------------------------------------- LLM-Deliberation


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    (tmp_path / "config.txt").write_text("Mayor, mayor,player,x,y\nFirm,firm,p1,x,y\n\nUnion,union,p2,x,y")
    sheets = tmp_path / "scores_files"
    sheets.mkdir()
    (sheets / "mayor.txt").write_text("0, 5\n10, 3, 0\n8")
    (sheets / "firm.txt").write_text("6, 0\n0, 2, 4 \n6")
    (sheets / "union.txt").write_text("3,3\n1,2,3\n\n5")
    return tmp_path


def test_a_deliberation_game_has_thresholds_and_vetoes(harbour: Path):
    game = read_game([harbour])
    assert game.parties == ("mayor", "firm", "union")
    assert game.titles == ("Mayor", "Firm", "Union")
    assert game.no_deal.tolist() == [8, 6, 5]
    assert game.rule.veto == ("firm", "union")
    assert game.rule.least == 2
    assert [issue.values for issue in game.issues] == [("A1", "A2"), ("B1", "B2", "B3")]
    solved = solve_discrete(game)
    assert (solved.rational, solved.accepted) == (0, 2)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("scores_files/firm.txt", "6, 0\n0, 2\n6", r"\[2, 2\] values by issue"),
        ("scores_files/firm.txt", "6, no\n0, 2, 4\n6", r"firm.txt:1: scores: 'no'"),
        ("scores_files/firm.txt", "6, 0\n0, 2, 4\nsix", "threshold: 'six'"),
        ("scores_files/firm.txt", "6", "1 lines"),
        ("config.txt", "Mayor,mayor", "accepted: name, file, role"),
        ("config.txt", "Mayor,mayor,player", "1 parties"),
        ("config.txt", "Mayor,mayor,player\nGhost,ghost,p1", "cannot read the file"),
    ],
)
def test_a_malformed_deliberation_game_is_refused(harbour: Path, file: str, text: str, message: str):
    (harbour / file).write_text(text)
    with pytest.raises(InputError, match=message):
        read_game([harbour])


# --------------------------------------------------------------------------------------------------- folders


def test_a_crowded_folder_asks_who_sits_at_the_table(folder: Path):
    for number in (2, 10):
        (folder / f"buyer{number}.xml").write_text(profile())
    with pytest.raises(InputError, match=r"4 profiles: buyer\.xml, buyer2\.xml, buyer10\.xml, seller\.xml"):
        read_game([folder])
    assert read_game([folder], all_profiles=True).parties == ("buyer", "buyer2", "buyer10", "seller")
    assert read_game([folder / "buyer10.xml", folder / "seller.xml"]).parties == ("buyer10", "seller")


def test_folders_of_games_are_found(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    top = tmp_path_factory.mktemp("top")
    (top / "empty").mkdir()
    (top / "game10").mkdir()
    (top / "game9").mkdir()
    for name in ("game9", "game10"):
        (top / name / "a.xml").write_text(profile())
    assert [path.name for path in find_games(top)] == ["game9", "game10"]
    assert find_games(folder) == [folder]
    with pytest.raises(InputError, match="no game here"):
        find_games(top / "empty")


def test_files_that_are_no_game_are_refused(folder: Path):
    for paths, message in (
        ([folder / "buyer.xml"], "1 profile"),
        ([folder / "domain.xml"], "0 profiles"),
        ([folder / "ghost.xml", folder / "buyer.xml"], "no such file"),
        ([folder, folder / "buyer.xml"], "a folder beside other files"),
        ([folder / "domain.xml"] * 2, "two domains"),
    ):
        with pytest.raises(InputError, match=message):
            read_game(paths)
    with pytest.raises(InputError, match="no LLM-Deliberation game"):
        read_game([folder], form="llmdelib")
    with pytest.raises(InputError, match="is a folder"):
        read_game([folder / "buyer.xml"], form="llmdelib")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_breaks(folder: Path, data: st.DataObject):
    text = profile(rest='<reservation value="0.25"/>')
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    patch = data.draw(st.text(alphabet='<>/="&;ax0-. \x00é', max_size=6))
    (folder / "buyer.xml").write_text(text[:start] + patch + text[end:], encoding="utf-8")
    try:
        game = read_game([folder])
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert np.all(np.isfinite(game.best))
