"""Drafted texts: no number is lost or made up, brackets say who has what, order changes nothing."""

from __future__ import annotations

import json
import re
import time
from itertools import permutations
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.evidence.words import find_banned_words
from comity.regime import Agreement, Clause, Force, Tags, compare
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.walk import find_unsourced_numbers
from comity.services.agreements_draft import agreements_draft, package_draft
from comity.services.model_text import DraftArticle, Standing, draft_articles, draft_common_core
from comity.services.model_text_wording import write_amount, write_blank
from comity.services.roundfile import load_round
from comity.services.roundfile_messages import number
from comity.vocabulary import Provision

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load()
TAGS = Tags.load()
EXAMPLES = sorted((ROOT / "examples" / "agreements").glob("*.yaml"))


def words(articles: tuple[DraftArticle, ...], standing: Standing | None = None) -> str:
    return "\n".join(
        p.wording for a in articles for p in a.paragraphs if standing is None or p.standing is standing
    )


def whole(code: str, value: float) -> Provision:
    """Write a provision with every number of its instrument told."""
    bounds = CATALOGUE.bounds[code]
    terms: dict[str, float | str] = {b.parameter: b.high for b in bounds[1:]}
    return Provision(code, "ESP", "MAR", value, bounds[0].unit, code.lower(), terms)


@settings(max_examples=60, deadline=None)
@given(code=st.sampled_from(list(CATALOGUE.instruments)), share=st.floats(0, 1))
def test_numbers_anywhere_in_their_bounds_stand_in_the_text(code: str, share: float):
    check_numbers(code, share)


@pytest.mark.parametrize("share", [0.0, 0.37, 1.0])
def test_every_number_of_a_provision_stands_in_the_text_with_its_unit(share: float):
    for code in CATALOGUE.instruments:
        check_numbers(code, share)


def check_numbers(code: str, share: float) -> None:
    bounds = CATALOGUE.bounds[code]
    value = round(bounds[0].low + share * (bounds[0].high - bounds[0].low), 2)
    text = words(draft_articles([whole(code, value)]), Standing.AGREED)
    assert number(value) in text
    for bound, told in zip(bounds, (value, *(b.high for b in bounds[1:])), strict=True):
        assert write_amount(told, bound) in text
        if not re.match(r"(level|category) ", bound.unit) and told != 1:
            for word in bound.unit.split():
                assert word in text
    assert "…" not in text
    assert "{" not in text
    assert find_banned_words(text) == []


def test_a_number_that_nobody_agreed_stays_open():
    text = words(draft_articles([Provision("LE03", "NZL", "FJI", 100, "persons per year")]))
    assert "[… months]" in text
    assert "at most [… months]" in text


def test_terms_that_the_template_does_not_know_are_kept():
    terms: dict[str, float | str] = {"skill": "high", "years_of_stay": 5, "crop": "grapes", "today": 7}
    text = words(draft_articles([Provision("LE02", "NZL", "FJI", 100, "persons per year", "x", terms)]))
    assert "beyond secondary school" in text
    assert "years of stay: 5; crop: grapes" in text
    assert "today" not in text


def test_paragraphs_are_numbered_and_linked():
    found = draft_articles([whole("PE01", 5), whole("LE02", 2500), whole("LE01", 10)])
    assert [a.key for a in found] == [f"a{n}" for n in range(1, len(found) + 1)]
    keys = [p.key for a in found for p in a.paragraphs]
    assert len(set(keys)) == len(keys)
    linked = [k for a in found for p in a.paragraphs for k in p.provisions]
    assert sorted(linked) == ["le01", "le02", "pe01"]
    subjects = [a.subject for a in found]
    assert subjects.index("entry") < subjects.index("return") < subjects.index("final")


def test_what_is_bargained_over_is_not_offered_again():
    with_committee = draft_articles([whole("GV03", 4)])
    committee = next(a for a in with_committee if a.subject == "committee")
    assert [p.standing for p in committee.paragraphs] == [Standing.AGREED]
    assert "4 meetings per year" in committee.paragraphs[0].wording
    offered = next(a for a in draft_articles([whole("LE01", 4)]) if a.subject == "committee")
    assert [p.standing for p in offered.paragraphs] == [Standing.OFFERED]


def test_offered_paragraphs_hold_no_number():
    found = draft_articles([whole(code, CATALOGUE.bounds[code][0].high) for code in CATALOGUE.instruments])
    assert not re.search(r"\d", words(found, Standing.OFFERED))


def test_a_package_needs_a_provision_and_a_known_instrument():
    with pytest.raises(InputError, match="without provisions"):
        draft_articles([])
    with pytest.raises(InputError, match="no template for 'XX99'"):
        draft_articles([Provision("XX99", "ESP", "MAR", 1, "")])


def test_principles_and_tranches_become_conditions():
    round_ = load_round(ROOT / "examples" / "jordan-compact-2016.yaml")
    provisions = [
        Provision(c.instrument, c.giver, c.beneficiary, c.strongest, "", c.key) for c in round_.table
    ]
    found = draft_articles(provisions, round_=round_)
    where = {k: p.key for a in found if a.subject != "conditions" for p in a.paragraphs for k in p.provisions}
    conditions = next(a for a in found if a.subject == "conditions")
    for paragraph in conditions.paragraphs:
        for place in re.findall(r"\d+\.\d+", paragraph.wording):
            assert "a{}.p{}".format(*place.split(".")) in where.values()


def test_level_scales_say_what_the_step_means_or_leave_it_to_the_annex():
    assert write_amount(3, CATALOGUE.bounds["RW02"][0]).endswith("(mandatory and enforced)")
    assert write_amount(1.5, CATALOGUE.bounds["RW02"][0]).endswith("of the annex")
    assert write_blank("level 0-3") == "[level … on the scale of the annex]"


