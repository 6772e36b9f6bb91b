"""Parameters: every number has a range, a status and a reference; draws are reproducible and independent."""

from __future__ import annotations

import csv
import math
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import EvidenceError, EvidenceNotFound, InputError
from comity.evidence.parameter import Param
from comity.evidence.parameter_set import Distribution, Mark, Parameters
from comity.vocabulary import Range, Status

PS = Parameters.load()
DRAWN = [name for name in PS if PS[name].value is not None]

# What the world model reads (§3); each must be there with a full range.
WORLD = [
    "trade.elasticity",
    "trade.value_added_share",
    "trade.domestic_share_floor",
    "trade.migrant_elasticity",
    "trade.tariff_default",
    "labour.substitution_skill",
    "labour.substitution_birthplace",
    "labour.share_default",
    "labour.premium_years",
    "labour.return_default",
    "productivity.human_capital",
    "productivity.market_size",
    "capital.adjustment",
    "migrants.working_age_share",
    "migrants.working_age_share_gulf",
    "migrants.employment_ratio.regular",
    "migrants.employment_ratio.asylum",
    "migrants.employment_ratio.irregular",
    "migrants.productivity.regular",
    "migrants.productivity.asylum",
    "migrants.productivity.irregular",
    "migrants.skill_transfer.high",
    "migrants.skill_transfer.low",
    "remittances.cost_elasticity",
    "remittances.fee_default",
    "remittances.fee_resource_share",
    "remittances.fee_share_sending",
    "fiscal.congestion",
    "fiscal.tax_default",
    "fiscal.return_cost",
    "fiscal.reception_cost",
    "fiscal.irregular_tax_share",
    "admission.cost_per_place",
    "admission.years_of_stay.work",
    "admission.years_of_stay.reserved",
    "admission.years_of_stay.seasonal",
    "admission.years_of_stay.g2g",
    "admission.years_of_stay.circular",
    "admission.years_of_stay.humanitarian",
    "recognition.wage_gain",
    "recognition.coverage_per_occupation",
    "readmission.return_rate_gain",
    "readmission.return_rate_baseline",
    "readmission.reply_days_baseline",
    "readmission.document_days_baseline",
    "aid.effectiveness",
]

FIELDS = {
    "definition": "a thing",
    "value": 2.0,
    "low": 1.0,
    "high": 4.0,
    "distribution": "triangular",
    "unit": "units",
    "valid_from": 2024,
    "status": "assumed",
    "mark": "reasoned",
    "reference": "nobody",
}


def folder(tmp_path: Path, **files: object) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", WORLD)
def test_world_parameter_has_a_full_range(name: str) -> None:
    param = PS[f"world.{name}"]
    assert param.value is not None
    assert param.low is not None
    assert param.high is not None
    assert param.low <= param.value <= param.high
    assert param.low < param.high


def test_the_literature_has_84_findings_with_an_honest_mark() -> None:
    literature = [PS[name] for name in PS.names("literature")]
    assert len(literature) == 84
    for param in literature:
        said = param.note.split()[0].strip(";:,(")
        if said in ("read", "recalled") and param.name != "literature.farright_contact":
            assert param.mark == said, param.name


def test_the_literature_agrees_with_the_collected_table() -> None:
    shared = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[3] / "shared"))
    table = shared / "catalogue" / "parameters.csv"
    if not table.is_file():
        pytest.skip("the collected tables are not beside the repository (set COMITY_SHARED)")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 84
    for row in rows:
        param = PS["literature." + row["key"].replace("illegal_", "irregular_")]
        for field in ("value", "low", "high"):
            want = float(row[field]) if row[field] else None
            assert getattr(param, field) == want, param.name
        assert param.reference == row["source"]


@pytest.mark.parametrize("name", PS.names())
def test_each_parameter_is_complete(name: str) -> None:
    param = PS[name]
    assert param.name == name
    assert param.reference
    assert param.unit
    if param.status is Status.ASSUMED and name.startswith("world."):
        assert param.mark is not Mark.READ, "an assumption was not read anywhere"
    if param.mark is Mark.REASONED:
        assert len(param.reference) + len(param.note) > 40, "reasoning must be told"
    if param.status in (Status.ASSUMED, Status.CONTESTED) and name.startswith("world."):
        assert param.high is not None
        assert param.low is not None
        assert param.high > param.low, "what is assumed or contested needs a range"


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 50))
def test_draws_stay_inside_the_range(seed: int, size: int) -> None:
    draws = PS.draw(np.random.default_rng(seed), size)
    assert list(draws) == DRAWN
    for name, values in draws.items():
        param = PS[name]
        assert values.shape == (size,)
        assert np.isfinite(values).all()
        if param.distribution is Distribution.FIXED:
            assert (values == param.value).all()
        else:
            assert param.low is not None
            assert param.high is not None
            assert (values >= param.low).all()
            assert (values <= param.high).all()


