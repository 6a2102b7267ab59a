"""The command line as a user runs it: the real command, with an empty home."""

from functools import partial

import pytest

import processes
from made_runs import FIRST_ID, SECOND_ID, intervals, made_run, write_journal


@pytest.fixture
def home(tmp_path):
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def wattprint(home):
    """Run the command with the arguments given."""
    return partial(processes.wattprint, home=home)


@pytest.fixture
def recorded(home):
    """A ledger of two runs: one of 1.5 kWh that has ended, and an earlier one that was cut off."""
    ledger = home / ".wattprint"
    write_journal(ledger, made_run(FIRST_ID, project="parser", intervals=intervals(10_000_000)))
    # 2 x 1.8 MJ of CPU = 1 kWh, and half as much memory.
    ended = made_run(SECOND_ID, intervals=intervals(1_800_000_000_000, 1_800_000_000_000))
    write_journal(ledger, ended, "completed", exit_code=0)
    return ledger
