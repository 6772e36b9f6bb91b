"""The forum under load and under kill -9: a round of 190 delegations, 40 articles, 2,000 amendments.

Run: ``python benchmarks/bench_forum.py [--database both] [--seconds 300] [--users 200] [--kills 50]``.
PostgreSQL needs ``COMITY_TEST_DATABASE_URL``, a server on which a database can be created; it is left out,
and said so, where there is none. Server, database and people share one machine. Times are of the clock unless
they say "processor".
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum_crowd import Tally
    from forum_round import Person

    from comity.forum.models import Round

OPENS = 0.300
P95 = 0.250
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
OPENED = (
    ("overview", ""),
    ("text, contents", "text/"),
    ("one article", "text/a7/"),
    ("moves", "moves/"),
    ("proposals", "proposals/"),
)
WRITERS = 20
"""How many people write at once while the server is killed."""


def promise(words: str, *, holds: bool) -> None:
    """Print what was promised and whether it holds."""
    print(f"   promised: {words}: {'holds' if holds else 'MISSED'}", flush=True)


def at(times: Sequence[float], share: float) -> float:
    """Return the time within which this share of requests was answered."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def open_page(port: int, person: Person, path: str) -> tuple[float, int, int]:
    """Open one page; return the seconds, the status and the size."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"comity_session={person.session}"})
    answer = connection.getresponse()
    body = answer.read()
    return time.perf_counter() - begun, answer.status, len(body)


def bench_opening(people: Sequence[Person], *, again: int) -> None:
    """How long a page takes: as the very first of a new process, and later."""
    from forum_round import SLUG, Server

    print("1. Opening the round, one reader")
    worst = 0.0
    for name, path in OPENED:
        server = Server(workers=1, threads=4)
        started = server.start()
        try:
            before = server.cpu()
            first, status, size = open_page(server.port, people[0], f"/r/{SLUG}/{path}")
            first_cpu = server.cpu() - before
            if status == 404:
                print(f"   {name:<16} is not part of this version")
                continue
            before = server.cpu()
            times = [open_page(server.port, people[0], f"/r/{SLUG}/{path}")[0] for _ in range(again)]
            cpu = (server.cpu() - before) / again
        finally:
            server.stop()
        middle = statistics.median(times)
        worst = max(worst, first, middle)
        print(
            f"   {name:<16} first of a new process {first * 1e3:4.0f} ms "
            f"(processor {first_cpu * 1e3:4.0f} ms)"
            f"   median of {again} {middle * 1e3:4.0f} ms (processor {cpu * 1e3:4.1f} ms)   "
            f"{size / 1e3:.0f} kB"
            f"   status {status}, start {started:.1f} s"
        )
    promise("the round opens in under 300 ms, first and later", holds=worst < OPENS)


def bench_load(
    people: Sequence[Person],
    made: Round,
    *,
    seconds: float,
    think: float,
    workers: int,
    threads: int,
    kind: str,
) -> None:
    """Everybody at work at once; then the log is compared with what was acknowledged."""
    from forum_crowd import crowd
    from forum_round import Server, cpu_of, postgres_pids

    from comity.forum.models import MoveRow

    print(
        f"2. {len(people)} people for {seconds:.0f} s, {think:g} s to think in the mean, "
        f"{workers} workers of {threads} threads"
    )
    server = Server(workers=workers, threads=threads)
    server.start()
    try:
        before, own = server.cpu(), time.process_time()
        tally: Tally = asyncio.run(crowd(server.port, people, seconds=seconds, think=think, seed=7))
        used, own = server.cpu() - before, time.process_time() - own
        memory = server.memory()
        backends = sum(cpu_of(pid) for pid in postgres_pids())
    finally:
        server.stop()
    for what, times in sorted(tally.seconds.items()):
        print(
            f"   {what:<16} {len(times):6,} requests   median {at(times, 0.5) * 1e3:5.0f} ms   "
            f"95 % {at(times, 0.95) * 1e3:5.0f} ms   99 % {at(times, 0.99) * 1e3:5.0f} ms   "
            f"worst {max(times) * 1e3:5.0f} ms"
        )
    everything = tally.everything()
    writes = sum(len(times) for what, times in tally.seconds.items() if "write" in what)
    p95 = at(everything, 0.95)
    print(
        f"   {'together':<16} {len(everything):6,} requests   median {at(everything, 0.5) * 1e3:5.0f} ms   "
        f"95 % {p95 * 1e3:5.0f} ms   99 % {at(everything, 0.99) * 1e3:5.0f} ms   "
        f"worst {max(everything) * 1e3:5.0f} ms"
    )
    count = max(1, len(everything))
    print(
        f"   {len(everything) / seconds:.1f} requests a second, {writes / count:.1%} writes; processor for "
        f"each request: server {used / count * 1e3:.1f} ms"
        + (f", PostgreSQL {backends / count * 1e3:.1f} ms" if kind == "postgresql" else "")
        + f", the people {own / count * 1e3:.1f} ms; server memory {memory:.0f} MB"
    )
    print(f"   failures: {len(tally.errors)}" + "".join(f"\n      {each}" for each in tally.errors[:5]))
    keys = list(
        MoveRow.objects.filter(round=made).exclude(key__startswith="bulk:").values_list("key", flat=True)
    )
    lost, twice = compare(keys, {f"{pk}:{key}" for pk, key in tally.acknowledged})
    moves = verify(made)
    print(
        f"   {len(tally.acknowledged):,} moves acknowledged, {len(tally.uncertain)} not; {lost} lost, "
        f"{twice} double; journal of {moves:,} moves verified and replayed"
    )
    if kind == "postgresql":
        promise("95 % under 250 ms on PostgreSQL", holds=p95 < P95)
    promise("every acknowledged move in the log once, no failure", holds=not (lost or twice or tally.errors))


def compare(keys: Sequence[str], acknowledged: set[str]) -> tuple[int, int]:
    """Return how many acknowledged moves are not in the log, and how many moves are there twice."""
    return len(acknowledged - set(keys)), len(keys) - len(set(keys))


def verify(made: Round) -> int:
    """Check the seals and replay the round; return the number of moves."""
    from comity.forum.backup import verify_rounds

    moves, _ = verify_rounds()[made.slug]
    return moves


def bench_kills(people: Sequence[Person], made: Round, *, kills: int, workers: int, threads: int) -> None:
    """Kill -9 in the middle of writes, again and again; what was not acknowledged is sent again, same key."""
    from forum_crowd import PressState, press
    from forum_round import Server

    from comity.forum.models import MoveRow

    print(f"3. Killed with -9 {kills} times, {WRITERS} people writing without a pause")
    chance = random.Random(11)  # noqa: S311
    state = PressState()
    lost = twice = 0
    before = moves = verify(made)
    server = Server(workers=workers, threads=threads)
    starts = []

    async def round_of_writes() -> None:
        writing = asyncio.ensure_future(press(server.port, people[:WRITERS], state))
        enough = len(state.acknowledged) + 5
        while len(state.acknowledged) < enough and not writing.done():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3 * chance.random())  # anywhere in the middle of what is being written
        await asyncio.to_thread(server.kill)
        await writing

    for _ in range(kills):
        starts.append(server.start())
        asyncio.run(round_of_writes())
        keys = list(MoveRow.objects.filter(round=made, number__gt=before).values_list("key", flat=True))
        gone, double = compare(keys, {f"{pk}:{key}" for pk, key in state.acknowledged})
        lost, twice = lost + gone, twice + double
        moves = verify(made)
        if moves != before + len(keys):
            twice += 1
    found = {
        key: MoveRow.objects.filter(round=made, payload__contains=f"Remark {key.partition(':')[2]}.").count()
        for key in chance.sample(keys, min(200, len(keys)))
    }
    twice += sum(count != 1 for count in found.values())
    unanswered = {f"{pk}:{form['key']}" for pk, form in state.open.items()}
    print(
        f"   {len(state.acknowledged):,} moves acknowledged, {state.again} sent again with their key, "
        f"{len(unanswered)} unanswered at the end; {moves - before:,} more moves in the log; refused: "
        f"{len(state.refused)} {sorted(set(state.refused))}"
    )
    print(
        f"   {lost} lost, {twice} double; the round replayed clean {kills} times; "
        f"a start took {statistics.median(starts):.1f} s"
    )
    extra = (moves - before) - len(state.acknowledged)
    promise(
        f"nothing acknowledged is lost and nothing is made twice in {kills} kills",
        holds=not (lost or twice or state.refused) and 0 <= extra <= len(unanswered),
    )


def main() -> None:
    """Measure on the databases asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument(
        "--think", type=float, default=5, help="seconds between two requests of one person, in the mean"
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parts", default="opening,load,kills")
    given = parser.parse_args()
    if given.database == "both":
        for kind in NAMES:
            again = [each for each in sys.argv[1:] if each not in {"--database", "both"}]
            subprocess.run([sys.executable, __file__, *again, "--database", kind], check=True)
        return
    if given.database == "postgresql" and not os.environ.get("COMITY_TEST_DATABASE_URL"):
        print("PostgreSQL: left out, COMITY_TEST_DATABASE_URL names no server")
        return
    from forum_round import drop_database, make_round, open_database, seat_people

    _, name = open_database(given.database)
    try:
        made = make_round()
        people = seat_people(made, given.users)
        load = os.getloadavg()[0]
        print(
            f"The forum on {NAMES[given.database]}, {os.cpu_count()} cores, "
            f"load of the machine before: {load:.1f}"
        )
        parts = given.parts.split(",")
        if "opening" in parts:
            bench_opening(people, again=20)
        if "load" in parts:
            bench_load(
                people, made, seconds=given.seconds, think=given.think,
                workers=given.workers, threads=given.threads, kind=given.database,
            )  # fmt: skip
        if "kills" in parts:
            bench_kills(people, made, kills=given.kills, workers=given.workers, threads=given.threads)
        print(f"   load of the machine after: {os.getloadavg()[0]:.1f}")
    finally:
        drop_database(name)


if __name__ == "__main__":
    main()
