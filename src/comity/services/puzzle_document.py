"""The readable form of a puzzle: the answer, the storyboard of steps, how pieces fit, and what it rests on.

Pieces stand in the order of their codes. Who may import me: :mod:`comity.services.puzzle`.
Start at :func:`write_puzzle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining.joining import MOST_PIECES, find_parts
from comity.reports.document import (
    Answer,
    Block,
    Cast,
    Cell,
    Column,
    Document,
    Frame,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    RangeChart,
    RangeRow,
    Storyboard,
    Table,
    Words,
    text,
)
from comity.services.puzzle_sections import list_sources, show_agreed, show_basis, show_fits, show_pairs
from comity.services.puzzle_wording import (
    count,
    count_steps,
    explain,
    join_names,
    label,
    money,
    name_members,
    share,
)
from comity.services.world_file import FAMILIES
from comity.services.world_wording import FAMILY_NAMES, stated
from comity.vocabulary import Figure, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.puzzle import RegimePuzzle
    from comity.services.puzzle_walk import Step

__all__ = ["show_storyboard", "write_puzzle"]


def write_puzzle(found: RegimePuzzle, *, brief: bool = False) -> Document:
    """Lay out a puzzle for reading: all of it, or its first pages."""
    blocks: list[Block] = [_answer(found)]
    if found.path.steps:
        blocks += [Heading(2, "The path, step by step", "path"), *show_storyboard(found)]
    blocks += _architectures(found)
    blocks += _stumbling(found)
    blocks += show_pairs(found, brief=brief)
    blocks += show_fits(found, brief=brief)
    if brief:
        blocks.append(
            Notice(
                "limit",
                "What each step agrees, every pair and provision, and all that this rests on: in the "
                "HTML report, or here with --full.",
            )
        )
    else:
        blocks += show_agreed(found)
        blocks += show_basis(found)
    file = found.puzzle.file
    return Document(
        title=text("{title}", title=Name(file.title, "quote")),
        subtitle=text("{summary}", summary=Name(file.summary or "A puzzle of blocs.", "quote")),
        blocks=tuple(blocks),
        sources=list_sources(found),
        meta=Meta(
            seed=found.seed if found.draws else None,
            versions=found.versions,
            disclaimer="Advisory. Comity ranks no country and recommends no joining of blocs; political cost "
            "is "
            "not counted.",
            command=f"comity regime puzzle {file.puzzle}.yaml",
        ),
    )


# -------------------------------------------------------------------------------------------------- answer


def _answer(found: RegimePuzzle) -> Answer:
    path, pieces = found.path, count(len(found.table.codes), "blocs", "pieces")
    steps = count_steps(len(path.steps))
    if found.whole:
        words = text(
            "Yes, in this model and at central values: a path of {steps} joins all {pieces}. At each "
            "step whoever joins gains, and no "
            "member inside loses more than it tolerates.",
            steps=steps,
            pieces=pieces,
        )
    elif path.steps:
        words = text(
            "Only in part: {steps} join some of {pieces}, and {ends} are left that do not join. {proof}",
            steps=steps,
            pieces=pieces,
            ends=count(len(path.together), "unions or blocs", "ends"),
            proof=_proof(found),
        )
    else:
        words = text("No: none of {pieces} join. {proof}", pieces=pieces, proof=_proof(found))
    details: list[Words] = []
    if path.steps:
        weakest = min(path.steps, key=lambda s: s.margin)
        details.append(
            text(
                "Weakest step: {label}, where the worst-off side can be {margin} of its GDP above what "
                "it asks.",
                label=label(found, weakest.parts),
                margin=share(weakest.margin, "margin"),
            )
        )
        details.append(
            text(
                "All members together gain {total}; the worst-off bloc {least} of its GDP.",
                total=money(found.total(path), "total"),
                least=share(found.least(path), "least"),
            )
        )
    details += _against(found)
    stumbling = [a for a in found.apart if a.stumbles]
    if stumbling:
        details.append(
            text(
                "Stumbling: {who} would have more by staying apart while the others keep what they agreed.",
                who=Name(", ".join(found.table.codes[a.piece] for a in stumbling)),
            )
        )
    return Answer(
        words,
        "zone" if found.whole else "no_zone",
        tuple(details),
        kicker="Can the pieces be joined?",
    )


def _proof(found: RegimePuzzle) -> Words:
    if not found.joining.complete:
        return text(
            "More than {n} were too many to search every path, so this is what was found, not a proof.",
            n=count(MOST_PIECES, "blocs", "exact"),
        )
    if len(found.path.together) > len(found.joining.unions):
        return (
            "The search found more on local values, but the full world does not confirm the next step, "
            "whatever "
            "package was tried."
        )
    horizon = found.puzzle.file.steps
    if horizon is not None and horizon < len(found.table.codes) - 1:
        return text(
            "On local values every path of at most {n} was covered, so none leads further.",
            n=stated(horizon, "steps", "steps"),
        )
    return "On local values every path was covered, so none leads further."


def _against(found: RegimePuzzle) -> Iterator[Words]:
    once = found.at_once
    if once.steps:
        yield text(
            "One agreement at once would serve all blocs as well: {total} together, the worst-off bloc "
            "{least}.",
            total=money(found.total(once), "total|at_once"),
            least=share(found.least(once), "least|at_once"),
        )
    else:
        yield "One agreement at once does not serve all blocs under the same tolerances."
    hub = found.hub
    if hub.steps:
        yield text(
            "Of hubs with spokes, {hub} goes furthest: {n}, {total} together.",
            hub=Name(_hub(found)),
            n=count(len(hub.steps), "spokes" if len(hub.steps) != 1 else "spoke", "spokes"),
            total=money(found.total(hub), "total|hub"),
        )
    else:
        yield "No two blocs find an agreement alone, so there is no hub with spokes."


def _hub(found: RegimePuzzle) -> str:
    return found.hub.title.removeprefix("Hub and spoke: ").split(" ", maxsplit=1)[0]


# ---------------------------------------------------------------------------------------------- storyboard


def show_storyboard(found: RegimePuzzle) -> Iterator[Block]:
    """Show the path as frames: who joins whom at each step, and what the step adds; nothing without steps."""
    path, table = found.path, found.table
    if not path.steps:
        return
    unions = [1 << k for k in range(len(table.codes))]
    frames = []
    for step in path.steps:
        cast = [Cast(tuple(Name(c) for c in table.names(p)), "joins") for p in step.parts]
        rest = [u for u in unions if u not in step.parts]
        cast += [Cast(tuple(Name(c) for c in table.names(u)), "together") for u in rest if u.bit_count() > 1]
        cast += [Cast((Name(table.names(u)[0]),), "apart") for u in rest if u.bit_count() == 1]
        frames.append(Frame(_title(found, step), tuple(cast), tuple(_lines(found, step))))
        unions = [*rest, sum(step.parts)]
    yield Storyboard(
        "Who joins whom",
        tuple(frames),
        note="Earlier agreements stay in force; each step adds what the sides agree between them. Gains are "
        "what "
        "the step adds, in the full world.",
    )


def _title(found: RegimePuzzle, step: Step) -> Words:
    joined = [p for p in step.parts if p.bit_count() == 1]
    if len(joined) == len(step.parts):
        return text("{who} found a union", who=Name(join_names([found.table.names(p)[0] for p in joined])))
    if joined:
        verb = "joins" if len(joined) == 1 else "join"
        return text(
            "{who} {verb}", who=Name(join_names([found.table.names(p)[0] for p in joined])), verb=verb
        )
    return "Two unions join"


def _lines(found: RegimePuzzle, step: Step) -> Iterator[Words]:
    table = found.table
    game = table.game
    inside = step.change[table.places]
    sides = game.side_gains(step.parts, inside)
    for part, gain in zip(step.parts, sides, strict=True):
        size = float(game.sizes[list(find_parts(part))].sum())
        yield text(
            "{who}: {gain}, {part} of GDP",
            who=Name(join_names(table.names(part))),
            gain=money(gain, "step"),
            part=share(gain / size, "step"),
        )
    here = np.isin(game.piece, find_parts(sum(step.parts)))
    shares = np.where(here, inside / game.size, np.inf)
    worst = int(shares.argmin())
    yield text(
        "Least: {who}, {part} of GDP",
        who=Name(found.names[table.members[worst]]),
        part=share(float(shares[worst]), "least"),
    )
    outside = float(step.change.sum() - inside[here].sum())
    yield text("All others together: {gain}", gain=money(outside, "others"))
    used = [i for i, v in zip(table.instruments, step.values, strict=True) if v > 0]
    yield text(
        "Agreed: {what}",
        what=", ".join(FAMILY_NAMES[f].lower() for f in FAMILIES if any(i.family == f for i in used)),
    )


# ------------------------------------------------------------------------------------------- architectures


def _architectures(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "Ways to a wider regime, compared", "architectures")
    rows: list[tuple[Cell, ...]] = []
    for a in found.architectures:
        left, worse = found.left_out(a), found.worse_off(a)
        rows.append(
            (
                Name(a.title),
                count_steps(len(a.steps)),
                money(found.total(a), f"total|{a.key}"),
                share(found.least(a), f"least|{a.key}"),
                Name(", ".join(left)) if left else "nobody",
                name_members(found, worse) if worse else "nobody",
                money(found.outsiders(a), f"outside|{a.key}"),
            )
        )
    yield Table(
        "In the full world",
        (
            Column("Way"),
            Column("Steps"),
            Column("All members together", signed=True),
            Column("Worst-off bloc, of its GDP", signed=True),
            Column("Left out"),
            Column("Members who lose"),
            Column("Economies in no bloc", signed=True),
        ),
        tuple(rows),
        note=text(
            "Each with its own Nash bargains under the same floors. Ranges: nine in ten of {draws}, "
            "each end kept "
            "as agreed at central values. Members who lose: by more than the tolerance of a step, over "
            "all steps.",
            draws=stated(found.draws, "draws", "draws"),
        )
        if found.draws
        else "Each with its own Nash bargains under the same floors. Central values only: no draws.",
    )
    for a in found.architectures:
        for r in a.refused if a.key != "path" else ():
            yield Paragraph(text("{way}: {why}", way=Name(a.title), why=explain(found, r)))
    if found.draws and found.path.steps:
        yield _gains(found)


def _gains(found: RegimePuzzle) -> RangeChart:
    table = found.table
    rows = []
    ends = [found.piece_gains(a.draws) / table.game.sizes for a in (found.path, found.at_once)]
    central = [found.piece_gains(a.gains) / table.game.sizes for a in (found.path, found.at_once)]

    def span(which: int, k: int) -> Figure:
        low, high = np.quantile(ends[which][:, k], [0.05, 0.95])
        mid = float(central[which][k])
        return share(Range(min(float(low), mid), mid, max(float(high), mid)), "piece")

    for k, code in enumerate(table.codes):
        rows.append(
            RangeRow(
                Name(code),
                span(0, k),
                span(1, k) if found.at_once.steps else None,
                share(float((ends[0][:, k] > 0).mean()), "draws"),
            )
        )
    return RangeChart(
        "What each bloc gains in the end, as a share of its GDP",
        tuple(rows),
        legend=("by the path", "by one agreement at once") if found.at_once.steps else None,
    )


# ----------------------------------------------------------------------------------------- stumbling blocks


def _stumbling(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "Stumbling blocks", "stumbling")
    table = found.table
    if found.apart:
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                Name(table.codes[a.piece]),
                money(a.inside, "inside"),
                money(a.apart, "apart"),
                money(-a.others, "others"),
                "by staying apart" if a.stumbles else "by being inside",
            )
            for a in found.apart
        )
        yield Table(
            "If one bloc stayed apart and the others kept what they agreed among themselves",
            (
                Column("Bloc"),
                Column("Inside, it has", signed=True),
                Column("Apart, it would have", signed=True),
                Column("Others would have", signed=True),
                Column("It gains more"),
            ),
            rows,
            note="In the full world. Apart it gives and gets nothing by clauses, but feels what "
            "the others agree.",
        )
    for r in found.refused:
        yield Paragraph(text("{who} do not join: {why}", who=label(found, r.parts), why=explain(found, r)))
    for r in found.path.refused:
        yield Paragraph(
            text(
                "The next step, {who}, is not confirmed by the full world: {why}",
                who=label(found, r.parts),
                why=explain(found, r),
            )
        )
    if not found.apart and not found.refused:
        yield Paragraph("None.")