@given(
    seed=st.integers(0, 2**32 - 1),
    names=st.lists(st.sampled_from(DRAWN), min_size=1, max_size=6, unique=True),
)
def test_a_parameter_keeps_its_draws_whatever_else_is_drawn(seed: int, names: list[str]) -> None:
    every = PS.draw(np.random.default_rng(seed), 4)
    some = PS.draw(np.random.default_rng(seed), 4, names)
    assert list(some) == names
    for name in names:
        np.testing.assert_array_equal(some[name], every[name])


def test_two_parameters_have_different_streams_and_two_seeds_different_draws() -> None:
    names = ["world.trade.elasticity", "world.labour.substitution_skill"]
    one = PS.draw(np.random.default_rng(1), 2000, names)
    two = PS.draw(np.random.default_rng(2), 2000, names)
    correlation = np.corrcoef(one[names[0]], one[names[1]])[0, 1]
    assert abs(correlation) < 0.1
    assert (one[names[0]] != two[names[0]]).mean() > 0.99


def test_draws_take_one_number_from_the_generator() -> None:
    few, every = np.random.default_rng(7), np.random.default_rng(7)
    PS.draw(few, 3, ["world.trade.elasticity"])
    PS.draw(every, 3)
    assert few.integers(2**40) == every.integers(2**40)


bounds = st.floats(0.001, 1e6)


@given(
    ends=st.tuples(bounds, bounds, bounds).map(sorted),
    kind=st.sampled_from(["triangular", "uniform", "normal-truncated", "lognormal"]),
)
def test_quantiles_are_monotone_and_bounded(ends: list[float], kind: str) -> None:
    low, value, high = ends
    fields = {**FIELDS, "low": low, "value": value, "high": high, "distribution": kind}
    param = Param.model_validate({"name": "x", **fields})
    u = np.linspace(0, 1, 101)
    x = param.quantile(u)
    assert (np.diff(x) >= -1e-9 * high).all()
    assert x.min() >= low
    assert x.max() <= high


def test_a_triangular_distribution_has_its_closed_form_mean() -> None:
    param = Param.model_validate({"name": "x", **FIELDS})
    u = (np.arange(200_000) + 0.5) / 200_000
    assert param.quantile(u).mean() == pytest.approx((1 + 2 + 4) / 3, abs=1e-4)


def test_a_lognormal_has_its_value_near_the_median_when_the_bounds_are_even() -> None:
    fields = {**FIELDS, "low": 1.0, "value": 10.0, "high": 100.0, "distribution": "lognormal"}
    param = Param.model_validate({"name": "x", **fields})
    assert param.quantile(np.array([0.5]))[0] == pytest.approx(10.0)


def test_a_qualitative_finding_has_no_number() -> None:
    name = "literature.rta_migration"
    assert PS[name].value is None
    assert name not in PS.draw(np.random.default_rng(0), 1)
    with pytest.raises(EvidenceNotFound, match="qualitative"):
        PS.value(name)
    with pytest.raises(ValueError, match="cannot be drawn"):
        PS.draw(np.random.default_rng(0), 1, [name])


def test_an_unknown_name_offers_close_ones() -> None:
    with pytest.raises(EvidenceNotFound, match=r"world\.trade\.elasticity"):
        PS["world.trade.elasticty"]
    with pytest.raises(EvidenceNotFound, match=r"world\.trade\.elasticity"):
        PS["trade.elasticity"]
    assert "trade.elasticity" not in PS


def test_a_trace_names_file_and_line() -> None:
    found = PS.trace("parameter:world.labour.substitution_birthplace")
    assert found.param.status is Status.CONTESTED
    assert found.file == "world/labour.yaml"
    text = Path(__file__).parents[2] / "src/comity/evidence/parameters" / found.file
    assert text.read_text(encoding="utf-8").splitlines()[found.line - 1].strip() == "substitution_birthplace:"


