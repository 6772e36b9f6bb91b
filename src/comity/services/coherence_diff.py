"""What changed between two portfolios of one country, in words (E74, E104): a record, not a verdict.

Who may import me: doors. Start at :func:`coherence_diff`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from comity.coherence import LONGEST
from comity.errors import InputError
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Document,
    Heading,
    Meta,
    Name,
    Paragraph,
    Words,
    date,
    text,
)
from comity.services.coherence import Coherence, coherence_assess
from comity.services.coherence_document import SOURCES
from comity.services.coherence_wording import count
from comity.services.portfolio_file import last_day
from comity.services.result import Result
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from pathlib import Path

    from comity.coherence import Finding
    from comity.services.portfolio_file import Benchmark, MeasureEntry

__all__ = ["CoherenceDiff", "coherence_diff"]


@dataclass(frozen=True, repr=False)
class CoherenceDiff(Result):
    """Two assessments of one country at two dates; conflicts here are the severe and moderate ones."""

    old: Coherence
    new: Coherence

    @property
    def added(self) -> tuple[MeasureEntry, ...]:
        """Measures that are new."""
        before = {m.key for m in self.old.file.measures}
        return tuple(m for m in self.new.file.measures if m.key not in before)

    @property
    def dropped(self) -> tuple[MeasureEntry, ...]:
        """Measures that are gone."""
        after = {m.key for m in self.new.file.measures}
        return tuple(m for m in self.old.file.measures if m.key not in after)

    @property
    def changed(self) -> tuple[tuple[MeasureEntry, MeasureEntry], ...]:
        """Measures that go by the same key and say something else."""
        before = {m.key: m for m in self.old.file.measures}
        pairs = ((before[m.key], m) for m in self.new.file.measures if m.key in before)
        return tuple((a, b) for a, b in pairs if a != b)

    @property
    def arisen(self) -> tuple[Finding, ...]:
        """Sure conflicts that were not there before."""
        before = _sure(self.old)
        return tuple(f for key, f in _sure(self.new).items() if key not in before)

    @property
    def gone(self) -> tuple[Finding, ...]:
        """Sure conflicts that are no longer there."""
        after = _sure(self.new)
        return tuple(f for key, f in _sure(self.old).items() if key not in after)

    @property
    def verdicts(self) -> tuple[tuple[str, str, str], ...]:
        """Objectives whose verdict changed: title, before, after."""
        before = {v.objective.key: v.word for v in self.old.assessment.verdicts}
        return tuple(
            (
                v.objective.title or v.objective.key.replace("-", " "),
                str(before[v.objective.key]),
                str(v.word),
            )
            for v in self.new.assessment.verdicts
            if v.objective.key in before and before[v.objective.key] != v.word
        )

    @property
    def benchmarks(self) -> tuple[tuple[Benchmark | None, Benchmark | None], ...]:
        """Benchmarks that are new, gone or stand elsewhere; a record that only grew counts as a change."""
        a = {b.key: b for b in self.old.file.benchmarks}
        b = {b.key: b for b in self.new.file.benchmarks}
        keys = [*a, *(k for k in b if k not in a)]
        return tuple((a.get(k), b.get(k)) for k in keys if a.get(k) != b.get(k))

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "country": self.new.file.country,
            "old": {"portfolio": self.old.file.portfolio, "as_of": self.old.file.as_of},
            "new": {"portfolio": self.new.file.portfolio, "as_of": self.new.file.as_of},
            "measures": {
                "added": [m.key for m in self.added],
                "dropped": [m.key for m in self.dropped],
                "changed": [m.key for _, m in self.changed],
            },
            "conflicts": {
                "arisen": [{"key": list(f.key), "severity": f.severity} for f in self.arisen],
                "gone": [{"key": list(f.key), "severity": f.severity} for f in self.gone],
            },
            "objectives": [{"title": t, "before": a, "after": b} for t, a, b in self.verdicts],
            "benchmarks": [
                {
                    "key": (b or a).key,  # type: ignore[union-attr]
                    "before": a.state if a else None,
                    "after": b.state if b else None,
                }
                for a, b in self.benchmarks
            ],
            "versions": {"comity": version("comity")},
        }

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; it is short, so that ``brief`` changes nothing."""
        _ = brief
        gone, arisen = len(self.gone), len(self.arisen)
        lead = text(
            "{gone} gone, {arisen} new, between {a} and {b}.",
            gone=count(gone, "conflict", "conflicts", "diff gone"),
            arisen=count(arisen, "conflict", "conflicts", "diff arisen"),
            a=date(self.old.file.as_of),
            b=date(self.new.file.as_of),
        )
        blocks: list[Block] = [Answer(lead, "note", kicker="What changed")]
        blocks += _list("Measures", "measures", self._measures())
        blocks += _list(
            "Conflicts that are gone", "gone", [self.old.wording.chain(f.chain) for f in self.gone]
        )
        blocks += _list(
            "Conflicts that are new", "new", [self.new.wording.chain(f.chain) for f in self.arisen]
        )
        verdicts = [
            text("{what}: {a} → {b}", what=Name(title, "quote"), a=a, b=b) for title, a, b in self.verdicts
        ]
        blocks += _list("Objectives", "objectives", verdicts)
        blocks += _list("Benchmarks", "benchmarks", [self._benchmark(a, b) for a, b in self.benchmarks])
        return Document(
            title=text("{country}: what changed", country=Name(self.new.country_name)),
            subtitle=text("{a} → {b}", a=Name(self.old.file.title), b=Name(self.new.file.title)),
            blocks=tuple(blocks),
            sources=SOURCES,
            meta=Meta(
                disclaimer="Advisory. Only severe and moderate conflicts are compared.",
                command="comity coherence diff",
            ),
        )

    def _measures(self) -> list[Words]:
        words: list[Words] = [
            text("new: {who}: {what}", who=self.new.wording.ministry(m.ministry), what=Name(m.title, "quote"))
            for m in self.added
        ]
        words += [
            text(
                "ended: {who}: {what}", who=self.old.wording.ministry(m.ministry), what=Name(m.title, "quote")
            )
            for m in self.dropped
        ]
        for a, b in self.changed:
            fields = [n for n in type(a).model_fields if getattr(a, n) != getattr(b, n)]
            words.append(
                text("changed: {what} ({fields})", what=Name(b.title, "quote"), fields=", ".join(fields))
            )
        return words

    def _benchmark(self, a: Benchmark | None, b: Benchmark | None) -> Words:
        if a is None and b is not None:
            return text("new: {what}, {owner}: {state}", what=Name(b.title, "quote"),
                        owner=self.new.wording.ministry(b.owner), state=b.state)  # fmt: skip
        if b is None and a is not None:
            return text("no longer listed: {what} (was {state})", what=Name(a.title, "quote"), state=a.state)
        assert a is not None  # noqa: S101  (a pair of nothing is never listed)
        assert b is not None  # noqa: S101
        late = ", past its date" if self.new.is_late(b) else ""
        words = text("{what}: {a} → {b}{late}", what=Name(b.title, "quote"), a=a.state, b=b.state, late=late)
        if a.value is None or b.value is None or a.value == b.value:
            return words
        before, after = (
            Figure(x.value, x.unit or "", SourceClass.ELICITED, f"portfolio:benchmarks.{x.key}.value")
            for x in (a, b)
        )
        return text("{words}; {before} → {after}", words=words, before=before, after=after)


def _sure(c: Coherence) -> dict[tuple[str, ...], Finding]:
    return {f.key: f for f in c.assessment.conflicts if f.severity in ("severe", "moderate")}


def _list(title: str, anchor: str, items: list[Words] | list[Any]) -> list[Block]:
    body: Block = Bullets(tuple(items)) if items else Paragraph("No change.")
    return [Heading(2, title, anchor), body]


def coherence_diff(*, old: Path, new: Path, longest: int = LONGEST) -> CoherenceDiff:
    """Compare two portfolio files.

    Raises
    ------
    InputError
        A file cannot be used, the two are of different countries, or the newer one is older.
    """
    a, b = coherence_assess(path=old, longest=longest), coherence_assess(path=new, longest=longest)
    if a.file.country != b.file.country:
        msg = f"{a.file.country} and {b.file.country} are two countries"
        raise InputError(msg, file=str(new), key="country", accepted=a.file.country)
    if last_day(b.file.as_of) < last_day(a.file.as_of):
        msg = f"{b.file.as_of} is before {a.file.as_of}"
        raise InputError(msg, file=str(new), key="as_of", accepted="the earlier portfolio first")
    return CoherenceDiff(a, b)
