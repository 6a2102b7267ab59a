"""`wattprint push --account`: accounted jobs to the hub, unless other projects have them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from wattprint.accounting.hub_rows import job_keys, job_rows, teams_of_projects
from wattprint.cli.output import say
from wattprint.cli.push_teams import tell_teams
from wattprint.client.errors import MayNotReadError
from wattprint.client.fetch import MOST_SOUGHT, runs_elsewhere
from wattprint.client.spool import Spool
from wattprint.client.transport import Sender
from wattprint.client.upload import Sent, upload
from wattprint.domain.errors import InputError

_JOBS_AT_ONCE = 5_000
_MOST_NAMED = 3


def upload_jobs(
    spool: Spool, sender: Sender, folder: Path, *, project: str | None, keep_users: bool
) -> Sent:
    """Send jobs, some thousands at a time, by way of the spool.

    Raises:
        InputError: The folder is none of accounting, or other projects of the hub have jobs of it:
            nothing of it is sent.
    """
    keys = job_keys(folder, project=project, keep_users=keep_users)
    total = upload(spool, sender)
    _refuse_twice(sender, keys)
    rows = job_rows(folder, project=project, keep_users=keep_users)
    while piece := list(islice(rows, _JOBS_AT_ONCE)):
        for of_project, some in groupby(piece, key=itemgetter(0)):
            spool.append("runs", of_project, [row for _, row in some])
        total = total.plus(upload(spool, sender))
    tell_teams(sender, teams_of_projects(folder, project=project, keep_users=keep_users))
    return total


def _refuse_twice(sender: Sender, keys: Iterable[tuple[str, str]]) -> None:
    """Refuse jobs that the hub has under other projects, where each would be counted twice."""
    counts: Counter[str] = Counter()
    try:
        for project, run_ids in _pieces(keys):
            counts.update(runs_elsewhere(sender, project, run_ids))
    except MayNotReadError:
        say(
            "Not checked, since this token may not read: whether the hub has these jobs under "
            "another project, where they would be counted twice."
        )
        return
    if counts:
        raise InputError(
            f"jobs of this log are on the hub already, under {_named(counts)}, and would be "
            "counted twice; nothing was sent",
            "expected --project and --keep-users as they were given when those were sent",
        )


def _pieces(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield ids by project, as many as are asked for at once."""
    waiting: dict[str, list[str]] = {}
    for project, run_id in keys:
        waiting.setdefault(project, []).append(run_id)
        if len(waiting[project]) == MOST_SOUGHT:
            yield project, waiting.pop(project)
    yield from waiting.items()


def _named(counts: "Counter[str]") -> str:
    named = [f"project {name!r} ({count:,})" for name, count in counts.most_common(_MOST_NAMED)]
    more = len(counts) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")
