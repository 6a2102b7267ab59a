"""--by-hour as a user types it: runs and described work at the intensity of their own hours."""

import json
import sys
import time

import pytest

from grid.played import HOUR, ElectricityMapsV3, utc
from grid.standin import StandIn, as_json
from made_runs import intervals, made_run, write_journal

EM = ElectricityMapsV3()
UNREACHABLE = "http://127.0.0.1:9"
WORK = ("estimate", "--power-w", 1000, "--zone", "DE")


@pytest.fixture
def two_hours(home):
    """A run of 1 kWh in the CPU in each of two hours that are over."""
    began_s = (time.time() // HOUR - 3) * HOUR
    run = made_run(
        started_at=utc(began_s)[:19] + ".000Z",
        place={"zone": "FR"},
        intervals=intervals(3_600_000_000_000, 3_600_000_000_000, seconds=HOUR),
        duration_s=2 * HOUR,
    )
    write_journal(home / ".wattprint", run, "completed", exit_code=0)
    return began_s


def document(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def derived(footprint, quantity):
    return next(row["value"] for row in footprint["derived"] if row["quantity"] == quantity)


def write_series(path, began_s, *grams):
    rows = [f"{utc(began_s + i * HOUR)},{g}" for i, g in enumerate(grams)]
    path.write_text("\n".join(["timestamp,g_per_kwh", *rows]))
    return path


def test_a_run_is_charged_by_the_hours_of_a_file(wattprint, two_hours, tmp_path):
    # 1.5 kWh in an hour of 400 g and 1.5 in one of 100 g (the memory takes half of the CPU's).
    path = write_series(tmp_path / "fr.csv", two_hours, 400, 100)
    said = ("--series-file", path, "--basis", "lifecycle", "--json")
    footprint = document(wattprint("show", "last", "--host", "none", *said))
    charged = footprint["emissions_kg"]["location_based"]["value"]
    assert charged == pytest.approx(0.75, rel=1e-9)
    at_mean = derived(footprint, "emissions_at_year_mean")
    assert derived(footprint, "by_hour_over_year_mean") == pytest.approx(0.75 / at_mean, rel=1e-9)


def test_without_a_service_hours_are_typical_and_only_when_asked_for(wattprint, two_hours):
    by_year = document(wattprint("show", "last", "--json"))
    by_hour = document(wattprint("show", "last", "--by-hour", "--json"))
    assert by_year["derived"] == []
    same = derived(by_hour, "emissions_at_year_mean")
    assert same == pytest.approx(by_year["emissions_kg"]["location_based"]["value"], rel=1e-9)
    words = [row["note"] for row in by_hour["evidence"] if row["quantity"] == "carbon_intensity"]
    assert "typical hours of FR" in words[0]


@pytest.fixture
def service(two_hours):
    rows = [(two_hours + i * HOUR, 50) for i in range(-24, 4)]

    def answer(seen):
        if seen.path.endswith("/zones"):
            return as_json({"FR": {"access": ["*"]}})
        return EM.history(rows, zone="FR")

    with StandIn(answer) as stand_in:
        yield stand_in


def test_a_service_that_is_set_up_says_the_hours_without_being_asked(wattprint, service):
    footprint = document(wattprint("show", "last", "--json", **EM.environment(service.url)))
    (said,) = [row for row in footprint["evidence"] if row["quantity"] == "carbon_intensity"]
    assert (said["value"], said["source"]) == (50.0, "electricitymaps_api")
    by_year = wattprint("show", "last", "--by-year", "--json", **EM.environment(service.url))
    assert document(by_year)["derived"] == []


def test_a_service_that_is_gone_leaves_the_years_mean_and_a_line(wattprint, two_hours):
    done = wattprint("show", "last", **EM.environment(UNREACHABLE))
    assert done.returncode == 0
    assert done.stderr.startswith("wattprint: the year's mean is used: electricitymaps")
    asked = wattprint("show", "last", "--by-hour", **EM.environment(UNREACHABLE))
    assert (asked.returncode, asked.stdout) == (1, "")


def test_described_work_is_charged_by_its_hours(wattprint, tmp_path):
    began_s = 1_767_225_600  # 2026-01-01T00:00Z
    path = write_series(tmp_path / "de.csv", began_s, 400, 100, 100)
    when = ("--start", "2026-01-01T00:30:00Z", "--end", "2026-01-01T02:00:00Z")
    said = ("--series-file", path, "--basis", "lifecycle", "--json")
    footprint = document(wattprint(*WORK, *when, *said))
    # Half an hour at 400 g and one at 100 g.
    charged = footprint["emissions_kg"]["location_based"]["value"]
    assert charged == pytest.approx(0.3, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*WORK, "--hours", 2, "--by-hour"), "the hours of the work are not known"),
        (
            ("estimate", "--power-w", 1, "--start", "2026-01-01", "--hours", 1, "--by-hour"),
            "no place is given; expected --zone or --region",
        ),
        (
            (*WORK, "--start", "2026-01-01", "--hours", 1, "--by-hour", "--intensity", 5),
            "intensity is 5.0 beside --by-hour",
        ),
        (
            (*WORK, "--start", "2026-01-01", "--hours", 1, "--by-year", "--provider", "gb"),
            "--provider is 'gb' beside --by-year",
        ),
        (
            (*WORK, "--start", "2026-01-01", "--hours", 1, "--provider", "typcal"),
            "Nearest: 'typical'",
        ),
        ((*WORK, "--start", "yesterday", "--hours", 1), "start is 'yesterday'"),
    ],
)
def test_what_cannot_be_charged_by_hour_is_one_line(wattprint, arguments, said):
    done = wattprint(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_tracked_command_says_its_hours_in_time_or_how_to_ask(wattprint):
    done = wattprint(
        "track", "--zone", "FR", "--by-hour", "--", sys.executable, "-c", "sum(range(10**6))"
    )
    assert done.returncode == 0
    assert "; by the hour" in done.stderr
