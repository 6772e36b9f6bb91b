"""A made-up deal report of realistic size: three parties, six provisions, a ledger of twelve lines.

The figures are invented for the tests and say nothing about any country.
"""

from __future__ import annotations

from comity.reports.document import (
    Amount,
    Answer,
    BarChart,
    BarRow,
    Bullets,
    Column,
    Details,
    Document,
    Emphasis,
    Exchange,
    Flow,
    FlowMap,
    Heading,
    KeyValues,
    Link,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    RangeChart,
    RangeRow,
    Source,
    Table,
    date,
    text,
)
from comity.units import PERSONS, SHARE, USD_YEAR
from comity.vocabulary import Figure, Range, SourceClass

PARTIES = {"ESP": "Spain", "MAR": "Morocco", "SEN": "Senegal"}
PLACES = "places per year"

LINES = (
    "Residents' real income, low-skilled",
    "Residents' real income, high-skilled",
    "Employers and capital",
    "Treasury",
    "Remittances",
    "Remittance fees and quota rents",
    "Tariff revenue and prices",
    "Enforcement and reception",
    "Trade and investment links",
    "Human capital lost and gained",
    "Nationals already abroad",
    "Movers' wages",
)
LEDGER = {
    "ESP": (-118.0, 96.4, 171.0, 24.1, -9.2, 12.4, -14.8, 38.7, 21.3, 0.4, -3.1, 0.0),
    "MAR": (41.2, -8.3, 17.5, 6.4, 188.0, 3.3, 11.9, -6.2, 26.0, -31.5, -2.2, 214.0),
    "SEN": (12.9, -2.1, 4.4, 1.7, 71.3, 0.9, 2.8, -1.1, 3.6, -7.4, -0.04, 58.2),
}
GAINS = {
    "ESP": ((61.0, 219.0, 402.0), (88.0, 251.0, 439.0), 0.981),
    "MAR": ((174.0, 460.0, 731.0), (192.0, 488.0, 770.0), 1.0),
    "SEN": ((-11.0, 145.0, 268.0), (9.0, 163.0, 290.0), 0.941),
}


def money(value, spread=0.0, reference="model:§3.12|package"):
    value *= 1e6
    if not spread:
        return Figure(value, USD_YEAR, SourceClass.MODELLED, reference)
    low, high = sorted((value * (1 - spread), value * (1 + spread)))
    return Figure(Range(low, value, high), USD_YEAR, SourceClass.MODELLED, reference)


def million(triple, reference="model:§3.12|package"):
    return Figure(Range(*(1e6 * value for value in triple)), USD_YEAR, SourceClass.MODELLED, reference)


def elicited(value, unit, key):
    return Figure(value, unit, SourceClass.ELICITED, f"round:{key}")


def share(value):
    return Figure(value, SHARE, SourceClass.MODELLED, "model:§6.2|draws")


def stock(origin, destination, persons):
    reference = f"evidence:migrant_stock[origin={origin},destination={destination},year=2024]#persons"
    return Figure(persons, PERSONS, SourceClass.EVIDENCE, reference)


