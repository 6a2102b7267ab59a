"""`wattprint runs`: the local ledger."""

import shlex
from typing import Any

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table
from wattprint.domain import units
from wattprint.ledger.runs import Ledger, LedgerEntry


@click.command(epilog="Example: wattprint runs --project ranker --limit 20")
@click.option("--project", metavar="TEXT", help="Only runs of this project.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@home_option
@json_option
def runs(*, project: str | None, limit: int | None, home: str | None, as_json: bool) -> None:
    """List the runs of the local ledger, newest first."""
    found: list[LedgerEntry] = []
    ledger = Ledger(home)
    for entry in ledger.entries():
        if limit is not None and len(found) == limit:
            break
        if project in (None, entry.run.project):
            found.append(entry)
    if as_json:
        listed = {"runs": [run_dict(entry) for entry in found]}
        unread = [{"id": name, "reason": why} for name, why in ledger.unreadable.items()]
        print_json({**listed, "unreadable": unread} if unread else listed)
    elif found:
        head = ("run", "project", "name", "state", "started", "duration", "devices' energy")
        print_table(head, map(_cells, found))
    else:
        of_project = f" of project {project!r}" if project else ""
        click.echo(f"No runs{of_project} yet. Record one:\n  wattprint track -- python train.py")
    if not as_json:
        for name, why in ledger.unreadable.items():
            click.echo(f"Not read: {name}: {why}")


def run_dict(entry: LedgerEntry) -> dict[str, Any]:
    """Return what is printed of a run: who and what it was, without its single readings."""
    run = entry.run
    return {
        "id": run.run_id,
        "project": run.project,
        "name": run.name,
        "stage": run.stage,
        "state": entry.state,
        "started_at": run.started_at,
        "duration_s": run.duration_s,
        "exit_code": run.exit_code,
        "parent": run.parent,
        "tags": dict(run.tags),
        "devices": [
            {
                "id": device.device_id,
                "component": device.component,
                "name": device.name,
                "method": device.method.value,
                "energy_j": joules,
            }
            for device, joules in zip(run.devices, run.device_energy_j(), strict=True)
        ],
        "meters": [dict(meter) for meter in run.meters],
        "faults": [fault._asdict() for fault in run.faults],
    }


def show_with_zone(run_id: str, home: str | None) -> str:
    """Return the command that shows a run with its emissions, ready to copy."""
    of_home = [] if home is None else ["--home", home]
    return shlex.join(["wattprint", "show", run_id, *of_home, "--zone", "FR"])


def _cells(entry: LedgerEntry) -> tuple[str, ...]:
    run = entry.run
    read = [joules for joules in run.device_energy_j() if joules is not None]
    kwh = sum(read) / units.JOULES_PER_KWH
    return (
        run.run_id,
        run.project,
        run.name if run.name != run.run_id else "",
        entry.state,
        run.started_at[:16].replace("T", " "),
        units.duration(run.duration_s),
        units.energy(kwh) if read else "-",
    )
