"""Under uvicorn, as the page on deployment offers it: a page, a move, and a lost password by mail."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
from email import message_from_bytes
from email.policy import default
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.forum.test_durability import SET_UP

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NEW = "a quite other phrase of five"
GIVE_MAIL = """
from comity.forum.actions import make_user
from django.utils import timezone
make_user(username="writer", password="a quite long phrase of four", now=timezone.now(), email="writer@example.org")
"""


class Sink(socketserver.ThreadingTCPServer):
    """Takes mail and hands nothing on."""

    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Taker)


class Taker(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a mail needs."""

    server: Sink

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    letter += line
                self.server.letters.append(letter)
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


class Served:
    """uvicorn on a folder of its own, and who is signed in there."""

    def __init__(self, folder: Path, mail: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "DJANGO_"))}
        env = kept | {
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "COMITY_DATA": str(folder / "data"),
            "COMITY_MAIL": f"smtp://127.0.0.1:{mail}",
            "COMITY_MAIL_FROM": "forum@example.org",
        }
        done = subprocess.run(
            [sys.executable, "-c", SET_UP + GIVE_MAIL],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.sessions: dict[str, str] = json.loads(done.stdout)
        self.log = folder / "uvicorn.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "comity.forum.asgi:application", "--port", str(self.port),
                 "--no-access-log"],
                env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        end = time.monotonic() + 60
        while True:
            try:
                assert self.ask("/health").status == 200
                break
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < end
                time.sleep(0.1)

    def ask(self, path: str, body: dict[str, str] | None = None, **headers: str) -> HTTPResponse:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            more["Content-Type"] = "application/x-www-form-urlencoded"
        data = None if body is None else urlencode(body)
        with contextlib.closing(HTTPConnection("localhost", self.port, timeout=30)) as link:
            link.request("GET" if data is None else "POST", path, data, more)
            found = link.getresponse()
            found.words = found.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        return found


class Browser:
    def __init__(self, served: Served, session: str = "") -> None:
        self.served, self.cookies = served, SimpleCookie({"comity_session": session} if session else {})

    def ask(self, path: str, body: dict[str, str] | None = None) -> Any:
        cookie = "; ".join(f"{name}={each.value}" for name, each in self.cookies.items())
        found = self.served.ask(path, body, Cookie=cookie)
        for each in found.headers.get_all("Set-Cookie", ()):
            self.cookies.load(each)
        return found

    def send(self, page: str, path: str, **fields: str) -> Any:
        """Send a form of a page to an address, with the marks of the page."""
        words = self.ask(page).words
        marks = dict(re.findall(r'name="(csrfmiddlewaretoken|key)" value="([^"]+)"', words))
        return self.ask(path, marks | fields)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture(scope="module")
def served(tmp_path_factory, sink) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("uvicorn"), sink.server_address[1])
    yield made
    made.process.terminate()
    made.process.wait(20)


def test_a_page_and_a_move(served):
    head = Browser(served, served.sessions["alb_head"])
    page = "/r/coasts/text/a1/"
    assert "Parties issue visas." in head.ask(page).words
    sent = head.send(page, "/r/coasts/text/a1.p1/comment/", words="Heard under uvicorn.")
    assert sent.status == 302, sent.words
    assert "Heard under uvicorn." in Browser(served, served.sessions["bra_head"]).ask(page).words
    style = served.ask("/static/forum/forum.css")
    assert style.status == 200
    assert "--accent" in style.words


def test_a_lost_password_is_set_anew_by_mail_once(served, sink):
    """And a page that says the same to everybody, and sends a link to this forum alone."""
    browser = Browser(served)
    ask = "/account/password/reset/"
    assert browser.send(ask, ask, email="writer@example.org").status == 302
    end = time.monotonic() + 20
    while not sink.letters and time.monotonic() < end:
        time.sleep(0.05)
    letter = message_from_bytes(sink.letters[-1], policy=default)
    assert letter["To"] == "writer@example.org"
    assert letter["From"] == "forum@example.org"
    words = letter.get_content()
    address = re.search(r"https?://\S+/account/password/reset/key/\S+", words)
    assert address, words
    assert address[0].startswith(f"http://localhost:{served.port}/")
    path = "/" + address[0].split("/", 3)[3]
    form = browser.ask(path)
    assert form.status == 302, "the key leaves the address at once"
    inner = form.headers["Location"]
    assert browser.send(inner, inner, password1=NEW, password2=NEW).status == 302
    signed = browser.send("/account/login/", "/account/login/", login="writer", password=NEW)
    assert signed.status == 302, signed.words
    again = Browser(served).ask(path)
    assert again.status == 200
    assert "password1" not in again.words, "a link works once"


def test_who_has_no_account_is_told_the_same(served, sink):
    before = len(sink.letters)
    ask = "/account/password/reset/"
    found = Browser(served).send(ask, ask, email="nobody@example.org")
    assert (found.status, found.headers["Location"]) == (302, "/account/password/reset/done/")
    time.sleep(0.3)
    for letter in sink.letters[before:]:
        assert "/key/" not in letter.decode(), "no link for who has no account"


def test_its_log_holds_no_fault_and_no_address(served):
    log = served.log.read_text()
    assert "Traceback" not in log
    assert "/key/" not in log
    assert "StreamingHttpResponse" not in log
