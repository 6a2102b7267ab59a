"""`wattprint runs`: the local ledger, listed; `prune` and `export` are below it."""

import json
import shlex
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import click

from wattprint.cli.lazy import LazyGroup
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_table
from wattprint.cli.progress import with_progress
from wattprint.domain import units
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.run import RunRecord
from wattprint.ledger.imports import Imports
from wattprint.ledger.pulled import figures_at, pulled_from
from wattprint.ledger.runs import Ledger, LedgerEntry, ListedRun

_SHOWN = 25
"""How many runs are listed unless more or fewer are asked for."""
_COMMANDS = {
    "prune": "Delete runs of the local ledger.",
    "export": "Write whole runs as JSON lines, JSON or CSV.",
}


@click.group(
    cls=LazyGroup,
    below=_COMMANDS,
    alone="lists alone",
    invoke_without_command=True,
    subcommand_metavar="[COMMAND [ARGS]...]",
    epilog="Example: wattprint runs --project ranker --limit 20",
)
@click.option("--project", metavar="TEXT", help="Only runs of this project.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Only the newest N. [default: {_SHOWN}]",
)
@click.option("--imported", is_flag=True, help="Every record of other tools, and no runs.")
@click.option("--all", "all_", is_flag=True, help="All runs, however many there are.")
@home_option
@json_option
@click.pass_context
def runs(
    context: click.Context,
    *,
    project: str | None,
    limit: int | None,
    all_: bool,
    imported: bool,
    home: str | None,
    as_json: bool,
) -> None:
    """List the runs of the local ledger, newest first."""
    if context.invoked_subcommand is not None:
        _refuse_options_of_the_list(context)
        return
    if all_ and limit is not None:
        raise ContradictionError("--all and --limit are both given", "expected one of them")
    most = None if all_ else limit or _SHOWN
    if imported:
        _print_imported(home, project, most, as_json=as_json)
        return
    ledger = Ledger(home)
    imports = Imports(home)
    listed, older = _newest(ledger, project, most)
    if as_json:
        _print_json(listed, older, ledger.unreadable, imports)
        return
    if listed:
        head = ("run", "project", "name", "state", "started", "duration", "devices' energy")
        print_table(head, map(_cells, listed))
    elif not imports.ids():
        of_project = f" of project {project!r}" if project else ""
        click.echo(f"No runs{of_project} yet. Record one:\n  wattprint track -- python train.py")
    if older:
        click.echo(f"{older:,} older: `wattprint runs --all` lists them.")
    if imports.ids():
        _print_imports(imports, project, most, below=bool(listed))
    for name, why in (ledger.unreadable | imports.unreadable).items():
        click.echo(f"Not read: {name}: {why}")


def _print_imports(imports: Imports, project: str | None, most: int | None, *, below: bool) -> None:
    """Print what other tools recorded, an import a row."""
    from wattprint.cli.imported import HEAD, listed_rows  # only where something was imported

    rows, more = listed_rows(imports, project, most)
    if rows:
        click.echo("\nImported:" if below else "Imported:")
        print_table(HEAD, rows)
    if more:
        click.echo(f"{more:,} more imported: `wattprint runs --all` lists them.")


def _print_imported(
    home: str | None, project: str | None, most: int | None, *, as_json: bool
) -> None:
    """Print every imported record, or as many as are wanted."""
    from wattprint.cli.imported import HEAD, record_cells, record_dict, records_of

    imports = Imports(home)
    found = records_of(imports, project)
    shown = islice(found, most)
    if as_json:
        lines = ",\n".join(json_line(record_dict(*each)) for each in shown)
        click.echo(as_utf8('{"imported": [' + (f"\n{lines}\n" if lines else "") + "]}"))
        return
    rows = [record_cells(*each) for each in shown]
    if not rows:
        click.echo("No records yet. Import some:\n  wattprint import emissions.csv")
        return
    print_table(HEAD, rows)
    if more := sum(1 for _ in found):
        click.echo(f"{more:,} more: `wattprint runs --imported --all` lists them.")
    for name, why in imports.unreadable.items():
        click.echo(f"Not read: {name}: {why}")


