"""The tables of a cluster's page."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from wattprint.accounting.summary import (
    AccountReport,
    Amount,
    Hardware,
    Reading,
    RollUp,
    Unused,
)
from wattprint.domain import units
from wattprint.domain.evidence import Evidence
from wattprint.domain.figures import amount_words, source_words
from wattprint.reports.accounting_drawn import parts_of, saved_words
from wattprint.reports.breakdowns import NONE, percent
from wattprint.reports.consumers import (
    MOST_ROWS,
    NOT_IN_LOG,
    Line,
    Measure,
    cells_of,
    energy_words,
    head_of,
    jobs_words,
    kilograms,
    label_of,
    line_of,
    lines_of,
    mass_words,
    with_rest,
)
from wattprint.reports.parts import Table, capital
from wattprint.reports.savings import Saving

MOST_PERIODS = 6
"""Periods that fit beside each other as columns."""
MOST_FILES = 10
MOST_NAMED = 3
"""Partitions that are named where an assumption was used."""


def figures_table(report: AccountReport) -> Table:
    """Return all sums, with their intervals where they have one."""
    total = report.total
    rows = [(capital(name), units.energy(kwh), "") for name, kwh in parts_of(total).items()]
    rows += [
        _figure("IT energy", total.it_kwh, _energy),
        _figure("Energy with cooling", total.facility_kwh, _energy),
        _figure("Emissions, location-based", total.location_kg, _mass),
        _figure("Emissions, market-based", total.market_kg, _mass),
        _figure("Making of the hardware (embodied)", total.embodied_kg, _mass),
        _figure("Water of the site", total.site_water_l, _litres),
        _figure("Water of the electricity", total.grid_water_l, _litres),
    ]
    if report.is_by_hour and total.location_at_year_mean_kg is not None:
        mean = kilograms(total.location_at_year_mean_kg)
        rows.insert(-4, ("The same at the means of years", f"{mean} CO2e", ""))
    return Table("All figures", ("Figure", "Value", "90 % interval"), tuple(rows), (1, 2))


def _figure(
    label: str, amount: Amount | None, write: Callable[[float, int], str]
) -> tuple[str, str, str]:
    if amount is None:
        return label, "not known", ""
    if amount.low == amount.high:
        return label, write(amount.value, 4), "exact"
    return label, write(amount.value, 4), f"{write(amount.low, 3)} to {write(amount.high, 3)}"


def _energy(kwh: float, digits: int) -> str:
    return units.energy(kwh, digits)


def _mass(kg: float, digits: int) -> str:
    return f"{units.mass(kg * units.GRAMS_PER_KILOGRAM, digits)} CO2e"


def _litres(litres: float, digits: int) -> str:
    return f"{units.plain(litres, digits)} L"


def consumers_table(
    name: str, lines: Sequence[Line], report: AccountReport, measure: Measure, most: int = MOST_ROWS
) -> Table:
    """Return the largest of some consumers and the rest.

    Args:
        name: What they are: "user".
        lines: All of them, the largest first.
        report: The report, for the total.
        measure: By what they are compared.
        most: Rows before the rest.
    """
    head = head_of(capital(name), report.total)
    rows = [cells_of(line, measure, head) for line in with_rest(lines, most)]
    rows.append(cells_of(line_of("All", report.total), measure, head))
    numeric = tuple(range(1, len(head)))
    return Table(f"By {name}", head, tuple(rows), numeric, has_total=True)


def crossed_table(roll_up: RollUp, at: int, measure: Measure) -> Table | None:
    """Return a roll-up by one column and one of time, with the times beside each other.

    Args:
        roll_up: By two columns.
        at: Which of the two is the time.
        measure: By what they are compared.

    Returns:
        None where the times are too many for that.
    """
    times = list(dict.fromkeys(row.labels[at] for row in roll_up.rows))
    if len(times) > MOST_PERIODS:
        return None
    by_name: dict[str, dict[str, Line]] = {}
    for row in roll_up.rows:
        line = line_of(row.labels[1 - at], row.sums)
        by_name.setdefault(line.label, {})[row.labels[at]] = line
    wholes = {name: _sum(some.values(), measure) for name, some in by_name.items()}
    ranked = sorted(by_name, key=lambda name: (-wholes[name], name))
    rows = [
        (name, *(_at(by_name[name], time, measure) for time in times), _said(wholes[name], measure))
        for name in ranked[:MOST_ROWS]
    ]
    if rest := ranked[MOST_ROWS:]:
        sums = (
            sum(measure.of(by_name[name][t]).value for name in rest if t in by_name[name])
            for t in times
        )
        whole = sum(wholes[name] for name in rest)
        label = f"{len(rest):,} others"
        rows.append((label, *(_said(s, measure) for s in sums), _said(whole, measure)))
    head = (capital(roll_up.by[1 - at]), *(time or NOT_IN_LOG for time in times), "Together")
    caption = f"{capital(measure.name)} by {' and '.join(roll_up.by)}"
    return Table(caption, head, tuple(rows), tuple(range(1, len(head))))


def _sum(lines: Iterable[Line], measure: Measure) -> float:
    return sum(measure.of(line).value for line in lines)


def _at(lines: dict[str, Line], time: str, measure: Measure) -> str:
    return _said(measure.of(lines[time]).value, measure) if time in lines else NONE


def _said(amount: float, measure: Measure) -> str:
    return saved_words(amount, measure)


def states_table(report: AccountReport) -> Table:
    """Return how jobs ended."""
    placed = report.total.location_kg is not None
    rows = [
        (
            capital(one.state.replace("_", " ")),
            f"{one.sums.jobs:,}",
            energy_words(one.sums.facility_kwh),
            *([mass_words(one.sums.location_kg)] if placed else []),
            percent(one.energy_share),
            "usually lost" if one.is_waste else "",
        )
        for one in report.states
    ]
    head = ("Ended", "Jobs", "Energy", *(["CO2e"] if placed else []), "Share of energy", "Work")
    return Table("How jobs ended", head, tuple(rows), tuple(range(1, len(head) - 1)))


def savings_table(savings: Sequence[Saving], measure: Measure) -> Table:
    """Return what measures would have saved."""
    rows = tuple(
        (
            one.label,
            saved_words(one.amount, measure),
            percent(one.amount / measure.total) if measure.total else NONE,
            one.note,
        )
        for one in savings
    )
    saved = "CO2e saved" if measure.name == "emissions" else "Energy saved"
    head = ("Measure", saved, "Of all", "What it is")
    return Table("What would have cut it, each on its own", head, rows, (1, 2), (3,))


def unused_table(report: AccountReport) -> Table:
    """Return what was set aside and not used, and of how many jobs that is known."""
    total = report.total
    rows = (
        ("Memory never filled", total.unused_memory),
        ("CPUs that did nothing", total.unused_cpu),
        ("Accelerators that did nothing", total.idle_accelerator),
    )
    placed = total.location_kg is not None
    head = ("Set aside", "Energy", *(["CO2e"] if placed else []), "Known of")
    cells = tuple((label, *_unused(unused, total.jobs, placed=placed)) for label, unused in rows)
    return Table("Set aside and not used", head, cells, tuple(range(1, len(head))))


def _unused(unused: Unused, jobs: int, *, placed: bool) -> Iterator[str]:
    yield NONE if unused.facility_kwh is None else units.energy(unused.facility_kwh)
    if placed:
        yield kilograms(unused.location_kg)
    yield f"{unused.known_jobs:,} of {jobs_words(jobs)}"


def elsewhere_table(report: AccountReport) -> Table:
    """Return what the same energy would have emitted in other grids."""
    if report.cleaner is None:
        return Table("The same energy elsewhere", (), ())
    rows = [("Here", kilograms(report.cleaner.basis_kg), "", "")]
    rows += [
        (
            one.name if one.place in one.name else f"{one.name} ({one.place})",
            kilograms(one.location_kg),
            kilograms(one.saved_kg),
            percent(one.saved_share),
        )
        for one in report.cleaner.places
    ]
    head = ("Grid", "CO2e", "Saved", "Of that here")
    return Table("The same energy elsewhere", head, tuple(rows), (1, 2, 3))


def hardware_table(hardware: Sequence[Hardware]) -> Table:
    """Return what the machines of partitions were taken for."""
    rows = tuple(
        (
            label_of(tuple(filter(None, (one.cluster, one.partition))) or ("",)),
            percent(one.energy_share),
            _machine(one),
            f"could say {', '.join(one.assumed)}" if one.assumed else "says all",
        )
        for one in hardware[:MOST_ROWS]
    )
    head = ("Partition", "Energy", "A machine is taken for", "site.toml")
    return Table("What the machines were taken for", head, rows, (1,), (2, 3))


def _machine(one: Hardware) -> str:
    said = [
        one.machine.replace("-", " "),
        f"{units.plain(one.cpus_per_node, 5)} CPUs",
        f"{units.plain(one.memory_gb_per_node)} GB of memory",
    ]
    if one.accelerators:
        names = " or ".join(one.accelerators)
        said.append(f"{units.plain(one.accelerators_per_node, 4)} x {names}")
    return ", ".join(said)


_IN_NO_FIGURE = ("_adpe", "_primary_energy")
"""Endings of what comes with a device's making and enters no sum of jobs."""


