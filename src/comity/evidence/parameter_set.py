"""Parameters: every calibrated number of Comity, with its range, status and reference (§2.4).

A parameter's dotted name is its path. Folders and the file name come first, then the keys inside the file:
``parameters/world/trade.yaml`` with the key ``elasticity`` is ``world.trade.elasticity``, and a nested key
``stay: {seasonal: …}`` is ``….stay.seasonal``. A mapping that holds a plain ``value`` is a parameter; any
other mapping is a group (so a group may have parameters called ``high`` and ``low``).

Who may import me: evidence, world and the floors above. Start at :meth:`Parameters.load`.
"""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pydantic import ValidationError

from comity.errors import EvidenceError, EvidenceNotFound, InputError
from comity.evidence.parameter import Distribution, Mark, Param
from comity.evidence.yaml_lines import Located, read_yaml
from comity.vocabulary import Range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Distribution", "Mark", "Param", "ParameterTrace", "Parameters"]

PACKED: Final = Path(__file__).parent / "parameters"
PREFIX: Final = "parameter:"

# A mapping with a plain value under one of these is meant as a parameter: a forgotten `value` is an error.
_MARKERS: Final = frozenset({"value", "low", "high", "distribution"})


@dataclass(frozen=True, slots=True)
class ParameterTrace:
    """Where a parameter stands: its reference, itself, and the file and line (from 1) that define it."""

    reference: str
    param: Param
    file: str
    line: int


