"""Passkeys in a real Chromium with an authenticator of its own: added, used alone, used second, removed.

The pages are under the policy of the forum, without inline script: what runs comes from installed packages.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.forum.browsing import Forum, Person, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a quiet harbour in winter"
INTERNAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SCRIPTS = {"/static/mfa/js/webauthn-json.js", "/static/mfa/js/webauthn.js", "/static/account/js/onload.js"}


class Holder(Person):
    """Somebody whose computer keeps passkeys."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.said: list[str] = []
        self.scripts: set[str] = set()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("response", self.note)
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        found = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL})
        self.device = found["authenticatorId"]

    def note(self, answer: Any) -> None:
        """Every page under the policy; every script from where the packages are."""
        if answer.request.resource_type == "document" and answer.status == 200:
            assert "script-src 'self'" in answer.headers["content-security-policy"], answer.url
        self.scripts.add(answer.url.removeprefix(self.forum.base))

    def kept(self) -> list[dict[str, Any]]:
        """What the device keeps."""
        return self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.device})["credentials"]

    def knows_me(self, yes: bool) -> None:
        """A finger that the device knows, or another."""
        self.devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.device, "isUserVerified": yes}
        )

    def look(self, name: str) -> Holder:
        """Keep a picture where somebody wants to see the page."""
        if folder := os.environ.get("COMITY_TEST_PICTURES"):
            self.page.screenshot(path=f"{folder}/passkeys-{name}.png", full_page=True)
        return self

    def at(self, path: str) -> Holder:
        self.page.wait_for_url(lambda url: url.removeprefix(self.forum.base).startswith(path))
        self.page.wait_for_load_state("domcontentloaded")
        return self


@pytest.fixture(scope="module")
def forum(tmp_path_factory) -> Iterator[Forum]:
    with chromium():
        pass
    served = Forum(tmp_path_factory.mktemp("passkeys"), "round")
    yield served
    served.close()


def sign_in(person: Person) -> None:
    person.go("/account/login/").fill("login", "kalina").fill("password", PASSWORD).press("Sign in")


def add(person: Holder) -> list[str]:
    """Add a passkey from the page of one's account; return the recovery codes that come with the first."""
    person.go("/account/").page.get_by_role("link", name="Passkeys and authenticator app").click()
    person.sees("No passkeys yet.").look("none").page.get_by_role("link", name="Add a passkey").click()
    person.at("/account/reauthenticate/").look("again").fill("password", PASSWORD).press("Confirm")
    page = person.at("/account/2fa/webauthn/add/").page
    assert page.locator("[name=name]").input_value() == "Passkey"
    assert page.locator("[name=passwordless]").is_checked(), "a passkey, not only a second factor"
    person.knows_me(False)
    page.locator("#mfa_webauthn_add").click()
    person.sees("The passkey was not used").look("refused")
    assert person.kept() == []
    person.knows_me(True)
    person.fill("name", "Laptop <b>of</b> Kalina").page.locator("#mfa_webauthn_add").click()
    person.at("/account/2fa/recovery-codes/").look("codes")
    assert [each["isResidentCredential"] for each in person.kept()] == [True]
    codes = person.page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10
    return codes


def test_a_passkey_from_first_to_last(forum: Forum) -> None:
    with chromium() as browser:
        person = Holder(browser, forum)
        person.enter(forum.links["secretariat"], "kalina", PASSWORD)
        codes = add(person)
        person.go("/account/2fa/webauthn/").sees("Laptop <b>of</b> Kalina", "Not used yet.").look("list")

        # alone
        person.press("Sign out").go("/account/login/").look("login")
        person.page.locator("#passkey_login").click()
        person.at("/rounds/").go("/r/small/").sees("Your seat:")

        # a finger that it does not know
        person.press("Sign out").go("/account/login/")
        person.knows_me(False)
        person.page.locator("#passkey_login").click()
        person.sees("The passkey was not used")
        person.knows_me(True)

        # second, after the password
        sign_in(person)
        person.at("/account/2fa/authenticate/").look("second")
        person.page.locator("#mfa_webauthn_authenticate").click()
        person.at("/rounds/")

        # without the device: the password alone does not open, a recovery code does, once
        for code, opens in ((codes[0], True), (codes[0], False), (codes[1], True)):
            other = Person(browser, forum, script=False)
            sign_in(other)
            other.sees("Passkeys need JavaScript")
            assert not other.page.locator("#mfa_webauthn_authenticate").is_visible()
            other.page.goto("/rounds/")
            assert "/account/2fa/authenticate/" in other.page.url, "the password alone is not enough"
            other.fill("code", code).press("Sign in")
            assert ("/rounds/" in other.page.url) is opens, code

        # away with it
        person.go("/account/2fa/webauthn/").page.get_by_role("link", name="Remove").click()
        person.at("/account/reauthenticate/").page.get_by_role("link", name="Use a passkey").click()
        person.at("/account/2fa/webauthn/reauthenticate/").look("confirm")
        person.page.locator("#mfa_webauthn_reauthenticate").click()
        person.at("/account/2fa/webauthn/keys/").look("remove").press("Remove").sees("No passkeys yet.")
        person.press("Sign out").go("/account/login/").page.locator("#passkey_login").click()
        person.page.locator("[role=alert], .errorlist").locator("visible=true").first.wait_for()
        sign_in(person)
        person.at("/rounds/")
        assert person.scripts >= SCRIPTS
        assert not [each for each in person.said if "Content Security Policy" in each]
    log = forum.errors.read_text(errors="replace")
    assert "Traceback" not in log, log[-3000:]


def test_without_javascript_it_is_said(forum: Forum) -> None:
    """Signing in with a password stays; the button that could do nothing is not there."""
    with chromium() as browser:
        guest = Person(browser, forum, script=False).go("/account/login/").sees("Passkeys need JavaScript")
        assert not guest.page.locator("#passkey_login").is_visible()
        guest.enter(forum.links["ESP"]).go("/account/2fa/").sees("Passkeys need JavaScript")
