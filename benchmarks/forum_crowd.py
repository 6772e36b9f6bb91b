"""People at their browsers: read pages, propose other words, make remarks, with time to think in between.

For ``bench_forum.py``. One thread drives everybody (asyncio). Each request has a connection of its own, as
behind a proxy that keeps none. A form is sent with the token and the key that the page before it gave, and
the page that it leads to is fetched, as a browser does.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from forum_round import SLUG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum_round import Person

WRITES = 0.1
"""Of all requests. A form is followed by the page that it leads to: of what people do, 1 in 9 writes."""
PAGES = (("article", 45), ("contents", 15), ("overview", 15), ("moves", 15), ("proposals", 10))
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([A-Za-z0-9]+)"')
_FORM = re.compile(
    rb'<form method="post" action="(/r/[^"]+/(?:propose|comment)/)".*?name="key" value="([0-9a-f]+)"'
    rb'(?:.{0,40}?name="seen" value="(\d+)")?',
    re.DOTALL,
)


class Answer(NamedTuple):
    """What came back."""

    status: int
    place: str
    body: bytes


@dataclass
class Tally:
    """What everybody saw: seconds by kind of request, failures, and the moves that were acknowledged."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    acknowledged: set[tuple[int, str]] = field(default_factory=set)
    uncertain: set[tuple[int, str]] = field(default_factory=set)

    def add(self, kind: str, seconds: float) -> None:
        """Note one request."""
        self.seconds.setdefault(kind, []).append(seconds)

    def everything(self) -> list[float]:
        """Return the seconds of all requests."""
        return [each for found in self.seconds.values() for each in found]


class Browser:
    """One person's browser."""

    def __init__(self, port: int, person: Person) -> None:
        self.port = port
        self.person = person
        self.cookies = {"comity_session": person.session}

    async def send(self, path: str, form: dict[str, str] | None = None, *, timeout: float = 30) -> Answer:
        """Send one request on a new connection."""
        return await asyncio.wait_for(self._send(path, form), timeout)

    async def _send(self, path: str, form: dict[str, str] | None) -> Answer:
        body = b"" if form is None else urlencode(form).encode()
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        ]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            found = await reader.read(-1)
        finally:
            writer.close()
        head, _, content = found.partition(b"\r\n\r\n")
        if not head:
            msg = "nothing came back"
            raise ConnectionError(msg)
        first, *rest = head.decode("latin-1").split("\r\n")
        place = ""
        length = None
        for line in rest:
            name, _, value = line.partition(": ")
            if name.lower() == "location":
                place = value
            elif name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                if kept.strip('"'):
                    self.cookies[cookie] = kept
                else:
                    self.cookies.pop(cookie, None)
        if length is not None and len(content) < length:
            msg = "the answer was cut off"
            raise ConnectionError(msg)
        return Answer(int(first.split()[1]), place, content)


