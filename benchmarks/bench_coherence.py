"""Processor time and memory of assessing a portfolio, by its number of measures.

Made-up edges among the catalogue's own outcomes, so that the size can be chosen: 300 edges, half of them
between outcomes, chains of three. Each size is run several times; assessment and repair are told apart.
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from comity.coherence import Measure, Portfolio, StateValue, assess, find_repair
from comity.evidence import Catalogue
from comity.evidence.catalogue_rows import Interaction
from comity.evidence.interaction_rules import InteractionRules, Need, Rule

EDGES, LONGEST, RUNS = 300, 3, 3
SIZES = (50, 100, 200, 400)
PROMISED = {"measures": 200, "seconds": 2.0, "megabytes": 500.0}
KIBIBYTES_PER_MEGABYTE = 1000 * 1000 / 1024


def make_catalogue(rng: np.random.Generator) -> tuple[Catalogue, InteractionRules]:
    """Draw edges: half from instruments, half between outcomes; every third asks for a state."""
    catalogue, rules = Catalogue.load(), InteractionRules.load()
    outcomes, codes = sorted(rules.outcomes), sorted(catalogue.instruments)
    states = sorted(s.state for s in rules.states.values() if not s.is_number)
    edges, tests = [], {}
    for k in range(EDGES):
        end = str(rng.choice(outcomes))
        start = f"{rng.choice(codes)}:expand" if k % 2 else f"O:{rng.choice(outcomes)}"
        edges.append(
            Interaction(
                edge=f"I{k:03d}", from_instrument=start, condition="", to_outcome=end,
                sign=str(rng.choice(["+", "-"])), strength="", lag="unknown", evidence_class="read",
                parameter="", evidence_source="read: made up", seed_reference="made up",
            )
        )  # fmt: skip
        needs = (Need(str(rng.choice(states))),) if k % 3 == 0 else ()
        tests[f"I{k:03d}"] = Rule(f"I{k:03d}", int(rng.integers(1, 4)), needs)
    return replace(catalogue, interactions=tuple(edges)), replace(rules, rules=MappingProxyType(tests))


def main() -> None:
    """Print one line for each size, and whether the promise holds."""
    rng = np.random.default_rng(0)
    catalogue, rules = make_catalogue(rng)
    starts = sorted({e.subject for e in catalogue.interactions if e.change})
    true = StateValue(True, "made up")
    states = {s.state: true for s in rules.states.values() if not s.is_number}
    kept = True
    print(f"{EDGES} edges, chains of up to {LONGEST}; processor time, best of {RUNS}")
    for size in SIZES:
        measures = tuple(
            Measure(f"m{k}", f"ministry {k % 12}", str(rng.choice(starts)), "expand") for k in range(size)
        )
        portfolio = Portfolio("ESP", measures, (), states)
        spent, repairs = [], []
        for _ in range(RUNS):
            begin = time.process_time()
            found = assess(portfolio, catalogue, rules, longest=LONGEST)
            middle = time.process_time()
            find_repair(portfolio, found, catalogue, rules)
            spent.append(middle - begin)
            repairs.append(time.process_time() - middle)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_MEGABYTE
        print(
            f"  {size:4d} measures   assess {min(spent):6.2f} s   repair {min(repairs):6.2f} s   "
            f"{len(found.findings):6,} findings {len(found.oppositions):8,} opposed pairs   "
            f"peak {peak:4.0f} MB"
        )
        if size == PROMISED["measures"]:
            whole = min(a + b for a, b in zip(spent, repairs, strict=True))
            kept = whole < PROMISED["seconds"] and peak < PROMISED["megabytes"]
    print(
        f"   promised: {PROMISED['measures']} measures, assessment and repair, under "
        f"{PROMISED['seconds']:g} s and {PROMISED['megabytes']:g} MB: {'holds' if kept else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
