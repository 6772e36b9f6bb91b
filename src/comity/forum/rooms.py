"""Practice rooms on the read side: examples made ready once, and rounds played again from their logs.

A practice round is its example and its log. A process that has not seen it plays the log again; the log says
what came of it, so that every process shows the same.

Who may import me: the forum. Start at :func:`practice_of`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.errors import InputError

if TYPE_CHECKING:
    from comity.forum.models import TrainingRoom
    from comity.services.practice import Practice
    from comity.services.practice_opening import Room

__all__ = ["Example", "examples", "forget", "practice_of", "room_of"]

FOLDER: Final = Path(__file__).parent / "examples"
_MOST: Final = 32
_practices: OrderedDict[str, Practice] = OrderedDict()
_lock = threading.RLock()


class Example(NamedTuple):
    """A round file that a practice round can be played on."""

    key: str
    title: str
    parties: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """List the examples, with their parties by code and name."""
    from comity.evidence import Evidence  # noqa: PLC0415  (the pack is read when it is first asked for)
    from comity.services.deal import list_countries  # noqa: PLC0415
    from comity.services.roundfile import load_round  # noqa: PLC0415

    countries = list_countries(Evidence.load())
    found = []
    for path in sorted(FOLDER.glob("*.yaml"), key=lambda each: (each.stem != "western-mediterranean", each)):
        round_ = load_round(path)
        parties = tuple((p.code, p.name or countries.get(p.code, p.code)) for p in round_.parties)
        found.append(Example(path.stem, round_.title, parties))
    return tuple(found)


@lru_cache(maxsize=4)
def _ready(key: str) -> Room:
    from comity.services.practice_opening import Room  # noqa: PLC0415  (the model: not at each start)

    return Room(FOLDER / f"{key}.yaml")


def room_of(key: str) -> Room:
    """Return an example made ready: the world is solved once, which takes seconds.

    Raises
    ------
    comity.errors.InputError
        There is no such example.
    """
    known = {path.stem for path in FOLDER.glob("*.yaml")}
    if key not in known:
        msg = "there is no such example"
        raise InputError(msg, key="example", accepted=", ".join(sorted(known)))
    with _lock:
        return _ready(key)


def practice_of(row: TrainingRoom) -> Practice:
    """Return a practice round as it stands."""
    with _lock:
        found = _practices.get(row.code)
        if found is None or found.log.text != row.log:
            found = room_of(row.example).replay(row.log, name=f"log of {row.code}")
            _practices[row.code] = found
            while len(_practices) > _MOST:
                _practices.popitem(last=False)
        _practices.move_to_end(row.code)
        return found


def forget(code: str) -> None:
    """Drop a round from this process, so that the next look plays it again from what is stored."""
    with _lock:
        _practices.pop(code, None)
