"""The files of a build: tables, manifest and NOTICE, written or compared with the disk."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from factor_build.accelerators import accelerators
from factor_build.checks import check
from factor_build.cloud import cloud_instances, cloud_region_yearly, cloud_regions
from factor_build.grid import generation_mix, intensity_rows, intensity_yearly, zones
from factor_build.life_cycle import embodied_devices, water_factors
from factor_build.methodologies import methodology_tables
from factor_build.others import (
    conventions,
    embodied,
    energy_sources,
    entsoe_areas,
    entsoe_types,
    equivalents,
    forecast_errors,
    grid_services,
    machine_classes,
    memory_bandwidth,
    power_constants,
    pue,
    sources,
)
from factor_build.processors import cpus
from factor_build.profiles import intensity_profiles
from factor_build.tables import ODBL_SOURCES, BuildError, Inputs, Source, Table

FACTOR_SET_VERSION = "2026.11.0"


def build_tables(inputs: Inputs) -> list[Table]:
    intensity = intensity_rows(inputs)
    tables = [
        accelerators(inputs),
        cpus(inputs),
        zones(inputs, intensity),
        intensity_yearly(intensity),
        intensity_profiles(inputs, intensity),
        generation_mix(inputs),
        energy_sources(inputs),
        pue(inputs),
        equivalents(inputs),
        power_constants(inputs),
        conventions(inputs),
        machine_classes(inputs),
        memory_bandwidth(inputs),
        forecast_errors(inputs),
        cloud_instances(inputs),
        embodied(inputs),
        embodied_devices(inputs),
        water_factors(inputs),
        cloud_regions(inputs, intensity),
        cloud_region_yearly(inputs),
        *methodology_tables(inputs),
        entsoe_areas(inputs),
        entsoe_types(inputs),
        grid_services(inputs),
    ]
    by_licence = [part for table in tables for part in split_by_licence(table)]
    return [*by_licence, sources(inputs, tables)]


def split_by_licence(table: Table) -> Iterator[Table]:
    """The rows that are free to use, and apart from them those under the ODbL."""
    bound = [row for row in table.rows if row["source"] in ODBL_SOURCES]
    yield replace(table, rows=[row for row in table.rows if row["source"] not in ODBL_SOURCES])
    if bound:
        yield replace(table, path=f"odbl/{table.path}", rows=bound)


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


VENDORED_HEAD = """\
# Programs and shapes of others in the hub's pages

src/wattprint/hub/static/vendor holds what its README.md names: htmx, a bundle of Vega, and the \
shapes of countries made from Natural Earth, which is in the public domain. \
tools/build_vendored.mjs fetches them and writes these texts.
"""


def notice(inputs: Inputs, tables: Sequence[Table]) -> bytes:
    taken: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        rows_of = Counter(row["source"] for row in table.rows if "source" in row)
        for key, count in rows_of.items():
            taken[key].append(f"{table.path} ({count} {'row' if count == 1 else 'rows'})")
    sections = [notice_section(inputs.sources[key], taken[key]) for key in sorted(taken)]
    licences = (inputs.hand_entered / "licence_texts.txt").read_text(encoding="utf-8")
    vendored = (inputs.hand_entered / "vendored_licences.txt").read_text(encoding="utf-8")
    parts = [wrapped(NOTICE_HEAD), "# Data sources", *sections, "# Licence texts", licences]
    parts += [wrapped(VENDORED_HEAD), vendored]
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
