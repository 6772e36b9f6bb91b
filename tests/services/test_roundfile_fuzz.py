"""Whatever the bytes, the reader returns a round or one line; no other exception gets out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence
from comity.services.roundfile import Round, parse_round
from comity.services.world_file import is_world_file

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
    if not is_world_file(path)
]
EXAMPLE = (Path(__file__).parents[2] / "examples" / "western-mediterranean.yaml").read_text(encoding="utf-8")
TREE = yaml.safe_load(EXAMPLE)
LAX = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def countries() -> Mapping[str, str]:
    table = Evidence.load().table("countries")
    return dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))


def read_or_line(raw: bytes) -> Round | str:
    try:
        found = parse_round(raw, name="r.yaml", catalogue=Catalogue.load(), countries=countries())
    except InputError as error:
        line = str(error)
        assert len(line.splitlines()) == 1
        assert line.isprintable()
        assert line.startswith("r.yaml:")
        assert len(line) < 2000
        return line
    assert isinstance(found, Round)
    return found


@LAX
@given(raw=st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    read_or_line(raw)


@LAX
@given(text=st.text(alphabet=st.sampled_from("{}[]:,-?|>&*!%@`'\"#~ \n\tab1.\x85\u2028é"), max_size=120))
def test_any_yaml_like_text(text: str) -> None:
    read_or_line(text.encode())


@LAX
@given(data=st.data())
def test_a_damaged_example(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(EXAMPLE)))
    end = data.draw(st.integers(start, min(len(EXAMPLE), start + 200)))
    patch = data.draw(st.text(max_size=20))
    damaged = EXAMPLE[:start] + patch + EXAMPLE[end:]
    read_or_line(damaged.encode("utf-8", errors="surrogatepass"))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["ESP", "MAR", "SEN", "LE02", "PE01", "LE02-ESP-MAR", "requires", "XXX", "", "MOR"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] + [place for key, value in items for place in _places(value, (*path, key))]


PLACES = [place for place in _places(TREE) if place]


@LAX
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_an_example_with_other_values(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    tree = yaml.safe_load(EXAMPLE)
    for place, value in changes:
        node = tree
        try:
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took this place away
    read_or_line(yaml.safe_dump(tree, allow_unicode=True).encode())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_round(path: Path) -> None:
    found = read_or_line(path.read_bytes())
    assert isinstance(found, Round), found
    assert found.round == path.stem
    assert all(interest.source for interest in found.interests)
