"""The private page: for its delegation alone; a canary is looked for everywhere else and not found."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import get_resolver
from tests.forum.dealing import PACKAGE, SEATS, Dealing, fields

from comity.errors import ComityError
from comity.forum import actions
from comity.forum.actions.sheets import open_sheets
from comity.forum.models import Audit, SheetVersion
from comity.forum.models import PrivateSheet as Row
from comity.services.private_sheet import PrivateSheet, SheetLimit, SheetValue

BASE = "/r/small/private/"
DIGITS = "83377.7131"
WORDS = "CANARY-mandate-of-Morocco"
CANARIES = (DIGITS, "83,377.7", "83377,7", WORDS, "4177.3", "9.41713")


@pytest.fixture
def deals(db, tmp_path) -> Dealing:
    return Dealing(tmp_path)


def filled(**more: str) -> dict[str, str]:
    return {
        "red_line": DIGITS,
        "mandate": WORDS,
        "notes": WORDS,
        "low:PE01-MAR-ESP": "-4177.3",
        "mid:PE01-MAR-ESP": "-4000",
        "high:PE01-MAR-ESP": "-3000",
        "at_least:PE01-MAR-ESP": "9.41713",
        "takes_part": "yes",
        "seen": "0",
    } | more


@pytest.mark.parametrize("name", [*SEATS, "outsider", "anonymous"])
def test_who_opens_it(deals, name):
    browser = deals.browser(name)
    expected = 404 if name not in SEATS else 200 if name.endswith(("_head", "_delegate")) else 403
    for page in ("", "sheet.yaml"):
        assert browser.get(BASE + page).status_code == expected
    if expected != 200:
        for page in ("save/", "upload/"):
            assert browser.post(BASE + page, filled()).status_code == expected
        assert not SheetVersion.objects.exists()


def test_a_sheet_is_saved_and_read_by_its_delegation(deals):
    page = deals.browser("mar_head").post(BASE + "save/", filled(), follow=True).content.decode()
    assert "sealed with the key" in page
    assert WORDS in page
    sheet, version = actions.open_sheet(round=deals.round, seat=SEATS["mar_head"])
    assert version == 1
    assert sheet.red_line == float(DIGITS)
    assert sheet.values[0].mid == -4000
    assert sheet.limits[0].at_least == 9.41713
    assert sheet.takes_part
    assert WORDS in deals.browser("mar_delegate").get(BASE).content.decode()


def test_every_version_is_kept_and_only_sealed(deals):
    browser = deals.browser("mar_head")
    browser.post(BASE + "save/", filled())
    browser.post(BASE + "save/", filled(seen="1", mandate="another"))
    assert WORDS in browser.get(BASE + "version/1/").content.decode()
    assert "another" in browser.get(BASE + "version/2/").content.decode()
    assert browser.get(BASE + "version/9/").status_code == 302
    assert deals.browser("sen_head").get(BASE + "version/1/").status_code == 302
    assert SheetVersion.objects.count() == 2


def test_a_stale_edit_is_told_and_what_was_typed_stays_in_the_form(deals):
    browser = deals.browser("mar_head")
    browser.post(BASE + "save/", filled())
    page = deals.browser("mar_delegate").post(BASE + "save/", filled(mandate="mine instead"))
    assert page.status_code == 422
    assert "a colleague saved" in page.content.decode()
    assert "mine instead" in page.content.decode()
    assert SheetVersion.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"red_line": DIGITS + "x"},
        {"low:PE01-MAR-ESP": DIGITS, "high:PE01-MAR-ESP": "1"},
        {"at_most:PE01-MAR-ESP": "much " + DIGITS},
        {"at_most:PE01-SEN-ESP": DIGITS},
        {"count:movers": DIGITS},
        {"notes": DIGITS * 5000},
        {"per:PE01-MAR-ESP": DIGITS},
    ],
)
def test_an_error_repeats_no_value(deals, wrong, caplog):
    caplog.set_level(logging.DEBUG)
    page = deals.browser("mar_head").post(BASE + "save/", filled(**wrong))
    assert page.status_code == 422
    message = page.content.decode().split("message error")[1].split("</")[0]
    assert DIGITS not in message
    assert DIGITS not in caplog.text
    assert not SheetVersion.objects.exists()


def test_a_file_replaces_the_sheet_and_comes_back(deals):
    browser = deals.browser("mar_head")
    values = "values:\n  - {provision: PE01-MAR-ESP, low: 1, mid: 2, high: 3}\n"
    words = f"red_line: {DIGITS}\nmandate: {WORDS}\n{values}"
    browser.post(BASE + "upload/", {"file": SimpleUploadedFile("s.yaml", words.encode()), "seen": "0"})
    got = browser.get(BASE + "sheet.yaml")
    assert got["Content-Disposition"] == 'attachment; filename="small-MAR-private.yaml"'
    assert DIGITS in got.content.decode()
    assert "no-store" in got["Cache-Control"]
    page = browser.post(
        BASE + "upload/", {"file": SimpleUploadedFile("s.yaml", f"red: {DIGITS}".encode())}, follow=True
    )
    assert "message error" in page.content.decode()
    assert DIGITS not in page.content.decode().split("message error")[1].split("</")[0]
    large = SimpleUploadedFile("s.yaml", b"a" * 300_000)
    assert "too large" in browser.post(BASE + "upload/", {"file": large}, follow=True).content.decode()


def addresses() -> list[str]:
    """Every address of a round that takes no further words, and those of the things that are there."""
    found = []
    for pattern in get_resolver().reverse_dict.values():
        for form, names in pattern[0]:
            if set(names) == {"slug"}:
                found.append("/" + form % {"slug": "small"})
    return sorted({address for address in found if address.startswith("/r/")})


def test_a_canary_is_found_on_its_own_pages_only(deals, caplog):
    """Every page of everybody else, the log, the audit and the database: no private value in clear."""
    caplog.set_level(logging.DEBUG)
    deals.sheets()
    deals.browser("mar_head").post(BASE + "save/", filled(seen="1"))
    deals.revisions().table()
    deals.browser("mar_head").post("/r/small/proposals/effect/", fields(PACKAGE))
    deals.browser("facilitator").post("/r/small/proposals/zone/ask/")
    deals.browser("facilitator").post(
        "/r/small/proposals/p1/open/",
        {"among": ["ESP", "MAR", "SEN"], "kind": "all", "version": "1", "key": "open"},
    )
    more = [
        "/r/small/proposals/p1/",
        "/r/small/proposals/compare/?a=p1&b=p1",
        "/rounds/",
        BASE + "version/2/",
    ]
    more += [f"/r/small/proposals/acceptance/{key}/" for key in deals.state.acceptances]
    pages = [*addresses(), *more]
    assert BASE in pages
    assert len(pages) > 12
    for name in (*SEATS, "outsider", "anonymous"):
        if name in ("esp_delegate", "sen_delegate"):
            continue  # as their heads
        browser = deals.browser(name)
        for page in pages:
            response = browser.get(page)
            words = response.content.decode(errors="replace") + str(response.headers)
            seen = [canary for canary in CANARIES if canary in words]
            allowed = name.startswith("mar_") and (page.startswith(BASE) or "/proposals/" in page)
            assert allowed or not seen, f"{name} reads {seen} on {page}"
    assert not [canary for canary in CANARIES if canary in caplog.text]
    assert not [row for row in Audit.objects.all() if any(c in f"{row.act}{row.outcome}" for c in CANARIES)]


def test_the_database_holds_no_private_value_in_clear(transactional_db, tmp_path):
    deals = Dealing(tmp_path)
    deals.browser("mar_head").post(BASE + "save/", filled())
    sheets = open_sheets(round=deals.round)
    assert sheets["MAR"].mandate == WORDS
    with connection.cursor() as cursor:
        held = b""
        for table in connection.introspection.table_names():
            cursor.execute("SELECT * FROM " + connection.ops.quote_name(table))  # noqa: S608
            for row in cursor.fetchall():
                held += b" ".join(
                    bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
                )
    assert b"small" in held
    assert not [canary for canary in CANARIES if canary.encode() in held]
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        for file in (name, name.with_name(name.name + "-wal")):
            raw = file.read_bytes() if file.exists() else b""
            assert not [canary for canary in CANARIES if canary.encode() in raw]


def test_another_delegation_cannot_open_a_moved_sheet(deals):
    """A cipher that is put in another delegation's place does not open."""
    deals.sheet("MAR", PrivateSheet(mandate=WORDS))
    deals.sheet("SEN", PrivateSheet(mandate="theirs"))
    rows = {row.delegation.code: row for row in Row.objects.select_related("delegation")}
    rows["SEN"].cipher = rows["MAR"].cipher
    rows["SEN"].save()
    with pytest.raises(ComityError):
        actions.open_sheet(round=deals.round, seat=SEATS["sen_head"])


