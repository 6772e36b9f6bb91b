"""What states have agreed: labour agreements, treaties, votes.

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comity.evidence.build.measures import count
from comity.evidence.build.names import code_names
from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["TABLES"]

_BLA: Final = "migration/bla-chilton-woda"
_FORMED = (f"{_BLA}/BLAs_Formation_Data.csv.gz",)
_CODED = (f"{_BLA}/BLAs_Coding_Data.csv.gz",)
_HUMAN_RIGHTS: Final = "migration/un-treaties/hr_status_*.csv"
_UNTC = ("migration/un-treaties/untc_migration_treaties_long_2015.csv.gz",)
_VOTES: Final = "migration/unga-votes-migration/vote_R_*.csv"

_UNKNOWN_YEAR: Final = 9999
_HUMAN_RIGHTS_DATE: Final = "2022-08"
_UNTC_DATE: Final = "2014"
_UNTC_NAMES: Final = {
    "5-2": "refugee_convention_1951",
    "5-3": "stateless_persons_1954",
    "5-4": "statelessness_reduction_1961",
    "5-5": "refugee_protocol_1967",
    "18-12": "organised_crime_2000",
    "18-12-a": "trafficking_protocol_2000",
    "18-12-b": "smuggling_protocol_2000",
}
_RESOLUTIONS: Final = {"R_73_195": "A/RES/73/195", "R_73_151": "A/RES/73/151"}

_FIELDS: Final = {
    "autorenew": "Renews automatically",
    "bla_duration_years": "Duration in years, where the text gives one",
    "past_bla_amend": "Is an additional protocol or an amendment",
    "past_bla_replace": "Fully replaces an earlier agreement",
    "quota": "Specifies a quota",
    "quota_num": "Size of the quota, where the text gives one plain number",
    "intl_instr": "1 Refers to international instruments",
    "info_exch": "2 Countries exchange information",
    "info_dissem": "3 The agreement is made known",
    "govt_agencies": "4 Responsibilities of agencies are defined",
    "joint_commit": "5 Joint committee",
    "recruit_cost_mig": "6a Migrants do not pay recruitment fees",
    "recruit_auth": "6b Says who may recruit",
    "recruit_government": "6b Government agencies may recruit",
    "recruit_private": "6b Private agencies may recruit",
    "recruit_employers": "6b Employers may recruit",
    "labor_union_orig": "7a Role for trade unions at origin",
    "labor_union_dest": "7b Role for trade unions at destination",
    "labor_union_join": "7c Migrants may join trade unions",
    "emp_orgs": "7d Role for employers' organisations",
    "ngos": "7e Role for civil society",
    "migrant_info": "8 Information for migrants",
    "prot_equal": "9 Equal treatment and non-discrimination",
    "prot_women": "10a Protection of women, general",
    "prot_women_det": "10b Protection of women or domestic workers, detailed",
    "prot_other": "10c Other protection (race, religion …)",
    "contract_req": "11a Employment contract required",
    "contract_standard": "11b Standard contract",
    "contract_terms": "11c Contract terms required",
    "wage_prot": "12 Wage protection",
    "housing_req": "13a Employer provides housing",
    "housing_cond": "13b Conditions for housing",
    "housing_monitor": "13c Government monitors housing",
    "work_monitor": "13d Government monitors work",
    "passport": "14 Travel documents may not be taken away",
    "social_security": "15 Social protection and health care",
    "disputes_emp_mig": "16 Complaints and disputes",
    "mig_human_cap": "17 Skills improvement",
    "credentials": "18 Recognition of skills and qualifications",
    "remittances": "19 Transfer of savings and remittances",
    "reintegration": "20a Reintegration upon return",
    "contract_renewal": "20b Contract may be renewed",
    "perm_resid": "20c Pathway to permanent residence",
}
_NUMBERS: Final = {"bla_duration_years": "years", "quota_num": "persons"}
_RECRUITERS: Final = {
    "recruit_government": "Government Recruitment Agencies",
    "recruit_private": "Private Recruitment Agencies",
    "recruit_employers": "Employers",
}


def _read_agreements(raw: Path) -> pd.DataFrame:
    formed = read_csv(find(raw, *_FORMED))
    coded = read_csv(find(raw, *_CODED))
    who = coded["recruit_auth_who"].fillna("")
    for column, label in _RECRUITERS.items():
        coded[column] = who.str.contains(label, regex=False).astype(int)
    coded["quota_num"] = coded["quota_num"].where(coded["quota_num"].str.fullmatch(r"\d+").eq(other=True))
    gaps: tuple[str, ...] = ()
    for side, name in (("country_a", "countryA"), ("country_b", "countryB")):
        formed[side], missing = code_names(formed[name], scheme="bla")
        gaps += missing
    frame = formed.merge(coded[["treatyID", *_FIELDS]], on="treatyID", how="left", indicator="text_coded")
    frame["text_coded"] = frame["text_coded"].eq("both")
    frame["year"] = frame["year"].mask(frame["year"].eq(_UNKNOWN_YEAR)).astype("Int64")
    for column in _FIELDS:
        frame[column] = pd.to_numeric(frame[column]).astype("Int64")
    frame = frame.rename(columns={"treatyID": "agreement"})
    return finish(
        frame[["agreement", "country_a", "country_b", "year", "text_coded", *_FIELDS]],
        ["agreement"],
        gaps=gaps,
    )


def _read_treaties(raw: Path) -> pd.DataFrame:
    parts = [_human_rights(path) for path in sorted(raw.glob(_HUMAN_RIGHTS))]
    if not parts:
        msg = f"the raw folder holds none of: {_HUMAN_RIGHTS}"
        raise FileNotFoundError(msg)
    table = read_csv(find(raw, *_UNTC))
    table = table[table["treaty"].isin(_UNTC_NAMES)].copy()
    table["country"], gaps = code_names(table["participant"], scheme="untc")
    table["treaty"] = table["treaty"].map(_UNTC_NAMES)
    table["status"] = table["date"].notna().map({True: "state_party", False: "signatory"})
    table["year"] = pd.to_numeric(table["date"].str[:4]).astype("Int64")
    table["as_of"] = _UNTC_DATE
    keys = ["country", "treaty"]
    every = pd.concat([*parts, table.dropna(subset=["country"])], ignore_index=True)
    return finish(every[[*keys, "status", "year", "as_of"]], keys, gaps=gaps)


def _human_rights(path: Path) -> pd.DataFrame:
    frame = read_csv(path)
    frame["country"], _ = code_names(frame["member"], scheme="untc")  # its ISO2 column has errors
    status = pd.Series("none", index=frame.index, dtype="str")
    status = status.mask(frame["signatory"].eq(1), "signatory").mask(
        frame["state party"].eq(1), "state_party"
    )
    year = pd.to_numeric(frame["year ratification or accession"], errors="coerce").astype("Int64")
    return frame.assign(
        treaty=path.stem.removeprefix("hr_status_"), status=status, year=year, as_of=_HUMAN_RIGHTS_DATE
    )


def _read_votes(raw: Path) -> pd.DataFrame:
    parts = []
    for path in sorted(raw.glob(_VOTES)):
        frame = read_csv(path)
        resolution = _RESOLUTIONS[path.stem.removeprefix("vote_")]
        codes, gaps = code_names(frame["country"], scheme="unga")
        parts.append(frame.assign(country=codes, resolution=resolution))
    if not parts:
        msg = f"the raw folder holds none of: {_VOTES}"
        raise FileNotFoundError(msg)
    keys = ["country", "resolution"]
    return finish(pd.concat(parts)[[*keys, "vote"]].dropna(), keys, gaps=gaps)


def _share(field: str) -> Callable[[pd.DataFrame], float]:
    return lambda df: float(df[field].mean())


_SHARES: Final = {
    "govt_agencies": 0.66,
    "info_exch": 0.60,
    "joint_commit": 0.39,
    "quota": 0.24,
    "credentials": 0.08,
}
_TALLY: Final = {
    ("A/RES/73/195", "yes"): 152,
    ("A/RES/73/195", "no"): 5,
    ("A/RES/73/195", "abstain"): 12,
    ("A/RES/73/151", "yes"): 181,
    ("A/RES/73/151", "no"): 2,
    ("A/RES/73/151", "abstain"): 3,
}

TABLES = (
    TableSpec(
        name="labour_agreements",
        title="Bilateral labour agreements 1927-2020 and what their texts contain",
        sources=(
            Source(
                producer="Adam Chilton and Bartosz Woda (with Eric Posner)",
                title="The Expanding Content of Bilateral Labor Agreements (dataset)",
                edition="formation and coding data",
                year=2022,
                url="https://dataverse.harvard.edu/dataverse/BLA",
                licence="CC0 1.0 (Harvard Dataverse default)",
                licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
                through="replication package of Adhikari, Cha'ngom, Kaila and Shrestha (World Bank)",
            ),
        ),
        columns={
            "agreement": Column("key", "Number of the agreement in the dataset"),
            "country_a": Column("code", "One party, ISO3 (former states by their former code); no direction"),
            "country_b": Column("code", "The other party, ISO3; no direction"),
            "year": Column("year", "Year of signature; missing where unknown"),
            "text_coded": Column("flag", "True where the text was coded; else all that follows is missing"),
            **{
                name: Column(_NUMBERS.get(name, "0 or 1"), f"{label}; missing where the text was not coded")
                for name, label in _FIELDS.items()
            },
        },
        read=_read_agreements,
        transformations=(
            "Names mapped to ISO3: West Germany is DEU; DDR, CSK and YUG keep their former codes.",
            "The year 9999 is missing; a quota is kept where it is one plain number; free text is left out.",
            "Who may recruit is split into three yes-or-no columns.",
        ),
        checks=(
            Check("agreements", count(), 1_222, 0, "Chilton and Woda"),
            Check("texts coded", count(text_coded=True), 570, 0, "Chilton and Woda"),
            *(
                Check(
                    f"share with {field}", _share(field), share, 0.02 if share > 0.1 else 0.07, "coding data"
                )
                for field, share in _SHARES.items()
            ),
        ),
        gaps=(
            "Which side migrants come from is not coded, and none is invented here.",
            "Termination is not coded: many agreements have lapsed.",
            "Texts of 652 agreements were not coded: unknown, not absent.",
            "The repository's default licence applies as far as is known; the file itself carries none.",
        ),
        raw_files=(*_FORMED, *_CODED),
    ),
    TableSpec(
        name="treaty_status",
        title="Status of human rights, refugee and migration treaties",
        sources=(
            Source(
                producer="United Nations Treaty Collection",
                title="Status of Treaties",
                edition="August 2022 (human rights); about 2014 (refugees, statelessness, organised crime)",
                year=2022,
                url="https://treaties.un.org",
                licence="Facts of public record (acts of states); United Nations Treaty Collection credited",
                licence_url="https://treaties.un.org/Pages/Content.aspx?path=Publication/TermsofUse/Page1_en.xml",
                through="World Politics Data Lab (human rights); Z. M. Jones, untreaties",
            ),
        ),
        columns={
            "country": Column("key", "Country, ISO3"),
            "treaty": Column("key", "Short name: icmw, cat, cedaw … or refugee_convention_1951 …"),
            "status": Column("category", "state_party, signatory or none"),
            "year": Column("year", "Year of ratification, accession or succession; missing where none"),
            "as_of": Column("date", "Date to which the status holds"),
        },
        read=_read_treaties,
        transformations=("Names mapped to ISO3; one short name per treaty.",),
        checks=(
            Check(
                "state parties to the ICMW",
                count(treaty="icmw", status="state_party"),
                57,
                0,
                "UN Treaty Collection, August 2022",
            ),
            Check(
                "parties to the 1951 Convention",
                count(treaty="refugee_convention_1951", status="state_party"),
                145,
                0,
                "UNHCR",
            ),
            Check(
                "parties to the 1967 Protocol",
                count(treaty="refugee_protocol_1967", status="state_party"),
                146,
                0,
                "UNHCR",
            ),
        ),
        gaps=(
            (
                "Refugee, statelessness and organised crime treaties are as of about 2014 (see as_of): later "
                "accessions are missing; a country without a row had done nothing by then."
            ),
            "ILO conventions C97, C143, C181 and C189 were not at hand.",
        ),
        raw_files=(_HUMAN_RIGHTS, *_UNTC),
    ),
    TableSpec(
        name="compact_votes",
        title="Votes on the two global compacts of 2018, General Assembly",
        sources=(
            Source(
                producer="Erik Voeten, Anton Strezhnev and Michael Bailey",
                title="United Nations General Assembly Voting Data",
                edition="through January 2020",
                year=2020,
                url="https://doi.org/10.7910/DVN/LEJUQZ",
                licence="CC0 1.0",
                licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
                through="R package unvotes (D. Robinson)",
            ),
        ),
        columns={
            "country": Column("key", "Country, ISO3"),
            "resolution": Column(
                "key", "A/RES/73/195 (migration compact) or A/RES/73/151 (refugees, affirming the compact)"
            ),
            "vote": Column("category", "yes, no or abstain; a country that did not vote has no row"),
        },
        read=_read_votes,
        transformations=("Names mapped to ISO3.",),
        checks=tuple(
            Check(
                f"{resolution} {vote}",
                count(resolution=resolution, vote=vote),
                published,
                0,
                "General Assembly record",
            )
            for (resolution, vote), published in _TALLY.items()
        ),
        gaps=("A country without a row did not vote.",),
        raw_files=(_VOTES,),
    ),
)