def exchanges():
    season = elicited(14_000.0, PLACES, "table.0.value")
    trained = elicited(6_500.0, PLACES, "table.1.value")
    grant = Figure(42e6, USD_YEAR, SourceClass.MODELLED, "model:§6.2|transfers")
    reply = elicited(10.0, "working days", "table.3.value")
    fee = Figure(
        Range(0.021, 0.03, 0.041), SHARE, SourceClass.ESTIMATED, "parameter:world.remittances.fee_default"
    )
    tariff = elicited(1.5, "percentage points", "table.4.value")
    return (
        Exchange(
            Emphasis("Spain"),
            gives=(
                text("{season} for seasonal work to Morocco (LE02)", season=season),
                text("{trained} for trained workers to Senegal (LE01)", trained=trained),
                text("{grant} for vocational schools (GV14)", grant=grant),
            ),
            gets=(
                text("a reply to readmission requests within {reply} from both (PE01)", reply=reply),
                text("a tariff on machinery lower by {tariff} in Morocco (TR01)", tariff=tariff),
            ),
            net=text("Net gain {gain}", gain=Amount(million(GAINS["ESP"][0]), signed=True)),
        ),
        Exchange(
            "Morocco",
            gives=(
                text("a reply to readmission requests within {reply} to Spain (PE01)", reply=reply),
                text("a tariff on machinery lower by {tariff} to Spain (TR01)", tariff=tariff),
            ),
            gets=(
                text("{season} for seasonal work (LE02)", season=season),
                text("a fee of {fee} on money sent home (RM01)", fee=fee),
            ),
            net=text("Net gain {gain}", gain=Amount(million(GAINS["MAR"][0]), signed=True)),
        ),
        Exchange(
            "Senegal",
            gives=(text("a reply to readmission requests within {reply} to Spain (PE01)", reply=reply),),
            gets=(
                text("{trained} for trained workers (LE01)", trained=trained),
                text("{grant} for vocational schools (GV14)", grant=grant),
            ),
            net=text("Net gain {gain}", gain=Amount(million(GAINS["SEN"][0]), signed=True)),
        ),
    )


def gains():
    rows = [
        RangeRow(
            PARTIES[code], million(first), million(second, "model:§6.2|worsened no-deal"), share(positive)
        )
        for code, (first, second, positive) in GAINS.items()
    ]
    return RangeChart(
        "Net gain of each party",
        tuple(rows),
        legend=("against today", "against a no-deal that the others have worsened"),
        note="Parties stand in the order of the round file. Each is compared with itself only.",
    )


def ledger():
    rows = [
        BarRow(line, PARTIES[code], money(values[place], 0.35))
        for place, line in enumerate(LINES)
        for code, values in LEDGER.items()
    ]
    totals = [BarRow("Net gain", PARTIES[code], million(first)) for code, (first, _, _) in GAINS.items()]
    return BarChart(
        "The ledger of the package, line by line",
        tuple(rows),
        tuple(totals),
        note="In the order of the design; the ranges are those of the draws.",
    )


def mismatch():
    unvalued = Figure(None, SHARE, SourceClass.UNVALUED, "model:§4|pressure")
    rows = (
        ("Morocco → Spain", "low", stock("MAR", "ESP", 1_031_000.0), share(0.31), share(0.52)),
        ("Senegal → Spain", "low", stock("SEN", "ESP", 94_300.0), share(0.12), share(0.44)),
        ("Senegal → Spain", "high", None, unvalued, unvalued),
    )
    return Table(
        "Regular places as a share of the estimated demand",
        (
            Column("Corridor"),
            Column("Skill"),
            Column("Living there now"),
            Column("Today"),
            Column("With the package"),
        ),
        rows,
        note=text("Stock of {year}; a dash is missing, not zero.", year=date("2024")),
    )


def flow_map(topology=None):
    return FlowMap(
        "Places that the package opens",
        (
            Flow("MAR", "ESP", elicited(14_000.0, PLACES, "table.0.value"), "seasonal work (LE02)"),
            Flow("SEN", "ESP", elicited(6_500.0, PLACES, "table.1.value"), "trained workers (LE01)"),
        ),
        {
            "ESP": Point("Spain", -3.7, 40.4),
            "MAR": Point("Morocco", -6.8, 33.2),
            "SEN": Point("Senegal", -14.7, 14.5),
        },
        topology,
    )


SOURCES = (
    Source(
        "evidence:migrant_stock",
        "International Migrant Stock 2024",
        "United Nations, Population Division",
        "2024 revision",
        "CC BY 3.0 IGO",
        "https://www.un.org/development/desa/pd/content/international-migrant-stock",
    ),
    Source("model:§3.12", "The ledger of the world model, design §3.12"),
    Source("model:§6.2", "The search for packages, design §6.2"),
    Source("round:", "The round file western-mediterranean.yaml"),
    Source("parameter:world.remittances", "Parameters of remittances", licence="see each parameter"),
)


