"""The local ledger: the folder of journals, listed and searched.

A run's id is its file's name, whatever its header says: that is what it is found by.
"""

import errno
import os
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.checks import text
from wattprint.domain.errors import RecordError, UnknownNameError, nearest_names
from wattprint.domain.run import RunRecord
from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.ledger.home import home_folder, runs_folder
from wattprint.ledger.journal import SUFFIX, read_journal
from wattprint.ledger.summary import read_summary

LAST = "last"
_PROC = Path("/proc")
_MISSED_INTERVALS = 3
"""Intervals without a line after which a run of another machine counts as interrupted."""


class LedgerEntry(NamedTuple):
    """A run of the ledger, and whether it still goes on."""

    run: RunRecord
    state: str
    """`running`, `completed`, `failed` or `interrupted`."""


class ListedRun(NamedTuple):
    """A run of the ledger without its single readings."""

    run: RunRecord
    """Without intervals, sections, progress and faults."""
    state: str
    energy_uj: tuple[int | None, ...]
    """Energy of each device over the whole run; None where it was never readable. [uJ]"""
    fault_count: int

    def component_energy_j(self) -> dict[str, float | None]:
        """Energy of the devices of each component; None where none was readable [J]."""
        totals_uj: dict[str, int | None] = {}
        for device, energy_uj in zip(self.run.devices, self.energy_uj, strict=True):
            before_uj = totals_uj.get(device.component)
            totals_uj[device.component] = (
                before_uj if energy_uj is None else (before_uj or 0) + energy_uj
            )
        return {
            component: None if total_uj is None else total_uj / MICROJOULES_PER_JOULE
            for component, total_uj in totals_uj.items()
        }


