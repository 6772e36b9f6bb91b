"""The facilitator's pack: sheets to print, each with what its reader may see and nothing else (§6.8).

A sheet of a seat is written from its sealed round and its own position; the public sheet from the public
round. Only the facilitator's notes are written from all positions.

Who may import me: doors. Start at :func:`write_pack`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining import solve_nash
from comity.protocol import State
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Table,
    Text,
    Words,
    text,
)
from comity.reports.html import render_html
from comity.services.practice_debrief import whole_game
from comity.services.practice_document import SOURCES, money, number, stated, worth_table
from comity.services.practice_seats import seal_round, write_seat
from comity.services.practice_sight import ClauseRow, Desk
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.evidence import Parameters
    from comity.services.laboratory import Laboratory
    from comity.services.practice import Practice
    from comity.services.practice_opening import Whole
    from comity.services.roundfile import Round

__all__ = ["write_pack"]


def write_pack(whole: Whole) -> dict[str, str]:
    """Write all files of the pack: name to content; the same round gives the same bytes.

    ``public.html`` for everybody; ``seat-CODE.html`` and ``seat-CODE.yaml`` for each delegation;
    ``facilitator.html`` for whoever leads the exercise.
    """
    practice, round_, lab, parameters = whole.practice, whole.round, whole.lab, whole.parameters
    public = seal_round(round_)
    files = {"public.html": render_html(_public_sheet(practice, public, lab, parameters))}
    for party in round_.parties:
        code = party.code
        desk = Desk(
            seal_round(round_, code), code, practice._positions[code], practice.rules, lab, whole.evidence  # noqa: SLF001
        )  # fmt: skip
        files[f"seat-{code}.html"] = render_html(_seat_sheet(practice, desk))
        files[f"seat-{code}.yaml"] = write_seat(round_, code)
    files["facilitator.html"] = render_html(_facilitator(practice, parameters))
    return files


def _meta(practice: Practice, reader: str) -> Meta:
    return Meta(
        seed=practice.setup.seed,
        disclaimer=f"An exercise. For {reader}.",
        command="comity practice pack ROUND",
    )


def _public_sheet(practice: Practice, public: Round, lab: Laboratory, parameters: Parameters) -> Document:
    names = practice.desk.names
    blocks: list[Block] = [Paragraph(Name(public.summary, "quote"))] if public.summary else []
    blocks += [
        Heading(2, "Who negotiates", "parties"),
        Bullets(tuple(text("{name} ({code})", name=Name(n), code=Name(c, "code")) for c, n in names.items())),
    ]
    common = [Name(o.text, "quote") for o in public.objectives]
    if common:
        blocks += [Heading(2, "Common objectives", "objectives"), Bullets(tuple(common))]
    blocks += [Heading(2, "What is on the table", "table"), _table(practice, public, lab)]
    if public.principles:
        blocks += [
            Heading(2, "Principles that every text keeps", "principles"),
            Bullets(tuple(Name(p.text, "quote") for p in public.principles)),
        ]
    blocks += [Heading(2, "How the round runs", "rules"), Bullets(_rules(practice, public, parameters))]
    return Document(
        title=text("Practice round: {title}", title=Name(public.title, "quote")),
        subtitle="For everybody at the table.",
        blocks=tuple(blocks),
        sources=SOURCES,
        meta=_meta(practice, "everybody"),
    )


def _table(practice: Practice, public: Round, lab: Laboratory) -> Table:
    names = practice.desk.names
    rows: list[tuple[Cell, ...]] = []
    for c, clause in enumerate(public.table):
        instrument = lab.catalogue.instruments[clause.instrument]
        unit = instrument.parameter.unit
        low, high = (stated(v, unit, f"table.{c}.range") for v in clause.range)
        step = None if clause.step is None else stated(clause.step, unit, f"table.{c}.step")
        rows.append(
            (
                Name(str(c + 1)), text("{t} ({k})", t=Name(instrument.title), k=Name(clause.key, "code")),
                Name(names[clause.giver]), Name(names[clause.beneficiary]), low, high, step,
            )
        )  # fmt: skip
    columns = ("No.", "Clause", "Gives", "Gets", "From", "To", "In steps of")
    return Table("Clauses; a text may leave any of them out", tuple(Column(c) for c in columns), tuple(rows))


def _rules(practice: Practice, public: Round, parameters: Parameters) -> tuple[Words, ...]:
    minutes = {
        key: Figure(
            parameters.value(f"practice.minutes_{key}"), "minutes", SourceClass.ESTIMATED,
            f"parameter:practice.minutes_{key}",
        )
        for key in ("briefing", "round", "debrief")
    }  # fmt: skip
    share = Figure(
        public.settings.share_of_draws, SHARE, SourceClass.ELICITED, "round:settings.share_of_draws"
    )
    return (
        text("Reading: {n}. Ask the facilitator, not another delegation.", n=minutes["briefing"]),
        text(
            "Then up to {r}, each of about {n}. In a round each delegation speaks once, in the order above.",
            r=number(practice.setup.rounds, "rounds"),
            n=minutes["round"],
        ),
        "In request-offer mode a delegation changes clauses that it gives or gets, or answers the text.",
        (
            "In single-text mode the facilitator holds the pen; the delegations say yes or no, and which "
            "clauses are better or worse for them."
        ),
        "Nothing is agreed until everything is agreed: a deal is one text that all accept.",
        text(
            "Each delegation knows in which share of the possible worlds it gains; a text is good enough for "
            "it when that is {share} or more, and its red line is kept on average.",
            share=share,
        ),
        text("The debrief takes {n} and should not be cut.", n=minutes["debrief"]),
    )


def _seat_sheet(practice: Practice, desk: Desk) -> Document:
    seat, sealed = desk.seat, desk.round
    place = [p.code for p in sealed.parties].index(seat)
    party = sealed.parties[place]
    key = f"parties.{place}"
    blocks: list[Block] = [
        Answer(
            text(
                "You speak for {name}. Least gain that you may accept: {red}",
                name=Name(desk.names[seat]),
                red=stated(party.red_line.gain_at_least, USD_MILLION_YEAR, f"{key}.red_line.gain_at_least"),
            ),
            "note",
            ("What is on this sheet is yours alone. Say of it what serves you.",),
        )
    ]
    own = [Name(o.text, "quote") for o in sealed.objectives if o.party == seat]
    if own:
        blocks += [Heading(2, "What you want to reach", "objectives"), Bullets(tuple(own))]
    blocks += [Heading(2, "What each clause is worth to you", "worth"), _worth(desk)]
    if party.limits:
        blocks += [Heading(2, "What you may not go beyond", "limits"), Bullets(_limits(desk))]
    blocks += [Heading(2, "If there is no deal", "no-deal"), *_no_deal(desk, place)]
    weights = party.counts.weights()
    counted = ", ".join(name.replace("_", " ") for name, weight in weights.items() if weight > 0)
    blocks += [
        Heading(2, "Who counts in your gain", "counts"),
        Paragraph(text("Counted: {who}.", who=Name(counted))),
    ]
    return Document(
        title=text("{name}: confidential", name=Name(desk.names[seat])),
        subtitle=text("Practice round: {title}", title=Name(sealed.title, "quote")),
        blocks=tuple(blocks),
        sources=SOURCES,
        meta=_meta(practice, f"the delegation of {desk.names[seat]} only"),
    )


def _worth(desk: Desk) -> Table:
    sight = desk.see(State(), {})
    rows: list[tuple[Cell, ...]] = []
    for row in sorted(sight.rows, key=lambda r: -abs(r.worth_full.mid) if r.worth_full else 0.0):
        if not row.own and (row.worth_full is None or abs(row.worth_full.mid) < _small(sight.rows)):
            continue
        full = stated(row.strongest, row.unit, f"table.{row.number - 1}.range")
        worth = None if row.worth_full is None else money(row.worth_full, f"model:§5.2|{row.key}|{desk.seat}")
        title = text("{t} ({k})", t=Name(row.title), k=Name(row.key, "code"))
        rows.append((title, Name(desk.names[row.giver]), Name(desk.names[row.beneficiary]), full, worth))
    return Table(
        "The largest first; against no deal, at the full concession",
        (Column("Clause"), Column("Gives"), Column("Gets"), Column("At"), Column("Worth", signed=True)),
        tuple(rows),
        note="A dash: nobody has valued it. That is not zero; decide what it is worth to you. Clauses "
        "between others are listed only where they matter to you.",
    )


def _small(rows: tuple[ClauseRow, ...]) -> float:
    worths = [abs(r.worth_full.mid) for r in rows if r.worth_full is not None]
    return max(worths, default=0.0) / 100


def _limits(desk: Desk) -> tuple[Words, ...]:
    found: list[Words] = []
    rows = {row.key: row for row in desk.rows(State(), {}, {})}
    for key, (low, high) in desk.position.limits.items():
        row = rows[key]
        parts: list[Words] = [text("{t} ({k})", t=Name(row.title), k=Name(key, "code"))]
        for bound, words in ((low, ", at least {v}"), (high, ", at most {v}")):
            if np.isfinite(bound):
                parts.append(text(words, v=stated(bound, row.unit, "parties.limits")))
        found.append(Text(tuple(parts)))
    return tuple(found)


def _no_deal(desk: Desk, place: int) -> list[Block]:
    no_deal = desk.round.parties[place].no_deal
    blocks: list[Block] = [
        Paragraph(
            text(
                "Against today you would have {value}.",
                value=Figure(
                    no_deal.range, USD_MILLION_YEAR, SourceClass.ELICITED, f"round:parties.{place}.no_deal"
                ),
            )
        )
    ]
    if no_deal.worsened_by:
        blocks.append(
            Bullets(
                tuple(
                    text(
                        "{who} could make it worse ({how}), by {loss}.",
                        who=Name(desk.names.get(t.by, t.by)),
                        how=Name(t.how, "quote"),
                        loss=Figure(
                            t.loss.range, USD_MILLION_YEAR, SourceClass.ELICITED,
                            f"round:parties.{place}.no_deal.worsened_by.{k}.loss",
                        ),
                    )
                    for k, t in enumerate(no_deal.worsened_by)
                )
            )
        )  # fmt: skip
    return blocks


def _facilitator(practice: Practice, parameters: Parameters) -> Document:
    names = practice.desk.names
    game = whole_game(practice)
    nash = solve_nash(game)
    public = practice.public
    if nash.found:
        lead: Words = text(
            "The Nash package is worth {total} to all parties together",
            total=money(float(nash.mean_gains.sum()), "model:§6.2|nash"),
        )
    else:
        lead = "No package makes every party a net gainer: the right end of this round is no deal"
    positions = practice._positions  # noqa: SLF001  (the facilitator may see all)
    rows: list[tuple[Cell, ...]] = []
    for place, code in enumerate(names):
        best = positions[code].best
        rows.append(
            (
                Name(names[code]),
                stated(
                    positions[code].red_line, USD_MILLION_YEAR, f"parties.{place}.red_line.gain_at_least"
                ),
                Name(", ".join(sorted(positions[code].limits)) or "none"),
                None
                if best is None
                else money(float(positions[code].gains(best).mean()), f"model:§6.8|best|{code}"),
                money(float(nash.mean_gains[place]), f"model:§6.2|nash|{code}") if nash.found else None,
            )
        )  # fmt: skip
    columns = ("Party", "Red line: least gain", "Limits on", "Its best package", "Nash package")
    blocks: list[Block] = [
        Answer(lead, "zone" if nash.found else "no_zone"),
        Heading(2, "Timings", "timings"),
        KeyValues(_timings(practice, parameters)),
        Heading(2, "Before", "before"),
        Bullets(
            (
                "Print the public sheet for everybody and one confidential sheet for each delegation.",
                "Keep the round file and this page: both hold what every party wants.",
                "Give a delegation that works with the program its own seat file, never the round file.",
            )
        ),
        Heading(2, "During", "during"),
        Bullets(
            (
                "Write down every text as it is put; brackets mark what is not agreed.",
                "In single-text mode you hold the pen. Ask for yes or no, better or worse, no numbers.",
                "When a delegation is stuck, ask what it could give that costs it little.",
            )
        ),
        Heading(2, "After: questions for the debrief", "after"),
        Bullets(
            (
                "Which clause cost its giver least for what it gave the other side? Who found it, and when?",
                "What did each side give up first, and was anything given for it?",
                "Which text came closest to the package below, and why was it not taken?",
                "Who would have gained from no deal, or from a threat? Was any gain coerced?",
            )
        ),
        Heading(2, "What everybody wants", "wanted"),
        Table("Positions", tuple(Column(c) for c in columns), tuple(rows)),
        worth_table(practice, list(names)),
    ]
    if nash.found:
        rows_by_key = {row.key: row for row in practice.see().rows}
        blocks += [
            Heading(2, "The Nash package", "nash"),
            Bullets(
                tuple(
                    text(
                        "{title} ({code}): {value}",
                        title=Name(rows_by_key[key].title),
                        code=Name(key, "code"),
                        value=number(value, rows_by_key[key].unit, f"model:§6.2|{key}"),
                    )
                    for key, value in nash.values.items()
                )
            ),
        ]
    blocks.append(
        Notice("limit", "Not for delegations before the debrief: this page holds private values of all.")
    )
    return Document(
        title=text("Facilitator's notes: {title}", title=Name(public.title, "quote")),
        subtitle="For whoever leads the exercise, and nobody else before the debrief.",
        blocks=tuple(blocks),
        sources=SOURCES,
        meta=_meta(practice, "the facilitator only"),
    )


def _timings(practice: Practice, parameters: Parameters) -> tuple[tuple[Words, Words], ...]:
    def minutes(value: float, key: str) -> Figure:
        return Figure(value, "minutes", SourceClass.ESTIMATED, f"parameter:practice.{key}")

    briefing, each, debrief = (
        parameters.value(f"practice.minutes_{key}") for key in ("briefing", "round", "debrief")
    )
    rounds = practice.setup.rounds
    return (
        ("Reading the sheets", minutes(briefing, "minutes_briefing")),
        (
            "Rounds",
            text(
                "{n}, {each} each: {all}",
                n=number(rounds, "rounds"),
                each=minutes(each, "minutes_round"),
                all=minutes(rounds * each, "minutes_round"),
            ),
        ),
        ("Debrief", minutes(debrief, "minutes_debrief")),
        ("In all", minutes(briefing + rounds * each + debrief, "minutes_round")),
    )
