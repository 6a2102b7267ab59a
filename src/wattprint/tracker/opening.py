"""What happens when a run starts: meters are opened, and its journal gets its header."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from wattprint._version import __version__
from wattprint.domain.node_profile import Machine, NodeProfile
from wattprint.domain.run import RunRecord
from wattprint.factors.tables import shipped
from wattprint.ledger.journal import JournalWriter
from wattprint.meters.base import Meter
from wattprint.meters.host import HostUse
from wattprint.meters.modelled import ModelledMeter
from wattprint.meters.procfs import ProcessTree, boot_id, start_ticks
from wattprint.tracker.clock import Clock
from wattprint.tracker.discovery import Places, discover_meters, given_meters, own_pid
from wattprint.tracker.fence import fenced
from wattprint.tracker.host_record import host_record
from wattprint.tracker.sampler import Opened
from wattprint.tracker.within import within


def open_run(
    described: RunRecord,
    folder: Path,
    clock: Clock,
    meters: Sequence[Meter] | None = None,
    profiles: Callable[[Machine], NodeProfile | None] | None = None,
) -> Opened:
    """Open the meters and the journal of a run that starts now.

    Args:
        described: The run as the user described it; its id, start and machine are filled in.
        folder: Folder of journals.
        clock: The run's clocks.
        meters: Meters to read; None discovers those of this machine.
        profiles: Looks up the calibrated profile of a machine; None keeps what `described` says.

    Raises:
        OSError: The journal cannot be created.
    """
    places = Places.from_environment()
    pid, seen_pid = os.getpid(), own_pid(places.proc)
    discovered = discover_meters(seen_pid, places) if meters is None else given_meters(meters)
    used = {found.family: found.meter for found in discovered if found.meter is not None}
    devices = tuple(device for meter in used.values() for device in meter.devices)
    host = {**described.host, **host_record(places, used.values())}
    if profiles is not None:
        host |= _calibrated(partial(profiles, Machine.seen(host, devices)))
    started_s = clock.epoch_s()
    run_id = _run_id(started_s)
    header = described._replace(
        run_id=run_id,
        name=described.name or run_id,
        started_at=_rfc3339(started_s),
        host=host,
        process={
            "pid": pid,
            "boot_id": boot_id(),
            "start_ticks": start_ticks(pid),
            **within(),
        },
        meters=tuple(
            {"family": found.family, "used": found.meter is not None, "reason": found.reason}
            for found in discovered
        ),
        factor_set=shipped().identity,
        software={"wattprint": __version__, "python": sys.version.split()[0]},
        devices=devices,
    )
    try:
        journal = JournalWriter(folder, header)
    except OSError:
        for meter in used.values():
            meter.close()
        raise
    return Opened(header, used, journal, _host_use(seen_pid, places, used.values()))


def _calibrated(find: Callable[[], NodeProfile | None]) -> dict[str, Any]:
    """Return the machine's profile for its record; one that cannot be read is a word there."""
    found = fenced(find)
    if isinstance(found, Exception):
        return {"profile_not_read": f"{type(found).__name__}: {found}"}
    return {} if found is None else {"profile": found.as_dict()}


def _host_use(
    pid: int, places: Places, meters: Iterable[Meter]
) -> Callable[[], Mapping[str, float]]:
    """Return what reads the use of the machine, and of the processes that are tracked."""
    machine = HostUse(places.proc, places.sys)
    for meter in meters:
        if isinstance(meter, ModelledMeter):  # it has just looked at them
            tree = meter.tree
            return lambda: {**machine.read(), "tree_s": tree.cpu_s}
    try:
        own = ProcessTree(pid, places.proc)
    except (OSError, ValueError, IndexError):
        return machine.read
    return lambda: {**machine.read(), "tree_s": own.use().cpu_s}


def _run_id(started_s: float) -> str:
    """Return an id that sorts by the time of the start, and that no other run has."""
    whole_s, fraction = divmod(started_s, 1)
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(whole_s))
    return f"{moment}-{int(fraction * 16**3):03x}{os.urandom(3).hex()}"


def _rfc3339(epoch_s: float) -> str:
    whole_s, fraction = divmod(epoch_s, 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s)) + f".{int(fraction * 1e3):03d}Z"
