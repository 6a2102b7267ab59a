"""A service as the command line builds it, asking a stand-in on this machine."""

from contextlib import ExitStack

import pytest

from grid.played import NOW
from grid.standin import StandIn
from wattprint.grid.caller import Waiting
from wattprint.grid.providers.base import signal_of
from wattprint.grid.services import Services
from wattprint.grid.settings import load_settings
from wattprint.grid.transport import UrllibTransport


class FakeTime:
    """A clock that moves when somebody sleeps."""

    def __init__(self, now_s=NOW):
        self.now_s = now_s
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now_s += seconds

    def waiting(self, patience_s=20.0):
        return Waiting(lambda: self.now_s, self.sleep, patience_s)


class Asked:
    """A provider, the stand-in that it asks, and the clock by which it waits."""

    def __init__(self, played, stand_in, home, connect_s):
        self.played = played
        self.stand_in = stand_in
        self.time = FakeTime()
        transport = UrllibTransport(connect_s=connect_s, use_proxies=False)
        settings = load_settings(home, played.environment(stand_in.url))
        self.services = Services(settings, transport=transport, waiting=self.time.waiting())
        self.provider = self.services.named(played.name)
        self.signal = signal_of(played.name, self.provider.signals, kind=played.kind, basis=None)

    def history(self, start_s, end_s):
        return self.provider.history(self.played.zone, self.signal, start_s, end_s)

    def forecast(self, hours):
        return self.provider.forecast(self.played.zone, self.signal, hours)

    def gives(self, *answers):
        """Give these answers first."""
        self.stand_in.script += answers
        return self


@pytest.fixture
def ask(tmp_path):
    """Return what builds a provider beside its stand-in."""
    with ExitStack() as ends:

        def build(played, connect_s=10.0):
            stand_in = ends.enter_context(StandIn(played.usual))
            return Asked(played, stand_in, tmp_path, connect_s)

        yield build


@pytest.fixture
def time():
    return FakeTime()
