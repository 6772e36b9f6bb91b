"""How long the channel mode takes, and how far its answers can be trusted, in one run.

Four questions, each printed as a small table:

1. How long is a counterfactual of the full world with binding quotas, beside quantity mode, on one core?
2. How does the time grow with the number of economies?
3. Residual, complementarity, and whether two starts agree.
4. What does a derivative cost, beside solving again?

Run by ``make bench``, which sets one thread. Times are seconds of one core (processor time, which other work
on the machine disturbs less than the clock), medians of repeated runs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.world import (
    ChannelWorld,
    Enforcement,
    FeeCut,
    Move,
    OpenCorridor,
    QuotaChange,
    Recognition,
    Shock,
    TariffCut,
    Transfer,
    World,
)

if TYPE_CHECKING:
    from comity.world.direction import Item

SIZES = (30, 60, 120, 180)
PROMISED_SECONDS = 0.25
PROMISED_MILLISECONDS = 15.0
PROMISED_RESIDUAL = 1e-10
PROMISED_COMPLEMENTARITY = 1e-8
PROMISED_AGREEMENT = 1e-8
PROMISED_SHARE = 0.1


def time_median(job: Callable[[], Any], *, repeats: int = 11) -> float:
    """Median seconds of ``job``, after one unmeasured run that fills caches."""
    job()
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        job()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds)


def time_in_turn(one: Callable[[], Any], two: Callable[[], Any], *, repeats: int = 11) -> tuple[float, float]:
    """Median seconds of two jobs that are to be compared, run in turn so that the machine is equally busy."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for job, taken in zip((one, two), seconds, strict=True):
            begin = time.process_time()
            job()
            taken.append(time.process_time() - begin)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def say(name: str, holds: bool) -> str:
    """State a promise and whether this run kept it."""
    return f"promised: {name}: {'holds' if holds else 'MISSED'}"


def keep_largest(world: ChannelWorld, size: int) -> ChannelWorld:
    """The ``size`` − 1 largest economies and one rest of the world; the world itself if it is that small."""
    e = world.economy
    if size >= len(e):
        return world
    keep = {e.codes[k] for k in np.argsort(-e.value_added)[: size - 1]}
    return world.aggregate(keep, {code: "Rest of the world" for code in e.codes if code not in keep})


def corridors(world: ChannelWorld, count: int) -> list[tuple[str, str, str]]:
    """Rationed corridors by skill with the largest regular stocks."""
    m = world.channels.menu
    order = np.argsort(-np.where(np.isfinite(m.quota), m.stock[:, 0], 0.0))[:count]
    codes = world.economy.codes
    return [(codes[m.origin[k]], codes[m.place[k]], ("low", "high")[m.skill[k]]) for k in order]


def jobs(world: ChannelWorld) -> dict[str, Shock]:
    """Counterfactuals by size: one quota, a round, many quotas, corridors opened."""
    first = corridors(world, 40)
    a, b, s = first[0]
    return {
        "one quota up by a tenth": Shock(quotas=(QuotaChange(a, b, s, factor=1.1),)),
        "12 quotas up, a tariff, a fee": Shock(
            quotas=tuple(QuotaChange(*x, factor=1.2) for x in first[:12]),
            tariffs=(TariffCut(a, b, 0.02),),
            fees=(FeeCut(a, b, 0.02),),
        ),
        "40 quotas down by a fifth": Shock(quotas=tuple(QuotaChange(*x, factor=0.8) for x in first)),
        "two corridors opened": Shock(openings=tuple(OpenCorridor(x, y, z) for x, y, z in first[10:12])),
    }


def instruments(world: ChannelWorld, count: int) -> list[Item]:
    """The instruments of a round, in equal parts: quotas, tariffs, fees, transfers, recognition, control."""
    out: list[Item] = []
    for a, b, s in corridors(world, count):
        out += [QuotaChange(a, b, s), TariffCut(a, b, 0.0), FeeCut(a, b, 0.0), Transfer(b, a, 1.0, "aid")]
        try_high = world.channels.persons[world.economy.place(a), world.economy.place(b), 1].sum() > 0
        if try_high:
            out.append(Recognition(a, b, 0.0, 0.2))
        out.append(Enforcement(a, b, 1.0))
    return out[:count]