class Reader:
    """One person at work."""

    def __init__(self, browser: Browser, tally: Tally, chance: random.Random, pages: dict[str, int]) -> None:
        self.browser = browser
        self.tally = tally
        self.chance = chance
        self.pages = pages
        self.article = b""

    def _path(self, kind: str) -> str:
        there = {
            "article": f"text/a{self.chance.randrange(40)}/",
            "contents": "text/",
            "overview": "",
            "moves": "moves/",
            "proposals": "proposals/",
        }
        return f"/r/{SLUG}/{there[kind]}"

    async def _timed(self, kind: str, path: str, form: dict[str, str] | None = None) -> Answer | None:
        begun = time.perf_counter()
        try:
            answer = await self.browser.send(path, form)
        except (OSError, TimeoutError, ValueError) as error:
            self.tally.errors.append(f"{kind}: {type(error).__name__}: {error}")
            return None
        self.tally.add(kind, time.perf_counter() - begun)
        if answer.status not in ({200} if form is None else {302}):
            self.tally.errors.append(f"{kind} {path}: {answer.status}")
        return answer

    async def read(self) -> None:
        """Open a page."""
        kind = self.chance.choices(list(self.pages), list(self.pages.values()))[0]
        answer = await self._timed(kind, self._path(kind))
        if kind == "article" and answer is not None:
            self.article = answer.body

    async def write(self) -> None:
        """Send one of the forms of the article that was read last, and open what it leads to."""
        forms = _FORM.findall(self.article)
        token = _TOKEN.search(self.article)
        if not forms or token is None:
            answer = await self._timed("article", self._path("article"))
            self.article = answer.body if answer is not None else b""
            return
        path, key, seen = self.chance.choice(forms)
        words = f"Parties may issue visas after consultation {uuid.uuid4().hex}. " * 3
        form = {"csrfmiddlewaretoken": token[1].decode(), "key": key.decode()}
        if path.endswith(b"/propose/"):
            form |= {"wording": words, "seen": seen.decode()}
            kind = "propose (write)"
        else:
            form["words"] = words
            kind = "remark (write)"
        made = (self.browser.person.pk, form["key"])
        self.article = b""  # its keys are used once
        answer = await self._timed(kind, path.decode(), form)
        if answer is None or answer.status != 302:
            self.tally.uncertain.add(made)
            return
        self.tally.acknowledged.add(made)
        shown = await self._timed("article", answer.place.partition("#")[0])
        self.article = shown.body if shown is not None else b""

    async def work(self, until: float, think: float) -> None:
        """Read and write until the end; how long they think is drawn anew each time."""
        await asyncio.sleep(self.chance.random() * think)
        while time.monotonic() < until:
            if self.chance.random() < WRITES / (1 - WRITES):
                await self.write()
            else:
                await self.read()
            await asyncio.sleep(self.chance.expovariate(1 / think))


async def find_pages(port: int, person: Person) -> dict[str, int]:
    """Return the pages that this forum has, with how often they are opened."""
    found = {}
    for kind, often in PAGES:
        reader = Reader(Browser(port, person), Tally(), random.Random(0), {})  # noqa: S311
        answer = await reader.browser.send(reader._path(kind))  # noqa: SLF001
        if answer.status == 200:
            found[kind] = often
    return found


async def crowd(port: int, people: Sequence[Person], *, seconds: float, think: float, seed: int) -> Tally:
    """Let everybody work at once, and return what they saw."""
    tally = Tally()
    pages = await find_pages(port, people[0])
    until = time.monotonic() + seconds
    readers = [
        Reader(Browser(port, each), tally, random.Random(f"{seed}/{each.pk}"), pages)  # noqa: S311
        for each in people
    ]
    await asyncio.gather(*(reader.work(until, think) for reader in readers))
    return tally


async def press(port: int, people: Sequence[Person], state: PressState) -> None:
    """Let everybody write without a pause until the server is gone; what had no answer goes first."""
    await asyncio.gather(*(_press_one(port, person, state) for person in people))


@dataclass
class PressState:
    """What the writers know: what was acknowledged, and what each has sent without an answer."""

    acknowledged: set[tuple[int, str]] = field(default_factory=set)
    open: dict[int, dict[str, str]] = field(default_factory=dict)
    again: int = 0
    refused: list[str] = field(default_factory=list)


async def _press_one(port: int, person: Person, state: PressState) -> None:
    browser = Browser(port, person)
    browser.cookies["csrftoken"] = "c" * 32
    place = f"/r/{SLUG}/text/a{person.pk % 40}.p{person.pk % 10}/comment/"
    while True:
        form = state.open.get(person.pk)
        if form is None:
            key = uuid.uuid4().hex
            form = {"csrfmiddlewaretoken": "c" * 32, "key": key, "words": f"Remark {key}."}
            state.open[person.pk] = form
        else:
            state.again += 1
        try:
            answer = await browser.send(place, form, timeout=20)
        except (OSError, TimeoutError, ValueError):
            return
        del state.open[person.pk]
        if answer.status == 302:
            state.acknowledged.add((person.pk, form["key"]))
        else:
            state.refused.append(f"{answer.status}")
