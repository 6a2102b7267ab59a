"""The tables of grids: yearly intensity, generation mix, and the zones that have either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from factor_build.tables import (
    BuildError,
    Inputs,
    Row,
    Table,
    grouped,
    joined_aliases,
    read_rows,
    split_aliases,
)

INTENSITY_COLUMNS = "zone year g_co2e_per_kwh basis scope is_default source verified"
INTENSITY_KEY = ("zone", "year", "source", "basis", "scope")

# The reference's own order among rows of one basis, needed again because the row that it preferred
# may not ship. Sources not named come after these.
INTENSITY_PREFERENCE = ("owid_ember_2026", "owid_ember_2022", "electricitymaps_yearly")

MIX_COLUMNS = "coal gas oil nuclear hydro wind solar bioenergy other_renewables"
# Shares that miss 1 by more are no mix of a whole supply; by less, upstream rounded.
SHARE_SUM_TOLERANCE = 0.01
# Nine shares of five decimals may miss 1 by as much without being wrong: left as written.
SHARE_ROUNDING = 0.0001


def intensity_rows(inputs: Inputs) -> list[Row]:
    """All rows that ship, with exactly one default a zone and year among them."""
    rows = list(inputs.shippable("grid_intensity_yearly"))
    for (zone, year), candidates in grouped(rows, "zone", "year").items():
        default = min(candidates, key=default_rank)
        before = [row for row in candidates if row["is_default"] == "1"]
        if not before:
            inputs.remarks.append(f"{zone} {year}: default is now {default['source']}")
        elif before != [default]:
            raise BuildError(f"{zone} {year}: default is {default['source']}, not the reference's")
        for row in candidates:
            row["is_default"] = "1" if row is default else "0"
    return rows


def default_rank(row: Row) -> tuple[bool, int, str]:
    return (row["basis"] != "lifecycle", *place_in(INTENSITY_PREFERENCE, row["source"]))


def place_in(order: Sequence[str], source: str) -> tuple[int, str]:
    return (order.index(source) if source in order else len(order), source)


def intensity_yearly(rows: Iterable[Row]) -> Table:
    columns = tuple(INTENSITY_COLUMNS.split())
    return Table("intensity_yearly.csv", columns, list(rows), INTENSITY_KEY)


def generation_mix(inputs: Inputs) -> Table:
    """One row a zone, year and source, with a column for each kind of generation."""
    kinds = tuple(MIX_COLUMNS.split())
    key = ("zone", "year", "source")
    rows: list[Row] = []
    for members in grouped(inputs.shippable("grid_mix_yearly"), *key).values():
        shares = rescaled({row["source_type"]: row["share"] for row in members})
        if unknown := sorted(shares.keys() - set(kinds)):
            raise BuildError(f"generation_mix.csv: no column for {', '.join(unknown)}")
        if not shares:
            inputs.drop("grid_mix_yearly", "zone-year whose shares do not sum to 1")
        rows.append({**dict.fromkeys(kinds, ""), **members[0], **shares})
    return Table("generation_mix.csv", ("zone", "year", *kinds, "source", "verified"), rows, key)


def rescaled(shares: Row) -> Row:
    """Shares that sum to 1, or none at all where they are too far from it."""
    total = fsum(map(float, shares.values()))
    if abs(total - 1) > SHARE_SUM_TOLERANCE:
        return {}
    if abs(total - 1) <= SHARE_ROUNDING:
        return shares
    return {kind: f"{float(share) / total:.5f}" for kind, share in shares.items()}


# --- zones ----------------------------------------------------------------------------------------

ZONE_COLUMNS = "zone iso3 name kind country aliases source year verified"

# Where sources call a zone by several names: "Quebec" before "Québec".
ZONE_NAME_PREFERENCE = (
    "green_algorithms_v3",
    "codecarbon_egrid2016",
    "egrid_nrel",
    "ccf_nerc",
    "owid_ember_2026",
    "electricitymaps_yearly",
)
# CodeCarbon calls SE3 "Southern Sweden" and SE4 "Stockholm region"; Stockholm lies in SE3.
MISNAMED_ZONES = frozenset({("SE-SE3", "codecarbon_nordic"), ("SE-SE4", "codecarbon_nordic")})


def zones(inputs: Inputs, intensity: Iterable[Row]) -> Table:
    """Every zone with an intensity, under the English name that people use."""
    official = {row["alpha2"]: row for row in read_rows(inputs.hand_entered / "iso3166.csv")}
    spoken = {row["zone"]: row for row in read_rows(inputs.hand_entered / "zone_names.csv")}
    by_zone = grouped(intensity, "zone")
    if unused := sorted(spoken.keys() - {zone for (zone,) in by_zone}):
        raise BuildError(f"zone_names.csv names {', '.join(unused)}; no such zone has figures")
    rows = [
        zone_row(inputs, members, official.get(zone, {}), spoken.get(zone, {}))
        for (zone,), members in by_zone.items()
    ]
    return Table("zones.csv", tuple(ZONE_COLUMNS.split()), rows, ("zone",))


def zone_row(inputs: Inputs, members: Sequence[Row], official: Row, spoken: Row) -> Row:
    zone, kind = members[0]["zone"], members[0]["zone_kind"]
    given = names_given(members)
    name = spoken.get("name") or official.get("name") or given[0]["zone_name"]
    aliases = split_aliases(spoken.get("aliases", ""))
    aliases += [official.get("name", ""), *(row["zone_name"] for row in given)]
    source = inputs.sources["iso3166" if official else given[0]["source"]]
    return {
        "zone": zone,
        "iso3": official.get("alpha3", ""),
        "name": name,
        "kind": kind,
        "country": "" if kind == "aggregate" else zone[:2],  # all codes start with ISO alpha-2
        "aliases": joined_aliases(aliases, name=name),
        "source": source.key,
        "year": source.edition,
        "verified": source.verified,
    }


def names_given(members: Iterable[Row]) -> list[Row]:
    """A zone's rows that name it, those of the plainest source first."""
    named = [
        row
        for row in members
        if row["zone_name"] and (row["zone"], row["source"]) not in MISNAMED_ZONES
    ]
    return sorted(named, key=lambda row: place_in(ZONE_NAME_PREFERENCE, row["source"]))
