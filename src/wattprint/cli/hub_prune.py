"""`wattprint hub prune`: old rows deleted, sums kept."""

import re
import time
from datetime import datetime, timezone

import click

from wattprint.cli.hub_database import database_option, hub_database, organisation_option, told_by
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.domain.errors import InputError

_AGE = re.compile(r"([1-9][0-9]{0,4})d")
_MS_PER_DAY = 86_400_000


@click.command(epilog="Example: wattprint hub prune --intervals-older-than 400d")
@click.option("--intervals-older-than", "intervals", metavar="DAYS", help="Single readings: 400d.")
@click.option("--runs-older-than", "runs", metavar="DAYS", help="Runs with all of theirs: 1500d.")
@click.option("--yes", is_flag=True, help="Do it; without it only the counts are shown.")
@organisation_option
@database_option
@home_option
@json_option
def prune(
    *,
    intervals: str | None,
    runs: str | None,
    yes: bool,
    organisation: str,
    database: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Delete rows of before some day; the sums of days stay as they are.

    Ages count from the last run that was received, whole days of UTC. What is sent again from
    before that day is not counted twice: it is answered with 'retired'.
    """
    if intervals is None and runs is None:
        raise InputError(
            "nothing is chosen", "expected --intervals-older-than or --runs-older-than"
        )
    ages = _age_ms("--intervals-older-than", intervals), _age_ms("--runs-older-than", runs)
    with hub_database(database, home) as opened, told_by("Deleting rows") as told:
        from wattprint.domain.checks import one_of
        from wattprint.hub import retention
        from wattprint.hub.auth.rights import Principal
        from wattprint.hub.organisations import organisation_ids
        from wattprint.hub.transfer.backup import checked_revision

        checked_revision(opened)
        one_of("organisation", organisation, organisation_ids(opened))
        now_ms = int(time.time() * 1000)
        until = retention.limits(
            opened, organisation, now_ms=now_ms, intervals_older_ms=ages[0], runs_older_ms=ages[1]
        )
        by = Principal(organisation, "command line", "", "admin", frozenset())
        if yes:
            pruned = retention.prune(opened, by, until, now_ms, told)
        else:
            pruned = retention.counted(opened, organisation, until)
    if as_json:
        print_json({"is_done": yes, **pruned._asdict()})
        return
    said = [f"{pruned.intervals:,} readings of before {_day(until.intervals_until_ms)}"]
    if runs is not None:  # their readings go with them, and are said too
        said.append(f"{pruned.runs:,} runs of before {_day(until.runs_until_ms)}")
    click.echo(f"{' and '.join(said)} {'deleted' if yes else 'would go'}; sums stay.")
    if not yes:
        click.echo("Nothing was deleted: add --yes.")


def _age_ms(name: str, given: str | None) -> int | None:
    if given is None:
        return None
    found = _AGE.fullmatch(given)
    if found is None:
        raise InputError(f"{name} is {given!r}", "expected days: 400d")
    return int(found[1]) * _MS_PER_DAY


def _day(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, timezone.utc).date().isoformat()
