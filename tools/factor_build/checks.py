"""Checks of finished tables: what a look-up could not trust stops the build."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import fsum, inf

from factor_build.grid import MIX_COLUMNS, SHARE_ROUNDING
from factor_build.tables import BuildError, Row, Table, grouped, normal, split_aliases

NON_NEGATIVE = (
    "tdp_w memory_gb tflops_fp32 tflops_fp16 tflops_bf16 tflops_fp8 process_nm die_mm2 cores "
    "threads vcpus accelerator_count g_min g_median g_max kg_co2e value gwp_kg_co2e gwp_min "
    "gwp_max gb_per_s pe_mj adpe_kg_sb lifetime_years wue_l_per_kwh market_g_co2e_per_kwh "
    "embodied_kg low_kg high_kg primary_energy_mj l_per_kwh min_l_per_kwh max_l_per_kwh"
)
SHARES = f"{MIX_COLUMNS} cooling_share cfe_share_hourly cfe_share_annual"
# What a number in a column may be; both ends belong to the range.
RANGES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(NON_NEGATIVE.split(), (0, inf)),
    **dict.fromkeys(SHARES.split(), (0, 1)),
    "g_co2e_per_kwh": (0, 2000),  # the dirtiest plants emit some 1500 g
    "provider_published_g_co2e_per_kwh": (0, 2000),
    "pue": (1, 4),  # below 1 is impossible; surveys never found a mean above 2.5
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "year": (1990, 2030),
    "release_year": (1990, 2030),
}
NEVER_EMPTY = frozenset({"accelerator_count", "g_co2e_per_kwh", "kg_co2e", "latitude", "longitude"})
PER_MILLE = {
    "weekday_per_mille": 24,
    "weekend_per_mille": 24,
    "low_per_mille": 4,
    "high_per_mille": 4,
}
WHOLE = frozenset({"accelerator_count", "release_year", "year"})


def check(tables: Sequence[Table]) -> None:
    """Refuse tables that a look-up could not trust, with all faults at once."""
    by_path = {table.path: table for table in tables}
    zone_rows = [*by_path["zones.csv"].rows, *by_path["odbl/zones.csv"].rows]
    parts = by_path["accelerators.csv"].rows
    intensity = [*by_path["intensity_yearly.csv"].rows, *by_path["odbl/intensity_yearly.csv"].rows]
    known_sources = {row["key"] for row in by_path["sources.csv"].rows}
    faults = [
        *(fault for table in tables for fault in check_keys(table)),
        *(fault for table in tables for fault in check_numbers(table)),
        *(fault for table in tables for fault in check_named(table, "source", known_sources)),
        *check_defaults(intensity),
        *check_shares(by_path["generation_mix.csv"]),
        *check_cooling(by_path["water_factors.csv"]),
        *check_profiles(by_path["odbl/intensity_profiles.csv"]),
        *check_profiles(by_path["intensity_profiles.csv"]),
        *check_families(parts),
        *check_part_names(parts),
        *check_zone_names(zone_rows),
        *check_places(by_path, {row["zone"] for row in zone_rows}),
        *check_named(
            by_path["cloud_instances.csv"], "accelerator_name", {row["name"] for row in parts}
        ),
        *check_named(by_path["memory_bandwidth.csv"], "name", {row["name"] for row in parts}),
    ]
    if faults:
        raise BuildError("\n".join(faults))


def check_keys(table: Table) -> Iterator[str]:
    for key, times in Counter(map(table.key_of, table.rows)).items():
        if times > 1:
            yield f"{table.path}: {times} rows have the key {' / '.join(key)}"


def check_numbers(table: Table) -> Iterator[str]:
    columns = [column for column in table.columns if column in RANGES]
    for row in table.rows:
        for column in columns:
            text, (low, high) = row[column], RANGES[column]
            if text == "" and column not in NEVER_EMPTY:
                continue
            if not is_between(low, text, high) or (column in WHOLE and not text.isdigit()):
                place = " / ".join(table.key_of(row))
                yield f"{table.path}: {column} of {place} is {text!r}, not in {low} to {high}"


def is_between(low: float, text: str, high: float) -> bool:
    try:
        return low <= float(text) <= high and float(text) != inf
    except ValueError:
        return False


def check_named(table: Table, column: str, known: set[str]) -> Iterator[str]:
    if column in table.columns:
        for name in sorted({row[column] for row in table.rows} - known):
            yield f"{table.path}: the {column} {name!r} has no row of its own"


def check_defaults(intensity: Iterable[Row]) -> Iterator[str]:
    for (zone, year), rows in grouped(intensity, "zone", "year").items():
        marked = sum(row["is_default"] == "1" for row in rows)
        if marked != 1:
            yield f"intensity of {zone} {year}: {marked} default rows, expected 1"


def check_shares(mix: Table) -> Iterator[str]:
    kinds = MIX_COLUMNS.split()
    for row in mix.rows:
        stated = [float(row[kind]) for kind in kinds if row[kind]]
        if stated and abs(fsum(stated) - 1) > SHARE_ROUNDING:
            yield f"{mix.path}: shares of {' / '.join(mix.key_of(row))} sum to {fsum(stated):.5f}"


def check_cooling(water: Table) -> Iterator[str]:
    """The ways to cool what runs on one source are all of it, and medians lie in their ranges."""
    for (kind, source), rows in grouped(water.rows, "kind", "source_type").items():
        total = fsum(float(row["cooling_share"]) for row in rows)
        if abs(total - 1) > SHARE_ROUNDING:
            yield f"{water.path}: cooling shares of {kind} / {source} sum to {total:.5f}"
    for row in water.rows:
        if not is_between(
            float(row["min_l_per_kwh"]), row["l_per_kwh"], float(row["max_l_per_kwh"])
        ):
            yield f"{water.path}: the median of {' / '.join(water.key_of(row))} is out of its range"


def check_profiles(profiles: Table) -> Iterator[str]:
    """Twelve months a zone, and as many whole numbers in each cell as there are hours in it."""
    for (zone,), rows in grouped(profiles.rows, "zone").items():
        if len(rows) != 12:
            yield f"{profiles.path}: {zone} has {len(rows)} months, expected 12"
        for row in rows:
            for column, count in PER_MILLE.items():
                cells = row[column].split()
                if len(cells) != count or not all(map(str.isdigit, cells)) or "0" in cells:
                    yield f"{profiles.path}: {column} of {zone} {row['month']} is no {count} ratios"


def check_families(parts: Iterable[Row]) -> Iterator[str]:
    for (family,), rows in grouped(parts, "family").items():
        marked = sum(row["family_default"] == "1" for row in rows)
        if marked != 1:
            names = ", ".join(row["name"] for row in rows)
            yield (
                f"accelerators.csv: family {family!r} has {marked} defaults among {names}; give "
                f"one row the alias {family!r} or add the family to FAMILY_DEFAULTS"
            )


def check_part_names(parts: Sequence[Row]) -> Iterator[str]:
    """A name or alias leads to one part, and a family's name to no part outside the family."""
    owners = meanings(parts, "name", lambda row: [row["name"], *split_aliases(row["aliases"])])
    yield from ambiguous("accelerators.csv", owners)
    yield from ambiguous("accelerators.csv", meanings(parts, "family", lambda r: [r["family"]]))
    for (family,), members in grouped(parts, "family").items():
        strangers = owners.get(normal(family), set()) - {row["name"] for row in members}
        for stranger in sorted(strangers):
            yield f"accelerators.csv: {family!r} is a family and means {stranger}, too"


