"""Common ground of several agreements."""

from __future__ import annotations

from itertools import permutations

import pytest

from comity.errors import InputError
from comity.regime import Agreement, Cell, Clause, CommonGround, Force, Shared, Tags, compare

TAGS = Tags.load()


def make(key: str, *clauses: Clause) -> Agreement:
    return Agreement(key, key, ("ITA", "MAR"), clauses, origin=("MAR",), destination=("ITA",))


A = make(
    "a",
    Clause("1", ("LE02",), "", Force.BINDING, "ITA", "MAR", 1000.0, "persons per year"),
    Clause("2", ("PE01",), "", Force.BINDING, "MAR", "ITA", 10.0, "working days"),
    Clause("3", ("RW01",), "", Force.BINDING, "ITA", "MAR"),
    Clause("4", ("GV10",), "", Force.BINDING),
)
B = make(
    "b",
    Clause("i", ("LE02",), "", Force.BINDING, "ITA", "MAR", 3000.0, "persons per year"),
    Clause("ii", ("PE01",), "", Force.BEST_EFFORT, "MAR", "ITA", 5.0, "working days"),
    Clause("iii", ("RW01",), "", Force.BINDING, "ITA", "MAR"),
)
C = make("c", Clause("x", ("RW01",), "", Force.BINDING, "MAR", "ITA"), Clause("y", ("SK01",), ""))


def test_core_divergence_and_single():
    found = compare([A, B], tags=TAGS)
    rows = {r.tag: r for r in found.rows}
    assert [r.tag for r in found.core] == ["RW01", "PE01", "LE02"]
    assert [r.tag for r in found.single] == ["GV10"]
    assert (rows["LE02"].weakest, rows["LE02"].strongest) == (1000.0, 3000.0)
    assert (rows["PE01"].weakest, rows["PE01"].strongest) == (
        10.0,
        5.0,
    )  # a shorter reply is the larger concession
    assert rows["RW01"].merge == "ready"
    assert rows["PE01"].reasons == ("agree on a level", "agree on how far it binds")
    assert [c.level for c in rows["GV10"].cells] == ["none", "unbound"]
    assert [c.level for c in rows["LE02"].cells] == ["limitations", "limitations"]
    assert (rows["LE02"].type, rows["LE02"].mode) == ("market access", "4")


def test_who_gives_is_compared_by_role():
    row = compare([A, C], tags=TAGS).core[0]
    assert (row.tag, row.merge) == ("RW01", "agree on who gives")


def test_order_of_agreements_changes_nothing():
    results = [compare(list(order), tags=TAGS) for order in permutations([A, B, C])]
    assert all(r == results[0] for r in results)


def test_an_agreement_with_itself_under_another_name_is_its_own_core():
    twin = Agreement("twin", "twin", A.parties, A.clauses, origin=A.origin, destination=A.destination)
    found = compare([A, twin], tags=TAGS)
    assert {r.merge for r in found.core} == {"ready"}
    assert not found.single
    assert len(found.core) == 4


def test_a_provision_that_nobody_tells_a_number_for_has_no_range():
    row = compare([A, B], tags=TAGS).core[0]
    assert isinstance(row, Shared)
    assert (row.weakest, row.strongest) == (None, None)
    assert all(isinstance(c, Cell) and c.value is None for c in row.cells)
    assert CommonGround((A, B), ()).core == ()


def test_one_agreement_or_one_key_twice_is_refused():
    with pytest.raises(InputError, match="nothing to be compared"):
        compare([A])
    with pytest.raises(InputError, match="key 'a'"):
        compare([A, A])
