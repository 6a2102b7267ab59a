"""Runs of this machine's ledger, which appear in its hub by themselves (`serve --local`).

The ledger stays what it is; journals that have grown are read again, and the hub takes each row
once, as from any client.
"""

import logging
import threading
from pathlib import Path

import msgspec

from wattprint.client.rows import interval_rows, project_of, run_row
from wattprint.hub.api.asked import Hub
from wattprint.hub.computing import NOT_COMPUTED, NotComputedError, computed_footprint
from wattprint.hub.ingest.messages import RUNS, IntervalRow
from wattprint.hub.ingest.run_rows import FaultyRowError, read_run
from wattprint.hub.ingest.store_intervals import store_intervals
from wattprint.hub.ingest.store_runs import store_runs
from wattprint.hub.organisations import FIRST_ORGANISATION
from wattprint.ledger.pulled import pulled_from
from wattprint.ledger.runs import Ledger, LedgerEntry

EVERY_S = 5.0
_PIECE = 5_000
_LOG = logging.getLogger("wattprint.hub")


class LocalRuns:
    """Brings a ledger's runs into a hub.

    Args:
        hub: The hub.
        home: Home folder of the ledger.
    """

    def __init__(self, hub: Hub, home: str) -> None:
        self._hub = hub
        self._ledger = Ledger(home)
        self._seen: dict[str, tuple[int, int, str]] = {}
        self._until_s: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="wattprint-local", daemon=True)

    def start(self) -> None:
        """Look at the ledger now and every few seconds, until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; what was begun is finished first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def bring(self) -> int:
        """Bring what is new in the ledger, and return how many runs changed."""
        count = 0
        for run_id in self._ledger.run_ids():
            if self._stop.is_set():
                break
            try:
                count += self._bring(run_id, self._ledger.path(run_id))
            except (FaultyRowError, NotComputedError, OSError, *NOT_COMPUTED) as error:
                _LOG.warning("run %s of the local ledger is passed over: %s", run_id, error)
        return count

    def _go_on(self) -> None:
        while not self._stop.is_set():
            try:
                self.bring()
            except Exception:  # noqa: BLE001 - what fails once is tried again
                _LOG.exception("the local ledger is looked at again")
            self._stop.wait(EVERY_S)

    def _bring(self, run_id: str, path: Path) -> bool:
        status = path.stat()
        seen = self._seen.get(run_id)
        is_same = seen is not None and seen[:2] == (status.st_size, status.st_mtime_ns)
        if is_same and seen is not None and seen[2] != "running":
            return False
        entry = self._ledger.entry(run_id)
        if pulled_from(entry.run) is not None:
            return False
        if is_same and seen is not None and seen[2] == entry.state:
            return False
        self._store(entry)
        self._seen[run_id] = (status.st_size, status.st_mtime_ns, entry.state)
        return True

    def _store(self, entry: LedgerEntry) -> None:
        run = entry.run
        if entry.state == "interrupted":
            run = run._replace(outcome="interrupted")
        row = run_row(run, computed_footprint(run).as_dict())
        sent = RUNS.decode(msgspec.json.encode({"runs": [row]}))
        now_ms = self._hub.now_ms()
        read = [read_run(sent.runs[0], f"/{run.run_id}")]
        store_runs(self._hub.database, FIRST_ORGANISATION, read, now_ms)
        project = project_of(run)
        since_s = self._until_s.get(run.run_id, 0.0)
        rows = msgspec.convert(list(interval_rows(run, since_s=since_s)), list[IntervalRow])
        for i in range(0, len(rows), _PIECE):
            piece = rows[i : i + _PIECE]
            store_intervals(self._hub.database, FIRST_ORGANISATION, project, piece, now_ms)
        if run.intervals:
            self._until_s[run.run_id] = run.intervals[-1].end_s
