"""How long the register, the agreement test and the speed of areas take.

Processor time of one core; other work on the machine still disturbs it.
"""

from __future__ import annotations

import time

from comity.evidence import Evidence
from comity.regime import Agreement, Clause, Force, Register, Tags, compare, examine, measure_speed

LONG = 500


def main() -> None:
    """Print one line a promise."""
    tags = Tags.load()
    codes = sorted(tags.titles)
    clauses = tuple(Clause(f"{k}", (codes[k % len(codes)],), "", Force.BINDING) for k in range(LONG))
    one, other = (Agreement(key, key, ("ITA", "MAR"), clauses) for key in ("one", "other"))
    start = time.process_time()
    examine(one, tags=tags)
    spent = time.process_time() - start
    print(f"test of {LONG} clauses: {spent:.2f} s; promised: under 2 s: {'holds' if spent < 2 else 'MISSED'}")
    start = time.process_time()
    compare([one, other], tags=tags)
    print(f"comparison of two of them: {time.process_time() - start:.2f} s")
    start = time.process_time()
    Register(Evidence.load(), tags=tags).find("PHL", partner="ITA")
    print(f"register, first question: {time.process_time() - start:.2f} s")
    start = time.process_time()
    measure_speed(Evidence.load())
    print(f"speed of areas, 1000 draws: {time.process_time() - start:.2f} s")


if __name__ == "__main__":
    main()
