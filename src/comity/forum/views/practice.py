"""Practice rooms: a training round against scripts or with colleagues, its consequences and its debrief.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`rooms`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as mark
from django.views.decorators.http import require_POST

from comity.errors import ComityError, InputError
from comity.forum import actions
from comity.forum.models import TrainingRoom, TrainingSeat
from comity.forum.rooms import examples, practice_of
from comity.forum.views.packages import plain, show_money, show_number
from comity.forum.words import say_error
from comity.protocol import Kind, Mode, Move
from comity.services.practice_words import tell_move, tell_outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, QueryDict

    from comity.services.practice import Practice
    from comity.services.practice_sight import ClauseRow, Sight

__all__ = ["debrief", "effect", "join", "log", "move", "room", "rooms", "start", "urlpatterns"]

SHOWN: Final = 12
SCRIPTS: Final = {
    "conceder": mark("gives way early"),
    "boulware": mark("holds until late"),
    "tit-for-tat": mark("gives as much as it gets"),
    "principled": mark("keeps to one standard"),
}


@login_required
def rooms(request: HttpRequest) -> HttpResponse:
    """Show one's practice rounds and open a new one."""
    from comity.bargaining import STRATEGIES  # noqa: PLC0415  (numpy and the solvers: not at each start)

    seats = (
        TrainingSeat.objects.filter(user_id=request.user.pk or 0)
        .select_related("room")
        .order_by("-room__created")
    )
    context = {
        "examples": examples(),
        "strategies": [(each, _(SCRIPTS.get(each, each))) for each in STRATEGIES],
        "seats": list(seats[:30]),
    }
    return render(request, "forum/practice/rooms.html", context)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Open a practice round and go there."""
    from comity.bargaining import STRATEGIES  # noqa: PLC0415

    example, _dot, seat = request.POST.get("seat", "").partition(".")
    rounds = request.POST.get("rounds", "")
    chosen = [each.partition(".") for each in request.POST.getlist("colleagues")]
    try:
        row = actions.start_training(
            user=request.user,
            example=example,
            seat=seat,
            colleagues=[code for where, _dot, code in chosen if where == example],
            mode=request.POST.get("mode", Mode.REQUEST_OFFER),
            strategy=request.POST.get("strategy", STRATEGIES[0]),
            rounds=min(40, int(rounds)) if rounds.isdecimal() and len(rounds) < 4 and rounds != "0" else None,
            now=timezone.now(),
        )
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("practice")
    return redirect("practice_room", code=row.code)


def _find(request: HttpRequest, code: str) -> tuple[TrainingRoom, TrainingSeat | None]:
    row = TrainingRoom.objects.filter(code=code).first()
    if row is None:
        raise Http404
    return row, row.seats.filter(user_id=request.user.pk or 0).first()


def _seat(request: HttpRequest, code: str) -> tuple[TrainingRoom, TrainingSeat, Practice]:
    """Return a room for who plays in it; for others it does not exist."""
    row, seat = _find(request, code)
    if seat is None:
        raise Http404
    return row, seat, practice_of(row)


@login_required
def room(request: HttpRequest, code: str) -> HttpResponse:
    """Show the room from one's seat; who has none may take one that is free."""
    row, seat = _find(request, code)
    if seat is None:
        free = [each.party for each in row.seats.filter(user=None)]
        if not free:
            raise Http404
        names = dict(next((each.parties for each in examples() if each.key == row.example), ()))
        context = {"room": row, "free": [(code_, names.get(code_, code_)) for code_ in free]}
        return render(request, "forum/practice/join.html", context)
    practice = practice_of(row)
    return render(request, "forum/practice/room.html", _context(request, row, seat, practice))


