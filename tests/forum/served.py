"""A forum in a process of its own, for the tests with a browser: ``python tests/forum/served.py FOLDER PORT``.

FOLDER gets ``data`` and ``links.json`` (one-time links by seat). The whole process lives later than the clock of
this machine by the hours that stand in ``FOLDER/clock``, so that silence ends and a year passes while a test waits
for neither. Nothing else of the forum is changed.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django.utils.timezone as clock

REAL_NOW = clock.now


def _open(folder: Path, *, demo: bool) -> None:
    from comity.forum.start import bring_up_to_date, open_forum

    clock.now = lambda: REAL_NOW() + timedelta(hours=float((folder / "clock").read_text()))
    open_forum(data=folder / "data", demo=demo)
    bring_up_to_date()


def make_round(folder: Path) -> dict[str, Any]:
    """A small round of ESP, MAR and SEN with silence of an hour; its public model is there already."""
    from tests.forum.dealing import PUBLIC_ROUND
    from tests.services.sealed_rounds import small_game

    from comity.forum import actions
    from comity.forum.actions.sealing import digest_of
    from comity.forum.models import SealedGameRow
    from comity.forum.opening import read_opening
    from comity.protocol.conference import Role, Seat

    now = clock.now()
    file = folder / "small.yaml"
    file.write_text(PUBLIC_ROUND, encoding="utf-8")
    opening = read_opening(file, silence_hours=1)
    round_ = actions.create_round(
        slug="small", charter=opening.charter, names=opening.names, now=now, round_file=opening.text, is_public=True
    )
    SealedGameRow.objects.create(
        round=round_, digest=digest_of(round_), status="ready", share=1.0, data=small_game().to_bytes(), started=now
    )
    links: dict[str, Any] = {}
    _, links["secretariat"] = actions.invite(round=round_, seat=Seat(Role.SECRETARIAT), now=now)
    for name, seat in {
        **{code: Seat(Role.HEAD, code) for code in ("ESP", "MAR", "SEN")},
        "society": Seat(Role.CIVIL_SOCIETY, None, "Migrant Voices"),
    }.items():
        user = actions.make_user(username=f"{name.lower()}-head", password=None, now=now)
        for key in (name, f"{name} later"):
            _, links[key] = actions.invite(round=round_, seat=seat, now=now, for_user=user, days=500)
    return links


def make_demo(folder: Path) -> dict[str, Any]:
    """The demonstration round, whose seats are taken without a password."""
    from comity.forum.demo import load_demo, make_links

    del folder
    round_ = load_demo(now=clock.now())
    return {
        "-".join(filter(None, (seat.role.value, seat.delegation))): token
        for seat, token in make_links(round_, now=clock.now())
    }


def main(folder: Path, port: int, what: str) -> None:
    """Make what is asked for and serve it."""
    _open(folder, demo=what == "demo")
    links = make_demo(folder) if what == "demo" else make_round(folder)
    (folder / "links.part").write_text(json.dumps(links), encoding="utf-8")
    (folder / "links.part").rename(folder / "links.json")
    from comity.forum.start import serve

    serve(host="127.0.0.1", port=port, workers=1, threads=8)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
