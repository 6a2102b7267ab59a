"""`wattprint account`: the jobs of a cluster's logs, accounted for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from wattprint.cli.account_hours import Hours
from wattprint.cli.account_progress import reading_bar
from wattprint.cli.by_hour import ASKED, by_hour_options
from wattprint.cli.options import home_option, json_option, place_options
from wattprint.cli.output import say
from wattprint.cli.places import found_place
from wattprint.domain.checks import whole_number

if TYPE_CHECKING:
    from wattprint.accounting.front import Wanted, Working

STDIN = "-"
LEAST_MB, MOST_MB = 100, 1_000_000
MOST_THREADS = 1024


@click.command(epilog="Example: wattprint account sacct.txt --zone DE --by account,quarter")
@click.argument("logs", nargs=-1)
@click.option(
    "--site", metavar="FILE", help="What the log does not say of machines and place: site.toml."
)
@click.option(
    "--by",
    multiple=True,
    metavar="NAME,...",
    help="Sums by user, account, project, team, partition, cluster, state, method, accelerator, "
    "instance, region, day, month, quarter or year, or several of these: account,quarter; "
    "repeatable. [default: account, and user where there are several]",
)
@click.option("--out", metavar="DIR", help="Folder for all results, the figures of every job too.")
@click.option("--kind", metavar="KIND", help="Kind of the logs: sacct. [default: as they look]")
@click.option(
    "--timezone",
    metavar="NAME",
    help="Time zone of times that name none: Europe/Berlin. [default: the site's, else UTC]",
)
@click.option("--engine", default="duckdb", metavar="ENGINE", help="[default: duckdb]")
@click.option(
    "--init",
    is_flag=False,
    flag_value="site.toml",
    metavar="[FILE]",
    help="Write a first site.toml from the log and stop; '-' prints it. [default: site.toml]",
)
@click.option("--explain", metavar="JOBID", help="Show the equations of one job, and stop.")
@click.option("--top", type=int, default=10, metavar="N", help="Rows of a table. [default: 10]")
@place_options
@by_hour_options
@click.option("--memory", type=int, default=300, metavar="MB", help="[default: 300]")
@click.option("--threads", type=int, default=2, metavar="N", help="[default: 2]")
@click.option("--no-report", is_flag=True, help="Write no HTML page into --out.")
@home_option
@json_option
def account(*, logs: tuple[str, ...], home: str | None, as_json: bool, **said: Any) -> None:
    """Account for the jobs of a cluster: energy, emissions, water, and what was wasted.

    LOGS are files, folders, or '-'. Machines are taken for what the log and site.toml say they
    are, else for usual ones, which is said. Without a place there is energy alone.
    """
    from wattprint.accounting.front import refuse_without_extra

    refuse_without_extra()
    whole_number("top", said["top"], at_least=1)
    hours = Hours({name: said.pop(name) for name in ASKED}, home)
    with _scratch() as scratch:
        wanted = _wanted(logs, said, scratch)
        if said["init"] is not None:
            _init(wanted, said["init"], scratch)
        elif said["out"] is not None:
            _into_folder(wanted, said, hours, scratch, as_json=as_json)
        else:
            _told(wanted, said, hours, scratch, as_json=as_json)


def _kept_stdin(scratch: Path) -> str:
    """Keep standard input as a file: its beginning tells its kind, and duplicates need its end."""
    import shutil

    copy = scratch / "standard input"
    if not copy.exists():
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
    return str(copy)


# Each job is charged in its own year.
account.params = [option for option in account.params if option.name != "year"]


@contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a folder that is gone afterwards, also when somebody ends us."""
    import signal

    seen: list[int] = []

    def stopped(signum: int, frame: object) -> None:  # noqa: ARG001 - signal's signature
        seen.append(signum)
        raise KeyboardInterrupt

    ends = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(end, stopped) for end in ends]
    try:
        with TemporaryDirectory(prefix="wattprint-account-") as folder:
            yield Path(folder)
    except (RuntimeError, KeyboardInterrupt) as error:
        if not seen:  # an engine that is interrupted raises an error of its own
            raise
        if seen[0] == signal.SIGINT:
            raise click.Abort from error
        say("wattprint: stopped")
        raise click.exceptions.Exit(128 + seen[0]) from error
    finally:
        for end, handler in zip(ends, before, strict=True):
            signal.signal(end, handler)


_NOT_PLACE = {
    "site",
    "by",
    "out",
    "kind",
    "timezone",
    "engine",
    "init",
    "explain",
    "top",
    "memory",
    "threads",
    "no_report",
}