def _context(
    request: HttpRequest, row: TrainingRoom, seat: TrainingSeat, practice: Practice
) -> dict[str, Any]:
    sight = practice.see(None, seat.party)
    names = practice.desk.names
    by_key = {each.key: each for each in sight.rows}
    before = practice.desks[seat.party].own(practice.states[-2].draft) if len(practice.states) > 1 else None
    mine = practice.state.speaker == seat.party
    single = practice.setup.mode == Mode.SINGLE_TEXT
    speaker = practice.state.speaker
    return {
        "room": row,
        "seat": seat,
        "name": names[seat.party],
        "sight": sight,
        "clauses": [_clause(each, names) for each in sight.rows],
        "own": _own(sight),
        "gain_before": None
        if before is None or not practice.states[-2].draft
        else show_money(before.gain.mid),
        "said": [
            {
                "who": names.get(each.party, _("The mediator")),
                "lines": _tell(each, by_key, names),
                "mine": each.party == seat.party,
            }
            for each in practice.moves[-SHOWN:]
        ],
        "earlier": max(0, len(practice.moves) - SHOWN),
        "mine": mine,
        "single": single,
        "speaker": names.get(speaker or "", ""),
        "outcome": tell_outcome(practice.state.outcome, names),
        "changed": [_clause(each, names) for each in sight.rows if single and each.value != each.agreed],
        "seats": [
            {
                "name": names[code],
                "scripted": code in practice.setup.strategies,
                "strategy": _(SCRIPTS.get(practice.setup.strategies.get(code, ""), ""))
                if code in practice.setup.strategies
                else "",
                "free": row.seats.filter(party=code, user=None).exists(),
                "you": code == seat.party,
            }
            for code in practice.table.parties
        ],
        "link": request.build_absolute_uri(request.path),
    }


def _tell(move: Move, rows: Mapping[str, ClauseRow], names: Mapping[str, str]) -> list[str]:
    """Say a move with the two sides of a provision in place of its key."""
    lines = tell_move(move, rows, names)
    for key, row in rows.items():
        sides = f"{row.title} ({names[row.giver]} → {names[row.beneficiary]})"
        lines = [line.replace(f"{key} ({row.title})", sides) for line in lines]
    return lines


def _clause(row: ClauseRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "giver": names[row.giver],
        "beneficiary": names[row.beneficiary],
        "field": plain(row.low if row.value is None else row.value),
        "least": plain(row.low),
        "most": plain(row.high),
        "stride": "any" if row.step is None else plain(row.step),
        "notch": plain(row.step if row.step is not None else float(f"{(row.high - row.low) / 100:.3g}") or 1),
        "told": "–" if row.value is None else show_number(row.value),
        "span": f"{show_number(row.low)} – {show_number(row.high)}",
        "worth": None if row.worth is None else (show_money(row.worth.low), show_money(row.worth.high)),
        "full": None
        if row.worth_full is None
        else (show_money(row.worth_full.low), show_money(row.worth_full.high)),
    }


def _own(sight: Sight) -> dict[str, Any]:
    own = sight.own
    titles = {row.key: row.title for row in sight.rows}
    return {
        "low": show_money(own.gain.low),
        "mid": show_money(own.gain.mid),
        "high": show_money(own.gain.high),
        "margin": show_money(own.margin),
        "red_line": show_money(own.red_line),
        "accepts": own.accepts,
        "beyond": [titles[key] for key in own.beyond_limits],
        "unvalued": [titles[key] for key in own.unvalued],
        "empty": not any(row.value is not None for row in sight.rows),
    }


@login_required
@require_POST
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Take a seat that is kept for a colleague."""
    row, _there = _find(request, code)
    try:
        actions.join_training(
            room=row, party=request.POST.get("party", ""), user=request.user, now=timezone.now()
        )
    except InputError as error:
        messages.error(request, say_error(error))
    return redirect("practice_room", code=code)


def _read_values(practice: Practice, seat: str, data: QueryDict) -> dict[str, float | None]:
    """Read what a form changes in the text: only clauses that the seat gives or gets."""
    changes: dict[str, float | None] = {}
    draft = practice.state.draft
    for key, slot in practice.rules.slots.items():
        if seat not in (slot.giver, slot.beneficiary) or f"value-{key}" not in data:
            continue
        if not data.get(f"on-{key}"):
            if key in draft:
                changes[key] = None
            continue
        try:
            value = float(data.get(f"value-{key}", "").strip().replace(",", "."))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            msg = _("this is no number")
            raise InputError(msg, key=key, accepted=slot.accepted)
        if draft.get(key) != value:
            changes[key] = value
    return changes


def _read_move(practice: Practice, seat: str, data: QueryDict) -> Move:
    kind = data.get("do", "")
    if kind not in {each.value for each in Kind} - {Kind.TEXT, Kind.FINAL}:
        raise InputError(_("choose what to do"), key="move", accepted=", ".join(each.value for each in Kind))
    if kind == Kind.PROPOSE:
        return Move(seat, Kind.PROPOSE, _read_values(practice, seat, data))
    if kind in (Kind.YES, Kind.NO):
        marks = {word: tuple(k for k in practice.rules.slots if data.get(f"mark-{k}") == word)
                 for word in ("better", "worse")}  # fmt: skip
        return Move(seat, Kind(kind), better=marks["better"], worse=marks["worse"])
    return Move(seat, Kind(kind))


@login_required
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Make a move; the scripts answer at once."""
    row, seat, practice = _seat(request, code)
    seen = request.POST.get("seen", "")
    try:
        actions.move_training(
            room=row,
            user=request.user,
            move=_read_move(practice, seat.party, request.POST),
            seen=int(seen) if seen.isdecimal() and len(seen) < 8 else -1,
        )
    except ComityError as error:
        messages.error(request, say_error(error))
    return redirect("practice_room", code=code)


