"""`wattprint.account`: a cluster's jobs in a notebook or a script."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from weakref import finalize

from wattprint.accounting.account import FindSeries
from wattprint.accounting.front import (
    JOBS_FILE,
    MEMORY_MB,
    THREADS,
    Wanted,
    accounting,
    opened,
    placed_site,
)
from wattprint.accounting.log_files import log_files
from wattprint.accounting.out_folder import whole_folder, write_folder
from wattprint.accounting.rollups import roll_ups
from wattprint.accounting.site import Site
from wattprint.accounting.summarise import checked_by
from wattprint.accounting.summary import AccountReport, State, Sums, named
from wattprint.accounting.sums import rolled_up
from wattprint.domain.display import fenced, summary_html
from wattprint.domain.series import IntensitySeries
from wattprint.domain.units import GRAMS_PER_KILOGRAM, energy_range, mass_range
from wattprint.joblogs.sql import parquet

_ROWS_SHOWN = 10
_PREFIX = "wattprint-account-"


def account(
    logs: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    site: str | PathLike[str] | Site | None = None,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    market_intensity: float | None = None,
    contract: Sequence[str] | None = None,
    residual_mix: float | None = None,
    pue: float | str | None = None,
    wue: float | str | None = None,
    grid_water: float | None = None,
    water_kind: str | None = None,
    basis: str | None = None,
    grid_source: str | None = None,
    series: IntensitySeries | None = None,
    by: Sequence[str] | str = (),
    kind: str | None = None,
    timezone: str | None = None,
    out: str | PathLike[str] | None = None,
    threads: int = THREADS,
    memory_mb: int = MEMORY_MB,
) -> "JobsAccount":
    """Account for the jobs of a cluster's logs.

    Args:
        logs: Files or folders.
        site: Description of machines and place: a site.toml, or what `read_site` gives.
        zone: Country, state or grid zone, for all machines; so are all that follow.
        region: Cloud region, 'provider/name'.
        intensity: Carbon intensity instead. [gCO2e/kWh]
        market_intensity: Market-based intensity of all energy. [gCO2e/kWh]
        contract: Contracts for shares of the energy: '60%@0'.
        residual_mix: Intensity of what no contract covers. [gCO2e/kWh]
        pue: Facility over IT energy: a number, or 'provider'. [ratio]
        wue: Water at the site, a number or 'provider'. [L/kWh]
        grid_water: Water of electricity. [L/kWh]
        water_kind: 'consumption' or 'withdrawal'.
        basis: 'lifecycle' or 'direct'.
        grid_source: Key of a source of intensities, to choose a vintage.
        series: Intensity of hours: each job is charged by its own. None takes the means of years.
        by: What to roll up by: 'account', or several at once, 'account,quarter'.
        kind: Kind of the logs, such as 'sacct'; None tells it from their beginning.
        timezone: Time zone of times that name none.
        out: Folder for all results, as `wattprint account --out` writes it; None keeps the figures
            of the jobs for as long as the object lives.
        threads: Threads of the engine.
        memory_mb: What it may hold in memory. [MB]

    Raises:
        InputError: Logs, site or place are not what they have to be, or duckdb is missing.
    """
    place = {
        "zone": zone,
        "region": region,
        "intensity": intensity,
        "market_intensity": market_intensity,
        "contract": contract,
        "residual_mix": residual_mix,
        "pue": pue,
        "wue": wue,
        "grid_water": grid_water,
        "water_kind": water_kind,
        "basis": basis,
        "grid_source": grid_source,
    }
    described, source = placed_site(site, place, timezone)
    some = [logs] if isinstance(logs, (str, PathLike)) else list(logs)
    wanted = Wanted(
        paths=log_files([fspath(log) for log in some]),
        site=described,
        by=checked_by([by] if isinstance(by, str) else by),
        kind=kind,
        threads=threads,
        memory_mb=memory_mb,
        place_source=source,
    )
    return _accounted(wanted, None if out is None else Path(out), series)


def _accounted(wanted: Wanted, out: Path | None, series: IntensitySeries | None) -> "JobsAccount":
    def find_hours(*_: object) -> FindSeries | None:
        return None if series is None else lambda *_: series

    if out is not None:
        with TemporaryDirectory(prefix=_PREFIX) as scratch, whole_folder(out) as folder:
            jobs = folder / JOBS_FILE
            with accounting(wanted, Path(scratch), jobs, find_hours=find_hours) as working:
                write_folder(folder, working.report, working.logs, working.site)
        return JobsAccount(working.report, out / JOBS_FILE, wanted._replace(site=working.site))
    kept = mkdtemp(prefix=_PREFIX)
    try:
        with TemporaryDirectory(dir=kept) as scratch:
            jobs = Path(kept) / JOBS_FILE
            with accounting(wanted, Path(scratch), jobs, find_hours=find_hours) as working:
                report, site = working.report, working.site
        found = JobsAccount(report, jobs, wanted._replace(site=site))
    except BaseException:
        rmtree(kept, ignore_errors=True)
        raise
    finalize(found, rmtree, kept, ignore_errors=True)
    return found


class JobsAccount:
    """Jobs of a cluster that are accounted for.

    Args:
        report: What there is to say of them.
        path: Figures of every job, as Parquet.
        wanted: What was asked for.
    """

    def __init__(self, report: AccountReport, path: Path, wanted: Wanted) -> None:
        self.report = report
        self.path = path
        self._wanted = wanted

    def __str__(self) -> str:
        return self.report.headline

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.report.headline}>"

    def _repr_html_(self) -> str | None:
        return fenced(self._html)

    @property
    def total(self) -> Sums:
        """Figures of all jobs together."""
        return self.report.total

    @property
    def waste(self) -> tuple[State, ...]:
        """Jobs whose work was lost, by how they ended."""
        return tuple(state for state in self.report.states if state.is_waste)

    def by(self, *names: str) -> list[dict[str, Any]]:
        """Return the sums of jobs by some of their columns, one flat row each.

        `pandas.DataFrame(jobs.by("account", "quarter"))` is a table of them. Energy is in kWh,
        emissions in kgCO2e, water in L.

        Args:
            names: Of user, account, project, team, partition, cluster, state, method,
                accelerator, instance, region, day, month, quarter, year.

        Raises:
            UnknownNameError: No such name.
        """
        (keys,) = checked_by([",".join(names)])
        with TemporaryDirectory(prefix=_PREFIX) as scratch:
            engine = opened(self._wanted, Path(scratch))
            try:
                source = parquet([self.path])
                rows = roll_ups(engine, [keys], self._wanted.site, source)[keys]
            finally:
                engine.close()
        return list(named(rolled_up(keys, rows)))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.accounting/1`."""
        return self.report.as_dict()

    def _html(self) -> str:
        total = self.report.total
        words = [f"{total.jobs:,} jobs", energy_range(total.facility_kwh)]
        if total.location_kg is not None:
            words.append(_mass(total.location_kg))
        tables = []
        for by in self.report.asked:
            roll_up = self.report.rolled_up(*by)
            rows = () if roll_up is None else roll_up.rows[:_ROWS_SHOWN]
            head = (", ".join(by), "jobs", "energy", "emissions")
            cells = [(", ".join(row.labels), *_cells(row.sums)) for row in rows]
            tables.append((head, cells))
        version = self.report.factor_set["version"]
        note = f"Not counted: {', '.join(self.report.missing)}. Factor set {version}."
        return summary_html("Jobs", words, tables, note)


def _cells(sums: Sums) -> tuple[str, str, str]:
    emissions = "" if sums.location_kg is None else _mass(sums.location_kg)
    return f"{sums.jobs:,}", energy_range(sums.facility_kwh), emissions


def _mass(kilograms: Sequence[float]) -> str:
    value, low, high = (kg * GRAMS_PER_KILOGRAM for kg in kilograms)
    return mass_range((value, low, high))