def enters(evidence: Evidence, *, is_bare: bool) -> bool:
    """Tell whether a figure enters a sum; those of accelerators do not where there are none."""
    is_of_accelerator = evidence.quantity.startswith("accelerator")
    return not evidence.quantity.endswith(_IN_NO_FIGURE) and not (is_bare and is_of_accelerator)


Fact = tuple[str, str, str]
"""Name, figure and origin of something that entered."""


def facts_by_partition(report: AccountReport) -> list[tuple[str, list[Fact]]]:
    """Return every figure that entered once, those of the same partitions together."""
    used: dict[Evidence, dict[str, None]] = {}
    factors = report.factors
    has_some = {(one.cluster, one.partition) for one in report.hardware if one.accelerators}
    for one in factors:
        is_bare = (one.cluster, one.partition) not in has_some
        for evidence in one.evidence:
            if enters(evidence, is_bare=is_bare):
                used.setdefault(evidence, {})[one.partition or NOT_IN_LOG] = None
    every = len({one.partition for one in factors})
    grouped: dict[tuple[str, ...], list[Evidence]] = {}
    for evidence, partitions in used.items():
        grouped.setdefault(tuple(partitions), []).append(evidence)
    ranked = sorted(grouped, key=lambda names: -len(names))
    return [(_where(names, every), [_fact(one) for one in grouped[names]]) for names in ranked]