@login_required
@require_POST
def effect(request: HttpRequest, code: str) -> HttpResponse:
    """Show what changes that were not sent yet would mean for the own side; a part of the page."""
    _row, seat, practice = _seat(request, code)
    try:
        changes = _read_values(practice, seat.party, request.POST)
    except InputError as error:
        return render(request, "forum/practice/effect.html", {"wrong": say_error(error)})
    sight = practice.see(changes, seat.party)
    context = {"own": _own(sight), "broken": sight.broken, "changes": len(changes)}
    return render(request, "forum/practice/effect.html", context)


@login_required
def log(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the sealed log of the room; it holds what was said there and no more."""
    row, _seat_row, _practice = _seat(request, code)
    response = HttpResponse(row.log, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="practice-{row.code}.jsonl"'
    return response


@login_required
def debrief(request: HttpRequest, code: str) -> HttpResponse:
    """Lay a finished round open: what was created, who claimed it, and what was left."""
    from comity.services.practice_debrief import practice_debrief  # noqa: PLC0415  (the solvers: not at each start)

    row, seat, practice = _seat(request, code)
    try:
        found = practice_debrief(practice)
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("practice_room", code=code)
    if request.GET.get("as") == "report":
        return _report(row, practice, found)
    names = found.names
    titles = {
        each.key: f"{each.title} ({names[each.giver]} → {names[each.beneficiary]})"
        for each in practice.see(None, seat.party).rows
    }
    best = found.better or None
    context = {
        "room": row,
        "found": found,
        "name": names[seat.party],
        "created": show_money(found.created),
        "possible": None if found.possible is None else show_money(found.possible),
        "left": show_money(found.left),
        "parties": [
            {
                "name": names[p],
                "you": p == seat.party,
                "gain": show_money(found.outcome.mean[p]),
                "share": None if (part := found.claimed[p]) is None else round(100 * part),
                "red_line": show_money(found.red_lines[p]),
                "better": None if best is None else show_money(best.mean[p]),
                "strategy": _(SCRIPTS.get(found.strategies[p], "")) if p in found.strategies else "",
                "first": show_money(found.conceded[p][0]) if p in found.conceded else None,
                "last": show_money(found.conceded[p][1]) if p in found.conceded else None,
            }
            for p in found.outcome.mean
        ],
        "outcome": [(titles[k], show_number(v)) for k, v in found.outcome.values.items()],
        "better": [] if best is None else [
            (titles[k], "–" if k not in found.outcome.values else show_number(found.outcome.values[k]),
             show_number(v))
            for k, v in best.values.items() if found.outcome.values.get(k) != v
        ],
        "dropped": [] if best is None else [titles[k] for k in found.outcome.values if k not in best.values],
        "steps": [
            {"step": s, "who": names.get(s.party, _("The mediator")),
             "means": [show_money(s.mean[p]) for p in found.outcome.mean],
             "below": [names[p] for p in s.below]}
            for s in found.steps
        ],
    }  # fmt: skip
    return render(request, "forum/practice/debrief.html", context)


def _report(row: TrainingRoom, practice: Practice, found: Any) -> HttpResponse:  # noqa: ANN401
    """Hand out the whole debrief as one offline file."""
    from comity.reports.html import render_html  # noqa: PLC0415  (only a download needs it)
    from comity.services.practice_document import write_debrief  # noqa: PLC0415

    response = HttpResponse(
        render_html(write_debrief(practice, found)), content_type="text/html; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="debrief-{row.code}.html"'
    return response


urlpatterns = [
    path("", rooms, name="practice"),
    path("start/", start, name="practice_start"),
    path("<slug:code>/", room, name="practice_room"),
    path("<slug:code>/join/", join, name="practice_join"),
    path("<slug:code>/move/", move, name="practice_move"),
    path("<slug:code>/effect/", effect, name="practice_effect"),
    path("<slug:code>/log.jsonl", log, name="practice_log"),
    path("<slug:code>/debrief/", debrief, name="practice_debrief"),
]