def measure_times(world: ChannelWorld) -> None:
    """Question 1."""
    print(f"\nOne counterfactual of the full world: {world!r}")
    once = time_median(partial(refactor, world), repeats=3)
    print(f"  {'factoring the Jacobian, once a world':38s} {1e3 * once:7.1f} ms")
    times = []
    for name, shock in jobs(world).items():
        seconds = time_median(partial(world.solve, shock))
        out = world.solve(shock)
        times.append(seconds)
        print(f"  {name:38s} {1e3 * seconds:7.1f} ms  {out.steps} steps, {out.factorings} new Jacobians")
        print(f"  {'':38s} {int(out.joint.choice.bound.sum())} quotas bind")
    plain = World(world.economy)
    a, b, s = corridors(world, 1)[0]
    moved = Shock(moves=(Move(a, a, b, s, 10_000, 0.5, 0.8),))
    quantity = time_median(partial(plain.solve, moved))
    print(f"  {'quantity mode, 10,000 people moved':38s} {1e3 * quantity:7.1f} ms")
    middle = statistics.median(times)
    print(say(f"median below {PROMISED_SECONDS} s ({middle:.3f} s)", middle < PROMISED_SECONDS))
    held = 1e3 * quantity < PROMISED_MILLISECONDS
    print(say(f"quantity mode below {PROMISED_MILLISECONDS:.0f} ms ({1e3 * quantity:.1f} ms)", held))


def refactor(world: ChannelWorld) -> None:
    """Factor the Jacobian of a world anew."""
    _ = ChannelWorld(world.economy, world.channels, world.switches).factors


def measure_growth(world: ChannelWorld) -> None:
    """Question 2."""
    print("\nHow time grows (12 quotas up, a tariff, a fee)")
    for size in SIZES:
        part = keep_largest(world, size)
        shock = jobs(part)["12 quotas up, a tariff, a fee"]
        seconds = time_median(partial(part.solve, shock), repeats=7)
        print(f"  {size:4d} economies, {len(part.channels.menu.total):6d} corridors  {1e3 * seconds:7.1f} ms")


def measure_trust(world: ChannelWorld) -> None:
    """Question 3."""
    print("\nHow far the answers can be trusted")
    residual = complementarity = agreement = 0.0
    for seed, shock in enumerate(jobs(world).values()):
        one = world.solve(shock)
        start = np.random.default_rng(seed).normal(0, 0.05, len(one.joint.z))
        two = world.solve(shock, start=start)
        residual = max(residual, one.error, two.error)
        complementarity = max(complementarity, one.complementarity, two.complementarity)
        gap = np.abs(np.log(one.joint.choice.queue / two.joint.choice.queue)).max()
        agreement = max(agreement, float(np.abs(one.joint.z - two.joint.z).max()), float(gap))
    print(say(f"residual at most {PROMISED_RESIDUAL:.0e} ({residual:.1e})", residual <= PROMISED_RESIDUAL))
    name = f"complementarity at most {PROMISED_COMPLEMENTARITY:.0e} ({complementarity:.1e})"
    print(say(name, complementarity <= PROMISED_COMPLEMENTARITY))
    name = f"two starts agree to {PROMISED_AGREEMENT:.0e} ({agreement:.1e})"
    print(say(name, agreement <= PROMISED_AGREEMENT))


def measure_derivatives(world: ChannelWorld) -> None:
    """Question 4."""
    print("\nDerivatives of every ledger line by every instrument of a round")
    for name in ("one quota up by a tenth", "12 quotas up, a tariff, a fee"):
        shock = jobs(world)[name]
        out = world.solve(shock)
        print(f"  At {name}")
        worst = 0.0
        for count in (10, 20, 50, 100, 200):
            items = instruments(world, count)
            solve, seconds = time_in_turn(
                partial(world.solve, shock), partial(world.differentiate, out, items)
            )
            share = seconds / len(items) / solve
            worst = max(worst, share)
            print(
                f"  {len(items):4d} instruments  {1e3 * seconds:7.0f} ms, "
                f"{1e3 * seconds / len(items):5.1f} ms each, {share:.3f} of a solve ({1e3 * solve:.0f} ms)"
            )
        promise = f"less than one solve per ten instruments, from ten on (at most {worst:.3f} each)"
        print(say(promise, worst < PROMISED_SHARE))


def main() -> None:
    """Answer the four questions."""
    world = ChannelWorld.load()
    measure_times(world)
    measure_growth(world)
    measure_trust(world)
    measure_derivatives(world)


if __name__ == "__main__":
    main()
