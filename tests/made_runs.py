"""Run records made by hand, and journals of them."""

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device, Interval
from wattprint.domain.run import RunRecord
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter

CPU = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
MEMORY = Device(
    "modelled:memory",
    "memory",
    "main memory",
    Method.MODELLED,
    0.5,
    1.5,
    "green_algorithms_v3",
    activity_unit="GB_s",
)
FIRST_ID, SECOND_ID = "20260101-120000-aaaaaa", "20260101-130000-bbbbbb"


def made_run(run_id=FIRST_ID, **changes):
    """A run of a CPU and memory that has begun."""
    begun = RunRecord(
        run_id=run_id,
        project="ranker",
        name="baseline",
        started_at="2026-01-01T12:00:00.000Z",
        factor_set={"version": "2026.11.0", "sha256": "0" * 64},
        devices=(CPU, MEMORY),
    )
    return begun._replace(**changes)


def write_journal(home, run, outcome=None, exit_code=None):
    """Write a run's header and readings, and its end if it has an outcome."""
    journal = JournalWriter(runs_folder(home, create=True), run)
    for interval in run.intervals:
        sections = [s for s in run.sections if s.start_s == interval.start_s]
        logged = [said for said in run.logged if interval.start_s < said.at_s <= interval.end_s]
        journal.interval(interval, sections, *logged)
    for fault in run.faults:
        journal.fault(fault)
    if outcome is not None:
        duration_s = run.intervals[-1].end_s if run.intervals else 0.0
        journal.end(outcome, duration_s, exit_code, run.device_energy_uj())
    journal.close()
    return journal.path


def intervals(*cpu_uj, seconds=10.0):
    """Intervals one after another, with half as much energy in memory as in the CPU."""
    return tuple(
        Interval(i * seconds, (i + 1) * seconds, (uj, uj // 2), (None, uj / 1e6))
        for i, uj in enumerate(cpu_uj)
    )