def _wanted(logs: tuple[str, ...], said: dict[str, Any], scratch: Path) -> "Wanted":
    """Check all that was said, before any log is read."""
    from wattprint.accounting.front import Wanted, placed_site
    from wattprint.accounting.log_files import log_files
    from wattprint.accounting.out_folder import refuse_foreign
    from wattprint.accounting.summarise import checked_by

    by = checked_by(said["by"])
    if said["out"] is not None:
        refuse_foreign(Path(said["out"]))
    place = {name: given for name, given in said.items() if name not in _NOT_PLACE}
    site, source = placed_site(said["site"], place, said["timezone"])
    return Wanted(
        paths=log_files([_kept_stdin(scratch) if log == STDIN else log for log in logs]),
        site=site,
        by=by,
        kind=said["kind"],
        engine=said["engine"],
        threads=whole_number("threads", said["threads"], at_least=1, at_most=MOST_THREADS),
        memory_mb=whole_number("memory", said["memory"], at_least=LEAST_MB, at_most=MOST_MB),
        place_source=source,
        found_place={} if source else found_place({}),
    )


def _told(
    wanted: "Wanted", said: dict[str, Any], hours: Hours, scratch: Path, *, as_json: bool
) -> None:
    from wattprint.accounting.front import JOBS_FILE, accounting

    with (
        reading_bar() as progress,
        accounting(
            wanted, scratch, scratch / JOBS_FILE, progress=progress, find_hours=hours.find
        ) as working,
    ):
        _print(working, said, as_json=as_json)


def _into_folder(
    wanted: "Wanted", said: dict[str, Any], hours: Hours, scratch: Path, *, as_json: bool
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from wattprint.accounting.front import JOBS_FILE, accounting
    from wattprint.accounting.out_folder import whole_folder, write_folder

    out = Path(said["out"])
    if not said["no_report"]:
        _begin_page()
    with (
        whole_folder(out) as folder,
        reading_bar() as progress,
        accounting(
            wanted, scratch, folder / JOBS_FILE, progress=progress, find_hours=hours.find
        ) as working,
    ):
        with ThreadPoolExecutor(1) as beside:
            written = beside.submit(
                write_folder, folder, working.report, working.logs, working.site
            )
            if not said["no_report"]:
                _page(working.report, folder, working.site.name)
            written.result()
        _print(working, said, as_json=as_json)
    say(f"Written to {out}: {', '.join(sorted(path.name for path in out.iterdir()))}.")


def _begin_page() -> None:
    """Load what writes the page while the logs are read, and draw a first chart."""
    from importlib import import_module
    from threading import Thread

    from wattprint.charts.render import warmed_up

    warmed_up()
    Thread(target=import_module, args=["wattprint.reports.accounting"]).start()


def _page(report: Any, folder: Path, title: str) -> None:
    """Write the HTML page, where what draws it is installed."""
    import shlex

    from wattprint.accounting.out_folder import REPORT
    from wattprint.domain.errors import InputError
    from wattprint.reports.accounting import account_page

    command = shlex.join(["wattprint", *sys.argv[1:]])
    try:
        page = account_page(report, title=title, command=command)
    except InputError as error:  # the extra is not installed: the rest is written all the same
        say(f"{REPORT} is left out: {error}")
        return
    (folder / REPORT).write_text(page + "\n", encoding="utf-8")


def _print(working: "Working", said: dict[str, Any], *, as_json: bool) -> None:
    from wattprint.cli import account_text
    from wattprint.cli.output import print_json

    if said["explain"] is not None:
        from wattprint.accounting.explained import Asking, explained

        asking = Asking(
            working.accounted, working.engine, working.kinds, working.site, working.find_series
        )
        found = explained(said["explain"], asking)
        if as_json:
            print_json({"jobs": [account_text.explained_dict(one) for one in found]})
        else:
            click.echo("\n\n".join(account_text.explained_text(one) for one in found))
    elif as_json:
        print_json(working.report.as_dict())
    else:
        click.echo(account_text.report_text(working.report, top=said["top"], argv=sys.argv[1:]))


def _init(wanted: "Wanted", target: str, scratch: Path) -> None:
    from wattprint.accounting.front import nothing_ran, read
    from wattprint.accounting.init_site import init_site
    from wattprint.domain.errors import InputError

    path = Path(target)
    if target != "-" and path.exists():
        raise InputError(f"init is {target!r}, which is there", "expected a new file, or '-'")
    with reading_bar() as progress:
        logs = read(wanted, scratch / "read", progress)
    if not logs.counts.jobs:
        raise nothing_ran(logs)
    text = init_site(logs.kinds)
    if target == "-":
        click.echo(text, nl=False)
        return
    from wattprint.cli.files import written_whole

    with written_whole(path) as file:
        file.write(text.encode())
    say(f"Written to {path}. Say where the machines stand, and give it back with --site {path}.")
