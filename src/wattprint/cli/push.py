"""`wattprint push`: runs of the local ledger to the hub, each row once."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import click

from wattprint.cli.by_hour import ASKED, by_hour_options
from wattprint.cli.moments import parsed_date
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, say
from wattprint.cli.progress import with_progress
from wattprint.cli.push_hours import Charging, is_all_by_hour
from wattprint.client.credentials import load_credentials
from wattprint.client.errors import SpoolFullError
from wattprint.client.rows import interval_rows, project_of, run_row
from wattprint.client.spool import Spool
from wattprint.client.transport import HubSender
from wattprint.client.upload import Sent, upload
from wattprint.domain.errors import ContradictionError, RecordError
from wattprint.domain.footprint import Footprint
from wattprint.ledger.home import home_folder
from wattprint.ledger.pulled import pulled_from
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry

SPOOL_FOLDER = "spool"
PUSHED_FILE = "pushed.jsonl"
_PIECE_BYTES = 32 * 1024 * 1024
"""How much is written into the spool before it is sent. [B]"""


@click.command(epilog="Example: wattprint push --since 2026-10-01")
@click.argument("run", required=False)
@click.option("--all", "all_", is_flag=True, help="All runs of the ledger.")
@click.option("--since", metavar="DATE", help="Runs that started then (UTC) or later.")
@click.option("--account", metavar="DIR", help="Jobs that `account --out DIR` accounted for.")
@click.option("--project", metavar="TEXT", help="Project of those jobs. [default: their own]")
@click.option("--keep-users", is_flag=True, help="Send their users and accounts too.")
@click.option("--background", is_flag=True, hidden=True, help="What a tracked run starts.")
@by_hour_options
@home_option
@json_option
def push(
    *,
    run: str | None,
    all_: bool,
    since: str | None,
    account: str | None,
    project: str | None,
    keep_users: bool,
    background: bool,
    home: str | None,
    as_json: bool,
    **hours: Any,
) -> None:
    """Send RUN to the hub: an id, the beginning of one, or 'last', which is meant without any.

    What the hub does not take now waits in the home's `spool` and goes first the next time. A run
    that was sent as it is now is not read again; one that was sent twice is there once. With
    --by-hour those go again that were charged at the year's mean. With a run goes that of the
    `wattprint track` that measured it as well, if the ledger has it.
    """
    if background:
        from wattprint.cli.push_background import push_in_background  # imports this module

        push_in_background(run or LAST, home)
        return
    if sum((run is not None, all_, since is not None, account is not None)) > 1:
        given = "more than one of RUN, --all, --since and --account is given"
        raise ContradictionError(given, "expected one")
    if account is None and (project is not None or keep_users):
        given = "--project or --keep-users is given without --account"
        raise ContradictionError(given, "expected --account DIR beside it")
    if account is not None and any(hours[name] is not None for name in ASKED):
        given = "--by-hour, --by-year, --provider or --series-file is given beside --account"
        raise ContradictionError(given, "expected it at `wattprint account`, which charges jobs")
    if hours["series_file"] is not None and (all_ or since is not None):
        given = "--series-file is given beside --all or --since"
        raise ContradictionError(given, "expected one RUN: a file is of the hours of one zone")
    folder = home_folder(home)
    credentials = load_credentials(folder)
    sender = HubSender(credentials.url, credentials.token)
    ledger, spool = Ledger(home), Spool(folder / SPOOL_FOLDER)
    if account is not None:
        from wattprint.cli.push_jobs import upload_jobs  # takes DuckDB, which only this needs

        jobs = Path(account)
        sent = upload_jobs(spool, sender, jobs, project=project, keep_users=keep_users)
        _print(sent, ledger, spool, as_json=as_json)
        return
    since = None if since is None else parsed_date("since", since)
    run_ids = ledger.run_ids() if all_ or since else [ledger.find_id(run or LAST)]
    if since:  # the newest first: a launcher began before what it measured
        run_ids = sorted(run_ids, reverse=True)
    pushed = Pushed(folder / SPOOL_FOLDER / PUSHED_FILE, credentials.url)
    charging = Charging(hours, home, is_single=not (all_ or since))
    charging.require_service()
    going = [(run_ids, charging)]
    if not (all_ or since):
        # It was not asked for: where its hours are not to be had, that refuses nothing.
        along = Charging(hours, home, is_single=False)
        going.append((_going_along(ledger, run_ids[0], Spooling(spool, pushed, along)), along))
    total = upload(spool, sender)
    for ids, charged in going:
        for _ in _spooled(ledger, ids, since, Spooling(spool, pushed, charged)):
            total = total.plus(upload(spool, sender))
    total = total.plus(upload(spool, sender))
    for _, charged in going:
        charged.tell()
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
        self._known = {row["run"]: row for row in rows if row["hub"] == url}

    def has(self, run_id: str, size_bytes: int, *, by_hour: bool = False) -> bool:
        """Whether a journal was kept for this hub as it is now; with `by_hour` charged so, too."""
        known = self._known.get(run_id, {})
        is_charged = bool(known.get("by_hour")) or not by_hour
        return known.get("bytes") == size_bytes and "until_s" not in known and is_charged

    def until_s(self, run_id: str) -> float:
        """Return the end of the last reading of a run that the spool has had [s]."""
        return float(self._known.get(run_id, {}).get("until_s", 0.0))

    def unfinished(self) -> list[str]:
        """Return the runs that went on when they were last kept: their end may be here by now."""
        return [run_id for run_id, row in self._known.items() if "until_s" in row]

    def add(
        self,
        run_id: str,
        size_bytes: int,
        until_s: float = 0.0,
        *,
        is_running: bool = False,
        by_hour: bool = False,
    ) -> None:
        """Write down that it was, up to a moment if it goes on, and whether charged by hour."""
        row: dict[str, Any] = {"hub": self._url, "run": run_id, "bytes": size_bytes}
        row |= {"by_hour": True} if by_hour else {}
        row |= {"until_s": until_s} if is_running else {}
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self._known[run_id] = row


class Spooling(NamedTuple):
    """Where runs go, which of them went there, and how each is charged."""

    spool: Spool
    pushed: Pushed
    charging: Charging


def _going_along(ledger: Ledger, run_id: str, of: Spooling) -> list[str]:
    """Return the runs of the ledger that measured a run as well, and say that they go along.

    Without them the hub could not tell that their energy holds that of the run.
    """
    going = [each for each in around(ledger, run_id) if not _is_there(ledger, each, of)]
    if going:
        say(f"Run {run_id} was measured within {' and '.join(going)}: sent along.")
    return going


def around(ledger: Ledger, run_id: str) -> list[str]:
    """Return the runs of the ledger that a run was measured within, the nearest first."""
    known = {*ledger.run_ids()} - {run_id}
    found: list[str] = []
    with suppress(RecordError, OSError):  # who sends it will say so
        while (listed := ledger.listed_run(run_id)) is not None:
            run_id = listed.run.process.get("within", "")
            if run_id not in known:
                break
            known.remove(run_id)
            found.append(run_id)
    return found


def _is_there(ledger: Ledger, run_id: str, of: Spooling) -> bool:
    """Whether the hub has a run as it is now, or its journal is gone."""
    try:
        size_bytes = ledger.path(run_id).stat().st_size
    except OSError:
        return True
    return of.pushed.has(run_id, size_bytes, by_hour=of.charging.is_asked)


def _spooled(
    ledger: Ledger, run_ids: Sequence[str], since: str | None, of: Spooling
) -> Iterator[None]:
    """Write runs into the spool; yield whenever it is time to send."""
    launchers: set[str] = set()
    for run_id in with_progress(run_ids, "Sending runs"):
        try:
            size_bytes = ledger.path(run_id).stat().st_size
            if of.pushed.has(run_id, size_bytes, by_hour=of.charging.is_asked):
                continue
            entry = ledger.entry(run_id)
        except (RecordError, FileNotFoundError) as error:
            ledger.unreadable[run_id] = str(error)
            continue
        if since is not None and entry.run.started_at < since and run_id not in launchers:
            continue
        launchers.add(entry.run.process.get("within", ""))
        if pulled_from(entry.run) is not None:
            continue  # it came from a hub, which has it
        footprint = of.charging.footprint(entry.run)
        # Of a run that goes again for its hours the hub has the readings.
        since_s = inf if of.pushed.has(run_id, size_bytes) else 0.0
        try:
            spool_run(of.spool, entry, footprint, since_s=since_s)
        except SpoolFullError:
            yield
            spool_run(of.spool, entry, footprint, since_s=since_s)
        if entry.state != "running":
            of.pushed.add(run_id, size_bytes, by_hour=is_all_by_hour(footprint))
        if of.spool.size_bytes() > _PIECE_BYTES:
            yield


def spool_run(
    spool: Spool, entry: LedgerEntry, footprint: Footprint, *, since_s: float = 0.0
) -> float:
    """Write a run into the spool, and its readings from a moment on; return their end [s].

    Raises:
        SpoolFullError: It has no room.
        OSError: The disk refuses.
    """
    run = entry.run
    if entry.state == "interrupted":
        run = run._replace(outcome="interrupted")
    project = project_of(run)
    spool.append("runs", project, [run_row(run, footprint.as_dict())])
    spool.append("intervals", project, interval_rows(run, since_s=since_s))
    return run.intervals[-1].end_s if run.intervals else since_s


def _print(total: Sent, ledger: Ledger, spool: Spool, *, as_json: bool) -> None:
    if as_json:
        print_json({**total._asdict(), "unreadable": dict(ledger.unreadable)})
    else:
        click.echo(f"{total.stored:,} rows sent, {total.known:,} were there already.")
    for run_id, reason in ledger.unreadable.items():
        say(f"Not read: {run_id}: {reason}")
    if total.refused:
        rows = "1 row is" if total.refused == 1 else f"{total.refused:,} rows are"
        say(f"{rows} refused: see {spool.folder / 'refused.jsonl'}")
