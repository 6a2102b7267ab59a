"""`wattprint push` charges runs by their own hours, by the rule of `wattprint show`."""

import time

import pytest

from grid.played import HOUR, ElectricityMapsV3, utc
from grid.standin import StandIn, as_json
from hub.made import served
from hub.test_pushing import last_of, logged_in, spool_of
from made_runs import intervals, made_run, write_journal
from processes import wait_until, wattprint

EM = ElectricityMapsV3()
UNREACHABLE = EM.environment("http://127.0.0.1:9")
BEGAN_S = (time.time() // HOUR - 4) * HOUR


def journal(home, run_id, place, cpu_uj=3_600_000_000_000):
    """A run of 1.5 kWh of the chips in each of two hours that are over."""
    run = made_run(
        run_id,
        started_at=utc(BEGAN_S)[:19] + ".000Z",
        place=place,
        intervals=intervals(cpu_uj, cpu_uj, seconds=HOUR),
        duration_s=2 * HOUR,
    )
    write_journal(home / ".wattprint", run, "completed", exit_code=0)
    return run_id


def series_file(path, *grams):
    rows = [f"{utc(BEGAN_S + i * HOUR)},{g},lifecycle" for i, g in enumerate(grams)]
    path.write_text("\n".join(["timestamp,g_per_kwh,basis", *rows]))
    return path


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with served(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def user(hub, tmp_path):
    return logged_in(tmp_path / "user", hub.url, hub.token)


def held(hub, run_id):
    """A run of the hub, and the document that its figures are of."""
    found = hub.request("GET", f"/api/v1/runs/{run_id}")[1]
    return found["run"], found["footprints"][-1]["document"]


def pushed(user, *options, **variables):
    done = wattprint("push", *options, home=user, **variables)
    assert done.returncode == 0, done.stderr
    return done


def test_what_was_sent_at_the_mean_goes_again_by_hour_and_its_readings_do_not(hub, user, tmp_path):
    run_id = journal(user, "20260101-120000-000001", {"zone": "FR"})
    assert "5 rows sent" in pushed(user).stdout  # the run, and two readings of two devices
    run, document = held(hub, run_id)
    assert run["timed_j"] is None and "hours" not in document
    assert "0 rows sent" in pushed(user).stdout
    path = series_file(tmp_path / "fr.csv", 400, 100)
    assert "1 rows sent" in pushed(user, "--series-file", path).stdout
    run, document = held(hub, run_id)
    # Half of the energy at 400 g and half at 100: 250 g/kWh on average.
    assert document["hours"]["steps"][0]["g_per_kwh"] == [400.0, 100.0]
    assert run["location_ug"] == pytest.approx(250e6 * run["it_j"] / 3.6e6, rel=1e-6)
    assert run["timed_j"] == run["it_j"] and run["cleaner_j"] == 0  # France's mean is far below
    at_mean_kg = document["hours"]["emissions_at_year_mean_kg"]
    assert run["saved_ug"] < 0
    assert run["saved_ug"] == pytest.approx(at_mean_kg * 1e9 - run["location_ug"], abs=1)
    assert "0 rows sent" in pushed(user, "--series-file", path).stdout


def test_a_service_that_is_set_up_is_asked_without_a_word_in_the_background_too(hub, user):
    rows = [(BEGAN_S + i * HOUR, 20) for i in range(-24, 5)]

    def answer(seen):
        if seen.path.endswith("/zones"):
            return as_json({"FR": {"access": ["*"]}})
        return EM.history(rows, zone="FR")

    first = journal(user, "20260101-120000-000002", {"zone": "FR"})
    second = journal(user, "20260101-120000-000003", {"zone": "FR"})
    with StandIn(answer) as service:
        assert pushed(user, first, **EM.environment(service.url)).stderr == ""
        pushed(user, "--background", second, **EM.environment(service.url))
    assert last_of(user)["error"] is None
    for run_id in (first, second):
        run, document = held(hub, run_id)
        assert document["hours"]["provider"] == "electricitymaps"
        assert run["location_ug"] == pytest.approx(20e6 * run["it_j"] / 3.6e6, rel=1e-6)
        assert run["cleaner_j"] == run["timed_j"] == run["it_j"] and run["saved_ug"] > 0


def test_a_service_that_is_gone_is_one_line_for_all_runs_and_all_are_sent(hub, user):
    ids = [journal(user, f"20260101-120000-00001{i}", {"zone": "FR"}) for i in range(3)]
    done = pushed(user, "--all", **UNREACHABLE)
    line = "wattprint: 3 runs are charged at the year's mean: electricitymaps"
    assert done.stderr.startswith(line) and done.stderr.count("\n") == 1
    assert all(held(hub, run_id)[0]["timed_j"] is None for run_id in ids)


def test_once_a_service_is_gone_only_runs_that_would_have_asked_it_are_counted(hub, user):
    # The first and the last have a zone: whichever is tried first finds that nobody answers. One
    # between them was given its intensity and one has no place: nobody is asked for those.
    for i, place in enumerate(({"zone": "FR"}, {"intensity": 300.0}, {}, {"zone": "FR"})):
        journal(user, f"20260101-120000-00004{i}", place)
    done = pushed(user, "--all", **UNREACHABLE)
    assert done.stderr.startswith("wattprint: 2 runs are charged at the year's mean: electricity")


def test_of_many_those_without_hours_do_not_hold_up_the_others(hub, user):
    placed = journal(user, "20260101-120000-000020", {"zone": "FR"})
    journal(user, "20260101-120000-000021", {})
    journal(user, "20260101-120000-000022", {"zone": "FR"}, cpu_uj=0)
    done = pushed(user, "--all", "--by-hour")
    assert done.stderr.startswith("wattprint: 2 runs are charged at the year's mean: ")
    assert held(hub, placed)[0]["timed_j"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--by-hour",), "no place is given; expected --zone or --region"),
        (("--all", "--provider", "typcal"), "Nearest: 'typical'"),
        (("--by-year", "--provider", "gb"), "--provider is 'gb' beside --by-year"),
        (("--all", "--series-file", "x.csv"), "expected one RUN"),
        (("--series-file", "x.csv"), "x.csv"),
        (("--account", "x", "--by-hour"), "is given beside --account"),
    ],
)
def test_what_cannot_be_charged_is_one_line_and_nothing_is_sent(user, options, said):
    journal(user, "20260101-120000-000030", {} if "--by-hour" in options else {"zone": "FR"})
    done = wattprint("push", *options, home=user)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert list(spool_of(user).waiting()) == []


def test_a_tracked_run_that_pushes_says_nothing_of_hours_that_are_not_there(hub, user):
    done = wattprint(
        "track", "--push", "--quiet", "--zone", "FR", "--", "true", home=user, **UNREACHABLE
    )
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: last_of(user), "it was sent")
    assert last_of(user)["error"] is None
