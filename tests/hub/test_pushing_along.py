"""`wattprint push RUN` of a run that was measured within another sends that one along."""

import pytest

from grid.played import HOUR, utc
from hub.made import served
from hub.test_pushing import logged_in, outcomes
from hub.test_pushing_hours import BEGAN_S, held, series_file
from made_runs import intervals, made_run, write_journal
from processes import wattprint

INNER, OUTER, OUTERMOST = "20260101-120000-aaaaaa", "20260101-110000-bbbbbb", "20260101-100000-cc"


@pytest.fixture
def sending(tmp_path):
    """A hub, and a user with runs within runs: each of 1 row of its own and 2 readings."""
    with served(tmp_path / "hub") as hub:
        yield hub, logged_in(tmp_path / "user", hub.url, hub.token)


def journal(home, run_id, within=None, **more):
    process = {} if within is None else {"within": within}
    run = made_run(run_id, process=process, **{"intervals": intervals(1_000_000), **more})
    write_journal(home / ".wattprint", run, "completed", 0)


def test_a_run_within_others_takes_them_along_in_one_line(sending):
    hub, home = sending
    journal(home, OUTERMOST)
    journal(home, OUTER, OUTERMOST)
    journal(home, INNER, OUTER)
    done = wattprint("push", INNER, home=home)
    assert done.stdout == "9 rows sent, 0 were there already.\n"
    assert done.stderr == f"Run {INNER} was measured within {OUTER} and {OUTERMOST}: sent along.\n"
    assert set(outcomes(hub)) == {INNER, OUTER, OUTERMOST}
    again = wattprint("push", INNER, home=home)
    assert (again.stdout, again.stderr) == ("0 rows sent, 0 were there already.\n", "")


def test_a_launcher_goes_along_with_a_run_that_was_sent_before(sending):
    hub, home = sending
    journal(home, INNER, OUTER)
    assert wattprint("push", home=home).stderr == ""  # the ledger has no such run yet
    journal(home, OUTER)
    assert "sent along" in wattprint("push", INNER, home=home).stderr
    assert set(outcomes(hub)) == {INNER, OUTER}


def test_a_launcher_alone_and_all_runs_say_nothing(sending):
    hub, home = sending
    journal(home, OUTER)
    journal(home, INNER, OUTER)
    assert wattprint("push", OUTER, home=home).stderr == ""
    assert set(outcomes(hub)) == {OUTER}
    assert wattprint("push", "--all", home=home).stderr == ""
    assert set(outcomes(hub)) == {INNER, OUTER}


def test_a_launcher_of_the_day_before_goes_with_those_since_a_date(sending):
    hub, home = sending
    journal(home, OUTER, started_at="2025-12-31T23:50:00.000Z")
    journal(home, INNER, OUTER, started_at="2026-01-01T00:10:00.000Z")
    journal(home, OUTERMOST, started_at="2025-12-31T22:00:00.000Z")
    assert wattprint("push", "--since", "2026-01-01", home=home).returncode == 0
    assert set(outcomes(hub)) == {INNER, OUTER}


def test_a_launcher_goes_along_in_the_background_too(sending):
    hub, home = sending
    journal(home, OUTER)
    journal(home, INNER, OUTER)
    assert wattprint("push", "--background", INNER, home=home).returncode == 0
    assert set(outcomes(hub)) == {INNER, OUTER}


def test_runs_within_each_other_or_a_path_are_no_trap(sending):
    hub, home = sending
    journal(home, OUTER, INNER)
    journal(home, INNER, OUTER)
    assert wattprint("push", INNER, home=home).returncode == 0
    journal(home, OUTERMOST, f"../runs/{OUTER}")
    said = wattprint("push", OUTERMOST, home=home).stderr
    assert said.startswith("1 row is refused: see ")
    assert set(outcomes(hub)) == {INNER, OUTER}


def test_a_launcher_whose_hours_are_not_to_be_had_refuses_nothing(sending, tmp_path):
    hub, home = sending
    two_hours = {
        "started_at": utc(BEGAN_S)[:19] + ".000Z",
        "place": {"zone": "FR"},
        "intervals": intervals(3_600_000, 3_600_000, seconds=HOUR),
        "duration_s": 2 * HOUR,
    }
    journal(home, OUTER, place={"zone": "FR"})  # of a time that the file says nothing of
    journal(home, INNER, OUTER, **two_hours)
    path = series_file(tmp_path / "fr.csv", 400, 100)
    done = wattprint("push", INNER, "--series-file", path, home=home)
    assert done.returncode == 0 and "1 run is charged at the year's mean" in done.stderr
    assert "hours" in held(hub, INNER)[1] and "hours" not in held(hub, OUTER)[1]
