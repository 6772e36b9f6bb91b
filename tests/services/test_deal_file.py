"""The JSON of a deal at the three doors that read it back: a package, or one line; never a traceback."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.cli import main
from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services import package_file, project
from comity.services.deal import list_countries
from comity.services.deal_file import MAX_DEPTH, parse_deal, read_deal
from comity.services.deal_supplied import read_supplied
from comity.services.laboratory import make_provision
from comity.services.roundfile import load_round

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.services.roundfile import Round

EXAMPLES = Path(__file__).parents[2] / "examples"
LAX = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@functools.cache
def round_() -> Round:
    return load_round(EXAMPLES / "western-mediterranean.yaml")


@functools.cache
def whole() -> dict[str, Any]:
    """An answer with every clause of the table at its low end, as the command would print it."""
    units = {k: v.parameter.unit for k, v in Catalogue.load().instruments.items()}
    provisions = []
    for clause in round_().table:
        x = make_provision(clause, clause.range[0], units[clause.instrument])
        provisions.append(
            {"key": x.key, "instrument": x.instrument, "giver": x.giver, "beneficiary": x.beneficiary,
             "value": x.value, "unit": x.unit, "terms": dict(x.terms)}
        )  # fmt: skip
    return {
        "round": round_().model_dump(mode="json", by_alias=True),
        "parties": [{"code": p.code, "name": p.code, "members": list(p.countries)} for p in round_().parties],
        "packages": [{"name": "nash", "title": "One", "provisions": provisions}],
    }


def supplied(path: Path) -> object:
    return read_supplied(path, round_(), Catalogue.load().instruments)


def benefit(path: Path) -> object:
    catalogue, countries = Catalogue.load(), list_countries(Evidence.load())
    return package_file.read_package(path, name=None, catalogue=catalogue, countries=countries, solve=None)  # type: ignore[arg-type]


def projected(path: Path) -> object:
    return project.read_package(path, Parameters.load(), Evidence.load())


DOORS: tuple[Callable[[Path], object], ...] = (supplied, benefit, projected)


def try_doors(path: Path, raw: bytes) -> int:
    """Count the doors that read it; the others must say one printable line."""
    path.write_bytes(raw)
    read = 0
    for door in DOORS:
        try:
            door(path)
        except InputError as error:
            line = str(error)
            assert len(line.splitlines()) == 1
            assert line.isprintable()
            assert "deal.json" in line
            assert len(line) < 3000
        else:
            read += 1
    return read


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deals") / "deal.json"


def test_the_whole_answer_is_read_at_every_door(path: Path):
    assert try_doors(path, json.dumps(whole()).encode()) == len(DOORS)
    assert read_deal(path).choose("nash", "--package")[1].title == "One"
    with pytest.raises(InputError, match="no package is called 'other'; accepted: nash"):
        read_deal(path).choose("other", "--package")


def spots(node: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of an answer, the round only in part."""
    inside: list[tuple[str | int, object]] = []
    if isinstance(node, dict):
        inside = list(node.items())
    elif isinstance(node, list):
        inside = list(enumerate(node))[:4]
    return [at, *(spot for key, value in inside for spot in spots(value, (*at, key)))]


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["ESP", "LE02", "", "\ud800", 10**40, 1e308, -1, [], {}, [[]], {"a": {}}, [None]])
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)  # fmt: skip


@LAX
@given(data=st.data())
def test_a_mangled_answer_is_read_or_refused_in_one_line(path: Path, data: st.DataObject) -> None:
    mangled = copy.deepcopy(whole())
    for _ in range(data.draw(st.integers(1, 3))):
        # Half of the blows fall outside the round, which has a fuzz test of its own.
        part = mangled if data.draw(st.booleans()) else {k: v for k, v in mangled.items() if k != "round"}
        *way, last = data.draw(st.sampled_from(spots(part)[1:] or [("packages",)]))
        node: Any = mangled
        try:
            for key in way:
                node = node[key]
            if data.draw(st.booleans()) and data.draw(st.booleans()):
                del node[last]
            else:
                node[last] = copy.deepcopy(data.draw(ODD))
        except (KeyError, IndexError, TypeError):
            continue
    try_doors(path, json.dumps(mangled).encode())


@LAX
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused_in_one_line(path: Path, data: st.DataObject) -> None:
    text = json.dumps(whole())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 400)))
    damaged = text[:start] + data.draw(st.text(max_size=12)) + text[end:]
    try_doors(path, damaged.encode("utf-8", errors="surrogatepass"))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not valid JSON"),
        (b"[]", "not the JSON of a deal"),
        (b"{}", "the JSON holds no packages"),
        (b'{"packages": 3}', "packages is not a list"),
        (b'{"packages": []}', "holds no package"),
        (b'{"packages": [3]}', "3 is not an object"),
        (b'{"packages": [{"provisions": []}]}', "packages.0.name: the key is missing"),
        (b'{"packages": [{"name": "a", "provisions": [{"key": "x"}]}]}', "0.value: the key is missing"),
        (b'{"packages": [{"name": "a", "provisions": [{"key": "x", "value": true}]}]}', "True is not a n"),
        (b'{"packages": [{"name": "a", "provisions": [{"key": "x", "value": NaN}]}]}', "not valid JSON"),
        (b'{"packages": [{"name": "a", "provisions": [{"key": "x", "value": 1}, {"key": "x", "value": 1}]}]}',
         "x is given twice"),
        (b'{"packages": [{"name": "a", "provisions": []}], "parties": [{"code": "A"}]}',
         "parties.0.members: the key is missing"),
        (b'{"packages": ' + b"[" * 5000, "not valid JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(path: Path, raw: bytes, says: str):
    path.write_bytes(raw)
    with pytest.raises(InputError) as raised:
        read_deal(path)
    assert says in str(raised.value)


def test_deep_nesting_is_refused_before_anybody_recurses():
    deep: Any = []
    for _ in range(MAX_DEPTH):
        deep = [deep]
    with pytest.raises(InputError, match="nested too deeply"):
        parse_deal({"packages": [], "round": {"x": deep}}, file="deal.json")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"giver": "XXX"}, "provisions.0.giver: nothing is known of the work force of XXX"),
        ({"terms": {"skill": "medium"}}, "provisions.0.terms.skill: unknown skill 'medium'"),
        ({"value": -5.0}, "-5"),
        ({"terms": {"years_of_stay": "long"}}, "'long' is not a number"),
    ],
)
def test_project_says_which_provision_cannot_be_used(
    path: Path, change: dict[str, object], says: str, capsys: pytest.CaptureFixture[str]
):
    data = copy.deepcopy(whole())
    entry = next(x for x in data["packages"][0]["provisions"] if x["instrument"] == "LE02")
    data["packages"][0]["provisions"] = [{**entry, **change}]
    path.write_text(json.dumps(data), encoding="utf-8")
    assert main(["project", "ESP", "--package", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert len(said.err.splitlines()) == 1
