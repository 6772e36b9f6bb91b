"""A page for the public: how admission is decided, from a portfolio's ``admission`` section (E78, E79).

Plain words only, and what is not disclosed is said.

Who may import me: doors. Start at :func:`public_page`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence
from comity.evidence.interaction_rules import InteractionRules
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    date,
    text,
)
from comity.services.coherence_wording import count
from comity.services.deal import list_countries
from comity.services.portfolio_file import read_portfolio
from comity.services.result import Result
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.portfolio_file import AdmissionEntry, PortfolioFile, Statement

__all__ = ["PublicPage", "public_page"]

_TOPICS: Final = (
    ("targets", "Targets for countries or regions of origin"),
    ("removal", "When and how people are removed"),
    ("appeal", "How to appeal"),
    ("refusals", "What happens after a refusal"),
)


@dataclass(frozen=True, repr=False)
class PublicPage(Result):
    """How admission is decided, and what is not disclosed."""

    file: PortfolioFile
    admission: AdmissionEntry
    country_name: str

    @property
    def undisclosed(self) -> tuple[str, ...]:
        """What a reader would want to know and the government has not said."""
        missing = [title for key, title in _TOPICS if getattr(self.admission, key) is None]
        missing += [f"Number for: {c.title}" for c in self.admission.categories if c.number is None]
        missing += [f"Criteria for: {c.title}" for c in self.admission.categories if not c.criteria]
        return tuple(missing)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "country": {"code": self.file.country, "name": self.country_name},
            "as_of": self.file.as_of,
            "admission": self.admission.model_dump(mode="json"),
            "undisclosed": list(self.undisclosed),
        }

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; it is short, so that ``brief`` changes nothing."""
        _ = brief
        a = self.admission
        lead = text("Who decides: {who}. This page says what is stated, and what is not.",
                    who=Name(a.decides, "quote"))  # fmt: skip
        n = count(len(self.undisclosed), "point", "points", "undisclosed")
        details = (text("Not disclosed here: {n}.", n=n),) if self.undisclosed else ()
        blocks: list[Block] = [Answer(lead, "note", details, "How people are admitted")]
        blocks.append(Heading(2, "Who may come", "categories"))
        rows: list[tuple[Cell, ...]] = []
        for k, c in enumerate(a.categories):
            number = None
            if c.number is not None:
                reference = f"portfolio:admission.categories.{k}.number"
                number = Figure(c.number.value, c.number.unit, SourceClass.ELICITED, reference)
            rows.append(
                (
                    Name(c.title, "quote"),
                    number if number is not None else "not disclosed here",
                    Name("; ".join(c.criteria), "quote") if c.criteria else "not disclosed here",
                    Name(c.source, "quote"),
                )
            )
        columns = (Column("Category"), Column("How many"), Column("What is asked"), Column("Published in"))
        blocks.append(Table("Categories", columns, tuple(rows)))
        for key, title in _TOPICS:
            blocks.append(Heading(2, title, key))
            said: Statement | None = getattr(a, key)
            if said is None:
                blocks.append(Notice("missing", "Not disclosed here."))
            else:
                words = text("{what} (published in: {where})", what=Name(said.text, "quote"),
                             where=Name(said.source, "quote"))  # fmt: skip
                blocks.append(Paragraph(words))
        blocks.append(Heading(2, "What is not disclosed here", "undisclosed"))
        items: tuple[Words, ...] = tuple(Name(x, "quote") for x in self.undisclosed)
        blocks.append(Bullets(items) if items else Paragraph("Nothing that this page asks for."))
        return Document(
            title=text("{country}: how admission is decided", country=Name(self.country_name)),
            subtitle=text("As of {day}.", day=date(self.file.as_of)),
            blocks=tuple(blocks),
            sources=(Source("portfolio:", "The portfolio file", "its author"),
                     Source("model:§7.3", "Counted by Comity", "Comity")),
            meta=Meta(disclaimer="Information only; the law and the authority decide. "
                      "What is not here may be published elsewhere.",
                      command="comity coherence public"),
        )  # fmt: skip


def public_page(*, path: Path) -> PublicPage:
    """Make the page of a portfolio file.

    Raises
    ------
    InputError
        The file cannot be used, or has no section ``admission``.
    """
    countries = list_countries(Evidence.load())
    file = read_portfolio(
        path, catalogue=Catalogue.load(), rules=InteractionRules.load(), countries=countries
    )
    if file.admission is None:
        msg = "the portfolio says nothing on admission"
        accepted = "a section 'admission' with decides and categories"
        raise InputError(msg, file=str(path), key="admission", accepted=accepted)
    return PublicPage(file, file.admission, countries[file.country])
