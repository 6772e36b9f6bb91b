"""Accessibility of every page, in a real Chromium: axe (WCAG 2.2 AA), light and dark, narrow, keyboard.

Pages are found from the addresses of the forum, not from a list: a page that nobody opens here fails the
test.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.forum.browsing import Forum, Person, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What stands in an address for its places, in the two rounds of the demonstration.
VALUES = {
    "demo": {
        "slug": "demo",
        "key": {"text": "a6", "proposals": "p1", "submissions": "s1"},
        "acceptance_key": "acc1",
    },
    "after": {"slug": "after", "key": {"commitments": "c1"}},
}
#: Addresses that are no pages, by the name of the address, and why.
NO_PAGES = {
    "adherence_csv": "file", "adherence_json": "file", "adherence_md": "file", "adherence_docx": "file",
    "fields_csv": "file", "fields_md": "file", "fields_docx": "file", "agenda_md": "file",
    "agenda_docx": "file", "public_json": "file", "public_md": "file", "public_docx": "file",
    "calendar_file": "file",
    "calendar_feed": "file", "log_export": "file", "text_export": "file", "text_clean": "file",
    "private_export": "file", "practice_log": "file", "mfa_download_recovery_codes": "file",
    "text_draft_file": "file",
}  # fmt: skip
#: Pages that need a state which this test does not make: a token from a mail, a room of practice, a second
#: factor, an earlier version.
NOT_REACHED = {
    "account_inactive",
    "account_confirm_email",
    "account_reset_password_from_key",
    "account_confirm_login_code",
    "account_reset_password_from_key_done",
    "account_reset_password_done",
    "account_email_verification_sent",
    "account_set_password",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "invitation",
    "account_logout",
    "practice_room",
    "practice_join",
    "practice_debrief",
    "practice_effect",
    "practice_move",
    "private_version",
    "sit_down",
    "proposal_model",
}
#: Who looks: the first of these to whom a page answers.
WHO = ("head of delegation-ESP", "secretariat", "facilitator", "civil society")
#: Pages that show another seat more: opened for it too.
TOO = {
    "secretariat": ("round", "members", "submission", "public_desk", "calendar", "commitment", "text"),
    "facilitator": ("text_article", "proposal", "zone", "acceptance"),
}


def addresses() -> Iterator[tuple[str, str]]:
    """The addresses of pages: name and path."""

    def walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
        for each in resolver.url_patterns:
            if isinstance(each, URLResolver):
                yield from walk(each, before + str(each.pattern))
            elif isinstance(each, URLPattern) and each.name:
                yield each.name, before + str(each.pattern)

    seen = set()
    for name, pattern in walk(get_resolver(), ""):
        if name in NO_PAGES or name in NOT_REACHED or name in seen:
            continue
        if pattern.startswith(("api/rounds", "api/openapi")) or "/" not in f"{pattern}/":
            continue
        seen.add(name)
        path = f"/{pattern}"
        round_ = VALUES["after" if "commitments" in pattern or "agenda" in pattern else "demo"]
        path = path.replace("<slug:slug>", str(round_["slug"]))
        area = path.split("/")[3] if path.count("/") > 3 else ""
        for place in ("<str:key>", "<slug:key>", "<str:article>"):
            path = path.replace(place, round_["key"].get(area, "a6"))
        path = path.replace("<slug:acceptance_key>", "acc1")
        yield name, path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def forum(browser: Browser, tmp_path_factory) -> Iterator[Forum]:
    del browser  # skipped before the server starts, where there is none
    served = Forum(tmp_path_factory.mktemp("access"), "demo")
    yield served
    served.close()


@pytest.fixture(scope="module")
def people(browser: Browser, forum: Forum) -> dict[str, Person]:
    """Everybody who looks; a one-time link opens once, so they stay for the whole file."""
    found = {who: Person(browser, forum).enter(forum.links[who]) for who in WHO}
    return found | {"public": Person(browser, forum)}


def inspect(person: Person, name: str) -> list[str]:
    """What is wrong with the page that is open: axe in light and dark, landmarks, width at 320 pixels."""
    from axe_playwright_python.sync_playwright import Axe

    page, wrong = person.page, []
    page.evaluate(Axe().axe_script)
    only = "{runOnly: rules, resultTypes: ['violations']}"
    run = f"rules => axe.run(document, {only}).then(found => found.violations)"
    for scheme, rules in (("light", {"type": "tag", "values": TAGS}), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(run, rules)
        wrong += [f"{scheme} {each['id']}: {each['nodes'][0]['target']}" for each in found]
    page.emulate_media(color_scheme="light")
    if page.locator("h1").count() != 1 or page.locator("main").count() != 1:
        wrong.append("not one h1 and one main")
    page.set_viewport_size({"width": 320, "height": 640})  # 1280 at four times the size
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 320:
        wrong.append(f"scrolls sideways: {width} pixels at 320")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{name}: {each}" for each in wrong]


PARTS = 4
"""The pages are looked at in so many tests, which may run beside each other."""
OPEN_TO_ALL = ("/", "/account/login/", "/r/demo/", "/public/after/", "/r/after/text/a6/", "/no/such/page/")
RIGHT_TO_LEFT = ("round", "text_article", "proposal_new", "private")


def looks() -> list[tuple[str, str, str]]:
    """Every look at a page: how, as whom (empty: the first to whom it answers), and name or path."""
    found = [("page", "", name) for name, _path in addresses()]
    found += [("page", who, name) for who, names in TOO.items() for name in names]
    found += [("open", "public", path) for path in OPEN_TO_ALL]
    return found + [("arabic", WHO[0], name) for name in RIGHT_TO_LEFT]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(people: dict[str, Person], part: int) -> None:
    wrong, unopened, paths = [], [], dict(addresses())
    for how, seat, name in looks()[part::PARTS]:
        if how == "page":
            for who in (seat,) if seat else WHO:
                answer = people[who].context.request.get(paths[name])
                if answer.status in {403, 404}:
                    continue
                if answer.status != 405 and "html" in answer.headers.get("content-type", ""):
                    assert answer.status == 200, (name, answer.status)
                    people[who].page.goto(paths[name])
                    wrong += inspect(people[who], f"{name} for {who}")
                break  # 405: takes forms only
            else:
                unopened += [] if seat else [name]
        elif how == "open":
            people[seat].page.goto(name)
            wrong += inspect(people[seat], f"{name} for the public")
        else:
            cookie = {"name": "comity_language", "value": "ar", "url": people[seat].forum.base}
            people[seat].context.add_cookies([cookie])
            people[seat].page.goto(paths[name])
            assert people[seat].page.locator("html").get_attribute("dir") == "rtl"
            wrong += inspect(people[seat], f"{name} in Arabic")
            people[seat].context.clear_cookies(name="comity_language")
    assert not wrong, "\n".join(wrong)
    assert unopened == [], "pages that nobody opened"


FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  return {tag: at.tagName, id: at.id, text: (at.innerText || '').trim(),
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          place: [...document.querySelectorAll('*')].indexOf(at),
          seen: at.getBoundingClientRect().width > 0 && at.getBoundingClientRect().bottom > 0};
}"""


