"""A real forum and a real Chromium for tests: :class:`Forum` serves, :class:`Person` sits at a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


class Forum:
    """A forum in a process of its own, on a data folder of its own."""

    def __init__(self, folder: Path, what: str) -> None:
        self.folder = folder
        (folder / "clock").write_text("0")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://localhost:{port}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "DJANGO_"))}
        self.errors = folder / "server.log"
        with self.errors.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests" / "forum" / "served.py"), str(folder), str(port), what],
                cwd=ROOT,
                env=kept | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "COMITY_LOG": "WARNING"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.base}/health", timeout=5):
                break
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(self.errors.read_text(errors="replace")[-3000:])
            time.sleep(0.1)
        self.links: dict[str, str] = json.loads((folder / "links.json").read_text())

    def later(self, hours: float) -> None:
        """Move the clock of the whole server."""
        (self.folder / "clock").write_text(str(float((self.folder / "clock").read_text()) + hours))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; the test is skipped, with the reason, where there is none."""
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with sync.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, forum: Forum, *, script: bool = True, **more: Any) -> None:
        self.forum = forum
        self.context = browser.new_context(
            java_script_enabled=script, base_url=forum.base, reduced_motion="reduce", **more
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)

    def enter(self, link: str, account: str = "", password: str = "") -> Person:
        """Take the seat of a one-time link, with a new account where a name is given."""
        self.page.goto(link if link.startswith("http") else f"/enter/{link}/")
        if account:
            self.fill("username", account).fill("password", password)
        return self.press("Take the seat")

    def go(self, path: str) -> Person:
        answer = self.page.goto(path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, (path, answer.status, self.text)
        return self

    def fill(self, name: str, value: str, *, where: str = "") -> Person:
        field = self.page.locator(f"{where} [name='{name}']:visible").first
        field.fill(value)
        return self

    def choose(self, name: str, value: str, *, where: str = "") -> Person:
        self.page.locator(f"{where} select[name='{name}']:visible").first.select_option(value)
        return self

    def check(self, name: str, value: str, *, where: str = "") -> Person:
        self.page.locator(f"{where} input[name='{name}'][value='{value}']").first.check()
        return self

    def unfold(self, words: str, *, where: str = "") -> Person:
        """Open a fold, and only open it."""
        fold = self.page.locator(f"{where} details", has=self.page.locator("summary", has_text=words)).first
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
        return self

    def press(self, words: str, *, where: str = "") -> Person:
        """Press a button and wait for what comes: a new page, or the answer that htmx puts in."""
        exactly = re.compile(rf"^\s*{re.escape(words)}\s*$")
        button = self.page.locator(f"{where} button:visible", has_text=exactly).first
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            button.click()
        assert answer.value.status < 400, (words, answer.value.status, self.text)
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def fetch(self, path: str) -> bytes:
        """Download a file with the cookies of this browser."""
        answer = self.context.request.get(path)
        assert answer.status == 200, (path, answer.status)
        return answer.body()

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sees(self, *words: str) -> Person:
        """What stands on the page, or comes onto it shortly."""
        for each in words:
            self.page.get_by_text(each, exact=False).locator("visible=true").first.wait_for()
        return self
