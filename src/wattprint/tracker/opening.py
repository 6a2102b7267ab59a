"""What happens when a run starts: meters are opened, and its journal gets its header."""

import os
import sys
import time
from pathlib import Path

from wattprint._version import __version__
from wattprint.domain.run import RunRecord
from wattprint.factors.tables import shipped
from wattprint.ledger.journal import JournalWriter
from wattprint.meters.procfs import boot_id, host_facts, start_ticks
from wattprint.tracker.discovery import discover_meters
from wattprint.tracker.run import Clock, Opened


def open_run(described: RunRecord, folder: Path, clock: Clock) -> Opened:
    """Open the meters and the journal of a run that starts now.

    Args:
        described: The run as the user described it; its id, start and machine are filled in.
        folder: Folder of journals.
        clock: The run's clocks.

    Raises:
        OSError: The journal cannot be created.
    """
    pid = os.getpid()
    discovered = discover_meters(pid)
    meters = {found.family: found.meter for found in discovered if found.meter is not None}
    started_s = clock.epoch_s()
    run_id = _run_id(started_s)
    header = described._replace(
        run_id=run_id,
        name=described.name or run_id,
        started_at=_rfc3339(started_s),
        host={**host_facts()._asdict(), "system": sys.platform},
        process={"pid": pid, "boot_id": boot_id(), "start_ticks": start_ticks(pid)},
        meters=tuple(
            {"family": found.family, "used": found.meter is not None, "reason": found.reason}
            for found in discovered
        ),
        factor_set=shipped().identity,
        software={"wattprint": __version__, "python": sys.version.split()[0]},
        devices=tuple(device for meter in meters.values() for device in meter.devices),
    )
    return Opened(header, meters, JournalWriter(folder, header))


def _run_id(started_s: float) -> str:
    """Return an id that sorts by the time of the start, and that no other run has."""
    whole_s, fraction = divmod(started_s, 1)
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(whole_s))
    return f"{moment}-{int(fraction * 16**3):03x}{os.urandom(3).hex()}"


def _rfc3339(epoch_s: float) -> str:
    whole_s, fraction = divmod(epoch_s, 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s)) + f".{int(fraction * 1e3):03d}Z"
