"""The same result, the same bytes; what is no number is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.reports.canonical import render_json
from comity.vocabulary import Figure, Range, SourceClass

trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(trees)
def test_writing_what_was_read_gives_the_same_bytes(tree):
    once = render_json(tree)
    assert once.endswith("\n")
    assert render_json(json.loads(once)) == once


@given(st.floats(-1e300, 1e300))
def test_floats_keep_twelve_significant_digits(value):
    back = json.loads(render_json(value))
    assert abs(back - value) <= 1e-11 * abs(value)


def test_order_of_keys_and_of_sets_does_not_matter():
    assert render_json({"b": 1, "a": {3, 1, 2}}) == render_json({"a": {2, 3, 1}, "b": 1})


def test_sums_in_another_order_give_the_same_bytes():
    assert render_json(0.1 + 0.2 + 0.3) == render_json(0.3 + 0.2 + 0.1)
    assert render_json(-0.0) == "0.0\n"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), np.float64("nan"), {"a": [1.0, float("-inf")]}]
)
def test_what_is_not_finite_is_refused_with_its_place(value):
    with pytest.raises(ValueError, match=r"^\$"):
        render_json(value)


def test_values_of_numpy_and_of_the_vocabulary_are_written():
    figure = Figure(Range(1.0, 2.0, 3.0), "persons", SourceClass.EVIDENCE, "evidence:t")
    got = json.loads(
        render_json({"f": figure, "n": np.int64(3), "a": np.array([1.5, 2.0]), "b": np.bool_(True)})
    )
    assert got == {
        "f": {
            "value": {"low": 1.0, "mid": 2.0, "high": 3.0},
            "unit": "persons",
            "source": "evidence",
            "reference": "evidence:t",
        },
        "n": 3,
        "a": [1.5, 2.0],
        "b": True,
    }


@pytest.mark.parametrize("value", [object(), {1: "a"}, b"bytes", {"a": Figure}])
def test_other_things_are_refused(value):
    with pytest.raises(TypeError):
        render_json(value)
