"""`wattprint factors`: the reference tables, searched and shown with their sources."""

from collections.abc import Iterable

import click

from wattprint.cli.options import json_option
from wattprint.cli.output import print_json, print_table
from wattprint.factors.catalogue import KINDS, Entry, details, entries, search
from wattprint.factors.tables import Row

_MOST_SHOWN = 50


@click.group(no_args_is_help=False, epilog="Example: wattprint factors search v100")
def factors() -> None:
    """Search hardware, zones and regions, and see the source of every figure."""


@factors.command("search", epilog="Example: wattprint factors search v100")
@click.argument("text", nargs=-1, required=True)
@json_option
def search_tables(*, text: tuple[str, ...], as_json: bool) -> None:
    """List the entries of all kinds whose names hold every word of TEXT."""
    found = list(search(" ".join(text)))
    if as_json:
        print_json({"entries": [_entry_dict(entry) for entry in found]})
    elif not found:
        click.echo(f"Nothing is named like {' '.join(text)!r}. Kinds: {', '.join(KINDS)}.")
    else:
        print_table(("kind", "name", "figures"), map(_cells, found[:_MOST_SHOWN]))
        _say_rest(len(found))


@factors.command(epilog="Example: wattprint factors show zone FR")
@click.argument("kind")
@click.argument("name")
@json_option
def show(*, kind: str, name: str, as_json: bool) -> None:
    """Show all rows about NAME, with their sources. KIND is one that `factors list` knows."""
    found = details(kind, name)
    if as_json:
        print_json(found)
        return
    for i, (table, rows) in enumerate(found.items()):
        click.echo(("\n" if i else "") + table.replace("_", " ") + ":")
        _print_rows(rows)


@factors.command("list", epilog="Example: wattprint factors list accelerator")
@click.argument("kind", required=False)
@json_option
def list_kind(*, kind: str | None, as_json: bool) -> None:
    """List all entries of KIND; without one, the kinds."""
    if kind is None:
        counts = {name: len(list(entries(name))) for name in KINDS}
        if as_json:
            print_json({"kinds": counts})
        else:
            print_table(("kind", "rows"), ((name, str(count)) for name, count in counts.items()))
        return
    found = list(entries(kind))
    if as_json:
        print_json({"entries": [_entry_dict(entry) for entry in found]})
    else:
        print_table(("name", "figures"), (_cells(entry)[1:] for entry in found))


_FIGURE_COLUMNS = {
    "tdp_w": "W",
    "memory_gb": "GB",
    "cores": "cores",
    "pue": "PUE",
    "kg_co2e": "kg CO2e",
    "g_median": "g/kWh",
    "gwp_kg_co2e": "kg CO2e",
    "value": "",
    "unit": "",
    "low": "low",
    "high": "high",
    "scope": "",
    "accelerator_name": "",
    "accelerator_count": "x",
    "kind": "",
    "city": "",
    "zone": "",
    "publisher": "",
}
"""Columns that a list shows beside a name, with their unit."""


def _cells(entry: Entry) -> tuple[str, str, str]:
    shown = [
        f"{entry.row[column]} {unit}".strip()
        for column, unit in _FIGURE_COLUMNS.items()
        if entry.row.get(column) and entry.row[column] != entry.name
    ]
    named = entry.row.get("name", "")
    also = [named] if named and named != entry.name else []
    return entry.kind, entry.name, ", ".join([*also, *shown])


def _entry_dict(entry: Entry) -> dict[str, str]:
    return {"entry_kind": entry.kind, "entry_name": entry.name, **entry.row}


def _print_rows(rows: Iterable[Row]) -> None:
    """Print one row as 'column: value' lines, several as a table; empty columns left out."""
    rows = list(rows)
    filled = [column for column in rows[0] if any(row[column] for row in rows)]
    if len(rows) == 1:
        width = max(map(len, filled))
        for column in filled:
            click.echo(f"  {column.ljust(width)}  {rows[0][column]}")
    else:
        print_table(filled, ([row[column] for column in filled] for row in rows))


def _say_rest(count: int) -> None:
    if count > _MOST_SHOWN:
        click.echo(f"... and {count - _MOST_SHOWN} more; --json prints them all.")
