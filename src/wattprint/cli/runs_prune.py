"""`wattprint runs prune`: the ledger forgets runs."""

import sys
import time
from collections.abc import Sequence

import click

from wattprint.cli.moments import parsed_limit
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table
from wattprint.cli.progress import with_progress
from wattprint.domain.checks import one_of
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.ledger.prune import PRUNABLE, UNREADABLE, Candidate, Criteria, Pruned
from wattprint.ledger.prune import candidates as fitting
from wattprint.ledger.prune import delete as delete_all
from wattprint.ledger.runs import Ledger


@click.command(
    epilog="Example: wattprint runs prune --older-than 90d --state interrupted --dry-run"
)
@click.option(
    "--older-than",
    metavar="SPAN|DATE",
    help="Runs that started longer ago (90d, 2w, 12h) or before a date (2026-01-31, UTC).",
)
@click.option(
    "--state",
    metavar="|".join(PRUNABLE),
    help="Runs of this state; 'unreadable' are files without a header.",
)
@click.option("--project", metavar="TEXT", help="Runs of this project.")
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    metavar="N",
    help="Keep the newest N of those that the other options select.",
)
@click.option("--dry-run", is_flag=True, help="List what would be deleted, and delete nothing.")
@click.option("--yes", "-y", is_flag=True, help="Delete without asking.")
@home_option
@json_option
def prune(
    *,
    older_than: str | None,
    state: str | None,
    project: str | None,
    keep: int | None,
    dry_run: bool,
    yes: bool,
    home: str | None,
    as_json: bool,
) -> int:
    """Delete the runs that fit all that is given; one that still goes on is never deleted.

    Their journals are deleted and nothing else. There is no way back: export them first.
    """
    criteria = _criteria(older_than, state, project, keep)
    may_ask = sys.stdin.isatty() and not as_json
    if not (dry_run or yes or may_ask):
        raise InputError("nobody is there to be asked", "expected --yes to delete, or --dry-run")
    ledger = Ledger(home)
    run_ids = with_progress(ledger.run_ids()[::-1], "Looking for runs")
    found = fitting(ledger, criteria, run_ids)
    if dry_run:
        _print_candidates(found, as_json=as_json)
        return 0
    if found and not yes:
        click.confirm(f"Delete {_counted(found)}?", abort=True, err=True)
    pruned = delete_all(ledger, with_progress(found, "Deleting"))
    _print_pruned(pruned, as_json=as_json)
    return 1 if pruned.refused else 0


def _criteria(
    older_than: str | None, state: str | None, project: str | None, keep: int | None
) -> Criteria:
    if (older_than, state, project, keep) == (None, None, None, None):
        raise InputError(
            "nothing says which runs to delete",
            "expected at least one of --older-than, --state, --project and --keep",
        )
    if state is not None:
        one_of("state", state, PRUNABLE)
    if state == UNREADABLE and project is not None:
        raise ContradictionError(
            "--project is given for unreadable files", "they have no project: leave one of them out"
        )
    limit = None if older_than is None else parsed_limit("older_than", older_than, time.time())
    return Criteria(limit, state, project, keep or 0)


def _print_candidates(found: Sequence[Candidate], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "would_delete": [
                    {
                        "id": candidate.run_id,
                        "project": candidate.project,
                        "state": candidate.state,
                        "started_at": candidate.started_at,
                        "size_bytes": candidate.size_bytes,
                    }
                    for candidate in found
                ],
                "freed_bytes": sum(candidate.size_bytes for candidate in found),
            }
        )
        return
    if found:
        print_table(("run", "project", "state", "started", "size"), map(_cells, found))
    click.echo(f"Would delete {_counted(found)}.")


def _print_pruned(pruned: Pruned, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "deleted": [candidate.run_id for candidate in pruned.deleted],
                "freed_bytes": pruned.freed_bytes,
                "changed": [candidate.run_id for candidate in pruned.changed],
                "refused": [{"id": name, "reason": why} for name, why in pruned.refused.items()],
            }
        )
        return
    click.echo(f"Deleted {_counted(pruned.deleted)}.")
    for candidate in pruned.changed:
        click.echo(f"Not deleted: {candidate.run_id}: it was written to meanwhile")
    for run_id, reason in pruned.refused.items():
        click.echo(f"Not deleted: {run_id}: {reason}")


def _cells(candidate: Candidate) -> tuple[str, ...]:
    return (
        candidate.run_id,
        candidate.project or "-",
        candidate.state,
        candidate.started_at[:16].replace("T", " "),
        f"{candidate.size_bytes:,} B",
    )


def _counted(found: Sequence[Candidate]) -> str:
    runs = "1 run" if len(found) == 1 else f"{len(found):,} runs"
    return f"{runs}, {sum(candidate.size_bytes for candidate in found):,} bytes"