def _fact(evidence: Evidence) -> Fact:
    origin = (evidence.method.value, source_words(evidence), evidence.note)
    return (
        capital(evidence.quantity.replace("_", " ")),
        amount_words(evidence),
        "; ".join(filter(None, origin)),
    )


def _where(partitions: Sequence[str], every: int) -> str:
    if len(partitions) == every:
        return "all partitions"
    rest = len(partitions) - MOST_NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"partition {', '.join(partitions[:MOST_NAMED])}{more}"


def rows_table(reading: Reading) -> Table:
    """Return what became of the rows of the log."""
    known = (
        ("Jobs that ran", reading.jobs),
        ("Steps, merged into their jobs", reading.steps),
        ("Jobs that never started", reading.never_started),
        ("There twice, counted once", reading.duplicates),
        ("Rejected", reading.rejected),
        *((f"No jobs: {words}", rows) for words, rows in reading.skipped),
    )
    rows = [(label, f"{count:,}") for label, count in known if count or label == "Rejected"]
    rows.append(("All rows", f"{reading.rows:,}"))
    head = ("Rows", "Number")
    return Table("What became of the rows", head, tuple(rows), (1,), has_total=True)


def reasons_table(reading: Reading) -> Table:
    """Return why rows were rejected, and where the first of them stands."""
    rows = tuple(
        (
            one.reason,
            f"{one.rows:,}",
            f"{file_name(one.first_file)}, line {one.first_line:,}" if one.first_line else "",
        )
        for one in reading.reasons[:MOST_ROWS]
    )
    return Table("Why rows were rejected", ("Reason", "Rows", "The first"), rows, (1,), (2,))


def notes_table(reading: Reading) -> Table:
    """Return what was adjusted in jobs that are accounted for all the same."""
    rows = tuple((capital(one.words), f"{one.jobs:,}") for one in reading.notes)
    return Table("What was adjusted", ("Adjusted", "Jobs"), rows, (1,))


def files_table(reading: Reading) -> Table:
    """Return the files that were read."""
    rows = [(file_name(one.name), one.kind, f"{one.rows:,}") for one in reading.files[:MOST_FILES]]
    if rest := reading.files[MOST_FILES:]:
        rows.append((f"{len(rest):,} more files", "", f"{sum(one.rows for one in rest):,}"))
    return Table("Files", ("File", "Kind", "Rows"), tuple(rows), (2,))


def file_name(path: str) -> str:
    """Return a file's name: where it lay is nobody's business who gets the page."""
    return path.replace("\\", "/").rpartition("/")[2]


def roll_up_table(roll_up: RollUp, report: AccountReport, measure: Measure) -> Table:
    """Return a roll-up by any columns, in its order."""
    return consumers_table(" and ".join(roll_up.by), lines_of(roll_up), report, measure)
