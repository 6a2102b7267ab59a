"""Runs that came from a hub, kept as journals like those of this machine.

A journal of such a run says so: `process` is `{"pulled_from": URL}`, for the process that wrote it
was another machine's; which run measured it as well (`within`) is as true here. So it is listed,
shown and reported like any run, is not sent back, and is told from the machine's own, which is
never touched.
"""

import os
import secrets
import shutil
from pathlib import Path

from wattprint.domain.errors import RecordError
from wattprint.domain.run import RunRecord
from wattprint.ledger.home import runs_folder
from wattprint.ledger.imports import PREFIX
from wattprint.ledger.journal import SUFFIX, JournalWriter, read_journal
from wattprint.ledger.runs import LAST

PULLED_FROM, WITHIN = "pulled_from", "within"
NEW, REPLACED, SAME, OWN = "new", "replaced", "same", "own"


def pulled_from(run: RunRecord) -> str | None:
    """Return the hub that a run came from; None for one of this machine."""
    said = run.process.get(PULLED_FROM)
    return said if isinstance(said, str) else None


def figures_at(run: RunRecord) -> str | None:
    """Return the page of a hub that has the figures of a run; None where its record gives them.

    What was pulled is the record: of a run without devices, such as an accounted job, it has none.
    """
    url = pulled_from(run)
    if url is None or run.devices:
        return None
    from urllib.parse import quote  # a list of this machine's own runs needs no address

    return f"{url}/runs/{quote(run.run_id, safe='')}?project={quote(run.project, safe='')}"


def keep_pulled(home: Path, run: RunRecord, url: str) -> str:
    """Keep a run that came from a hub, whole or not at all.

    Args:
        home: Home folder.
        run: The run, as the hub has it.
        url: The hub.

    Returns:
        `new`, `replaced` (the hub's record says more than the one it gave before), `same`, or
        `own`: the ledger has this machine's own journal of it, which stays as it is.

    Raises:
        RecordError: Its id cannot be a run's of the ledger, or is that of another project's run.
        HomeError: The folder cannot be made.
        OSError: It cannot be written.
    """
    if run.run_id == LAST or run.run_id.startswith((PREFIX, ".")) or "/" in run.run_id:
        raise RecordError(f"run {run.run_id!r} has an id that the ledger keeps for other things.")
    kept = {name: run.process[name] for name in (WITHIN,) if name in run.process}
    run = run._replace(process={PULLED_FROM: url, **kept})
    folder = runs_folder(home, create=True)
    path = folder / f"{run.run_id}{SUFFIX}"
    verdict = NEW
    if path.exists():
        there = read_journal(path)
        if pulled_from(there) is None:
            return OWN
        if there.project != run.project or pulled_from(there) != url:
            whose = f"of project {there.project!r} from {pulled_from(there)}"
            raise RecordError(f"run {run.run_id!r} is there already, {whose}.")
        if there.as_dict() == run.as_dict():
            return SAME
        verdict = REPLACED
    beside = folder / f".pulled-{secrets.token_hex(4)}"
    beside.mkdir()
    try:
        written = _written(beside, run)
        if verdict == NEW:
            os.link(written, path)  # refuses where another process was first
        else:
            written.replace(path)
    except FileExistsError:
        return keep_pulled(home, run, url)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return verdict


def _written(folder: Path, run: RunRecord) -> Path:
    journal = JournalWriter(folder, run)
    try:
        for i, interval in enumerate(run.intervals):
            is_last = i + 1 == len(run.intervals)
            # A hub keeps one row of each section and of what was logged: of the run as a whole.
            sections = run.sections if is_last else ()
            journal.interval(interval, sections, run.logged[-1] if is_last and run.logged else None)
        for fault in run.faults:
            journal.fault(fault)
        if run.outcome is not None:
            journal.end(run.outcome, run.duration_s, run.exit_code, run.device_energy_uj())
    finally:
        journal.close()
    return journal.path