def test_replace_pins_one_parameter_and_leaves_the_rest() -> None:
    name = "world.trade.elasticity"
    other = PS.replace({name: 3.0})
    assert other.value(name) == 3.0
    assert PS.value(name) != 3.0
    assert other.range(name) == Range(2.5, 3.0, 5.0)
    assert "the pack has 4.1" in other[name].note
    before, after = (each.draw(np.random.default_rng(3), 5) for each in (PS, other))
    assert (after[name] == 3.0).all()
    for unchanged in before.keys() - {name}:
        np.testing.assert_array_equal(before[unchanged], after[unchanged])


@pytest.mark.parametrize("value", [99.0, -1.0, math.nan, math.inf])
def test_replace_refuses_what_is_outside_the_range(value: float) -> None:
    with pytest.raises(InputError, match=r"world\.trade\.elasticity"):
        PS.replace({"world.trade.elasticity": value})


def test_replace_goes_beyond_the_range_only_when_told() -> None:
    wide = PS.replace({"world.trade.elasticity": 9.0}, beyond_range=True)
    assert wide.range("world.trade.elasticity") == Range(2.5, 9.0, 9.0)
    with pytest.raises(InputError):
        PS.replace({"world.trade.elasticity": math.nan}, beyond_range=True)


def test_a_bound_that_is_not_stated_is_the_value_itself() -> None:
    assert PS.range("literature.fence_migration_direct") == Range.point(-0.8)


def test_a_name_is_its_path_and_a_group_may_have_keys_called_high_and_low(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    folder(tmp_path / "deep", file={"group": {"high": FIELDS, "low": FIELDS}})
    assert Parameters.load(tmp_path).names() == ("deep.file.group.high", "deep.file.group.low")


@pytest.mark.parametrize("missing", [*FIELDS])
def test_a_missing_field_is_named_with_file_and_line(tmp_path: Path, missing: str) -> None:
    fields = {key: value for key, value in FIELDS.items() if key != missing}
    with pytest.raises(EvidenceError, match=rf"a\.yaml:1: a\.x\.{missing}"):
        Parameters.load(folder(tmp_path, a={"x": fields}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": 9.0}, r"value 9 lies outside \[1\.0, 4\.0\]"),
        ({"low": 5.0, "high": 4.5, "value": 5.0}, "outside"),
        ({"value": None}, "exactly when the distribution is 'none'"),
        ({"low": None}, "low and high are needed"),
        ({"value": None, "low": None, "high": None, "distribution": "none"}, "needs a note"),
        ({"low": 0.0, "distribution": "lognormal"}, "lognormal needs low above 0"),
        ({"distribution": "cauchy"}, "distribution"),
        ({"status": "sure"}, "status"),
        ({"mark": "dreamt"}, "mark"),
        ({"value": math.inf, "high": math.inf}, "finite"),
        ({"unit": " "}, "unit"),
        ({"valid_from": 24}, "valid_from"),
        ({"licence": "?"}, "licence"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: dict[str, object], says: str) -> None:
    with pytest.raises(EvidenceError, match=says) as caught:
        Parameters.load(folder(tmp_path, a={"x": {**FIELDS, **change}}))
    assert str(caught.value).startswith("a.yaml:1: a.x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("x: [1", "not valid YAML"),
        ("- 1\n", "expected keys and values"),
        ("x:\n  y: 1\n", "expected keys and values"),
        ("x: {value: 1}\nx: {value: 2}\n", "a.yaml:2: key 'x' is written twice"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        Parameters.load(folder(tmp_path, a=text))


def test_one_name_cannot_come_from_two_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    folder(tmp_path, a={"b": {"x": FIELDS}})
    folder(tmp_path / "a", b={"x": FIELDS})
    with pytest.raises(EvidenceError, match=r"a\.b\.x: also defined in"):
        Parameters.load(tmp_path)


def test_a_set_can_be_sent_to_another_process() -> None:
    pinned = PS.replace({"world.trade.elasticity": 3.0})
    again = pickle.loads(pickle.dumps(pinned))  # noqa: S301
    assert dict(again) == dict(pinned)
    assert again.trace("world.trade.elasticity") == pinned.trace("world.trade.elasticity")
