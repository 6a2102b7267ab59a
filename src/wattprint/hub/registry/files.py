"""The registry as files: CSV, Parquet, an Atom feed; a badge and a citation of one model."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from html import escape
from typing import Any

from sqlalchemy import func, select

from wattprint.domain import units
from wattprint.hub.registry import table
from wattprint.hub.registry.examine import UG_PER_G
from wattprint.hub.registry.search import Asked, list_models
from wattprint.hub.registry.settings import RegistrySettings
from wattprint.hub.registry.shown import evidence, kg, kwh
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import registry_models

_WHOLE = ("year", "count", "trained_in")
_NUMBERS = (
    *("score", "emissions", "emissions_low", "emissions_high", "energy", "hours", "device_hours"),
    *("power_w", "intensity_g_per_kwh", "pue", "computed_emissions_kg"),
    *(f"{name}_kwh" for name in ("energy", "energy_low", "energy_high")),
    *(f"{name}_kg" for name in ("emissions", "emissions_low", "emissions_high")),
)
COLUMNS = {
    name: "whole" if name in _WHOLE else "number" if name in _NUMBERS else "text"
    for name in (*table.COLUMNS, *table.MORE, *table.SHOWN)
}
"""Columns of a download and what they hold: what was said, as a table says it, and the figures that
are shown. A download can be submitted as it is."""
_PIECE = 500
"""Models in one look-up; older SQLite takes 999 parameters."""
_INK = {"measured": "#00694c", "estimated": "#0b5c8a", "reported": "#56606b"}
_LETTER_PX = 6.7
"""Mean width of a letter of 11 px. [px]"""


def version_of(database: Database, org_id: str) -> str:
    """Return a text that is another whenever a model came or went."""
    its = registry_models.c
    statement = select(func.count(), func.max(its.changed_at_ms)).where(
        its.org_id == org_id, its.state == "accepted"
    )
    with database.reading() as connection:
        count, at_ms = connection.execute(statement).one()
    return f"{count}-{at_ms or 0}"


def rows(database: Database, org_id: str, settings: RegistrySettings) -> Iterator[dict[str, Any]]:
    """Yield all accepted models, flat."""
    asked = Asked(sort="name", limit=_PIECE)
    while True:
        found = list_models(database, org_id, asked)
        said = _said(database, org_id, [row["model_id"] for row in found.rows])
        for row in found.rows:
            yield _flat(row, said[row["model_id"]], settings)
        if found.next_cursor is None:
            return
        asked = asked._replace(cursor=found.next_cursor)


def _said(database: Database, org_id: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    its = registry_models.c
    statement = select(its.model_id, its.raw).where(its.org_id == org_id, its.model_id.in_(ids))
    with database.reading() as connection:
        return {row.model_id: json.loads(row.raw) for row in connection.execute(statement)}


def _flat(
    row: Mapping[str, Any], said: Mapping[str, Any], settings: RegistrySettings
) -> dict[str, Any]:
    return {
        **table.cells_of(said),
        "year": row["year"],
        "zones": row["zones"],
        "evidence": evidence(row["origin"], row["method"]),
        "shown_method": row["method"],
        "origin": row["origin"],
        "energy_kwh": kwh(row["energy_j"]),
        "energy_low_kwh": kwh(row["energy_low_j"]),
        "energy_high_kwh": kwh(row["energy_high_j"]),
        "emissions_kg": kg(row["location_ug"]),
        "emissions_low_kg": kg(row["location_low_ug"]),
        "emissions_high_kg": kg(row["location_high_ug"]),
        "computed_emissions_kg": kg(row["computed_ug"]),
        "accepted_at": rfc3339(row["changed_at_ms"]),
        "registry_licence": settings.licence,
        "attribution": settings.attribution,
    }


def parquet(found: list[dict[str, Any]], settings: RegistrySettings) -> bytes:
    """Return rows as Parquet, the licence in the file's own metadata."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    kinds = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64()}
    said = {"licence": settings.licence, "licence_link": settings.licence_link}
    schema = pa.schema(
        [(name, kinds[kind]) for name, kind in COLUMNS.items()],
        metadata={**said, "attribution": settings.attribution},
    )
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(found, schema), sink, compression="zstd")
    made: bytes = sink.getvalue().to_pybytes()
    return made


def atom(
    found: list[dict[str, Any]], org_id: str, settings: RegistrySettings, *, origin: str, own: str
) -> str:
    """Return the newest models as an Atom feed (RFC 4287).

    Args:
        found: The models.
        org_id: Whose they are.
        settings: How they are published.
        origin: The hub's address, without a path: a reader of feeds has no other to start from.
        own: The feed's own whole address.
    """
    newest_ms = max((row["changed_at_ms"] for row in found), default=0)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>urn:wattprint:registry:{_xml(org_id)}</id>",
        f"<title>Footprints of models: {_xml(settings.attribution or org_id)}</title>",
        f"<updated>{rfc3339(newest_ms)}</updated>",
        f"<author><name>{_xml(settings.attribution or org_id)}</name></author>",
        f"<rights>{_xml(settings.licence)}, {settings.licence_link}</rights>",
        f'<link rel="alternate" type="text/html" href="{_xml(origin)}/models"/>',
        f'<link rel="self" type="application/atom+xml" href="{_xml(own)}"/>',
        *(_entry(row, org_id, origin) for row in found),
        "</feed>\n",
    ]
    return "\n".join(parts)