def sample(topology=None):
    """The sample document; with a topology its map shows outlines."""
    worst = million(GAINS["SEN"][0])
    return Document(
        text("A deal for Spain, Morocco and Senegal"),
        text(
            "Round {name}, baseline {year}",
            name=Name("Western Mediterranean 2026", "quote"),
            year=date("2023"),
        ),
        (
            Answer(
                text(
                    "There is a package in which {every} gains; the smallest net gain is {worst}.",
                    every=Emphasis("every party"),
                    worst=Amount(worst, signed=True),
                ),
                "zone",
                (
                    "Migration measures alone open no zone: Senegal would not gain.",
                    text(
                        "Adding tariffs (TR01) and a transfer (GV14) opens it and brings two more ministries "
                        "to the table."
                    ),
                    text(
                        "{assumed} of the value rests on assumptions of the round file.",
                        assumed=elicited(0.18, SHARE, "interests"),
                    ),
                ),
            ),
            Heading(2, "What each side gives and gets"),
            *exchanges(),
            Heading(2, "Who gains, and how surely", "gains"),
            gains(),
            Paragraph(
                text(
                    "A party accepts when it gains in at least {share} of the draws.",
                    share=elicited(0.9, SHARE, "rules.min_share"),
                )
            ),
            Heading(2, "The ledger"),
            ledger(),
            Heading(2, "Movement and mismatch"),
            flow_map(topology),
            mismatch(),
            Heading(2, "The zone of agreement"),
            KeyValues(
                (
                    ("Migration only", "empty; Senegal's red line binds"),
                    ("Linked", "open"),
                    ("Smallest linkage", text("{codes}", codes=Name("TR01, GV14", "code"))),
                    (
                        "Best gain of the worst-placed party",
                        Figure(
                            Range(88e6, 145e6, 161e6), USD_YEAR, SourceClass.MODELLED, "model:§6.2|leximin"
                        ),
                    ),
                )
            ),
            Heading(3, "What would flip the answer"),
            Bullets(
                (
                    text(
                        "Political cost in Spain above {cost}.",
                        cost=Figure(219e6, USD_YEAR, SourceClass.MODELLED, "model:§6.7|break-even"),
                    ),
                    text(
                        "A congestion of public services above the parameter's range, see {link}.",
                        link=Link("the list of sources", "#sources"),
                    ),
                ),
                ordered=True,
            ),
            Heading(2, "What this rests on"),
            Notice(
                "assumed",
                text(
                    "Workers stay {years} on a seasonal place.",
                    years=Figure(
                        Range(0.4, 0.5, 0.75),
                        "years",
                        SourceClass.ESTIMATED,
                        "parameter:world.admission.years_of_stay.seasonal",
                    ),
                ),
            ),
            Notice("missing", "High-skilled demand from Senegal is not known; it is not counted as zero."),
            Notice("contested", "Whether regular places lower irregular movement is disputed (§3.9)."),
            Notice("limit", "Political cost is counted only where the round file states it."),
            Details(
                "How the package was searched",
                (
                    Paragraph(text("The search stopped at a gap of {gap}.", gap=share(0.0004))),
                    Heading(3, "Steps"),
                    Bullets(
                        (
                            "solve on local values",
                            "solve the world again at the package",
                            "repeat until both agree",
                        )
                    ),
                ),
            ),
        ),
        SOURCES,
        Meta(
            seed=7,
            versions={"comity": "0.1.0", "evidence pack": "2026-01"},
            disclaimer="Packages consistent with the interests entered; no recommendation to any state.",
            command="comity deal examples/western-mediterranean.yaml --seed 7",
        ),
    )


# A square island of two arcs, the second walked backwards, in the quantised form of TopoJSON.
ISLAND = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [-20.0, 10.0]},
    "arcs": [[[0, 0], [40, 0], [0, 60]], [[0, 0], [0, 60], [40, 0]]],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [{"type": "Polygon", "id": "000", "arcs": [[0, -2]]}],
        }
    },
}
