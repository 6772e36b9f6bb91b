"""The readable form of a world round: answer, web, who gains, what it turns on, basis (§0, §6.10).

Who may import me: :mod:`comity.services.world_result`. Start at :func:`write_world_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Answer,
    Block,
    Document,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Words,
    text,
)
from comity.services.world_outlook import show_blocs, show_pivots, show_rests_on
from comity.services.world_sections import show_regions, show_seats, show_web
from comity.services.world_wording import number, percent, stated
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.world_result import WorldDeal

__all__ = ["write_world_document"]

REFERENCE: Final = "model:§6.10"
#: A party whose weight in a proof is below this is not named as a reason.
COUNTS_LITTLE: Final = 1e-4


def write_world_document(deal: WorldDeal, *, brief: bool = False) -> Document:
    """Lay out a world round for reading: all of it, or its first pages."""
    blocks: list[Block] = [*_answer(deal)]
    if deal.final is not None:
        blocks += show_web(deal, brief=brief)
        blocks += show_regions(deal)
        if not brief:
            blocks += show_seats(deal)
        blocks += show_pivots(deal)
        blocks += show_blocs(deal, brief=brief)
    if brief:
        blocks.append(
            Notice(
                "limit",
                "Every party with its range, every pair, the map, the bounds and all that this "
                "rests on: in the "
                "HTML report, or here with --full.",
            )
        )
    else:
        blocks += show_rests_on(deal)
    return Document(
        title=text("{title}", title=Name(deal.file.title, "quote")),
        subtitle=text("{summary}", summary=Name(deal.file.summary or "A world round.", "quote")),
        blocks=tuple(blocks),
        sources=_sources(deal),
        meta=Meta(
            seed=deal.seed,
            versions=deal.versions,
            disclaimer="Advisory. Countries stand in alphabetical order, nothing here recommends a package; "
            "political cost "
            "is not counted.",
            command=f"comity deal {deal.file.round}.yaml"
            + "".join(f" --without {bloc}" for bloc in deal.without),
        ),
    )


def _answer(deal: WorldDeal) -> Iterator[Block]:
    parties = number(len(deal.seated()), "parties", f"{REFERENCE}|parties")
    if deal.without:
        yield Paragraph(
            text("Out from the start: {blocs}.", blocs=Name(", ".join(deal.names[b] for b in deal.without)))
        )
    if deal.final is None or not deal.zone_open:
        yield from _no_regime(deal, parties)
        return
    final, rules = deal.final, deal.file.world_round
    share = percent(deal.least_share(), f"{REFERENCE}|share")
    if deal.sturdy:
        words = text(
            "Yes, in this model and within these bounds: one regime in which each of {n} gains, "
            "at central values "
            "and in at least {share} of {draws} draws of the uncertain parameters.",
            n=parties,
            share=share,
            draws=stated(deal.draws, "", "draws"),
        )
    else:
        words = text(
            "Only at central values: a regime in which each of {n} gains was found, but in some draws of the "
            "uncertain parameters a party loses; the least share of draws with a gain is {share}.",
            n=parties,
            share=share,
        )
    joint = float(final.gains[final.regime.seated].sum())
    size = float(deal.lab.size[final.regime.seated].sum())
    details: list[Words] = [
        text(
            "All gains together: {joint}, {part} of their GDP, counting residents and public "
            "budgets as the file "
            "says.",
            joint=Figure(joint, USD_MILLION_YEAR, SourceClass.MODELLED, f"{REFERENCE}|joint"),
            part=percent(joint / size, f"{REFERENCE}|joint"),
        ),
        text(
            "The full world confirms it with the clauses as written: every gain is at least {least} of that "
            "party's GDP, the least asked.",
            least=stated(rules.least_gain, SHARE, "world_round.least_gain"),
        ),
        text(
            "Proven: with the full world's values around this package no mixture of the clauses "
            "has a mean gain "
            "(geometric) more than {gap} higher.",
            gap=percent(max(final.gap, 0.0), f"{REFERENCE}|gap"),
        ),
    ]
    if deal.central is not None and deal.share_in_search is not None:
        weak = int((deal.central.share(deal.lab) < rules.share_of_draws)[deal.central.regime.seated].sum())
        details.append(
            text(
                "The best package at central values alone would let {n} lose in too many draws "
                "(the least share with a gain was {share}); the one shown gives that up. In the draws that "
                "shaped it the least share is {told}; all shares and ranges reported are from other draws, "
                "which the search has not seen.",
                n=number(weak, "parties", f"{REFERENCE}|weak"),
                share=percent(
                    float(deal.central.share(deal.lab)[deal.central.regime.seated].min()),
                    f"{REFERENCE}|share",
                ),
                told=percent(deal.share_in_search, f"{REFERENCE}|share"),
            )
        )
    yield Answer(words, "zone", tuple(details))
    yield KeyValues(
        (
            ("Clauses drafted from the evidence", number(len(deal.lab), "", f"{REFERENCE}|candidates")),
            ("Clauses that the package uses", number(len(final.values), "", f"{REFERENCE}|used")),
            (
                "Best that the worst-off party could get",
                text(
                    "{share} of its GDP (proven at most {bound}, on values around the status quo)",
                    share=percent(deal.first.worst.value, f"{REFERENCE}|worst"),
                    bound=percent(deal.first.worst.bound, f"{REFERENCE}|worst"),
                ),
            ),
            ("Local games solved", number(final.regime.rounds, "", f"{REFERENCE}|rounds")),
            (
                "Largest error of the last step's forecast",
                text(
                    "{share} of the largest gain",
                    share=percent(final.regime.distance, f"{REFERENCE}|distance"),
                ),
            ),
            (
                "Other mixtures tried in the full world",
                text(
                    "{tried}, of which {above} lie above the bound (at central values)",
                    tried=number(deal.others.tried, "", f"{REFERENCE}|others"),
                    above=number(deal.others.beaten, "", f"{REFERENCE}|others"),
                ),
            ),
        )
    )


def _no_regime(deal: WorldDeal, parties: Figure) -> Iterator[Block]:
    worst = deal.first.worst
    if deal.final is not None:
        words = text("No regime was found in which each of {n} reaches its floor as written down.",
                     n=parties)  # fmt: skip
        yield Answer(words, "no_zone")
        return
    if worst.bound < 0:
        words = text(
            "No: around the status quo no mixture of {clauses} lets each of {n} reach its "
            "floor, and this is proven.",
            clauses=number(len(deal.lab), "candidate clauses", f"{REFERENCE}|candidates"),
            n=parties,
        )
    else:
        words = text("No regime was found in which each of {n} reaches its floor.", n=parties)
    who = [
        (deal.lab.parties[k], float(s))
        for k, s in zip(deal.seated(), worst.shares * deal.lab.size[deal.seated()], strict=True)
        if s > COUNTS_LITTLE
    ]
    details: list[Words] = [
        text(
            "The worst-off party would stay {short} of its GDP below its floor.",
            short=percent(max(-worst.value, 0.0), f"{REFERENCE}|worst"),
        )
    ]
    if who:
        details.append(
            text(
                "These gains together fall short whatever is agreed: {who}.",
                who=Name(", ".join(deal.names.get(code, code) for code, _ in who)),
            )
        )
    yield Answer(words, "no_zone", tuple(details))


def _sources(deal: WorldDeal) -> tuple[Source, ...]:
    from comity.world.facts import TABLES as FACT_TABLES  # noqa: PLC0415
    from comity.world.figures import TABLES as WORLD_TABLES  # noqa: PLC0415

    tables = []
    for name in sorted({*WORLD_TABLES, *FACT_TABLES}):
        meta = deal.evidence.meta(name)
        source = meta.sources[0]
        tables.append(
            Source(
                f"evidence:{name}",
                meta.title,
                source.producer,
                str(source.edition),
                source.licence,
                source.url,
            )
        )
    return (
        *tables,
        Source("parameter:", "Parameters of the world model, each with its reference", "Comity",
               licence="Apache-2.0"),
        Source("round:", f"The file {deal.file.round}.yaml", "the author of the file"),
        Source("model:", "Comity world model and bargaining engine, by section of the design", "Comity"),
    )  # fmt: skip