class Ledger:
    """The runs below a home folder.

    Args:
        home: Home folder; None takes $WATTPRINT_HOME, else ~/.wattprint.
        proc: Where procfs is mounted, to see which runs still go on.

    Raises:
        HomeError: The home folder cannot be read.
    """

    def __init__(self, home: str | os.PathLike[str] | None = None, *, proc: Path = _PROC) -> None:
        self._folder = runs_folder(home_folder(home))
        self._proc = proc
        self.unreadable: dict[str, str] = {}
        """Why a journal could not be read, by run id, as far as the reading has come."""

    def run_ids(self) -> list[str]:
        """Return the ids of all runs, oldest first: an id begins with the time of its start."""
        if not self._folder.exists():
            return []
        # Only files: a pipe would never end.
        names = (entry.name for entry in os.scandir(self._folder) if entry.is_file())
        return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    def path(self, run_id: str) -> Path:
        """Return the journal of a run."""
        return self._folder / f"{run_id}{SUFFIX}"

    def entries(
        self, run_ids: Iterable[str] | None = None, *, project: str | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield whole runs; `unreadable` then says which journals could not be read.

        Args:
            run_ids: Their ids, in the order in which they are wanted; None means all, newest first.
            project: Only runs of this project.
        """
        self.unreadable.clear()
        for run_id in reversed(self.run_ids()) if run_ids is None else run_ids:
            try:
                if project is None or self.listed_run(run_id, project=project) is not None:
                    yield self.entry(run_id)
            except (RecordError, OSError) as error:
                self._pass_over(run_id, error)

    def listed(self, run_ids: Iterable[str], *, project: str | None = None) -> Iterator[ListedRun]:
        """Yield runs without their readings, which takes a hundredth of the time.

        Args:
            run_ids: Their ids, in the order in which they are wanted. What has vanished meanwhile
                is passed over; what cannot be read is in `unreadable` afterwards.
            project: Only runs of this project.
        """
        self.unreadable.clear()
        for run_id in run_ids:
            try:
                found = self.listed_run(run_id, project=project)
            except (RecordError, OSError) as error:
                self._pass_over(run_id, error)
                continue
            if found is not None:
                yield found

    def listed_run(self, run_id: str, *, project: str | None = None) -> ListedRun | None:
        """Return a run without its readings; None if it is of another project.

        Raises:
            RecordError: Its journal cannot be read.
            OSError: It has vanished, or may not be read.
        """
        path = self.path(run_id)
        size_bytes = path.stat().st_size
        summary = read_summary(path, project=project)
        if summary is None:
            return None
        run = summary.run._replace(run_id=run_id)
        state = run.outcome or self._state(run, path)
        if state != run.outcome and self._has_ended_since(state, path, size_bytes):
            return self.listed_run(run_id, project=project)
        return ListedRun(run, state, summary.energy_uj, summary.fault_count)

    def _pass_over(self, run_id: str, error: Exception) -> None:
        if not has_vanished(error):
            self.unreadable[run_id] = str(error)

    def find(self, run_id: str) -> LedgerEntry:
        """Return the run with this id, or an unambiguous beginning of it, or the 'last' one.

        Raises:
            UnknownNameError: No such run, or several.
            RecordError: Its journal cannot be read.
        """
        text("run", run_id)
        if run_id == LAST and (newest := next(self.entries(), None)) is not None:
            return newest
        return self.entry(self.find_id(run_id))

    def find_id(self, run_id: str) -> str:
        """Return the whole id of a run; for 'last' that of the newest that can be read.

        Raises:
            UnknownNameError: No such run, or several.
        """
        text("run", run_id)
        known = self.run_ids()
        if run_id == LAST and (newest := next(self.listed(reversed(known)), None)) is not None:
            return newest.run.run_id
        fitting = [run_id] if run_id in known else [k for k in known if k.startswith(run_id)]
        if len(fitting) == 1:
            return fitting[0]
        if not known:
            raise UnknownNameError(
                f"run {run_id!r} is unknown",
                f"the ledger {self._folder.parent} is empty: record a run with "
                "`wattprint track -- COMMAND`",
            )
        raise UnknownNameError(
            f"run {run_id!r} is {'not unique' if len(fitting) > 1 else 'unknown'}",
            "expected 'last' or an id that `wattprint runs` lists",
            fitting[-3:] or nearest_names(run_id, known),
        )

    def entry(self, run_id: str) -> LedgerEntry:
        """Return the run with exactly this id.

        Raises:
            RecordError: Its journal cannot be read.
            OSError: There is none, or it may not be read.
        """
        path = self.path(run_id)
        size_bytes = path.stat().st_size
        run = read_journal(path)
        state = run.outcome or self._state(run, path)
        if state != run.outcome and self._has_ended_since(state, path, size_bytes):
            return self.entry(run_id)
        return LedgerEntry(run._replace(run_id=run_id), state)

    @staticmethod
    def _has_ended_since(state: str, path: Path, size_bytes: int) -> bool:
        """Tell whether more was written between the reading of a run and that of its process.

        A process that writes its run's end and is gone a moment later left no interrupted run.
        """
        return state == "interrupted" and path.stat().st_size != size_bytes

    def _state(self, run: RunRecord, path: Path) -> str:
        """Tell a run that goes on from one that was interrupted."""
        its_boot = run.process.get("boot_id")
        if its_boot and self._boot_id and its_boot != self._boot_id:
            # It runs or ran on another machine that shares this folder: does it still write?
            silent_s = time.time() - path.stat().st_mtime
            goes_on = silent_s < _MISSED_INTERVALS * run.interval_s
        else:
            goes_on = bool(its_boot) and self._is_alive(run)
        return "running" if goes_on else "interrupted"

    @cached_property
    def _boot_id(self) -> str:
        return self._read("sys/kernel/random/boot_id").strip()

    def _is_alive(self, run: RunRecord) -> bool:
        stat = self._read(f"{run.process.get('pid')}/stat").rpartition(")")[2].split()
        is_same_process = len(stat) > 19 and stat[19] == str(run.process.get("start_ticks"))
        return is_same_process and stat[0] not in ("Z", "X")

    def _read(self, name: str) -> str:
        try:
            return (self._proc / name).read_text(errors="replace")
        except OSError:
            return ""


def has_vanished(error: Exception) -> bool:
    """Tell whether a journal was deleted: ESTALE is how a network file system may say so."""
    return isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ESTALE)


def load(run_id: str = LAST, *, home: str | os.PathLike[str] | None = None) -> RunRecord:
    """Load a run of the local ledger.

    Args:
        run_id: Its id, the beginning of one, or 'last'.
        home: Home folder; None takes $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        UnknownNameError: No such run.
        HomeError: The home folder cannot be read.
    """
    return Ledger(home).find(run_id).run