def check_zone_names(rows: Sequence[Row]) -> Iterator[str]:
    """An alias leads to one zone. Names may repeat: there are two Georgias.

    Codes are compared as written, because without hyphens BR-N (a grid) is BRN (Brunei).
    """
    owners = meanings(rows, "zone", lambda row: split_aliases(row["aliases"]))
    yield from ambiguous("zones.csv", owners)
    codes = {code: row["zone"] for row in rows for code in (row["zone"], row["iso3"]) if code}
    for row in rows:
        for other in sorted(owners.get(normal(row["name"]), set()) - {row["zone"]}):
            yield f"zones.csv: {row['name']!r} names {row['zone']} and is an alias of {other}"
        for alias in split_aliases(row["aliases"]):
            if codes.get(alias.upper(), row["zone"]) != row["zone"]:
                yield f"zones.csv: {alias!r} is an alias of {row['zone']} and another zone's code"


def meanings(
    rows: Iterable[Row], identity: str, names_of: Callable[[Row], Iterable[str]]
) -> dict[str, set[str]]:
    """Which rows each name leads to, names compared as look-ups compare them."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name in map(normal, names_of(row)):
            owners[name].add(row[identity])
    return owners


def ambiguous(path: str, owners: Mapping[str, set[str]]) -> Iterator[str]:
    for name, meant in owners.items():
        if len(meant) > 1:
            yield f"{path}: {name!r} means {' and '.join(sorted(meant))}"


def check_places(by_path: Mapping[str, Table], known: set[str]) -> Iterator[str]:
    for path in ("cloud_regions.csv", "generation_mix.csv"):
        yield from check_named(by_path[path], "zone", known)
    yield from check_named(by_path["cloud_regions.csv"], "em_zone", known)
