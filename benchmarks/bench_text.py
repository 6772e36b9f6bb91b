"""A large negotiating text: 40 articles, 2,000 amendments of 190 delegations, and each kind of file.

Processor time of one core, so that other work on the machine disturbs it less.
Run: python benchmarks/bench_text.py
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random

from comity.protocol import text as nt
from comity.services.text_file import FORMS, dump_text, load_text

ARTICLES, PARAGRAPHS, AMENDMENTS, DELEGATIONS = 40, 10, 2_000, 190
WORDS = "Each Party shall, in accordance with its law, issue visas to nationals of the others. "
AMENDMENT_MILLISECONDS, DIFFERENCE_SECONDS, FILE_SECONDS = 0.2, 1.0, 10.0
AT = datetime(2026, 1, 1, tzinfo=UTC)


def draft() -> nt.NegotiatingText:
    """Give a draft of 40 articles of ten paragraphs."""
    text = nt.NegotiatingText("A large text")
    for article in range(1, ARTICLES + 1):
        text = nt.add_article(text, f"a{article}", f"Matter {article}")
        for paragraph in range(1, PARAGRAPHS + 1):
            words = f"{WORDS * 3}This is paragraph {paragraph} of article {article}."
            text = nt.add_paragraph(text, f"a{article}", f"a{article}.p{paragraph}", words)
    return text


def amend(text: nt.NegotiatingText) -> tuple[nt.NegotiatingText, float]:
    """Make 2,000 amendments at random places; give the text and the time of one."""
    random = Random(7)  # noqa: S311  (places in a text, not secrets)
    places = [
        (f"a{random.randint(1, ARTICLES)}.p{random.randint(1, PARAGRAPHS)}", f"D{number % DELEGATIONS}")
        for number in range(AMENDMENTS)
    ]
    before = time.process_time()
    for number, (key, delegation) in enumerate(places):
        words = f"Each Party may, within {number} days, {WORDS * 3}"
        text = nt.propose_wording(text, key, f"alt{number}", words, delegation)
    return text, (time.process_time() - before) / AMENDMENTS


def promise(what: str, holds: bool, found: str) -> None:
    """Print whether a promise holds."""
    print(f"promised: {what}: {'holds' if holds else 'MISSED'} ({found})")


def main() -> None:
    """Measure, and say whether the promises hold."""
    first = draft()
    text, each = amend(first)
    promise(
        f"an amendment in {AMENDMENT_MILLISECONDS} ms",
        each * 1e3 <= AMENDMENT_MILLISECONDS,
        f"{each * 1e3:.3f} ms",
    )
    before = time.process_time()
    lines = nt.describe(nt.differences(first, text), after=text)
    took = time.process_time() - before
    promise(
        f"differences in words in {DIFFERENCE_SECONDS:g} s",
        took <= DIFFERENCE_SECONDS,
        f"{took:.2f} s, {len(lines):,} lines",
    )
    for form in FORMS:
        before = time.process_time()
        data = dump_text(text, form, at=AT)
        written = time.process_time() - before
        before = time.process_time()
        same = load_text(data, f"text{form}") == text
        read = time.process_time() - before
        promise(
            f"{form} written and read without loss in {FILE_SECONDS:g} s",
            same and written + read <= FILE_SECONDS,
            f"written {written:.2f} s, read {read:.2f} s, {len(data) / 1e6:.2f} MB",
        )


if __name__ == "__main__":
    main()
