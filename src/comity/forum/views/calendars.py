"""The calendar of a round: what comes, meetings and their records, and an address for calendar programs.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`calendar` and :func:`feed`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.errors import InputError
from comity.forum import actions
from comity.forum.gate import Place, requires
from comity.forum.models import CalendarFeed
from comity.forum.selectors import folded
from comity.forum.views.forms import read_fields
from comity.forum.views.rounds import try_move
from comity.forum.words import say_error
from comity.protocol.conference import Act, allows

if TYPE_CHECKING:
    from django.http import HttpRequest

    from comity.forum.models import Round
    from comity.protocol.conference import Charter, Conference, Seat

__all__ = ["calendar", "feed", "feedpatterns", "urlpatterns"]

KINDS = ("session", "joint committee", "review", "hearing", "ministers", "signature")


def _entries(
    charter: Charter, state: Conference, seat: Seat, names: dict[str, str], until: date
) -> tuple[Any, ...]:
    """List what stands in the calendar for a seat: public facts, and of commitments those of its side."""
    from comity.services.calendar_feed import round_entries  # noqa: PLC0415  (pandas: not at each start)

    return round_entries(
        charter,
        state,
        delegation=seat.delegation,
        until=until,
        names=names,
        commitments=allows(seat.role, state.phase, Act.READ_COMMITMENTS),
    )


def _day(when: date | datetime) -> date:
    return when.date() if isinstance(when, datetime) else when


def _page(request: HttpRequest, place: Place, **more: Any) -> HttpResponse:  # noqa: ANN401
    from comity.services.calendar_feed import ministers_entries  # noqa: PLC0415

    today = place.now.date()
    entries = _entries(place.charter, place.state, place.seat, place.names, today)
    context = {
        "coming": [each for each in entries if _day(each.ends or each.starts) >= today],
        "past": [each for each in reversed(entries) if _day(each.ends or each.starts) < today],
        "ministers": [
            e for e in ministers_entries(today.year, today.year + 1) if (e.ends or e.starts) >= today
        ],
        "meetings": [
            each for each in place.state.meetings.values() if not each.cancelled and not each.recorded_at
        ],
        "held": [each for each in place.state.meetings.values() if each.recorded_at],
        "kinds": KINDS,
        "may_schedule": place.may(Act.SCHEDULE),
        "may_record": place.may(Act.RECORD_MEETING),
        "paragraphs": [each.key for each in place.state.text.paragraphs()],
        "feeds": CalendarFeed.objects.filter(member=place.member, revoked=None) if place.member else (),
        **more,
    }
    return render(request, "forum/calendar/calendar.html", context)


@requires(Act.READ_CALENDAR)
def calendar(request: HttpRequest, place: Place) -> HttpResponse:
    """Show what comes, what was, and when ministers usually meet."""
    return _page(request, place)


@require_POST
@requires(Act.READ_CALENDAR)
def make_feed(request: HttpRequest, place: Place) -> HttpResponse:
    """Make an address for a calendar program; it is shown once, on the page that answers."""
    if place.member is None:
        raise Http404
    try:
        _row, token = actions.make_feed(member=place.member, now=place.now)
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("calendar", slug=place.round.slug)
    return _page(request, place, link=request.build_absolute_uri(reverse("calendar_feed", args=[token])))


@require_POST
@requires(Act.READ_CALENDAR)
def revoke_feed(request: HttpRequest, place: Place) -> HttpResponse:
    """Take an address back."""
    number = request.POST.get("feed", "")
    known = number.isdecimal() and len(number) < 18 and place.member is not None
    if known and actions.revoke_feed(member=place.member, feed=int(number), now=place.now):  # type: ignore[arg-type]
        messages.success(request, _("The address leads nowhere now."))
    return redirect("calendar", slug=place.round.slug)


@require_POST
@requires(Act.SCHEDULE)
def schedule(request: HttpRequest, place: Place) -> HttpResponse:
    """Put a meeting into the calendar."""
    try:
        payload = read_fields(
            request.POST, words=("title", "kind", "place"), moments=("starts", "ends"), lists=("paragraphs",)
        )
    except InputError as error:
        messages.error(request, say_error(error))
    else:
        payload["meeting"] = f"m{place.state.moves + 1}"
        try_move(request, place, Act.SCHEDULE, payload, done=_("The meeting is in the calendar."))
    return redirect("calendar", slug=place.round.slug)


@require_POST
@requires(Act.CANCEL_MEETING)
def cancel(request: HttpRequest, place: Place) -> HttpResponse:
    """Cancel a meeting, with the reason."""
    payload = {"meeting": request.POST.get("meeting", ""), "reason": request.POST.get("reason", "")}
    try_move(request, place, Act.CANCEL_MEETING, payload, done=_("The meeting is cancelled."))
    return redirect("calendar", slug=place.round.slug)


@require_POST
@requires(Act.RECORD_MEETING)
def record(request: HttpRequest, place: Place) -> HttpResponse:
    """Write the conclusions of a meeting down."""
    payload = {"meeting": request.POST.get("meeting", ""), "words": request.POST.get("words", "")}
    try_move(request, place, Act.RECORD_MEETING, payload, done=_("The conclusions are in the log."))
    return redirect("calendar", slug=place.round.slug)


@requires(Act.READ_CALENDAR)
def calendar_file(request: HttpRequest, place: Place) -> HttpResponse:
    """Hand the calendar out once, to import it."""
    return _answer(place.round, place.seat, place.names, request.get_host(), place.now)


def _answer(round_: Round, seat: Seat, names: dict[str, str], host: str, now: datetime) -> HttpResponse:
    """Write the calendar of a seat."""
    from comity.services.calendar_feed import ministers_entries, write_calendar  # noqa: PLC0415

    where = folded(round_)
    entries = _entries(where.charter, where.state, seat, names, now.date())
    words = write_calendar(
        where.charter.title,
        (*entries, *ministers_entries(now.year, now.year + 1)),
        domain=f"{round_.slug}.{host.partition(':')[0]}",
        stamp=where.state.last_at or round_.created,
    )
    response = HttpResponse(words, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{round_.slug}.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program: it cannot sign in, so the address itself is the secret."""
    found = actions.find_feed(token)
    if found is None:
        raise Http404
    member = found.member
    seat = member.as_seat()
    if not allows(seat.role, folded(member.round).state.phase, Act.READ_CALENDAR):
        raise Http404
    names = dict(member.round.delegations.values_list("code", "name"))
    return _answer(member.round, seat, names, request.get_host(), timezone.now())


urlpatterns = [
    path("", calendar, name="calendar"),
    path("calendar.ics", calendar_file, name="calendar_file"),
    path("feed/", make_feed, name="feed_make"),
    path("feed/revoke/", revoke_feed, name="feed_revoke"),
    path("schedule/", schedule, name="schedule"),
    path("cancel/", cancel, name="meeting_cancel"),
    path("record/", record, name="meeting_record"),
]
feedpatterns = [path("<str:token>.ics", feed, name="calendar_feed")]
