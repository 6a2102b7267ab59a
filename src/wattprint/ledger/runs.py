"""The local ledger: the folder of journals, listed and searched."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.checks import text
from wattprint.domain.errors import RecordError, UnknownNameError, nearest_names
from wattprint.domain.run import RunRecord
from wattprint.ledger.home import home_folder, runs_folder
from wattprint.ledger.journal import SUFFIX, read_journal

LAST = "last"
_PROC = Path("/proc")
_MISSED_INTERVALS = 3
"""Intervals without a line after which a run of another machine counts as interrupted."""


class LedgerEntry(NamedTuple):
    """A run of the ledger, and whether it still goes on."""

    run: RunRecord
    state: str
    """`running`, `completed`, `failed` or `interrupted`."""


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
        """Why a journal could not be read, by run id, as far as `entries` has come."""

    def run_ids(self) -> list[str]:
        """Return the ids of all runs, oldest first: an id begins with the time of its start."""
        if not self._folder.exists():
            return []
        # Only files: a pipe would never end.
        names = (entry.name for entry in os.scandir(self._folder) if entry.is_file())
        return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield all runs, newest first; `unreadable` then says which journals could not be read."""
        self.unreadable.clear()
        for run_id in reversed(self.run_ids()):
            try:
                yield self._entry(run_id)
            except (RecordError, OSError) as error:
                self.unreadable[run_id] = str(error)

    def find(self, run_id: str) -> LedgerEntry:
        """Return the run with this id, or an unambiguous beginning of it, or the 'last' one.

        Raises:
            UnknownNameError: No such run, or several.
            RecordError: Its journal cannot be read.
        """
        text("run", run_id)
        known = self.run_ids()
        if run_id == LAST and (newest := next(self.entries(), None)) is not None:
            return newest
        fitting = [run_id] if run_id in known else [k for k in known if k.startswith(run_id)]
        if len(fitting) == 1:
            return self._entry(fitting[0])
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

    def _entry(self, run_id: str) -> LedgerEntry:
        path = self._folder / f"{run_id}{SUFFIX}"
        run = read_journal(path)
        return LedgerEntry(run, run.outcome or self._state(run, path))

    def _state(self, run: RunRecord, path: Path) -> str:
        """Tell a run that goes on from one that was interrupted."""
        its_boot = run.process.get("boot_id")
        this_boot = self._read("sys/kernel/random/boot_id").strip()
        if its_boot and this_boot and its_boot != this_boot:
            # It runs or ran on another machine that shares this folder: does it still write?
            silent_s = time.time() - path.stat().st_mtime
            goes_on = silent_s < _MISSED_INTERVALS * run.interval_s
        else:
            goes_on = bool(its_boot) and self._is_alive(run)
        return "running" if goes_on else "interrupted"

    def _is_alive(self, run: RunRecord) -> bool:
        stat = self._read(f"{run.process.get('pid')}/stat").rpartition(")")[2].split()
        is_same_process = len(stat) > 19 and stat[19] == str(run.process.get("start_ticks"))
        return is_same_process and stat[0] not in ("Z", "X")

    def _read(self, name: str) -> str:
        try:
            return (self._proc / name).read_text(errors="replace")
        except OSError:
            return ""


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
