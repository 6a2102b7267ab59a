"""All reference tables by kind, to be searched, listed and shown with their sources."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from wattprint.domain.checks import one_of
from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus
from wattprint.factors.regions import regions
from wattprint.factors.tables import Row, shipped, sources
from wattprint.factors.zones import mix_of_row, zones


class Kind(NamedTuple):
    """One kind of entry: its table, and the columns that make its name."""

    table: str
    name_columns: tuple[str, ...]
    find: Callable[[str], Sequence[str]] | None = None
    """Turns any accepted spelling into the names it may stand for, the default first; None where
    only the name itself is accepted."""
    also: tuple[str, ...] = ()
    """Further tables with rows about the entry, under the same columns."""

    def name_of(self, row: Mapping[str, str]) -> str:
        """Return the name of the entry that a row is about."""
        return "/".join(row[column] for column in self.name_columns)


def _accelerator_names(text: str) -> tuple[str, ...]:
    match = accelerators().find(text)
    return tuple(part.name for part in (match.accelerator, *match.candidates))


KINDS: Mapping[str, Kind] = {
    "accelerator": Kind("accelerators", ("name",), _accelerator_names),
    "convention": Kind("conventions", ("name",)),
    "cpu": Kind("cpus", ("name",), lambda text: (cpus().find(text).name,)),
    "embodied": Kind("embodied", ("component", "model")),
    "embodied-device": Kind("embodied_devices", ("kind", "name")),
    "energy-source": Kind("energy_sources", ("source_type",)),
    "entsoe-area": Kind("entsoe_areas", ("zone",)),
    "entsoe-type": Kind("entsoe_types", ("psr_type",)),
    "equivalent": Kind("equivalents", ("quantity",)),
    "grid-service": Kind("grid_services", ("service",)),
    "instance": Kind("cloud_instances", ("provider", "instance_type")),
    "machine": Kind("machine_classes", ("machine",)),
    "power-constant": Kind("power_constants", ("constant",)),
    "pue": Kind("pue", ("provider",)),
    "region": Kind(
        "cloud_regions",
        ("provider", "region"),
        lambda text: (regions().find(text).region,),
        also=("cloud_region_yearly",),
    ),
    "source": Kind("sources", ("key",)),
    "water-factor": Kind("water_factors", ("kind", "source_type")),
    "zone": Kind(
        "zones",
        ("zone",),
        lambda text: (zones().find(text).zone,),
        also=("intensity_yearly", "generation_mix"),
    ),
}


class Entry(NamedTuple):
    """A row of a table, with its kind and name."""

    kind: str
    name: str
    row: Row


def entries(kind: str) -> Iterator[Entry]:
    """Yield every row of a kind's table.

    Raises:
        UnknownNameError: No such kind.
    """
    known = KINDS[one_of("kind", kind, KINDS)]
    for row in shipped().rows(known.table):
        yield Entry(kind, known.name_of(row), row)


def search(text: str) -> Iterator[Entry]:
    """Yield the entries of all kinds whose name or other spellings hold every word of `text`.

    Letter case, hyphens and spaces do not matter.
    """
    wanted = [_folded(word) for word in text.split()]
    for kind in KINDS:
        for entry in entries(kind):
            spelling = _folded("|".join(_spellings(entry)))
            if wanted and all(word in spelling for word in wanted):
                yield entry


def details(kind: str, name: str) -> dict[str, list[Row]]:
    """Return all rows about one entry, by table, and the sources they name.

    Raises:
        UnknownNameError: No such kind or entry; `nearest` holds the closest names.
        AmbiguousNameError: The name fits several entries.
    """
    known = KINDS[one_of("kind", kind, KINDS)]
    wanted = known.find(name) if known.find else (_listed(kind, name),)
    found = {
        table: [row for row in shipped().rows(table) if known.name_of(row) in wanted]
        for table in (known.table, *known.also)
    }
    found["generation_mix"] = [_with_mix_words(row) for row in found.get("generation_mix", ())]
    keys = {row["source"] for rows in found.values() for row in rows if "source" in row}
    if keys:
        found["sources"] = [sources()[key]._asdict() for key in sorted(keys)]
    return {table: rows for table, rows in found.items() if rows}


def _with_mix_words(row: Row) -> Row:
    """Add what people ask of a mix first: its main source, and its low-carbon share."""
    mix = mix_of_row(row)
    share = f"{mix.low_carbon_share:.3f}"
    return {**row, "main_source": mix.main_source, "low_carbon_share": share}


def _listed(kind: str, name: str) -> str:
    names = {entry.name.casefold(): entry.name for entry in entries(kind)}
    if name.casefold() in names:
        return names[name.casefold()]
    raise UnknownNameError(
        f"{kind} {name!r} is unknown",
        f"`wattprint factors list {kind}` lists them all",
        nearest_names(name, names.values()),
    )


def _spellings(entry: Entry) -> Iterator[str]:
    yield entry.name
    for column in ("aliases", "family", "iso3", "name", "city", "model", "title", "eic"):
        if entry.row.get(column):
            yield entry.row[column]


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "|")
