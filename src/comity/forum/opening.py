"""From a round file to a round: its charter, the names of its delegations, its public provisions.

What a round file says of a party's interests, limits and red lines does not go into the charter.

Who may import me: the door and views. Start at :func:`read_opening`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from comity.protocol.conference import Charter

__all__ = ["EXAMPLE", "Opening", "read_opening"]

EXAMPLE: Final = Path(__file__).parent / "examples" / "western-mediterranean.yaml"


class Opening(NamedTuple):
    """What a round file gives to a round."""

    slug: str
    charter: Charter
    names: dict[str, str]
    summary: str
    text: str


def read_opening(path: Path, *, silence_hours: int = 72, adoption: str = "consensus") -> Opening:
    """Read a round file.

    Raises
    ------
    comity.errors.InputError
        As the round file reader, with file and line.

    Examples
    --------
    >>> opening = read_opening(EXAMPLE)
    >>> opening.slug, opening.charter.delegations
    ('western-mediterranean', ('ESP', 'MAR', 'SEN'))
    >>> opening.charter.provisions["LE02-ESP-MAR"]["maximum"]
    15000.0
    """
    from comity.evidence import Catalogue, Evidence  # noqa: PLC0415  (pandas and the pack: not at each start)
    from comity.services.roundfile import load_round  # noqa: PLC0415

    round_ = load_round(path)
    table = Evidence.load().table("countries")
    countries = dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
    instruments = Catalogue.load().instruments
    provisions: dict[str, dict[str, Any]] = {}
    for clause in round_.table:
        instrument = instruments.get(clause.instrument)
        provisions[clause.key] = {
            "instrument": clause.instrument,
            "name": clause.instrument if instrument is None else instrument.title,
            "giver": clause.giver,
            "beneficiary": clause.beneficiary,
            "minimum": clause.range[0],
            "maximum": clause.range[1],
            "step": clause.step,
            "unit": clause.unit or ("" if instrument is None else instrument.parameter.unit),
            "today": clause.status_quo,
            "stronger": clause.stronger,
        }
    codes = tuple(party.code for party in round_.parties)
    charter = Charter(
        round_.title,
        codes,
        silence_hours=silence_hours,
        adoption=adoption,
        provisions=provisions,
        horizon=None if round_.year is None else round_.year + round_.horizon_years,
    )
    slug = "".join(each if each.isalnum() else "-" for each in round_.round.casefold()).strip("-")[:64]
    names = {code: countries.get(code, code) for code in codes}
    return Opening(slug, charter, names, round_.summary or "", path.read_text(encoding="utf-8"))
