"""Goods trade by pair, tariffs by importer, and trade agreements with their coded provisions (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.economy_reading import drop_unlisted, read_csv, read_world_bank, tidy, to_iso3
from comity.evidence.build.readers import find
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["PROVISIONS", "TABLES", "read_goods_trade", "read_tariff", "read_trade_agreements"]

_BACI = "economy/baci-2023-trade-matrix/baci_2023_long.csv.gz"
_TARIFF = "economy/tariff-wdi-applied-weighted/API_TM.TAX.MRCH.WM.AR.ZS_*"
_AGREEMENTS = "economy/comtrade-bilateral-1964-2016/penppml_trade.csv.gz"
_FIRST_TARIFF_YEAR = 2010
PROVISIONS: Final = {
    "ad_prov_14": "anti-dumping",
    "cp_prov_23": "competition policy",
    "cp_prov_26": "competition policy",
    "env_prov_18": "environment",
    "et_prov_38": "export taxes",
    "inv_prov_22": "investment",
    "ipr_prov_15": "intellectual property",
    "ipr_prov_44": "intellectual property",
    "lm_prov_10": "labour market",
    "moc_prov_21": "movement of capital",
    "ser_prov_47": "services",
    "ste_prov_30": "state enterprises",
    "tbt_prov_07": "technical barriers to trade",
    "tbt_prov_33": "technical barriers to trade",
    "tf_prov_41": "trade facilitation",
    "tf_prov_45": "trade facilitation",
}
"""Coded provisions by column: the chapter of the agreement that each belongs to."""


def read_goods_trade(raw: Path) -> pd.DataFrame:
    """Read goods exports 2023 by exporter and importer, free on board, US$.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``exporter, importer, value_usd``; positive flows only: a pair that is absent has no recorded flow.
    """
    flows = read_csv(raw / _BACI)
    flows["exporter"] = to_iso3(flows["iso3_exporter"], "world_bank", raw)
    flows["importer"] = to_iso3(flows["iso3_importer"], "world_bank", raw)
    flows["value_usd"] = (flows["value_kusd_2023"] * 1000.0).round()
    flows = flows.loc[flows["value_usd"] > 0]
    return tidy(flows, ["exporter", "importer"], ["exporter", "importer", "value_usd"])


def read_tariff(raw: Path) -> pd.DataFrame:
    """Read the applied tariff of each importer, weighted by its imports, as a share of the value.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, applied_weighted_share``; years since 2010 that the source holds.
    """
    tariff = read_world_bank(find(raw, _TARIFF))
    tariff["country"] = drop_unlisted(tariff["code"], raw)
    tariff = tariff.loc[tariff["country"].notna() & (tariff["year"] >= _FIRST_TARIFF_YEAR)].copy()
    tariff["applied_weighted_share"] = (tariff["value"] / 100.0).round(6)
    tariff["year"] = tariff["year"].astype("int16")
    return tidy(tariff, ["country", "year"], ["country", "year", "applied_weighted_share"])


def read_trade_agreements(raw: Path) -> pd.DataFrame:
    """Read which agreement is in force between two economies and which provisions it holds.

    The trade values that the source file also carries are not read: their terms restrict redistribution.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``exporter, importer, year, agreement_id, agreement`` and one 0/1 column per provision;
        every fourth year.
    """
    names = list(PROVISIONS)
    panel = read_csv(raw / _AGREEMENTS, usecols=["exp", "imp", "time", "id", "agreement", *names])
    panel = panel.loc[panel["agreement"].notna()].copy()
    panel["exporter"] = to_iso3(panel["exp"], "deep_trade_agreements", raw)
    panel["importer"] = to_iso3(panel["imp"], "deep_trade_agreements", raw)
    panel = panel.dropna(subset=["exporter", "importer"])
    panel["agreement"] = panel["agreement"].str.replace(r"\s+", " ", regex=True).str.strip()
    panel = panel.rename(columns={"time": "year", "id": "agreement_id"})
    panel[["year", "agreement_id"]] = panel[["year", "agreement_id"]].astype("int16")
    panel[names] = panel[names].astype("int8")
    keys = ["exporter", "importer", "year"]
    return tidy(panel, keys, [*keys, "agreement_id", "agreement", *names])


def _flow(exporter: str, importer: str, billion: float) -> Check:
    return Check(
        name=f"exports {exporter} to {importer}, 2023",
        measure=lambda table: float(
            table.loc[(table["exporter"] == exporter) & (table["importer"] == importer), "value_usd"].sum()
        ),
        published=billion * 1e9,
        tolerance=5e-4,
        source="CEPII BACI HS22 V202501, year 2023",
    )


def _tariff(country: str, year: int, share: float) -> Check:
    return Check(
        name=f"applied weighted tariff, {country}, {year}",
        measure=lambda table: float(
            table.loc[(table["country"] == country) & (table["year"] == year), "applied_weighted_share"].sum()
        ),
        published=share,
        tolerance=5e-3,
        source="World Bank, WDI TM.TAX.MRCH.WM.AR.ZS",
    )


_TRADE_CHECKS = (
    Check(
        name="world goods trade 2023",
        measure=lambda table: float(table["value_usd"].sum()),
        published=21.75e12,
        tolerance=5e-4,
        source="CEPII BACI HS22 V202501, year 2023, 194 economies",
    ),
    _flow("CHN", "USA", 440.5),
    _flow("USA", "CHN", 145.3),
    _flow("MEX", "USA", 459.1),
    _flow("CAN", "USA", 417.0),
    _flow("DEU", "FRA", 121.2),
    _flow("RUS", "CHN", 129.0),
)

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="goods_trade",
        title="Goods trade by pair, 2023",
        sources=(
            Source(
                producer="CEPII",
                title="BACI: international trade database at the product level (Gaulier and Zignago 2010)",
                edition="HS22, V202501, year 2023",
                year=2025,
                url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
                licence="Etalab Open Licence 2.0",
                licence_url="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
                through=(
                    "summed over products by Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), "
                    "github.com/JoeLoera/liberation-day-replication@e1f26fd"
                ),
            ),
        ),
        columns={
            "exporter": Column("key", "ISO 3166-1 alpha-3 code of the economy of origin of the goods"),
            "importer": Column("key", "ISO 3166-1 alpha-3 code of the economy of destination"),
            "value_usd": Column("USD/year", "Exports, free on board, current US$"),
        },
        read=read_goods_trade,
        transformations=("Thousand US$ became US$, rounded to one dollar.",),
        checks=_TRADE_CHECKS,
        gaps=(
            "An absent pair has no recorded flow, which is not the same as no trade.",
            (
                "Not covered: Taiwan, Palestine, Kosovo, Andorra, Cuba, Liechtenstein, Monaco, Nauru, "
                "the Democratic People's Republic of Korea, San Marino, Sao Tome and Principe, Tuvalu,"
                " Samoa."
            ),
            "Goods only: services are not held. No domestic sales on the diagonal.",
            (
                "Imports of the United States are 2.90 trn here; customs statistics say about 3.08 trn "
                "(valuation)."
            ),
        ),
        raw_files=(_BACI,),
    ),
    TableSpec(
        name="tariff",
        title="Applied tariff by importer, weighted mean of all products",
        sources=(
            Source(
                producer="World Bank",
                title="World Development Indicators, TM.TAX.MRCH.WM.AR.ZS (from WITS / UNCTAD TRAINS)",
                edition="updated 2025-04-15",
                year=2025,
                url="https://data.worldbank.org/indicator/TM.TAX.MRCH.WM.AR.ZS",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="github.com/wjdetomas/trump_tariffs_project@85e0b95",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code of the importer"),
            "year": Column("key", "Calendar year"),
            "applied_weighted_share": Column("share", "Duty as a share of the value of imports"),
        },
        read=read_tariff,
        transformations=(
            "Per cent became a share.",
            "Regional aggregates and years before 2010 are left out.",
        ),
        checks=(_tariff("USA", 2022, 0.0149), _tariff("IND", 2022, 0.0459), _tariff("IND", 2021, 0.0587)),
        gaps=(
            (
                "By importer only: tariffs by pair of economies are not openly available in usable "
                "form, so preferences show up only in the mean."
            ),
            "Latest year 2022: changes of tariffs since 2025 are not in it.",
            "A mean weighted by imports understates duties that keep imports out.",
            "Published values above 1 (Bermuda and Palau in 2019) are kept as they are.",
        ),
        raw_files=(_TARIFF,),
    ),
    TableSpec(
        name="trade_agreements",
        title="Trade agreements in force by pair, with coded provisions",
        sources=(
            Source(
                producer="World Bank",
                title="Deep Trade Agreements database (Hofmann, Osnago, Ruta 2017; Mattoo, Rocha, Ruta 2020)",
                edition="2020",
                year=2020,
                url="https://datatopics.worldbank.org/dta/",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="R package penppml (MIT), github.com/cran/penppml@422ae24",
            ),
        ),
        columns={
            "exporter": Column("key", "ISO 3166-1 alpha-3 code"),
            "importer": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "1964, 1968, ... 2016"),
            "agreement_id": Column("code", "Number of the agreement in the database"),
            "agreement": Column("text", "Name of the agreement that governs the pair"),
            **{
                name: Column("flag", f"1 if the agreement holds this coded provision ({chapter}), else 0")
                for name, chapter in PROVISIONS.items()
            },
        },
        read=read_trade_agreements,
        transformations=(
            (
                "Only the agreement and its provisions are taken; the trade values of the same file are "
                "not read."
            ),
            (
                "Pairs without an agreement in the database have no row. Economies that no longer exist "
                "are left out."
            ),
        ),
        checks=(
            Check(
                name="pairs with an agreement in 2016",
                measure=lambda table: float((table["year"] == 2016).sum()),
                published=6676.0,
                tolerance=0.0,
                source="the source file: 6,981 pairs of 2016, of which 305 name units that no longer exist",
            ),
        ),
        gaps=(
            (
                "Agreements since 2016 are missing (among them CPTPP, AfCFTA, RCEP, USMCA, EU-Japan "
                "and EU-United Kingdom)."
            ),
            (
                "A pair has one agreement, the one that the database takes as governing; 16 of its "
                "provisions are coded here, none of them on the movement of persons."
            ),
            "The DESTA database is not used: it carries no open licence.",
            "Exporters that did not report trade in a year have no rows for that year.",
        ),
        raw_files=(_AGREEMENTS,),
    ),
)
