"""`wattprint pull`: runs of a hub into the local ledger, where they are shown like any."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, say
from wattprint.cli.progress import with_progress
from wattprint.client.credentials import load_credentials
from wattprint.client.fetch import Listed, listed_runs, record_of
from wattprint.client.transport import HubSender
from wattprint.domain.errors import ContradictionError, InputError, RecordError
from wattprint.domain.run import RunRecord
from wattprint.ledger.home import home_folder
from wattprint.ledger.pulled import NEW, OWN, REPLACED, SAME, keep_pulled, pulled_from
from wattprint.ledger.runs import Ledger


@click.command(epilog="Example: wattprint pull --project ranker")
@click.argument("run", required=False)
@click.option("--all", "all_", is_flag=True, help="All runs that the token may read.")
@click.option("--project", metavar="TEXT", help="Runs of this project.")
@home_option
@json_option
def pull(
    *, run: str | None, all_: bool, project: str | None, home: str | None, as_json: bool
) -> None:
    """Bring RUN, or all runs, of the hub into the local ledger.

    They are listed, shown and reported like the machine's own, and say which hub they are from.
    The machine's own runs stay as they are. What is there already is not fetched again.
    """
    if run is not None and all_:
        raise ContradictionError("RUN and --all are both given", "expected one of them")
    if run is None and not all_ and project is None:
        raise InputError("no run is named", "expected RUN, --project or --all")
    folder = home_folder(home)
    credentials = load_credentials(folder)
    sender = HubSender(credentials.url, credentials.token)
    counts: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for run_id, of_project in _wanted(sender, run, project, Ledger(home), counts):
        try:
            record = RunRecord.from_dict(record_of(sender, run_id, of_project))
            counts[keep_pulled(folder, record, sender.url)] += 1
        except RecordError as error:
            refused[run_id] = str(error)
    _print(counts, refused, folder, as_json=as_json)


def _wanted(
    sender: HubSender, run: str | None, project: str | None, ledger: Ledger, counts: Counter[str]
) -> Iterator[tuple[str, str | None]]:
    """Yield id and project of the runs that are to be fetched; count those that are not."""
    if run is not None:
        yield run, project
        return
    there = set(ledger.run_ids())
    for listed in with_progress(list(listed_runs(sender, project)), "Fetching runs"):
        verdict = _known(ledger, listed, sender.url) if listed.run_id in there else None
        if verdict is None:
            yield listed.run_id, listed.project
        else:
            counts[verdict] += 1


def _known(ledger: Ledger, listed: Listed, url: str) -> str | None:
    """Return why a run need not be fetched; None where it must be looked at."""
    try:
        found = ledger.listed_run(listed.run_id)
    except (RecordError, OSError):
        return None
    if found is None:
        return None
    its = pulled_from(found.run)
    if its is None:
        return OWN
    is_same = its == url and found.run.project == listed.project
    is_same = is_same and (found.run.outcome or "running") == listed.outcome
    is_same = is_same and round(found.run.duration_s * 1000) == listed.duration_ms
    return SAME if is_same and found.run.outcome is not None else None


def _print(counts: Counter[str], refused: dict[str, str], folder: Path, *, as_json: bool) -> None:
    if as_json:
        said = {name: counts[name] for name in (NEW, REPLACED, SAME, OWN)}
        print_json({**said, "refused": refused, "home": str(folder)})
        return
    click.echo(
        f"{counts[NEW]:,} runs brought, {counts[REPLACED]:,} renewed, {counts[SAME]:,} were there, "
        f"{counts[OWN]:,} are this machine's own."
    )
    for run_id, reason in refused.items():
        say(f"Not brought: {run_id}: {reason}")
