"""What `wattprint account` prints: the line to quote, and what stands behind it."""

import shlex
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from wattprint.domain.display import printable
from wattprint.domain.units import GRAMS_PER_KILOGRAM, energy, mass, plain
from wattprint.reports.text import aligned

if TYPE_CHECKING:
    from wattprint.accounting.explained import Explained
    from wattprint.accounting.summary import AccountReport, Amount, Sums, Unused

NOT_IN_LOG = "(not in the log)"
EXAMPLE_ZONE = "FR"
MOST_REASONS = 10
OF_PLACE = ("pue", "zone")


def report_text(report: "AccountReport", *, top: int, argv: Sequence[str]) -> str:
    """Return the summary for a terminal.

    Args:
        report: What there is to say.
        top: Rows that a table has at most.
        argv: The command's arguments, for the command that adds a place.
    """
    blocks = [
        [report.headline],
        _totals(report),
        *(_table(report, by, top) for by in report.asked),
        _waste(report),
        _packing(report),
        _cleaner(report),
        _reading(report),
        _hardware(report, top),
        _place(report, argv),
        [_factor_set(report)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _totals(report: "AccountReport") -> list[str]:
    total = report.total
    rows = [("IT energy", *_energy(total.it_kwh)), ("with cooling", *_energy(total.facility_kwh))]
    if any(word.startswith("cooling") for word in report.missing):
        rows = rows[:1]
    rows += [
        (label, *_mass(amount))
        for label, amount in (
            ("location-based", total.location_kg),
            ("market-based", total.market_kg),
            ("embodied", total.embodied_kg),
        )
        if amount is not None
    ]
    rows += [
        (label, *_water(amount))
        for label, amount in (
            ("water of the site", total.site_water_l),
            ("water of electricity", total.grid_water_l),
        )
        if amount is not None
    ]
    hours = f"{plain(total.cpu_h, 4)} CPU hours, {plain(total.accelerator_h, 4)} accelerator hours"
    charged = "its own hours" if report.is_by_hour else "the mean of its year"
    lines = aligned(("", "value", "90 % interval"), rows)
    placed = total.location_kg is not None
    beside = [f"Each job is charged at {charged}."] if placed else []
    if report.is_by_hour and total.location_at_year_mean_kg is not None:
        beside[0] += f" At the means of years: {_kg(total.location_at_year_mean_kg)}."
    return [*lines, f"{hours}; {_period(report)}", *beside]


def _period(report: "AccountReport") -> str:
    reading = report.reading
    if reading.first_s is None or reading.last_s is None:
        return "times are not known"
    first, last = (
        datetime.fromtimestamp(moment_s, timezone.utc).strftime("%Y-%m-%d")
        for moment_s in (reading.first_s, reading.last_s)
    )
    return f"{first} to {last}"


def _table(report: "AccountReport", by: tuple[str, ...], top: int) -> list[str]:
    roll_up = report.rolled_up(*by)
    assert roll_up is not None
    rows = [_cells(row.labels, row.sums, report) for row in roll_up.rows[:top]]
    title = "By " + ", ".join(by) + ":"
    rest = len(roll_up.rows) - top
    more = [f"... and {rest:,} more (--top, --json, --out)"] if rest > 0 else []
    return [title, *aligned((*by, *_head(report)), rows), *more]


def _head(report: "AccountReport") -> tuple[str, ...]:
    placed = report.total.location_kg is not None
    return (
        "jobs",
        "energy",
        *(["CO2e", "90 % interval"] if placed else ["90 % interval"]),
        "share",
    )


def _cells(labels: Sequence[str], sums: "Sums", report: "AccountReport") -> tuple[str, ...]:
    names = [printable(label) or NOT_IN_LOG for label in labels]
    energy_share = _ratio(sums.facility_kwh.value, report.total.facility_kwh.value)
    if report.total.location_kg is None:
        value, interval = _energy(sums.facility_kwh)
        return (*names, f"{sums.jobs:,}", value, interval, energy_share)
    mass_cells = ("not known", "") if sums.location_kg is None else _mass(sums.location_kg)
    kg = 0.0 if sums.location_kg is None else sums.location_kg.value
    share = _ratio(kg, report.total.location_kg.value)
    return (*names, f"{sums.jobs:,}", energy(sums.facility_kwh.value), *mass_cells, share)


def _waste(report: "AccountReport") -> list[str]:
    if report.wasted is None:
        return ["Wasted: no job failed, was cancelled, ran out of time or of memory."]
    rows = [
        (
            one.state.replace("_", " "),
            f"{one.sums.jobs:,}",
            energy(one.sums.facility_kwh.value),
            "" if one.sums.location_kg is None else _kg(one.sums.location_kg.value),
            f"{one.energy_share:.1%}",
        )
        for one in report.states
        if one.is_waste
    ]
    wasted = report.wasted
    kg = "" if wasted.location_kg is None else f", {_kg(wasted.location_kg.value)} CO2e"
    title = (
        f"Wasted by jobs whose work is usually lost: {energy(wasted.facility_kwh.value)}{kg}, "
        f"{report.wasted_share:.1%} of the energy"
    )
    return [title, *_full(("ended", "jobs", "energy", "CO2e", "share of energy"), rows)]


def _packing(report: "AccountReport") -> list[str]:
    total = report.total
    rows = list(
        filter(
            None,
            (
                _unused("memory that was never filled", total.unused_memory, total),
                _unused("CPUs that did nothing", total.unused_cpu, total),
                _unused("accelerators that did nothing", total.idle_accelerator, total),
            ),
        )
    )
    if not rows:
        return ["Set aside and not used: the log does not tell how much jobs used."]
    title = "Set aside and not used, which better packing would have saved (these overlap):"
    lines = [title, *_full(("", "energy", "CO2e", "known of jobs"), rows)]
    if not total.idle_accelerator.known_jobs and total.accelerator_h:
        lines.append("How busy accelerators were is not in the log.")
    return lines


def _unused(label: str, unused: "Unused", total: "Sums") -> tuple[str, ...] | None:
    if not unused.known_jobs:
        return None
    kwh = "" if unused.facility_kwh is None else energy(unused.facility_kwh)
    if unused.hours:
        kwh += f" ({plain(unused.hours)} h)"
    kg = "" if unused.location_kg is None else _kg(unused.location_kg)
    return label, kwh, kg, f"{unused.known_jobs / total.jobs:.0%}"


def _cleaner(report: "AccountReport") -> list[str]:
    cleaner = report.cleaner
    if cleaner is None:
        return []
    if not cleaner.places:
        return [f"Elsewhere: none of {cleaner.chosen} is cleaner."]
    rows = [
        (
            f"{one.place} ({one.name})",
            _kg(one.location_kg),
            f"-{_kg(one.saved_kg)}",
            f"-{one.saved_share:.0%}",
        )
        for one in cleaner.places
    ]
    title = f"The same energy elsewhere, at average intensity: {cleaner.chosen}"
    here = ("here", _kg(cleaner.basis_kg), "", "")
    return [title, *aligned(("", "CO2e", "saved", ""), [here, *rows])]


def _reading(report: "AccountReport") -> list[str]:
    reading = report.reading
    files = ", ".join(f"{printable(one.name)} ({one.kind})" for one in reading.files[:3])
    more = f" and {len(reading.files) - 3:,} more" if len(reading.files) > 3 else ""
    counts = ", ".join(
        f"{count:,} {what}"
        for count, what in (
            (reading.jobs, "jobs that ran"),
            (reading.steps, "steps merged into them"),
            (reading.never_started, "never began"),
            (reading.duplicates, "written twice"),
            (reading.rejected, "rejected"),
            (sum(rows for _, rows in reading.skipped), "no jobs"),
        )
        if count
    )
    lines = [f"Read {files}{more}: {reading.rows:,} rows: {counts}"]
    for reason in reading.reasons[:MOST_REASONS]:
        at = (
            ""
            if reason.first_line is None
            else f" (first: {printable(reason.first_file)}, line {reason.first_line:,})"
        )
        lines.append(f"  rejected {reason.rows:,}: {printable(reason.reason)}{at}")
    if len(reading.reasons) > MOST_REASONS:
        lines.append(f"  ... and {len(reading.reasons) - MOST_REASONS:,} more reasons")
    lines += [f"  no jobs {rows:,}: {printable(words)}" for words, rows in reading.skipped]
    lines += [f"  {note.jobs:,} jobs: {note.words}" for note in reading.notes]
    return lines


def _hardware(report: "AccountReport", top: int) -> list[str]:
    rows = [
        (
            printable("/".join(filter(None, (one.cluster, one.partition)))) or NOT_IN_LOG,
            f"{one.energy_share:.1%}",
            one.machine,
            ", ".join(map(printable, one.accelerators)) or "none",
            f"{one.cpus_per_node:g}",
            ", ".join(key for key in one.assumed if key not in OF_PLACE) or "nothing",
        )
        for one in report.hardware[:top]
    ]
    head = ("partition", "energy", "taken for", "accelerators", "CPUs a node", "site.toml may say")
    lines = ["Hardware:", *aligned(head, rows)]
    of_place = {key for one in report.hardware for key in one.assumed if key in OF_PLACE}
    if of_place:
        lines.append(f"Of the place it may say: {', '.join(sorted(of_place))}.")
    if any(one.assumed for one in report.hardware):
        lines.append("`wattprint account LOG --init` writes a site.toml to fill in.")
    return lines


def _place(report: "AccountReport", argv: Sequence[str]) -> list[str]:
    if report.total.location_kg is not None:
        where = {"option": "the command line", "site": "site.toml", "log": "the log"}
        source = where.get(report.place_source, report.place_source)
        return [f"Place: from {source}."] if source else []
    command = shlex.join(["wattprint", *argv, "--zone", EXAMPLE_ZONE])
    return ["For emissions add a place, for example:", f"  {command}"]


def _factor_set(report: "AccountReport") -> str:
    version, digest = report.factor_set["version"], report.factor_set["sha256"]
    return f"Factor set {version} ({digest[:12]})."


def explained_text(one: "Explained") -> str:
    """Return one job step by step."""
    row = one.row
    at = f"file {row['file']}, line {row['line']}"
    about = ", ".join(
        f"{name.removesuffix('_name')} {printable(str(row[name]))}"
        for name in ("user_name", "account", "partition_name", "state")
        if row[name]
    )
    lines = [f"Job {printable(str(row['job_id']))} ({at}): {about}"]
    for equation in one.equations:
        lines.append(f"  {equation.quantity} = {equation.formula}")
        lines.append(f"    = {equation.numbers} = {equation.result}")
    figures = [
        f"{name} {row[name]:,}"
        for name in ("it_j", "facility_j", "location_ug", "market_ug", "embodied_ug")
        if row[name] is not None
    ]
    return "\n".join([*lines, "  In the file of figures: " + ", ".join(figures) + "."])


def explained_dict(one: "Explained") -> dict[str, Any]:
    """Return the JSON form of one job step by step."""
    return {
        "row": dict(one.row),
        "equations": [equation._asdict() for equation in one.equations],
        "evidence": [figure.as_dict() for figure in one.evidence],
    }


def _full(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table without the columns in which nothing stands."""
    kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
    return aligned([head[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _energy(amount: "Amount") -> tuple[str, str]:
    return energy(amount.value), f"{energy(amount.low)} to {energy(amount.high)}"


def _mass(amount: "Amount") -> tuple[str, str]:
    return _kg(amount.value), f"{_kg(amount.low)} to {_kg(amount.high)}"


def _water(amount: "Amount") -> tuple[str, str]:
    return f"{plain(amount.value)} L", f"{plain(amount.low)} to {plain(amount.high)} L"


def _kg(kilograms: float) -> str:
    return mass(kilograms * GRAMS_PER_KILOGRAM)


def _ratio(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else ""
