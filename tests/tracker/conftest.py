"""Runs whose meters, clock and journal are doubles."""

import pytest

from doubles import FakeClock
from made_runs import made_run
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter
from wattprint.tracker.run import Run
from wattprint.tracker.sampler import Opened


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tracking(tmp_path, clock):
    """Make a run of a meter; it reads at its start and its end unless an interval is given."""

    def make(meter, *, interval_s=1e6, wall_clock=False, journal=JournalWriter, **more):
        header = made_run(devices=tuple(meter.devices))

        def opens():
            return Opened(header, {"fake": meter}, journal(runs_folder(tmp_path), header))

        runs_folder(tmp_path, create=True)
        its_clock = None if wall_clock else clock.clock()
        return Run(opens, interval_s=interval_s, clock=its_clock, **more)

    return make