def _refuse_options_of_the_list(context: click.Context) -> None:
    """Refuse an option that stands before the command below: it would be passed over there."""
    for option in context.command.params:
        if option.name and context.params.get(option.name) not in (None, False):
            command = context.invoked_subcommand
            raise InputError(
                f"option '{option.opts[0]}' is given before {command!r}",
                f"expected it after: `wattprint runs {command} {option.opts[0]} ...`",
            )


def _newest(ledger: Ledger, project: str | None, most: int | None) -> tuple[list[ListedRun], int]:
    """Return the newest runs, and how many older ones there are."""
    run_ids = with_progress(ledger.run_ids()[::-1], "Reading the ledger")
    listed = ledger.listed(run_ids, project=project)
    shown = list(islice(listed, most))
    # Of which project a run is only its journal says; how many there are the folder does.
    rest = run_ids if project is None else listed
    return shown, sum(1 for _ in rest)


def _print_json(
    listed: list[ListedRun], older: int, unreadable: Mapping[str, str], imports: Imports
) -> None:
    """Print one run a line: with an indent 10,000 runs take three times as long."""
    lines = ",\n".join(json_line(_listed_dict(run)) for run in listed)
    parts = ['"runs": [' + (f"\n{lines}\n" if lines else "") + "]"]
    if older:
        parts.append(f'"older": {older}')
    if imports.ids():
        from wattprint.cli.imported import import_dict

        each = ",\n".join(json_line(import_dict(stored)) for stored in imports.all())
        parts.append(f'"imports": [\n{each}\n]')
        unreadable = {**unreadable, **imports.unreadable}
    if unreadable:
        rows = [{"id": run_id, "reason": reason} for run_id, reason in unreadable.items()]
        parts.append(f'"unreadable": {json_line(rows)}')
    click.echo(as_utf8("{" + ",\n".join(parts) + "}"))


def json_line(document: Any) -> str:
    """Return a document as JSON on one line."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def as_utf8(text: str) -> bytes:
    """Encode text; half a character, as of a file name that is no UTF-8, is escaped."""
    return text.encode("utf-8", "backslashreplace")


def run_dict(entry: LedgerEntry) -> dict[str, Any]:
    """Return what is printed of a run: who and what it was, without its single readings."""
    run = entry.run
    faults = [fault._asdict() for fault in run.faults]
    return {**_described(run, entry.state, run.device_energy_j()), "faults": faults}


def _listed_dict(listed: ListedRun) -> dict[str, Any]:
    joules = [
        None if energy_uj is None else energy_uj / units.MICROJOULES_PER_JOULE
        for energy_uj in listed.energy_uj
    ]
    return {
        **_described(listed.run, listed.state, joules),
        "energy_j": listed.component_energy_j(),
        "fault_count": listed.fault_count,
    }


def _described(run: RunRecord, state: str, joules: Sequence[float | None]) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "project": run.project,
        "name": run.name,
        "stage": run.stage,
        "state": state,
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
                "energy_j": energy_j,
            }
            for device, energy_j in zip(run.devices, joules, strict=True)
        ],
        "meters": [dict(meter) for meter in run.meters],
        **({} if pulled_from(run) is None else {"pulled_from": pulled_from(run)}),
        **({} if figures_at(run) is None else {"figures_at": figures_at(run)}),
    }


def show_with_zone(run_id: str, home: str | None) -> str:
    """Return the command that shows a run with its emissions, ready to copy."""
    of_home = [] if home is None else ["--home", home]
    return shlex.join(["wattprint", "show", run_id, *of_home, "--zone", "FR"])


def _cells(listed: ListedRun) -> tuple[str, ...]:
    run = listed.run
    read_uj = [energy_uj for energy_uj in listed.energy_uj if energy_uj is not None]
    kwh = sum(read_uj) / units.MICROJOULES_PER_JOULE / units.JOULES_PER_KWH
    return (
        run.run_id,
        run.project,
        run.name if run.name != run.run_id else "",
        listed.state if pulled_from(run) is None else f"{listed.state}, pulled",
        run.started_at[:16].replace("T", " "),
        units.duration(run.duration_s),
        units.energy(kwh) if read_uj else "-" if figures_at(run) is None else "on the hub",
    )
