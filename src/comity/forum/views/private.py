"""The private page of a delegation: its sheet, with every version of it; for nobody else.

Errors never repeat a value. What was typed comes back only in the form of the person who typed it.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`private`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as mark
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.gate import Place, requires
from comity.forum.views.packages import GROUPS, list_rows, plain
from comity.forum.words import say_error
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from comity.services.private_sheet import PrivateSheet, SheetTable

__all__ = ["export", "history", "private", "save", "upload", "urlpatterns"]

NUMBERS: Final = ("low", "mid", "high")
LIMITS: Final = ("at_least", "at_most")
FILE_LIMIT: Final = 200_000


def table_of(place: Place) -> SheetTable:
    """Return the public table that a sheet is checked against."""
    from comity.services.private_sheet import SheetTable  # noqa: PLC0415  (pandas: not at each start)

    return SheetTable(
        parties=place.charter.delegations,
        sides={
            key: (str(item.get("giver", "")), str(item.get("beneficiary", "")))
            for key, item in place.charter.provisions.items()
        },
    )


def _form(place: Place, sheet: PrivateSheet) -> dict[str, Any]:
    """Lay a sheet out as fields."""
    values = {row.provision: row for row in sheet.values}
    limits = {row.provision: row for row in sheet.limits}
    fields: dict[str, str] = {}
    for key, row in values.items():
        fields |= {f"{name}:{key}": plain(getattr(row, name)) for name in NUMBERS}
        fields |= {f"per:{key}": row.per, f"note:{key}": row.note}
        fields[f"instead:{key}"] = "yes" if row.instead_of_model else ""
    for key, limit in limits.items():
        fields |= {f"{name}:{key}": plain(getattr(limit, name)) for name in LIMITS}
    fields |= {
        "red_line": plain(sheet.red_line),
        "no_deal": plain(sheet.no_deal),
        "takes_part": "yes" if sheet.takes_part else "",
        "mandate": sheet.mandate,
        "notes": sheet.notes,
    }
    fields |= {f"count:{name}": plain(weight) for name, weight in sheet.counts.weights().items()}
    return _lay_out(place, fields)


def _lay_out(place: Place, fields: Mapping[str, str]) -> dict[str, Any]:
    from comity.services.roundfile_models import Counts  # noqa: PLC0415

    rows: list[dict[str, Any]] = [
        {
            "row": row,
            **{name: fields.get(f"{name}:{row.key}", "") for name in (*NUMBERS, *LIMITS, "note")},
            "per": fields.get(f"per:{row.key}", "full"),
            "instead": fields.get(f"instead:{row.key}", ""),
            "filled": any(fields.get(f"{name}:{row.key}") for name in (*NUMBERS, *LIMITS)),
        }
        for row in list_rows(place, {})
    ]
    return {
        "own": [each for each in rows if each["row"].own],
        "others": [each for each in rows if not each["row"].own],
        "others_filled": any(each["filled"] for each in rows if not each["row"].own),
        "counts": [
            {"name": _(GROUPS[name]), "field": f"count:{name}", "value": fields.get(f"count:{name}", "")}
            for name in Counts.model_fields
        ],
        **{name: fields.get(name, "") for name in ("red_line", "no_deal", "takes_part", "mandate", "notes")},
    }


def _page(
    request: HttpRequest, place: Place, form: Mapping[str, Any], version: int, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "version": version,
        "versions": actions.sheet_versions(round=place.round, seat=place.seat),
        "may_save": place.may(Act.SAVE_PRIVATE_SHEET),
    }
    return render(request, "forum/private/sheet.html", context, status=status)


@requires(Act.READ_PRIVATE_SHEET)
def private(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the sheet of one's own delegation."""
    try:
        sheet, version = actions.open_sheet(round=place.round, seat=place.seat)
    except InputError as error:
        messages.error(request, say_error(error))
        return render(request, "forum/private/shut.html", status=503)
    return _page(request, place, _form(place, sheet), version)