def test_keyboard_alone(forum: Forum, browser: Browser) -> None:
    """The skip link, a ring around what has the focus, the order of the page, folds, a form that is sent."""
    head = Person(browser, forum).enter(forum.links["head of delegation-MAR"]).go("/r/demo/text/a6/")
    page = head.page
    page.keyboard.press("Tab")
    skip = page.evaluate(FOCUS)
    assert skip["text"] == "Skip to the content"
    assert skip["seen"]
    assert skip["ring"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    places = []
    for _ in range(60):
        at = page.evaluate(FOCUS)
        if at["tag"] == "BODY":
            break
        assert at["ring"], at
        assert at["seen"], at
        places.append(at["place"])
        if at["tag"] == "SUMMARY" and at["text"] == "Propose other words":
            break
        page.keyboard.press("Tab")
    assert places == sorted(places)
    page.keyboard.press("Enter")  # the fold opens
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["tag"] == "TEXTAREA"
    page.keyboard.press("Control+A")
    page.keyboard.type("Each Party shall answer within ten working days.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Propose"
    page.keyboard.press("Enter")
    head.sees("4 wordings in brackets")


def test_calm_and_paper(forum: Forum, browser: Browser) -> None:
    """No motion where the reader wants none; on paper the words, without menus and forms."""
    head = Person(browser, forum).enter(forum.links["head of delegation-SEN"])
    for path, words in (("/r/demo/", "What happened last"), ("/r/demo/text/a6/", "working days")):
        page = head.go(path).page
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(each => {
                 const s = getComputedStyle(each);
                 return parseFloat(s.transitionDuration) > 0 || parseFloat(s.animationDuration) > 0;
               }).length"""
        )
        assert moving == 0
        page.emulate_media(media="print")
        assert not page.locator("nav.areas").is_visible()
        assert not page.locator("form").locator("visible=true").count()
        assert page.get_by_text(words).first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")
        page.emulate_media(media="screen")


def test_errors_are_said_where_they_are(forum: Forum, browser: Browser) -> None:
    """A form that is refused names the field, and says so to a screen reader."""
    guest = Person(browser, forum).go("/account/login/")
    guest.fill("login", "nobody").fill("password", "wrong").page.locator(
        "button", has_text="Sign in"
    ).first.click()
    alert = guest.page.locator("[role=alert], .errorlist").first
    alert.wait_for()
    assert alert.inner_text()


def test_two_kinds_of_pages_are_told_apart() -> None:
    names = [name for name, _path in addresses()]
    assert len(names) == len(set(names))
    assert len(list(itertools.filterfalse(NO_PAGES.__contains__, names))) > 40
