"""The agreement test: stable, complete, never a crash."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.regime import (
    Agreement,
    Checklist,
    Clause,
    Examination,
    Force,
    Mark,
    Publication,
    Tags,
    examine,
    read_checklist,
)

TAGS = Tags.load()
CODES = sorted(TAGS.titles)
CHECKLIST = read_checklist()

clauses = st.lists(
    st.builds(
        Clause,
        key=st.from_regex(r"[a-z]{1,3}[0-9]{0,2}", fullmatch=True),
        tags=st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True).map(tuple),
        summary=st.just("x"),
        force=st.sampled_from(Force),
        giver=st.sampled_from(["ITA", "MAR", "both", ""]),
        beneficiary=st.sampled_from(["ITA", "MAR", "both", ""]),
    ),
    max_size=25,
    unique_by=lambda c: c.key,
)


def make(found: list[Clause]) -> Agreement:
    return Agreement("x", "X", ("ITA", "MAR"), tuple(found), published=Publication.NO)


@settings(max_examples=60, deadline=None)
@given(clauses, st.randoms(use_true_random=False))
def test_clause_order_changes_nothing(found: list[Clause], random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert examine(make(found), tags=TAGS) == examine(make(shuffled), tags=TAGS)


@settings(max_examples=60, deadline=None)
@given(clauses, st.integers(0, 10**6))
def test_one_more_clause_never_makes_an_item_worse(found: list[Clause], seed: int):
    order = {Mark.ABSENT: 0, Mark.WEAK: 1, Mark.PRESENT: 2}
    more = [*found, Clause("zzzz1", (CODES[seed % len(CODES)],), "", Force.BINDING)]
    before, after = examine(make(found), tags=TAGS), examine(make(more), tags=TAGS)
    for one, other in zip(before.verdicts, after.verdicts, strict=True):
        assert order[one.mark] <= order[other.mark]


@settings(max_examples=60, deadline=None)
@given(clauses)
def test_marks_against_a_slow_second_opinion(found: list[Clause]):
    for verdict in examine(make(found), tags=TAGS).verdicts:
        answering = [c for c in found if set(c.tags) & verdict.item.tags]
        expected = (
            Mark.ABSENT if not answering
            else Mark.PRESENT if any(c.force is Force.BINDING for c in answering)
            else Mark.WEAK
        )  # fmt: skip
        assert verdict.mark is expected
        assert set(verdict.clauses) <= {c.key for c in answering}


def test_every_spelling_leads_to_its_tag():
    for words, code in TAGS.spellings.items():
        assert TAGS.resolve(f" {words.upper().replace(' ', '_')} ") == code


def test_an_empty_agreement_fails_every_item():
    found = examine(Agreement("x", "X", ("ITA", "MAR"), ()))
    assert len(found.verdicts) == 29 + 10 + 7 + 6 + 8
    assert {v.mark for v in found.verdicts} == {Mark.ABSENT}
    assert found.sides[0].gives == ()
    assert found.breaches == found.imbalances == ()


def test_an_agreement_with_every_tag_answers_every_item():
    whole = [Clause(code.lower(), (code,), "", Force.BINDING) for code in CODES]
    assert {v.mark for v in examine(make(whole)).verdicts} == {Mark.PRESENT}


def test_the_weakest_value_is_weak_and_any_other_present():
    quota = Clause("q", ("LE02",), "", Force.BINDING, "ITA", "MAR", 0.0, "persons per year")
    item = next(k for k, i in enumerate(CHECKLIST.items) if i.key == "P3")
    assert examine(make([quota])).verdicts[item].mark is Mark.WEAK
    assert examine(make([replace(quota, value=3000.0)])).verdicts[item].mark is Mark.PRESENT


def keys(*found: Clause, published: Publication = Publication.FULL) -> set[str]:
    agreement = Agreement("x", "X", ("ITA", "MAR"), tuple(found), published=published)
    x = examine(agreement)
    return {f.key for f in (*x.breaches, *x.imbalances)}


def test_each_rule_fires_and_is_mended():
    entry = Clause("e", ("LE02",), "", Force.BINDING)
    rights = Clause("r", ("RW01",), "", Force.BINDING)
    assert "entry_without_rights" in keys(entry)
    assert "entry_without_rights" not in keys(entry, rights)
    back = Clause("b", ("PE01",), "")
    assert {"return_without_remedy", "control_without_entry"} <= keys(back)
    assert not {"return_without_remedy", "control_without_entry"} & keys(
        back, entry, Clause("c", ("RW14",), "")
    )
    data = Clause("d", ("PE13",), "")
    assert "unprotected_data" in keys(data)
    assert "unprotected_data" not in keys(data, Clause("p", ("GV15",), ""))
    fee = Clause("f", ("RW03",), "", value=10.0)
    assert "fees_on_workers" in keys(fee)
    assert "fees_on_workers" not in keys(replace(fee, value=0.0))
    assert "fees_on_workers" not in keys(replace(fee, value=None))
    assert "secret" in keys(rights, published=Publication.NO)
    assert "secret" not in keys(rights, published=Publication.NOT_KNOWN)
    assert "pressure" in keys(Clause("v", ("PE16",), ""))
    assert "bond_on_workers" in keys(Clause("v", ("PE19",), ""))
    assert "people_counted_against_people" in keys(Clause("v", ("PE17",), ""))


def test_imbalance_needs_a_giver_that_the_text_names():
    untold = Clause("1", ("PE01",), "", Force.BINDING)
    assert not {k for k in keys(untold) if k.startswith(("gives_only", "binds_only"))}
    told = replace(untold, giver="MAR", beneficiary="ITA")
    assert "gives_only:MAR" in keys(told)
    soft = Clause("2", ("LE02",), "", Force.BEST_EFFORT, "ITA", "MAR")
    assert "binds_only:MAR" in keys(told, soft)
    assert "binds_only:MAR" not in keys(told, replace(soft, force=Force.BINDING))
    assert "binds_only:MAR" not in keys(told, replace(soft, force=Force.NOT_KNOWN))


def test_a_checklist_of_ones_own_is_used():
    short = Checklist(CHECKLIST.group("process"), ())
    found = examine(make([Clause("d", ("GV10",), "", Force.BINDING)]), checklist=short)
    assert isinstance(found, Examination)
    assert found.tally("process") == {Mark.PRESENT: 1, Mark.ABSENT: 7}
    assert found.breaches == ()


def test_five_hundred_clauses_are_quick():
    many = [Clause(f"{k}", (CODES[k % len(CODES)],), "", Force.BINDING) for k in range(500)]
    start = time.process_time()
    examine(make(many))
    assert time.process_time() - start < 2