# ----------------------------------------------------------------------------------------------- common core


def make(key: str, *clauses: Clause) -> Agreement:
    return Agreement(key, key, ("ITA", "MAR"), clauses, origin=("MAR",), destination=("ITA",))


def places(key: str, value: float | None, force: Force = Force.BINDING) -> Agreement:
    return make(
        key,
        Clause("1", ("LE02",), "", force, "ITA", "MAR", value, "persons per year"),
        Clause("2", ("RW01",), "", Force.BINDING, "ITA", "MAR", 100.0, "% of admitted workers"),
    )


def paragraph(agreements: list[Agreement], tag: str):
    found = draft_common_core(
        compare(agreements, tags=TAGS, fewest=1), names={"ITA": "Italy", "MAR": "Morocco"}
    )
    return next(p for a in found for p in a.paragraphs if p.tag == tag)


def test_one_agreement_is_drafted_with_its_own_parties():
    one = paragraph([places("a", 1000.0)], "LE02")
    assert (
        one.wording
        == "Italy shall reserve for nationals of Morocco entry for work of 1,000 persons per year."
    )
    assert (one.standing, one.alternatives, one.provisions) == (Standing.SHARED, (), ("a:1",))


def test_two_agreements_give_ranges_and_who_has_what():
    two = paragraph([places("a", 1000.0), places("b", 3000.0, Force.BEST_EFFORT)], "LE02")
    assert "[1,000 to 3,000 persons per year]" in two.wording
    assert "[shall] [shall endeavour to]" in two.wording
    assert two.standing is Standing.DIVERGENT
    assert [(x.held_by, "1,000" in x.wording, "3,000" in x.wording) for x in two.alternatives] == [
        (("a",), True, False),
        (("b",), False, True),
    ]
    same = paragraph([places("a", 1000.0), places("b", 3000.0)], "RW01")
    assert (same.standing, same.alternatives) == (Standing.SHARED, ())
    assert "100 % of admitted workers" in same.wording
    assert "each party in the role of destination" in same.wording.casefold()


def test_a_level_that_one_does_not_tell_stays_in_brackets():
    two = paragraph([places("a", 1000.0), places("b", None)], "LE02")
    assert "[1,000 persons per year]" in two.wording
    assert any("[… persons per year]" in x.wording for x in two.alternatives)


def test_many_agreements_join_equal_words_and_mark_what_some_hold():
    extra = make("d", Clause("9", ("PE01",), "", Force.BINDING, "MAR", "ITA", 5.0, "working days"))
    many = [places(k, v) for k, v in (("a", 1000.0), ("b", 1000.0), ("c", 2000.0))]
    joined = paragraph([*many, extra], "LE02")
    assert (joined.standing, joined.held_by) == (Standing.PARTLY, ("a", "b", "c"))
    assert [x.held_by for x in joined.alternatives] == [("a", "b"), ("c",)]
    found = draft_common_core(compare([*many, extra], tags=TAGS))
    assert "PE01" not in {p.tag for a in found for p in a.paragraphs}


def test_order_of_agreements_changes_nothing():
    many = [places(k, v) for k, v in (("a", 1000.0), ("b", 4000.0), ("c", 2000.0))]
    found = [draft_common_core(compare(list(order), tags=TAGS)) for order in permutations(many)]
    assert all(f == found[0] for f in found)


def test_a_tag_without_a_template_says_so():
    one = paragraph([make("a", Clause("1", ("ART12",), "", Force.BINDING, "ITA", "MAR"))], "ART12")
    assert "Wording to be drafted" in one.wording


def test_an_empty_agreement_still_has_what_every_text_needs():
    found = draft_common_core(compare([make("a")], tags=TAGS, fewest=1))
    assert {p.standing for a in found for p in a.paragraphs} == {Standing.OFFERED}


def test_five_hundred_clauses_in_under_two_seconds():
    codes = list(CATALOGUE.instruments)
    clauses = [Clause(str(k), (codes[k % len(codes)],), "", Force.BINDING, "ITA", "MAR") for k in range(500)]
    start = time.process_time()
    draft_common_core(compare([make("a", *clauses), make("b", *clauses)], tags=TAGS))
    assert time.process_time() - start < 2


# --------------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_from_examples_hold_no_bare_number(count: int):
    draft = agreements_draft(paths=tuple(EXAMPLES[:count]))
    assert find_unsourced_numbers(render_html(draft.document())) == []
    assert find_banned_words(render_markdown(draft.document())) == []
    data = json.loads(draft.to_json())
    assert len(data["articles"]) == len(draft.articles)
    assert draft.document(brief=True).blocks


def test_a_list_of_provisions_becomes_a_text(tmp_path: Path):
    path = tmp_path / "p.yaml"
    rows = [
        {"instrument": "LE02", "giver": "ESP", "beneficiary": "MAR", "value": 2500, "skill": "low"},
        {"instrument": "PE01", "giver": "MAR", "beneficiary": "ESP", "value": 7, "today": 30},
    ]
    path.write_text(yaml.safe_dump({"package": "autumn", "provisions": rows}), encoding="utf-8")
    draft = package_draft(path=path)
    text = words(draft.articles)
    assert "Spain shall reserve for nationals of Morocco entry for work of 2,500 persons per year" in text
    assert "within 7 working days" in text
    page = render_html(draft.document())
    assert find_unsourced_numbers(page) == []
    assert "30" in page
    assert json.loads(draft.to_json())["provisions"][1]["terms"] == {"today": 30.0}
    with pytest.raises(InputError, match="no package"):
        package_draft(path=path, name="spring")