def test_the_actions_beneath_the_pages(deals):
    """Versions are listed without being opened; one opens to its own delegation and to nobody else."""
    deals.sheet("MAR", PrivateSheet(mandate=WORDS))
    deals.sheet("MAR", PrivateSheet(mandate="later"))
    head = SEATS["mar_head"]
    listed = actions.sheet_versions(round=deals.round, seat=head)
    assert [row.version for row in listed] == [2, 1]
    assert actions.open_sheet_version(round=deals.round, seat=head, version=1).mandate == WORDS
    with pytest.raises(ComityError):
        actions.open_sheet_version(round=deals.round, seat=SEATS["esp_head"], version=1)
    for seat in (SEATS["facilitator"], SEATS["observer"]):
        with pytest.raises(ComityError):
            actions.sheet_versions(round=deals.round, seat=seat)


def test_without_the_master_key_the_page_says_so(deals, settings, tmp_path):
    deals.sheet("MAR", PrivateSheet(mandate=WORDS))
    settings.KEY_FILE = tmp_path / "lost.key"
    page = deals.browser("mar_head").get(BASE)
    assert page.status_code == 503
    assert WORDS not in page.content.decode()


def test_limits_and_values_are_laid_out_again(deals):
    deals.sheet(
        "MAR",
        PrivateSheet(
            values=(SheetValue(provision="RM01-ESP-MAR", low=1, mid=2, high=3, per="unit", note="why"),),
            limits=(SheetLimit(provision="RM01-ESP-MAR", at_most=4.5),),
        ),
    )
    before, version = actions.open_sheet(round=deals.round, seat=SEATS["mar_head"])
    page = deals.browser("mar_head").get(BASE)
    form = page.context["form"]
    data = {name: form[name] for name in ("red_line", "no_deal", "takes_part", "mandate", "notes")}
    for each in (*form["own"], *form["others"]):
        key = each["row"].key
        data |= {
            f"{name}:{key}": each[name]
            for name in ("low", "mid", "high", "at_least", "at_most", "per", "note")
        }
        data[f"instead:{key}"] = each["instead"]
    data |= {each["field"]: each["value"] for each in form["counts"]}
    deals.browser("mar_head").post(BASE + "save/", data | {"seen": str(version)})
    after, _ = actions.open_sheet(round=deals.round, seat=SEATS["mar_head"])
    assert after == before
