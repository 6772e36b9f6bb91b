"""A draft agreement as an answer: from agreement files, or from the package of a deal (§8, E111).

Who may import me: the doors. Start at :func:`agreements_draft` and :func:`package_draft`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.evidence import Catalogue, Evidence
from comity.regime import CommonGround, Tags, compare
from comity.services.agreement_file import read_agreement
from comity.services.laboratory import make_provision
from comity.services.model_text import DraftArticle, Standing, draft_articles, draft_common_core
from comity.services.model_text_document import write_draft
from comity.services.package_file import read_package
from comity.services.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.reports.document import Document
    from comity.services.roundfile import Round
    from comity.vocabulary import Provision

__all__ = ["DraftText", "agreements_draft", "draft_package", "package_draft"]


@dataclass(frozen=True, slots=True, repr=False)
class DraftText(Result):
    """A drafted text and what it was drafted from.

    Attributes
    ----------
    title
        Of the text.
    parties
        Names of the parties; empty where agreements of different parties are laid together.
    articles
        The text.
    objectives
        What the round file states as objectives: whose ("" for a common one), and in its words.
    provisions
        The package, where the text was drafted from one.
    ground
        What the agreements share, where it was drafted from agreements.
    """

    title: str
    parties: tuple[str, ...]
    articles: tuple[DraftArticle, ...]
    names: Mapping[str, str] = field(repr=False)
    objectives: tuple[tuple[str, str], ...] = ()
    provisions: tuple[Provision, ...] = ()
    ground: CommonGround | None = field(default=None, repr=False)

    def count(self, standing: Standing) -> int:
        """Paragraphs of one standing."""
        return sum(p.standing is standing for a in self.articles for p in a.paragraphs)

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the text; ``brief`` leaves out what was only offered and the schedule."""
        return write_draft(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay the text out as plain data."""
        return {
            "title": self.title,
            "parties": list(self.parties),
            "objectives": [{"party": p or None, "text": t} for p, t in self.objectives],
            "articles": [
                {
                    "key": a.key, "subject": a.subject, "title": a.title,
                    "paragraphs": [
                        {
                            "key": p.key, "wording": p.wording, "standing": str(p.standing),
                            "tag": p.tag or None, "provisions": list(p.provisions),
                            "held_by": list(p.held_by),
                            "alternatives": [
                                {"key": x.key, "wording": x.wording, "held_by": list(x.held_by),
                                 "clauses": list(x.clauses)}
                                for x in p.alternatives
                            ],
                        }
                        for p in a.paragraphs
                    ],
                }
                for a in self.articles
            ],
            "provisions": [
                {"key": x.key, "instrument": x.instrument, "giver": x.giver,
                 "beneficiary": x.beneficiary, "value": x.value, "unit": x.unit, "terms": dict(x.terms)}
                for x in self.provisions
            ],
            "left_out": []
            if self.ground is None or len(self.ground.agreements) == 1
            else [
                {"tag": r.tag, "title": r.title,
                 "held_by": next(c.agreement for c in r.cells if c.clauses)}
                for r in self.ground.single
            ],
        }  # fmt: skip


def agreements_draft(*, paths: tuple[Path, ...]) -> DraftText:
    """Draft one text from agreement files: one file gives its own clauses, several give what they share."""
    tags, names = Tags.load(), _countries()
    agreements = [read_agreement(p, tags=tags, countries=names) for p in paths]
    ground = compare(agreements, tags=tags, fewest=1)
    single = ground.agreements[0] if len(ground.agreements) == 1 else None
    return DraftText(
        title=single.title if single else "A joint text from what these agreements share",
        parties=tuple(names.get(p, p) for p in single.parties) if single else (),
        articles=draft_common_core(ground, names=names),
        names=names,
        ground=ground,
    )


def package_draft(*, path: Path, name: str | None = None) -> DraftText:
    """Draft the text of a package: a deal's JSON, a round file (which is solved), or a list of provisions."""
    catalogue, names = Catalogue.load(), _countries()

    def solve(round_file: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
        from comity.services.deal import deal_find  # noqa: PLC0415  (a list of provisions need not wait)

        return deal_find(path=round_file)

    found = read_package(path, name=name, catalogue=catalogue, countries=names, solve=solve)
    units = {code: one.parameter.unit for code, one in catalogue.instruments.items()}
    provisions = tuple(
        make_provision(clause, found.values[clause.key], units[clause.instrument])
        for clause in found.round.table
        if clause.key in found.values
    )
    title = found.round.title if found.title == found.round.title else f"{found.round.title}: {found.title}"
    return draft_package(found.round, provisions, title=title)


def draft_package(round_: Round, provisions: tuple[Provision, ...], *, title: str) -> DraftText:
    """Draft the text of a package of a round that is at hand, as ``comity deal`` and the forum have it."""
    countries = _countries()
    names = {p.code: p.name or countries.get(p.code, p.code) for p in round_.parties}
    return DraftText(
        title=title,
        parties=tuple(names[p.code] for p in round_.parties),
        articles=draft_articles(provisions, names=names, round_=round_),
        names={**countries, **names},
        objectives=tuple((o.party or "", o.text) for o in round_.objectives),
        provisions=provisions,
    )


def _countries() -> dict[str, str]:
    table = Evidence.load().table("countries")
    return dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