def _entry(row: Mapping[str, Any], org_id: str, origin: str) -> str:
    model_id = _xml(row["model_id"])
    return (
        f"<entry><id>urn:wattprint:registry:{_xml(org_id)}:{model_id}</id>"
        f"<title>{_xml(full_name(row))}</title>"
        f"<updated>{rfc3339(row['changed_at_ms'])}</updated>"
        f'<link rel="alternate" type="text/html" href="{_xml(origin)}/models/{model_id}"/>'
        f"<summary>{_xml(in_words(row))}</summary></entry>"
    )


def _xml(text: str) -> str:
    """Return a text for XML: escaped, without what XML cannot hold."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))


def full_name(row: Mapping[str, Any]) -> str:
    """Return a model's name with its version."""
    return f"{row['name']} {row['version']}".strip()


def mass_words(row: Mapping[str, Any]) -> str:
    """Return a model's emissions with their range: '14.7 kg CO2e (3.8-22)'."""
    value, low, high = (row[f"location{bound}_ug"] for bound in ("", "_low", "_high"))
    if value is None:
        return "unknown"
    if low is None or high is None:
        return f"{units.mass(value / UG_PER_G)} CO2e"
    return units.mass_range((value / UG_PER_G, low / UG_PER_G, high / UG_PER_G))


def energy_words(row: Mapping[str, Any]) -> str:
    """Return a model's energy with its range: '276 kWh (83-290)'."""
    value, low, high = (kwh(row[f"energy{bound}_j"]) for bound in ("", "_low", "_high"))
    if value is None:
        return "unknown"
    if low is None or high is None:
        return units.energy(value)
    return units.energy_range((value, low, high))


def in_words(row: Mapping[str, Any]) -> str:
    """Return what is known of a model in a line."""
    said = evidence(row["origin"], row["method"])
    return f"{mass_words(row)}, energy {energy_words(row)}, {said}"


def badge(row: Mapping[str, Any]) -> str:
    """Return a model's badge: an SVG that says its emissions and what they rest on."""
    said = evidence(row["origin"], row["method"])
    mass = "unknown" if row["location_ug"] is None else units.mass(row["location_ug"] / UG_PER_G)
    left, right = f"CO2e {said}", mass
    wide = [round(len(text) * _LETTER_PX) + 14 for text in (left, right)]
    total = sum(wide)
    title = escape(f"Carbon footprint, {said}: {mass} CO2e")
    middle = (wide[0] / 2, wide[0] + wide[1] / 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" '
        f'aria-labelledby="t"><title id="t">{title}</title>'
        f'<rect width="{total}" height="20" rx="3" fill="#2b333c"/>'
        f'<path d="M{wide[0]} 0h{wide[1] - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{wide[0]}z" '
        f'fill="{_INK[said]}"/>'
        '<g fill="#fff" text-anchor="middle" font-size="11" '
        'font-family="Verdana,DejaVu Sans,Geneva,sans-serif">'
        f'<text x="{middle[0]:g}" y="14">{escape(left)}</text>'
        f'<text x="{middle[1]:g}" y="14">{escape(right)}</text></g></svg>\n'
    )


def citation(row: Mapping[str, Any], settings: RegistrySettings, link: str) -> str:
    """Return how a model's entry is cited, as a sentence."""
    who = row["publisher"] or settings.attribution
    year = rfc3339(row["changed_at_ms"])[:4]
    return (
        f"{who}. Carbon footprint of {full_name(row)}: {in_words(row)}. "
        f"Registry of {settings.attribution}, entry {row['model_id']}, {year}. {link} "
        f"({settings.licence})"
    )


def bibtex(row: Mapping[str, Any], settings: RegistrySettings, link: str) -> str:
    """Return how a model's entry is cited, as BibTeX."""
    fields = {
        "author": "{" + _tex(row["publisher"] or settings.attribution) + "}",
        "title": "Carbon footprint of {" + _tex(full_name(row)) + "}",
        "howpublished": f"Registry of {_tex(settings.attribution)}, entry {row['model_id']}",
        "year": rfc3339(row["changed_at_ms"])[:4],
        "url": link,
        "note": _tex(f"{in_words(row)}; {settings.licence}"),
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items()]
    return f"@misc{{wattprint-{row['model_id']},\n" + ",\n".join(lines) + "\n}\n"


def _tex(text: str) -> str:
    """Return a text for TeX, in which none of its letters is a command."""
    special = {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "{}%&$#_"},
    }
    return "".join(special.get(letter, letter) for letter in text)


def rfc3339(ms: int) -> str:
    """Return a moment: '2026-11-26T14:05:00Z'."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
