"""Publishers' own download formats, in miniature, and the real ones where the raw data are present."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

from comity.errors import EvidenceError
from comity.evidence.build import migration_remittances, migration_stock
from comity.evidence.build.readers import (
    find,
    read_csv,
    read_knomad_inflows,
    read_knomad_matrix,
    read_undesa_stock,
    read_wdi,
)


def _workbook(path, rows, sheet="Sheet1"):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def _undesa(path):
    head = ["Index", "Region of destination", "Coverage", "Data type", "Location code of destination"]
    head += ["Region of origin", "Location code of origin", 2020, 2024, 2020, 2024, 2020, 2024]
    group = [None] * 7 + ["International migrant stock (both sexes combined)", None]
    group += ["International migrant stock (males)", None, "International migrant stock (females)", None]
    rows = [
        ["United Nations"],
        ["Population Division"],
        group,
        head,
        [1, "WORLD", None, None, 900, "WORLD", 900, 9, 9, 4, 4, 5, 5],
        [2, "Spain", None, "B", 724, "Morocco", 504, 7, 8, 4, 5, 3, 3],
        [3, "Spain", None, "B", 724, "Others", 2003, 2, 2, 1, 1, 1, ".."],
        [4, "Spain", None, "B", 724, "AFRICA", 903, 7, 8, 4, 5, 3, 3],
    ]
    return _workbook(path, rows, sheet="Table 1")


def test_undesa_workbook_is_read_as_published(tmp_path):
    path = _undesa(tmp_path / "undesa_pd_2024_ims_stock_by_sex_destination_and_origin.xlsx")
    frame = read_undesa_stock(path).sort_values(["origin", "year", "sex"])
    assert frame.to_records(index=False).tolist() == [
        ("MAR", "ESP", 2020, "female", 3),
        ("MAR", "ESP", 2020, "male", 4),
        ("MAR", "ESP", 2024, "female", 3),
        ("MAR", "ESP", 2024, "male", 5),
        ("OOO", "ESP", 2020, "female", 1),
        ("OOO", "ESP", 2020, "male", 1),
        ("OOO", "ESP", 2024, "male", 1),
    ]


def test_undesa_workbook_with_another_layout_is_refused(tmp_path):
    path = _workbook(tmp_path / "stock.xlsx", [["Country", 2024]], sheet="Table 1")
    with pytest.raises(EvidenceError, match="Location code of destination"):
        read_undesa_stock(path)


def test_a_newer_download_takes_precedence(tmp_path):
    folder = tmp_path / "migration" / "undesa-stock-2024"
    folder.mkdir(parents=True)
    (folder / "undesa_ims2024_bilateral_by_sex.csv.gz").write_bytes(b"")
    new = _undesa(folder / "undesa_pd_2024_ims_stock_by_sex_destination_and_origin.xlsx")
    (spec,) = (spec for spec in migration_stock.TABLES if spec.name == "migrant_stock")
    assert find(tmp_path, *spec.raw_files) == new
    assert len(spec.read(tmp_path)) == 7


WDI = (
    '"Data Source","World Development Indicators",\n\n"Last Updated Date","2025-07-01",\n\n'
    '"Country Name","Country Code","Indicator Name","Indicator Code","2022","2023",\n'
    '"Namibia","NAM","Paid","BM","12.5","",\n"World","WLD","Paid","BM","100","110",\n'
)


@pytest.mark.parametrize("kind", ["csv", "zip", "xlsx"])
def test_wdi_downloads_are_read_in_every_form(tmp_path, kind):
    path = tmp_path / f"API_BM.TRF.PWKR.CD.DT_DS2.{kind}"
    if kind == "csv":
        path.write_text(WDI, encoding="utf-8-sig")
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Metadata_Country_API.csv", "x")
            archive.writestr("API_BM.csv", WDI)
    else:
        head = ["Country Name", "Country Code", "Indicator Name", "Indicator Code", "2022", "2023"]
        rows = [["Data Source", "World Development Indicators"], [], head]
        rows += [["Namibia", "NAM", "Paid", "BM", 12.5, None], ["World", "WLD", "Paid", "BM", 100, 110]]
        _workbook(path, rows, sheet="Data")
    frame = read_wdi(path).sort_values(["code", "year"])
    assert frame.to_records(index=False).tolist() == [
        ("NAM", 2022, 12.5),
        ("WLD", 2022, 100.0),
        ("WLD", 2023, 110.0),
    ]


def test_a_file_that_is_no_wdi_download_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="World Bank API download"):
        read_wdi(path)


@pytest.mark.parametrize("receiving_across", [True, False])
def test_knomad_matrix_follows_its_corner_cell(tmp_path, receiving_across):
    across, down = ("receiving", "sending") if receiving_across else ("sending", "receiving")
    corner = f"Remittance-{across} country (across)  -  Remittance-{down} country (down)"
    # Spain sends 5 to Morocco, Morocco sends 1 to Spain
    body = [["Morocco", None, 1.0, 1.0], ["Spain", 5.0, 0.0, 5.0]]
    if not receiving_across:
        body = [["Morocco", None, 5.0, 5.0], ["Spain", 1.0, 0.0, 1.0]]
    rows = [["Bilateral Remittance Estimates"], [corner, "Morocco", "Spain", "WORLD"], *body]
    rows += [["WORLD", 5.0, 1.0, 6.0], ["a note", 7.0, 7.0, 7.0]]
    frame = read_knomad_matrix(_workbook(tmp_path / "bilateral_remittance_matrix_2030.xlsx", rows))
    cells = {(row.sending, row.receiving): row.usd_million for row in frame.itertuples()}
    assert cells == {("Spain", "Morocco"): 5.0, ("Morocco", "Spain"): 1.0}


def test_knomad_inflows_mark_forecasts(tmp_path):
    rows = [
        ["Remittance inflows (US$ million)", 2029, "2030e", "% of GDP in 2030"],
        ["Namibia", 3.5, 4.5, 0.1],
    ]
    frame = read_knomad_inflows(_workbook(tmp_path / "inward_remittance_flows_2030.xlsx", rows))
    assert frame.to_records(index=False).tolist() == [
        ("Namibia", 2029, 3.5, False),
        ("Namibia", 2030, 4.5, True),
    ]


def test_the_code_na_stays_text(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("code,value\nNA,1\nNAM,\n", encoding="utf-8")
    frame = read_csv(path)
    assert frame["code"].tolist() == ["NA", "NAM"]
    assert frame["value"].isna().tolist() == [False, True]


@pytest.mark.raw
def test_workbook_and_clean_copy_agree(raw):
    folder = raw / "migration" / "knomad-bilateral-remittances-2021"
    book = read_knomad_matrix(folder / "bilateral_remittance_matrix_2021_0.xlsx")
    copy = read_knomad_matrix(folder / "knomad_bilateral_remittances_2021.csv.gz")
    keys = ["sending", "receiving"]
    joined = book.merge(copy, on=keys, how="outer", indicator=True)
    assert joined["_merge"].eq("both").all()
    assert joined["usd_million_x"].sub(joined["usd_million_y"]).abs().max() < 1e-9


@pytest.mark.raw
def test_wdi_table_follows_newer_api_files(raw, tmp_path):
    (spec,) = (spec for spec in migration_remittances.TABLES if spec.name == "remittances_wdi")
    folder = tmp_path / "migration" / "wb-remittances-wdi"
    folder.mkdir(parents=True)
    (folder / "wdi_remittances_in_out.csv.gz").write_bytes(
        (raw / "migration/wb-remittances-wdi/wdi_remittances_in_out.csv.gz").read_bytes()
    )
    for code in ("BX", "BM"):
        (folder / f"API_{code}.TRF.PWKR.CD.DT_DS2_en_csv_v2.csv").write_text(WDI, encoding="utf-8")
    frame = spec.read(tmp_path)
    assert frame.to_records(index=False).tolist() == [("NAM", 2022, 12.5, 12.5)]
