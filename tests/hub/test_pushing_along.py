"""`wattprint push RUN` of a run that was measured within another sends that one along."""

import pytest

from hub.made import served
from hub.test_pushing import logged_in, outcomes
from made_runs import intervals, made_run, write_journal
from processes import wattprint

INNER, OUTER, OUTERMOST = "20260101-120000-aaaaaa", "20260101-110000-bbbbbb", "20260101-100000-cc"


@pytest.fixture
def sending(tmp_path):
    """A hub, and a user with runs within runs: each of 1 row of its own and 2 readings."""
    with served(tmp_path / "hub") as hub:
        yield hub, logged_in(tmp_path / "user", hub.url, hub.token)


def journal(home, run_id, within=None):
    process = {} if within is None else {"within": within}
    run = made_run(run_id, process=process, intervals=intervals(1_000_000))
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


def test_runs_within_each_other_or_a_path_are_no_trap(sending):
    hub, home = sending
    journal(home, OUTER, INNER)
    journal(home, INNER, OUTER)
    assert wattprint("push", INNER, home=home).returncode == 0
    journal(home, OUTERMOST, f"../runs/{OUTER}")
    assert wattprint("push", OUTERMOST, home=home).stderr == ""
    assert set(outcomes(hub)) == {INNER, OUTER, OUTERMOST}