def _number(given: str) -> float | str:
    """Read a number as people write it; what is no number is left for the reader of sheets to refuse."""
    try:
        return float(given.strip().replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        return "no number"


def _read_form(place: Place, fields: Mapping[str, str]) -> PrivateSheet:
    from comity.services.private_sheet import read_sheet  # noqa: PLC0415
    from comity.services.roundfile_models import Counts  # noqa: PLC0415

    values: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    for key in place.charter.provisions:
        given = {name: fields.get(f"{name}:{key}", "") for name in (*NUMBERS, *LIMITS)}
        if any(given[name].strip() for name in NUMBERS):
            mid = given["mid"].strip() or given["low"].strip() or given["high"].strip()
            values.append(
                {
                    "provision": key,
                    **{name: _number(given[name] if given[name].strip() else mid) for name in NUMBERS},
                    "per": fields.get(f"per:{key}") or "full",
                    "instead_of_model": bool(fields.get(f"instead:{key}")),
                    "note": fields.get(f"note:{key}", ""),
                }
            )
        ends = {name: _number(given[name]) for name in LIMITS if given[name].strip()}
        if ends:
            limits.append({"provision": key, **ends})
    counts = {
        name: _number(fields[f"count:{name}"])
        for name in Counts.model_fields
        if fields.get(f"count:{name}", "").strip()
    }
    plain_sheet = {
        "values": values,
        "limits": limits,
        "red_line": _number(fields.get("red_line", "") or "0"),
        "no_deal": _number(fields.get("no_deal", "") or "0"),
        "counts": counts,
        "takes_part": bool(fields.get("takes_part")),
        "mandate": fields.get("mandate", ""),
        "notes": fields.get("notes", ""),
    }
    return read_sheet(plain_sheet, table_of(place), str(place.seat.delegation))


#: What stands in a message for the place of an error; provisions are public, values are not.
WHERE: Final = {
    "red_line": mark("Red line"),
    "no_deal": mark("Without an agreement"),
    "counts": mark("Who counts"),
    "notes": mark("Notes"),
    "mandate": mark("Mandate"),
}


@sensitive_post_parameters()
@require_POST
@requires(Act.SAVE_PRIVATE_SHEET)
def save(request: HttpRequest, place: Place) -> HttpResponse:
    """Save the form as the next version."""
    fields = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    seen = fields.get("seen", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 8 else 0
    try:
        sheet = _read_form(place, fields)
        actions.save_sheet(
            round=place.round, seat=place.seat, sheet=sheet, now=place.now, user=request.user, seen=version
        )
    except InputError as error:
        messages.error(request, _say(error))
        return _page(request, place, _lay_out(place, fields), version, status=422)
    messages.success(request, _("Saved, and sealed with the key of your delegation."))
    return redirect("private", slug=place.round.slug)


def _say(error: InputError) -> str:
    """Say an error with the name of the provision; it holds no value."""
    parts = (error.key or "").split(".")
    where = _(WHERE[parts[0]]) if parts[0] in WHERE else ""
    accepted = f" {_('Accepted:')} {error.accepted}" if error.accepted else ""
    line = f"{_('Line')} {error.line}: " if error.line else ""
    place_words = where or (error.key or "")
    return f"{line}{place_words + ': ' if place_words else ''}{_(error.message)}.{accepted}"


@sensitive_post_parameters()
@require_POST
@requires(Act.SAVE_PRIVATE_SHEET)
def upload(request: HttpRequest, place: Place) -> HttpResponse:
    """Save a YAML file as the next version."""
    from comity.services.private_sheet import read_sheet  # noqa: PLC0415

    file = request.FILES.get("file")
    try:
        if file is None:
            raise InputError(_("choose a file"), key="file", accepted="YAML")  # noqa: TRY301
        if (file.size or 0) > FILE_LIMIT:
            raise InputError(_("the file is too large"), key="file", accepted=f"{FILE_LIMIT:,}")  # noqa: TRY301
        sheet = read_sheet(file.read(FILE_LIMIT + 1), table_of(place), str(place.seat.delegation))
        seen = request.POST.get("seen", "")
        actions.save_sheet(
            round=place.round,
            seat=place.seat,
            sheet=sheet,
            now=place.now,
            user=request.user,
            seen=int(seen) if seen.isdecimal() and len(seen) < 8 else None,
        )
    except InputError as error:
        messages.error(request, _say(error))
    else:
        messages.success(request, _("Saved, and sealed with the key of your delegation."))
    return redirect("private", slug=place.round.slug)


@requires(Act.READ_PRIVATE_SHEET)
def export(request: HttpRequest, place: Place) -> HttpResponse:  # noqa: ARG001
    """Hand the sheet to one's own delegation as YAML."""
    sheet, _version = actions.open_sheet(round=place.round, seat=place.seat)
    response = HttpResponse(sheet.to_yaml(), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{place.round.slug}-{place.seat.delegation}-private.yaml"'
    )
    return response


@requires(Act.READ_PRIVATE_SHEET)
def history(request: HttpRequest, place: Place, version: int) -> HttpResponse:
    """Show the sheet as it was saved once."""
    try:
        sheet = actions.open_sheet_version(round=place.round, seat=place.seat, version=version)
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("private", slug=place.round.slug)
    return render(request, "forum/private/version.html", {"form": _form(place, sheet), "version": version})


urlpatterns = [
    path("", private, name="private"),
    path("save/", save, name="private_save"),
    path("upload/", upload, name="private_upload"),
    path("sheet.yaml", export, name="private_export"),
    path("version/<int:version>/", history, name="private_version"),
]
