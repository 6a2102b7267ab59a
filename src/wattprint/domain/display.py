"""Footprints and runs as notebooks show them: small, self-contained, readable on light and dark.

Everything is styled in place and takes its colours from the notebook around it.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from unicodedata import category

from wattprint.domain import units
from wattprint.domain.coverage import missing
from wattprint.domain.evidence import Method
from wattprint.domain.figures import derived_figures, figures
from wattprint.domain.footprint import Footprint, co2e
from wattprint.domain.run import RunRecord

_TURNS_TEXT = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make what follows run the other way: a name could pass for another."""
_REPLACEMENT = "\ufffd"

_BOX = (
    "border:1px solid rgba(128,128,128,.35);border-radius:6px;padding:.7em 1em;max-width:46em;"
    "line-height:1.45;text-align:left"
)
_HEAD = "text-align:{};font-weight:600;padding:.15em .8em .15em 0;background:none"
_CELL = (
    "text-align:{};font-weight:400;padding:.15em .8em .15em 0;font-variant-numeric:tabular-nums;"
    "background:none"
)
_QUIET = "opacity:.75;font-size:.9em"


def footprint_html(footprint: Footprint) -> str:
    """Return a footprint for a notebook: its line to quote, what is counted, and what it rests on.

    Args:
        footprint: The footprint.
    """
    counted = [figure for figure in figures(footprint) if figure.method != Method.MISSING.value]
    rows = [(f.label, f.value, f.interval, f.method) for f in counted]
    head = ("figure", "value", "90 % interval", "method")
    derived = [figure[:4] for figure, _ in derived_figures(footprint)]
    tables = [_table(head, some) for some in (rows, derived) if some]
    return _box("Footprint", [_headline(footprint), *tables, _uncounted(footprint)])


def run_html(
    run: RunRecord, *, footprint: Footprint | None = None, state: str | None = None
) -> str:
    """Return a run for a notebook: what it was, and what its devices used.

    Args:
        run: The run's record.
        footprint: Its footprint, if there is one: its line to quote goes first.
        state: `running`, `completed`, `failed` or `interrupted`. Default: the outcome recorded.
    """
    name = run.run_id if run.name in ("", run.run_id) else f"{run.name} ({run.run_id})"
    began, lasted = run.started_at[:16].replace("T", " "), units.duration(run.duration_s)
    facts = f"{state or run.outcome or 'no end recorded'}, {began} UTC, {lasted}"
    parts = [] if footprint is None else [_headline(footprint)]
    parts.append(
        f"<div>Run {escaped(name)}, project {escaped(run.project)}: {escaped(facts)}</div>"
    )
    rows = [
        (
            f"{device.name} ({device.component})",
            "not read" if joules is None else units.energy(joules / units.JOULES_PER_KWH),
            device.method.value,
        )
        for device, joules in zip(run.devices, run.device_energy_j(), strict=True)
    ]
    parts.append(_table(("device", "energy", "method"), rows) if rows else "<div>No device.</div>")
    if run.faults:
        faults = "1 fault" if len(run.faults) == 1 else f"{len(run.faults)} faults"
        parts.append(
            f'<div style="{_QUIET}">{faults}; the last: {escaped(run.faults[-1].message)}</div>'
        )
    if footprint is not None:
        parts.append(_uncounted(footprint))
    return _box(f"Run {run.run_id}", parts)


def summary_html(
    label: str,
    words: Sequence[str],
    tables: Iterable[tuple[Sequence[str], Sequence[Sequence[str]]]],
    note: str,
) -> str:
    """Return a summary for a notebook: words to quote, tables of figures, a remark.

    Args:
        label: What it is, for those who listen.
        words: What goes first, in large letters.
        tables: Head and rows of each; the second and third columns are figures.
        note: What is said below, in small letters.
    """
    said = " · ".join(f"<strong>{escaped(word)}</strong>" for word in words)
    parts = [f'<div style="font-size:1.15em">{said}</div>']
    parts += [_table(tuple(map(escaped, head)), rows) for head, rows in tables]
    return _box(label, [*parts, f'<div style="{_QUIET}">{escaped(note)}</div>'])


def fenced(write: Callable[[], str]) -> str | None:
    """Return what is written, or None if that failed: a notebook then shows the plain text.

    A cell of a notebook ends with an object that it shows; that must not end in an error.
    """
    try:
        return write()
    except Exception:  # noqa: BLE001 - see above; printing the object says the same
        return None


def printable(text: object) -> str:
    """Return a text without characters that no page should hold: controls, halves, turns.

    >>> printable("line\\nend"), printable("a\\x00b\\u202ec")
    ('line end', 'a\\ufffdb\\ufffdc')
    """
    shown = str(text)
    if shown.isprintable():  # as nearly all texts are: none of these characters is
        return shown
    return "".join(_as_shown(character) for character in shown)


def _as_shown(character: str) -> str:
    if character in "\t\n\r\u2028\u2029":
        return " "
    is_no_character = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    if category(character) in ("Cc", "Cs") or character in _TURNS_TEXT or is_no_character:
        return _REPLACEMENT
    return character


def escaped(text: object) -> str:
    """Return a text as HTML that shows just that."""
    return escape(printable(text))


def _headline(footprint: Footprint) -> str:
    energy = footprint.best_energy_kwh
    words = ["No energy is known"] if energy is None else [units.energy_range(energy.as_tuple())]
    emissions = footprint.emissions_kg.location_based
    if emissions is not None:
        words.append(co2e(emissions))
    said = " · ".join(f"<strong>{escaped(word)}</strong>" for word in words)
    quiet = f' <span style="{_QUIET}">{escaped(footprint.method.value)}</span>'
    return f'<div style="font-size:1.15em">{said}{quiet}</div>'


def _uncounted(footprint: Footprint) -> str:
    said = []
    if footprint.emissions_kg.location_based is None:
        said.append("No emissions are known: give a zone, a region or an intensity.")
    if uncounted := missing(footprint.coverage):
        said.append(f"Not counted: {', '.join(uncounted).replace('_', ' ')}.")
    version = footprint.factor_set.get("version", "")
    said.append(f"Factor set {version}.")
    return f'<div style="{_QUIET}">{escaped(" ".join(said))}</div>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose second and third columns are figures, unless they are the last."""
    sides = ["left", *["right"] * (len(head) - 2), "left"]
    columns = zip(head, sides, strict=True)
    heads = "".join(f'<th scope="col" style="{_HEAD.format(side)}">{h}</th>' for h, side in columns)
    body = "".join(f"<tr>{_row(row, sides)}</tr>" for row in rows)
    # Without a doctype, as some notebooks show it, a table would not take on colour and size.
    style = "border-collapse:collapse;margin:.4em 0;background:none;color:inherit;font-size:inherit"
    return f'<table style="{style}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _row(cells: Sequence[str], sides: Sequence[str]) -> str:
    first, *others = (
        f'style="{_CELL.format(side)}">{escaped(cell)}'
        for cell, side in zip(cells, sides, strict=True)
    )
    return f'<th scope="row" {first}</th>' + "".join(f"<td {cell}</td>" for cell in others)


def _box(label: str, parts: Iterable[str]) -> str:
    return f'<div role="group" aria-label="{escaped(label)}" style="{_BOX}">{"".join(parts)}</div>'
