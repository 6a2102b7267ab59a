"""kill -9 at random moments: at most an interval is lost, and nothing is left behind."""

import random

import pytest

from killed_programs import INTERVAL_S, kill_command, kill_parent, kill_trainer
from processes import WHOLE_PROOF, wattprint
from wattprint.ledger.runs import Ledger

MOMENTS_S = [random.Random(20261122).uniform(0.0, 0.5) for _ in range(200 if WHOLE_PROOF else 4)]


@pytest.mark.proof
@pytest.mark.parametrize("kill", [kill_trainer, kill_command, kill_parent])
def test_whoever_is_killed_whenever_little_is_lost_and_nothing_is_left_behind(tmp_path, kill):
    for i, delay_s in enumerate(MOMENTS_S):
        home = tmp_path / str(i)
        left = kill(home, delay_s)
        said = f"killed after {delay_s:.3f} s"
        assert left.still_there == [], said
        if kill is kill_command:
            assert (left.state, left.exit_code) == ("failed", 137), said
            continue
        assert (left.state, left.exit_code) == ("interrupted", None), said
        if kill is kill_trainer:  # by the readings that were made: exact on any machine
            assert left.lost_s <= 1.5 * INTERVAL_S + 0.05, said


@pytest.mark.parametrize("kill", [kill_trainer, kill_parent])
def test_after_a_kill_the_next_run_is_not_held_up(tmp_path, kill):
    kill(tmp_path / "home", 0.2)
    done = wattprint("track", "--", "true", home=tmp_path / "home")
    assert done.returncode == 0
    states = [entry.state for entry in Ledger(tmp_path / "home" / ".wattprint").entries()]
    assert states == ["completed", "interrupted"]
