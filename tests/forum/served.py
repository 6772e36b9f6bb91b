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
        slug="small",
        charter=opening.charter,
        names=opening.names,
        now=now,
        round_file=opening.text,
        is_public=True,
    )
    SealedGameRow.objects.create(
        round=round_,
        digest=digest_of(round_),
        status="ready",
        share=1.0,
        data=small_game().to_bytes(),
        started=now,
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
    """The demonstration, and another one that has come to follow-up, with something on every page."""
    from comity.forum import actions
    from comity.forum.demo import load_demo, make_links
    from comity.protocol.conference import Act, Role, Seat

    del folder
    now = clock.now()
    heads = {code: Seat(Role.HEAD, code) for code in ("ESP", "MAR", "SEN")}
    chair, desk = Seat(Role.FACILITATOR), Seat(Role.SECRETARIAT)
    found: dict[str, Any] = {}
    for slug in ("demo", "after"):
        round_ = load_demo(now=now - timedelta(days=9), slug=slug)
        at = now - timedelta(days=8)
        plan: list[tuple[Act, Seat, dict[str, Any]]] = [
            (Act.OPEN_ACCEPTANCE, chair, {"acceptance": "acc1", "proposal": "p1", "version": 1,
                                          "among": ["ESP", "MAR", "SEN"], "kind": "all"}),
            (Act.POINT_OF_ORDER, heads["SEN"], {"point": "o1", "words": "May article 3 be taken first?"}),
        ]  # fmt: skip
        if slug == "after":
            plan += [
                (Act.CLOSE_ACCEPTANCE, chair, {"acceptance": "acc1"}),
                *[(Act.SETTLE_PARAGRAPH, chair, {"paragraph": key, "alternative": one}) for key, one in
                  (("a2.p2", "alt1"), ("a6.p1", "alt1"), ("a3.p2", "new"))],
                (Act.START_SILENCE, chair, {}),
            ]  # fmt: skip
        for n, (act, seat, payload) in enumerate(plan):
            at += timedelta(minutes=1)
            actions.make_move(round=round_, seat=seat, act=act, payload=payload, key=f"more-{n}", now=at)
        if slug == "after":
            at += timedelta(hours=80)
            actions.tick(round_, now=at)
            due = (now + timedelta(days=90)).date().isoformat()
            plan = [
                *[(Act.ANSWER_ADOPTION, head, {"answer": "adopts"}) for head in heads.values()],
                (Act.DECLARE_ADOPTED, desk, {}),
                *[(Act.SIGN, head, {}) for head in heads.values()],
                (Act.CHANGE_PHASE, desk, {"to": "follow-up and review"}),
                (Act.REGISTER_COMMITMENT, heads["ESP"], {
                    "commitment": "c1", "delegation": "ESP", "agency": "Ministry of Labour", "title": "Open places",
                    "indicator": "places", "milestone": "The order is published", "due": due}),
                (Act.REPORT_EVIDENCE, heads["ESP"], {"commitment": "c1", "words": "A draft order is out.", "done": True}),
                (Act.RAISE_DISPUTE, heads["SEN"], {"dispute": "d1", "commitment": "c1", "words": "A draft is no order."}),
                (Act.SCHEDULE, desk, {"meeting": "m9", "title": "Joint committee", "kind": "joint committee",
                                      "starts": f"{due}T09:00:00+00:00"}),
            ]  # fmt: skip
            for n, (act, seat, payload) in enumerate(plan):
                at += timedelta(minutes=1)
                actions.make_move(round=round_, seat=seat, act=act, payload=payload, key=f"end-{n}", now=at)
        for seat, token in make_links(round_, now=now):
            found.setdefault("-".join(filter(None, (seat.role.value, seat.delegation))), token)
    return found


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
