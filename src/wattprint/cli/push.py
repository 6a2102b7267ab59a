"""`wattprint push`: runs of the local ledger to the hub, each row once."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from wattprint.cli.moments import parsed_date
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, say
from wattprint.cli.progress import with_progress
from wattprint.client.credentials import load_credentials
from wattprint.client.errors import SpoolFullError
from wattprint.client.rows import interval_rows, run_row
from wattprint.client.spool import Spool
from wattprint.client.transport import HubSender
from wattprint.client.upload import Sent, upload
from wattprint.domain.errors import ContradictionError, RecordError
from wattprint.estimator.tracked import footprint_of_run
from wattprint.ledger.home import home_folder
from wattprint.ledger.pulled import pulled_from
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry

SPOOL_FOLDER = "spool"
_PIECE_BYTES = 32 * 1024 * 1024
"""How much is written into the spool before it is sent. [B]"""


@click.command(epilog="Example: wattprint push --since 2026-10-01")
@click.argument("run", required=False)
@click.option("--all", "all_", is_flag=True, help="All runs of the ledger.")
@click.option("--since", metavar="DATE", help="Runs that started then (UTC) or later.")
@home_option
@json_option
def push(
    *, run: str | None, all_: bool, since: str | None, home: str | None, as_json: bool
) -> None:
    """Send RUN to the hub: an id, the beginning of one, or 'last', which is meant without any.

    What the hub does not take now waits in the home's `spool` and goes first the next time. A run
    that was sent as it is now is not read again; one that was sent twice is there once.
    """
    if sum((run is not None, all_, since is not None)) > 1:
        raise ContradictionError("more than one of RUN, --all and --since is given", "expected one")
    folder = home_folder(home)
    credentials = load_credentials(folder)
    sender = HubSender(credentials.url, credentials.token)
    ledger, spool = Ledger(home), Spool(folder / SPOOL_FOLDER)
    since = None if since is None else parsed_date("since", since)
    run_ids = ledger.run_ids() if all_ or since else [ledger.find_id(run or LAST)]
    pushed = Pushed(folder / SPOOL_FOLDER / "pushed.jsonl", credentials.url)
    total = upload(spool, sender)
    for _ in _spooled(ledger, run_ids, since, spool, pushed):
        total = total.plus(upload(spool, sender))
    total = total.plus(upload(spool, sender))
    _print(total, ledger, spool, as_json=as_json)


class Pushed:
    """Which journals the spool has had, by their size and state: what has not changed is not read.

    Args:
        path: File of JSON lines.
        url: The hub: what one has, another has not.
    """

    def __init__(self, path: Path, url: str) -> None:
        self._path = path
        self._url = url
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        rows = [json.loads(line) for line in lines if line.endswith("\n")]
        self._known = {row["run"]: row["bytes"] for row in rows if row["hub"] == url}

    def has(self, run_id: str, size_bytes: int) -> bool:
        """Whether a journal was kept for this hub as it is now."""
        return self._known.get(run_id) == size_bytes

    def add(self, run_id: str, size_bytes: int) -> None:
        """Write down that it was."""
        line = json.dumps({"hub": self._url, "run": run_id, "bytes": size_bytes})
        with self._path.open("a") as file:
            file.write(line + "\n")
        self._known[run_id] = size_bytes


def _spooled(
    ledger: Ledger, run_ids: Sequence[str], since: str | None, spool: Spool, pushed: Pushed
) -> Iterator[None]:
    """Write runs into the spool; yield whenever it is time to send."""
    for run_id in with_progress(run_ids, "Sending runs"):
        try:
            size_bytes = ledger.path(run_id).stat().st_size
            if pushed.has(run_id, size_bytes):
                continue
            entry = ledger.entry(run_id)
        except (RecordError, FileNotFoundError) as error:
            ledger.unreadable[run_id] = str(error)
            continue
        if since is not None and entry.run.started_at < since:
            continue
        if pulled_from(entry.run) is not None:
            continue  # it came from a hub, which has it
        try:
            _spool_run(spool, entry)
        except SpoolFullError:
            yield
            _spool_run(spool, entry)
        if entry.state != "running":
            pushed.add(run_id, size_bytes)
        if spool.size_bytes() > _PIECE_BYTES:
            yield


def _spool_run(spool: Spool, entry: LedgerEntry) -> None:
    run = entry.run
    if entry.state == "interrupted":
        run = run._replace(outcome="interrupted")
    spool.append("runs", run.project, [run_row(run, footprint_of_run(run).as_dict())])
    spool.append("intervals", run.project, interval_rows(run))


def _print(total: Sent, ledger: Ledger, spool: Spool, *, as_json: bool) -> None:
    if as_json:
        print_json({**total._asdict(), "unreadable": dict(ledger.unreadable)})
    else:
        click.echo(f"{total.stored:,} rows sent, {total.known:,} were there already.")
    for run_id, reason in ledger.unreadable.items():
        say(f"Not read: {run_id}: {reason}")
    if total.refused:
        say(f"{total.refused:,} rows are refused: see {spool.folder / 'refused.jsonl'}")
