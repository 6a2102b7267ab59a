"""`wattprint push --background RUN`: what a tracked run starts, and nobody waits for or reads.

It says nothing; what became of it is in the spool's `last.json`. It is polite to the work (lowest
priority) and ends by itself, whatever the hub does: what it did not send waits in the spool.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wattprint.cli.push import PUSHED_FILE, SPOOL_FOLDER, Pushed, Spooling, around, spool_run
from wattprint.cli.push_hours import AS_SET_UP, Charging, is_all_by_hour
from wattprint.client.credentials import load_credentials
from wattprint.client.errors import HubAwayError, SpoolBusyError
from wattprint.client.spool import Spool
from wattprint.client.transport import HubSender, Sender
from wattprint.client.upload import Sent, upload
from wattprint.domain.errors import WattprintError
from wattprint.ledger.home import home_folder
from wattprint.ledger.runs import Ledger

LONGEST_S = 300
"""It is killed after this: a batch that was under way is sent again the next time. [s]"""
TIMEOUT_S = 10.0
"""Longest wait for the next bytes of an answer. [s]"""
_PATIENCE_S = 60.0
"""Longest wait for another that sends from the same spool. [s]"""
_AGAIN_S = 0.5


def push_in_background(run_id: str, home: str | None) -> None:
    """Send a run as far as it is, and what other runs left; tell nobody but the spool's folder."""
    if hasattr(os, "nice"):
        os.nice(19)
    if hasattr(signal, "alarm"):
        signal.alarm(LONGEST_S)
    spool = Spool(home_folder(home) / SPOOL_FOLDER)
    said: dict[str, Any] = {"at_s": time.time(), "run": run_id, "error": None}
    try:
        credentials = load_credentials(home_folder(home))
        sender = HubSender(credentials.url, credentials.token, timeout_s=TIMEOUT_S)
        pushed = Pushed(spool.folder / PUSHED_FILE, credentials.url)
        charging = Charging(AS_SET_UP, home, is_single=False)
        of = Spooling(spool, pushed, charging)
        said |= _send(run_id, Ledger(home), of, sender)._asdict()
    except (WattprintError, OSError) as error:
        said["error"] = str(error)
    spool.note(said)


def _send(run_id: str, ledger: Ledger, of: Spooling, sender: Sender) -> Sent:
    """Write what is new into the spool, whether or not the hub is there; then send."""
    for each in dict.fromkeys([*of.pushed.unfinished(), run_id, *around(ledger, run_id)]):
        path = ledger.path(each)
        if path.exists():
            _spool(each, path, ledger, of)
    return _patient(lambda: upload(of.spool, sender))


def _spool(run_id: str, path: Path, ledger: Ledger, of: Spooling) -> None:
    size_bytes = path.stat().st_size
    if of.pushed.has(run_id, size_bytes):
        return
    entry = ledger.entry(run_id)
    footprint = of.charging.footprint(entry.run)
    until_s = spool_run(of.spool, entry, footprint, since_s=of.pushed.until_s(run_id))
    is_running, by_hour = entry.state == "running", is_all_by_hour(footprint)
    of.pushed.add(run_id, size_bytes, until_s, is_running=is_running, by_hour=by_hour)


def _patient(send: Callable[[], Sent]) -> Sent:
    """Send, once whoever sends from this spool at this moment has ended.

    Raises:
        HubAwayError: The hub is away, or the other goes on and on.
    """
    give_up_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return send()
        except SpoolBusyError as busy:
            if time.monotonic() > give_up_s:
                raise HubAwayError(str(busy)) from None
            time.sleep(_AGAIN_S)
