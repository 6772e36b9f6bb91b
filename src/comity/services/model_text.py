"""Model agreement text from our own templates: of a deal's package, or of what agreements share (§8, E111).

A draft says of every paragraph on what it rests: ``agreed`` words follow the package, ``shared`` words what
every agreement laid together holds alike, ``divergent`` and ``partly`` words what they hold differently or
only some hold (in brackets, with who has what), and ``offered`` words are standing paragraphs that nobody
bargained over. No number is filled in that no provision tells.

Who may import me: services and doors. Start at :func:`draft_articles` for a package and
:func:`draft_common_core` for agreements.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.evidence import Catalogue
from comity.evidence.clause_templates import ClauseTemplates
from comity.regime import Force
from comity.regime.agreement import BOTH
from comity.services.model_text_wording import (
    fill,
    list_names,
    write_amount,
    write_blank,
    write_span,
    write_terms,
)
from comity.services.roundfile_messages import number
from comity.units import to_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.regime import Agreement, CommonGround, Shared
    from comity.regime.commonground import Cell
    from comity.services.roundfile import Round
    from comity.vocabulary import Provision

__all__ = [
    "DraftAlternative",
    "DraftArticle",
    "DraftParagraph",
    "Standing",
    "draft_articles",
    "draft_common_core",
]


class Standing(StrEnum):
    """On what a paragraph rests."""

    AGREED = "agreed"
    SHARED = "shared"
    DIVERGENT = "divergent"
    PARTLY = "partly"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class DraftAlternative:
    """Whole words that some hold instead: keys of agreements, and the clauses where they stand."""

    key: str
    wording: str
    held_by: tuple[str, ...]
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftParagraph:
    """One paragraph: its key (``a3.p2``), words, what it rests on, and the tags and provisions behind it."""

    key: str
    wording: str
    provisions: tuple[str, ...] = ()
    alternatives: tuple[DraftAlternative, ...] = ()
    standing: Standing = Standing.AGREED
    tag: str = ""
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftArticle:
    """One article: its key (``a3``), subject (a key of the templates), title and paragraphs in order."""

    key: str
    subject: str
    title: str
    paragraphs: tuple[DraftParagraph, ...]


@dataclass(frozen=True, slots=True)
class _Loose:
    """A paragraph before it has its number."""

    article: str
    wording: str
    provisions: tuple[str, ...]
    standing: Standing
    tag: str = ""
    alternatives: tuple[DraftAlternative, ...] = ()
    held_by: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------- of a package


def draft_articles(
    provisions: Sequence[Provision],
    *,
    names: Mapping[str, str] | None = None,
    round_: Round | None = None,
    templates: ClauseTemplates | None = None,
) -> tuple[DraftArticle, ...]:
    """Draft the articles of a package: one paragraph for each provision, then what every text needs.

    Parameters
    ----------
    provisions
        Of a package; ``value`` is in the instrument's own unit.
    names
        Party code → the name that the text uses; the code itself unless told.
    round_
        Where told, tranches and clauses that need each other become paragraphs of the article on conditions.
    templates
        Wording; the pack's own unless told.

    Raises
    ------
    InputError
        No provision, or one of an instrument that the catalogue does not hold.

    Examples
    --------
    >>> from comity.vocabulary import Provision
    >>> places = Provision("LE02", "ESP", "MAR", 2500, "persons per year", "places")
    >>> articles = draft_articles([places], names={"ESP": "Spain", "MAR": "Morocco"})
    >>> entry = next(a for a in articles if a.subject == "entry")
    >>> entry.paragraphs[0].wording
    'Spain shall reserve for nationals of Morocco entry for work of 2,500 persons per year.'
    >>> entry.paragraphs[0].provisions
    ('places',)
    """
    known = templates or ClauseTemplates.load()
    catalogue = Catalogue.load()
    if not provisions:
        msg = "a package without provisions has no text"
        raise InputError(msg, accepted="one provision or more")
    called = names or {}
    loose = [_agreed(one, catalogue, known, called) for one in provisions]
    articles = _number([*loose, *_standing(loose, catalogue, known)], known)
    if round_ is None:
        return articles
    # The article on conditions moves those behind it, so places are read off a second time.
    for _ in range(2):
        linked = _linked(articles, provisions, round_)
        articles = _number([*loose, *linked, *_standing(loose, catalogue, known)], known)
    return articles


def _agreed(
    one: Provision, catalogue: Catalogue, templates: ClauseTemplates, names: Mapping[str, str]
) -> _Loose:
    template = templates.clauses.get(one.instrument)
    if template is None or one.instrument not in catalogue.instruments:
        msg = f"no template for '{one.instrument}'"
        raise InputError(msg, accepted="an instrument code of the catalogue such as LE02")
    bounds = catalogue.bounds[one.instrument]
    amounts, rest = write_terms(one.terms, bounds)
    wording = fill(
        template,
        giver=names.get(one.giver, one.giver),
        beneficiary=names.get(one.beneficiary, one.beneficiary),
        shall=templates.phrases["binding"],
        amounts={"value": write_amount(one.value, bounds[0]), **amounts},
    )
    return _Loose(
        template.article, f"{wording} {rest}".strip(), (one.key or one.instrument,), Standing.AGREED,
        one.instrument,
    )  # fmt: skip


def _linked(
    articles: Sequence[DraftArticle], provisions: Iterable[Provision], round_: Round
) -> tuple[_Loose, ...]:
    """Draft what the round makes one clause wait for: tranches on milestones, and principles that require."""
    where: dict[str, str] = {}
    for paragraph in (p for a in articles for p in a.paragraphs):
        for key in paragraph.provisions:
            where.setdefault(key, paragraph.key)  # the commitment itself, not what is said of it later
    held = {p.key for p in provisions} & where.keys()
    found: list[_Loose] = []
    for clause in round_.table:
        if clause.key not in held:
            continue
        for tranche in clause.tranches:
            after = f", after paragraph {_place(where[tranche.after])}" if tranche.after in held else ""
            found.append(
                _Loose(
                    "conditions",
                    f"Of the commitment in paragraph {_place(where[clause.key])}, "
                    f"{number(to_percent(tranche.share))} % is released when this milestone is "
                    f"verified: {tranche.milestone.rstrip('.')}. "
                    f"It is due {tranche.due} months after entry into force{after}.",
                    (clause.key,),
                    Standing.AGREED,
                    clause.instrument,
                )
            )
    for rule in round_.principles:
        if rule.rule != "requires":
            continue
        for clause, others in round_.principle_pairs(rule):
            needed = [where[o.key] for o in others if o.key in held]
            if clause.key in held and needed:
                found.append(
                    _Loose(
                        "conditions",
                        f"Paragraph {_place(where[clause.key])} applies only while "
                        f"{'paragraph' if len(needed) == 1 else 'one of the paragraphs'} "
                        f"{list_names([_place(n) for n in needed])} is kept: {rule.text.rstrip('.')}.",
                        (clause.key, *(o.key for o in others if o.key in held)),
                        Standing.AGREED,
                        clause.instrument,
                    )
                )
    return tuple(found)


def _place(key: str) -> str:
    """Write ``a3.p2`` as a text counts it: 3.2."""
    return key.replace("a", "").replace("p", "")


# ------------------------------------------------------------------------------------------ of a common core


def draft_common_core(
    ground: CommonGround, *, names: Mapping[str, str] | None = None, templates: ClauseTemplates | None = None
) -> tuple[DraftArticle, ...]:
    """Draft one text from what agreements share; what differs stands in brackets, with who has what.

    Provisions that one agreement alone holds are left out where there are several agreements; of a single
    agreement everything is drafted, with its parties by name.
    """
    known = templates or ClauseTemplates.load()
    catalogue = Catalogue.load()
    several = len(ground.agreements) > 1
    rows = [*ground.core, *(ground.partly if several else ())]
    called = names or {}
    loose = [_laid_together(row, ground, catalogue, known, called) for row in rows]
    return _number([*loose, *_standing(loose, catalogue, known)], known)


def _laid_together(
    row: Shared,
    ground: CommonGround,
    catalogue: Catalogue,
    templates: ClauseTemplates,
    names: Mapping[str, str],
) -> _Loose:
    holding = [(a, c) for a, c in zip(ground.agreements, row.cells, strict=True) if c.clauses]
    told = [c.value for _, c in holding if c.value is not None]
    bounds = catalogue.bounds.get(row.tag, ())
    amounts = {b.parameter if k else "value": write_blank(b.unit) for k, b in enumerate(bounds)}
    if told and bounds:
        amounts["value"] = (
            write_amount(told[0], bounds[0])
            if len(set(told)) == 1
            else write_span(min(told), max(told), bounds[0])
        )
        if len(told) < len(holding):
            amounts["value"] = f"[{amounts['value'].strip('[]')}]"
    forces = sorted({c.force for _, c in holding}, key=list(Force).index)
    shall = (
        templates.phrases[str(forces[0])]
        if len(forces) == 1
        else " ".join(
            f"[{templates.phrases[str(f)].strip('[]')}]" for f in forces if f is not Force.NOT_KNOWN
        )
    )
    roles = sorted({c.giver_role for _, c in holding} - {""})
    single = ground.agreements[0] if len(ground.agreements) == 1 else None
    wording = _sentence(row, roles, shall, amounts, templates, _named(single, holding[0][1], names))
    alternatives: tuple[DraftAlternative, ...] = ()
    if row.reasons:
        alternatives = tuple(
            _alternative(k, row, a, c, amounts, catalogue, templates) for k, (a, c) in enumerate(holding, 1)
        )
        alternatives = _joined(alternatives)
    whole = row.held_by == len(ground.agreements)
    standing = Standing.PARTLY if not whole else Standing.DIVERGENT if row.reasons else Standing.SHARED
    template = templates.clauses.get(row.tag)
    return _Loose(
        template.article if template else "committee",
        wording,
        tuple(f"{a.key}:{key}" for a, c in holding for key in c.clauses),
        standing,
        row.tag,
        alternatives if len(alternatives) > 1 else (),
        tuple(a.key for a, _ in holding),
    )


def _named(agreement: Agreement | None, cell: Cell, names: Mapping[str, str]) -> tuple[str, str] | None:
    """Giver and beneficiary by name, where one agreement tells both and no more than one of each."""
    if agreement is None:
        return None
    clauses = [c for c in agreement.clauses if c.key in cell.clauses]
    givers, gets = {c.giver for c in clauses}, {c.beneficiary for c in clauses}
    if len(givers) != 1 or len(gets) != 1:
        return None
    giver, beneficiary = givers.pop(), gets.pop()
    if {giver, beneficiary} & {"", BOTH} or giver == beneficiary:
        return None
    return names.get(giver, giver), names.get(beneficiary, beneficiary)


def _sentence(
    row: Shared,
    roles: Sequence[str],
    shall: str,
    amounts: Mapping[str, str],
    templates: ClauseTemplates,
    named: tuple[str, str] | None = None,
) -> str:
    phrases = templates.phrases
    if named is not None:
        giver, beneficiary, pair = *named, ""
    elif len(roles) == 1 and roles[0] in ("origin", "destination"):
        giver = phrases[roles[0]]
        beneficiary = phrases["destination" if roles[0] == "origin" else "origin"]
        pair = phrases["pair"]
    elif len(roles) > 1:
        giver = " ".join(f"[{phrases['each' if r == BOTH else r]}]" for r in roles)
        beneficiary, pair = phrases["other"], phrases["pair"]
    else:
        giver = phrases["each"] if roles == [BOTH] else phrases["open"]
        beneficiary, pair = phrases["other"], phrases["pair"]
    template = templates.clauses.get(row.tag)
    words = template.text if template else phrases["fallback"]
    return fill(
        words, giver=giver, beneficiary=beneficiary, shall=shall, pair=pair,
        amounts={"title": row.title, **amounts},
    )  # fmt: skip


def _alternative(
    place: int,
    row: Shared,
    agreement: Agreement,
    cell: Cell,
    amounts: Mapping[str, str],
    catalogue: Catalogue,
    templates: ClauseTemplates,
) -> DraftAlternative:
    own = dict(amounts)
    bounds = catalogue.bounds.get(row.tag, ())
    if bounds:
        own["value"] = (
            write_blank(bounds[0].unit) if cell.value is None else write_amount(cell.value, bounds[0])
        )
    roles = [cell.giver_role] if cell.giver_role else []
    words = _sentence(row, roles, templates.phrases[str(cell.force)], own, templates)
    return DraftAlternative(f"alt{place}", words, (agreement.key,), tuple(cell.clauses))


def _joined(alternatives: Sequence[DraftAlternative]) -> tuple[DraftAlternative, ...]:
    """Make one alternative of those with the same words."""
    same: dict[str, list[DraftAlternative]] = {}
    for one in alternatives:
        same.setdefault(one.wording, []).append(one)
    return tuple(
        DraftAlternative(
            f"alt{place}", words, tuple(k for o in group for k in o.held_by),
            tuple(f"{o.held_by[0]}:{k}" for o in group for k in o.clauses),
        )
        for place, (words, group) in enumerate(same.items(), 1)
    )  # fmt: skip


# -------------------------------------------------------------------------------------------- the whole text


def _standing(loose: Sequence[_Loose], catalogue: Catalogue, templates: ClauseTemplates) -> list[_Loose]:
    marks = {one.tag for one in loose} | {one.tag[:2] for one in loose}
    marks |= {catalogue.instruments[one.tag].area.value for one in loose if one.tag in catalogue.instruments}
    return [
        _Loose(
            paragraph.article,
            paragraph.text.format_map({name: write_blank(unit) for name, unit in paragraph.blanks.items()}),
            (),
            Standing.OFFERED,
            paragraph.key,
        )
        for paragraph in templates.standing
        if paragraph.belongs(frozenset(marks))
    ]


_FIRST: Final = frozenset({"objectives", "definitions"})


def _number(loose: Sequence[_Loose], templates: ClauseTemplates) -> tuple[DraftArticle, ...]:
    """Sort paragraphs into articles, in the order of the templates, and number them."""
    articles: list[DraftArticle] = []
    for subject, title in templates.articles.items():
        held = [one for one in loose if one.article == subject]
        if not held:
            continue
        if subject in _FIRST:  # what every text says comes before what this one adds
            held.sort(key=lambda one: one.standing is not Standing.OFFERED)
        key = f"a{len(articles) + 1}"
        paragraphs = tuple(
            DraftParagraph(
                f"{key}.p{place}",
                one.wording,
                one.provisions,
                one.alternatives,
                one.standing,
                one.tag,
                one.held_by,
            )
            for place, one in enumerate(held, 1)
        )
        articles.append(DraftArticle(key, subject, title, paragraphs))
    return tuple(articles)