class Parameters(Mapping[str, Param]):
    """An immutable set of parameters by dotted name.

    Examples
    --------
    >>> ps = Parameters.load()
    >>> ps["world.trade.elasticity"].low <= ps.value("world.trade.elasticity")
    True
    >>> ps.trace("parameter:world.trade.elasticity").file
    'world/trade.yaml'
    """

    def __init__(self, params: Mapping[str, Param], places: Mapping[str, tuple[str, int]]) -> None:
        # plain dictionaries, so that a process of an executor can be sent a set (§3.14)
        self._params: Mapping[str, Param] = dict(sorted(params.items()))
        self._places: Mapping[str, tuple[str, int]] = dict(places)

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """Read all ``*.yaml`` files below a folder (the pack's own unless told).

        Raises
        ------
        EvidenceError
            A file is not YAML, a key is written twice, a field is missing or unknown, or a value lies outside
            its range; the text names file, line and key.
        """
        if directory is None:
            params, places = _packed()
        else:
            params, places = _read_folder(directory)
        return cls(params, places)

    def __getitem__(self, name: str) -> Param:
        bare = name.removeprefix(PREFIX)
        try:
            return self._params[bare]
        except KeyError:
            close = difflib.get_close_matches(bare, self._params, n=3, cutoff=0.5)
            tails = [known for known in self._params if known.endswith("." + bare)]
            hint = ", ".join(dict.fromkeys([*tails[:3], *close])) or "a name that Parameters.names() lists"
            msg = f"unknown parameter '{bare}'"
            raise EvidenceNotFound(msg, accepted=hint) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.removeprefix(PREFIX) in self._params

    def names(self, group: str = "") -> tuple[str, ...]:
        """Return all names in alphabetical order, or those inside a group such as ``world.trade``."""
        if not group:
            return tuple(self._params)
        return tuple(name for name in self._params if name.startswith(group + "."))

    def value(self, name: str) -> float:
        """Return the central value of a parameter, in its own unit.

        Raises
        ------
        EvidenceNotFound
            The name is unknown, or the parameter is a qualitative finding without a number.
        """
        param = self[name]
        if param.value is None:
            msg = f"parameter '{param.name}' is a qualitative finding and has no number"
            raise EvidenceNotFound(msg, accepted="a parameter with a value")
        return param.value

    def range(self, name: str) -> Range:
        """Return low, value and high; a bound that the source does not state is the value itself."""
        param = self[name]
        value = self.value(name)
        return Range(
            value if param.low is None else param.low, value, value if param.high is None else param.high
        )

    def draw(
        self, rng: np.random.Generator, size: int, names: Iterable[str] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Draw from the parameters' distributions.

        Parameters
        ----------
        rng
            Source of randomness. Exactly one 64-bit integer is taken from it, whatever is drawn.
        size
            Number of draws per parameter.
        names
            What to draw; all parameters with a number unless told.

        Returns
        -------
        dict
            Name → array of shape ``(size,)`` within ``[low, high]``, in the parameter's unit. Each parameter
            has a stream of its own, derived from that integer and its name: adding, dropping or reordering
            parameters changes no other parameter's draws.

        Examples
        --------
        >>> import numpy as np
        >>> ps = Parameters.load()
        >>> few = ps.draw(np.random.default_rng(1), 3, ["world.trade.elasticity"])
        >>> every = ps.draw(np.random.default_rng(1), 3)
        >>> bool((few["world.trade.elasticity"] == every["world.trade.elasticity"]).all())
        True
        """
        root = int(rng.integers(0, 2**63))
        if names is None:
            chosen = [name for name, param in self._params.items() if param.value is not None]
        else:
            chosen = [self[name].name for name in names]
        return {name: self[name].draw(root, size) for name in chosen}

    def replace(self, values: Mapping[str, float], *, beyond_range: bool = False) -> Parameters:
        """Pin some parameters to a user's values, in a copy; a pinned parameter no longer varies.

        Parameters
        ----------
        values
            Name → value, in the parameter's unit.
        beyond_range
            Accept a value outside the pack's range, for example to re-run a published experiment; the range
            then widens to include it.

        Raises
        ------
        InputError
            A value is not finite or lies outside the range.

        Examples
        --------
        >>> Parameters.load().replace({"world.trade.elasticity": 3.0}).value("world.trade.elasticity")
        3.0
        """
        changed = dict(self._params)
        for name, value in values.items():
            param = self[name]
            if not math.isfinite(value):
                msg = f"{value} cannot be used"
                raise InputError(msg, key=param.name, accepted="a finite number")
            low = value if param.low is None else param.low
            high = value if param.high is None else param.high
            if not beyond_range and not low <= value <= high:
                msg = f"{value:g} is outside the range of the parameter"
                raise InputError(msg, key=param.name, accepted=f"{low:g} to {high:g} {param.unit}")
            changed[param.name] = param.pinned(value, low=min(low, value), high=max(high, value))
        return Parameters(changed, self._places)

    def substitute(self, changes: Mapping[str, str]) -> Parameters:
        """Let some parameters be what others are (name → the other's name), ranges included, in a copy.

        A horizon, say, has a value of its own for how far capital has followed labour.

        >>> one_year = {"world.capital.adjustment": "world.horizon.year_after.capital"}
        >>> Parameters.load().substitute(one_year).value("world.capital.adjustment")
        0.1
        """
        changed = dict(self._params)
        places = dict(self._places)
        for name, other in changes.items():
            bare, source = self[name].name, self[other]
            changed[bare] = source.model_copy(update={"name": bare})
            places[bare] = self._places[source.name]
        return Parameters(changed, places)

    def trace(self, name: str) -> ParameterTrace:
        """Say where a parameter (or ``parameter:NAME``) is defined, and on what it rests."""
        param = self[name]
        file, line = self._places[param.name]
        return ParameterTrace(f"{PREFIX}{param.name}", param, file, line)


@functools.cache
def _packed() -> tuple[dict[str, Param], dict[str, tuple[str, int]]]:
    return _read_folder(PACKED)


def _read_folder(directory: Path) -> tuple[dict[str, Param], dict[str, tuple[str, int]]]:
    params: dict[str, Param] = {}
    places: dict[str, tuple[str, int]] = {}
    for path in sorted(directory.rglob("*.yaml")):
        relative = path.relative_to(directory)
        stem = ".".join(relative.with_suffix("").parts)
        for name, line, fields in _leaves(stem, read_yaml(path), relative.as_posix()):
            if name in params:
                other = places[name]
                msg = f"{relative.as_posix()}:{line}: {name}: also defined in {other[0]}:{other[1]}"
                raise EvidenceError(msg)
            params[name] = _param(name, fields, f"{relative.as_posix()}:{line}")
            places[name] = (relative.as_posix(), line)
    return params, places


def _leaves(prefix: str, node: Located, file: str) -> Iterator[tuple[str, int, dict[str, object]]]:
    for key, child in node.mapping(file).items():
        name = f"{prefix}.{key}"
        fields = child.mapping(f"{file}: {name}")
        if any(marker in fields and not isinstance(fields[marker].value, dict) for marker in _MARKERS):
            yield name, child.line, {field: item.value for field, item in fields.items()}
        else:
            yield from _leaves(name, child, file)


def _param(name: str, fields: dict[str, object], place: str) -> Param:
    try:
        return Param.model_validate({"name": name, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join([name, *(str(part) for part in first["loc"])])
        msg = f"{place}: {where}: {first['msg'].removeprefix('Value error, ')}"
        raise EvidenceError(msg) from error
