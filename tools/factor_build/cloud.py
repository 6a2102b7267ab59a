"""The tables of cloud regions and instances."""

from __future__ import annotations

from collections.abc import Iterable

from factor_build.tables import Inputs, Row, Table, as_in_reference, read_rows

REGION_COLUMNS = (
    "provider region city country subdivision zone em_zone latitude longitude source year verified"
)
REGION_YEAR_COLUMNS = (
    "provider region year pue wue_l_per_kwh cfe_share_hourly cfe_share_annual "
    "provider_published_g_co2e_per_kwh market_g_co2e_per_kwh source verified"
)
REGION_FIGURES = REGION_YEAR_COLUMNS.split()[3:-2]
# gsf_rtc ships in part: what the providers publish themselves, not its grid or market columns.
GSF_FIGURES = frozenset({"pue", "wue_l_per_kwh", "cfe_share_hourly", "cfe_share_annual"})


def cloud_regions(inputs: Inputs, zones_known: Iterable[Row]) -> Table:
    """Regions with the finest zone that has figures: the subdivision, else the country."""
    known = {row["zone"] for row in zones_known}
    rows: list[Row] = []
    for row in read_rows(inputs.reference / "cloud_regions.csv"):
        # The reference appends the lists that names were compared with; the mapping is ours.
        region = inputs.stamped({**row, "source": "own_mapping"})
        if region["zone"] not in known:
            place = f"{region['provider']}/{region['region']}"
            inputs.remarks.append(f"{place}: no row for {region['zone']} ships; country instead")
            region["zone"] = region["country"]
        rows.append(region)
    key = ("provider", "region")
    return Table("cloud_regions.csv", tuple(REGION_COLUMNS.split()), rows, key)


def cloud_region_yearly(inputs: Inputs) -> Table:
    rows = list(inputs.shippable("cloud_region_yearly"))
    google = [row for row in rows if row["source"] == "google_region_carbon"]
    unstated = {(row["region"], row["year"]) for row in google if not row["cfe_share_hourly"]}
    kept: list[Row] = []
    for row in rows:
        figures = gsf_part(row, unstated) if row["source"] == "gsf_rtc" else row
        if any(figures[column] for column in REGION_FIGURES):
            kept.append(figures)
        else:
            inputs.drop("cloud_region_yearly", f"{row['source']}: nothing left but a grid figure")
    key = ("provider", "region", "year", "source")
    return Table("cloud_region_yearly.csv", tuple(REGION_YEAR_COLUMNS.split()), kept, key)


def gsf_part(row: Row, unstated: set[tuple[str, str]]) -> Row:
    """What may ship of a gsf_rtc row, without the zeros that stand for no answer.

    It gives 0 as the hourly carbon-free share of regions and years for which Google's own table
    leaves the cell empty, Montreal 2019 among them.
    """
    part = {**row, **{column: "" for column in REGION_FIGURES if column not in GSF_FIGURES}}
    share = part["cfe_share_hourly"]
    if share and float(share) == 0 and (row["region"], row["year"]) in unstated:
        part["cfe_share_hourly"] = ""
    return part


def cloud_instances(inputs: Inputs) -> Table:
    return as_in_reference(inputs, "cloud_instances", key="provider instance_type")
