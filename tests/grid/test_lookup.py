"""Looking up: what is kept and fresh is not asked for again, and it works without a network."""

import pytest

from grid.played import HOUR, NOON, NOW, ElectricityMapsV3
from wattprint.domain.errors import InputError
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.cache import Cache
from wattprint.grid.errors import (
    KeyRefusedError,
    NoIntensityError,
    NotInPlanError,
    QuotaError,
    UnreachableError,
)
from wattprint.grid.lookup import FRESH_S, Lookup, wanted
from wattprint.grid.providers.base import Access, Signal

DAY = 24 * HOUR
SIGNAL = Signal("average", "lifecycle", "consumption")


class FakeProvider:
    """Gives 100 g in every hour, or what it is told to; keeps what it was asked."""

    name = "electricitymaps"
    signals = (SIGNAL,)
    resolution = "hourly"
    settles_after_s = 2 * DAY
    longest_forecast_h = 72

    def __init__(self, time):
        self.time = time
        self.asked = []
        self.grams = 100.0
        self.failure = None
        self.issued_s = NOON
        self.longest_h = 72

    def place(self, zone):
        return zone

    def series(self, start_s, end_s, **more):
        if self.failure is not None:
            raise self.failure
        count = max(1, round((end_s - start_s) / HOUR))
        rows = [
            IntensityInterval(start_s + i * HOUR, start_s + (i + 1) * HOUR, self.grams)
            for i in range(count)
        ]
        described = {**SIGNAL._asdict(), "provider": self.name, "fetched_at_s": self.time.now_s}
        return IntensitySeries("DE", rows, **described, **more)

    def now(self, zone, signal):
        self.asked.append("now")
        hour_s = self.time.now_s // HOUR * HOUR
        return self.series(hour_s, hour_s + HOUR)

    def history(self, zone, signal, start_s, end_s):
        self.asked.append(((start_s - NOON) / HOUR, (end_s - NOON) / HOUR))
        return self.series(start_s, end_s, notes=("revised for two days",))

    def forecast(self, zone, signal, hours):
        self.asked.append(hours)
        end_s = NOON + min(hours + 1, self.longest_h) * HOUR
        return self.series(NOON, end_s, issued_at_s=self.issued_s)

    def access(self):
        return Access(True, "everything")


@pytest.fixture
def provider(time):
    return FakeProvider(time)


@pytest.fixture
def asked(provider):
    return wanted(provider, "DE")


@pytest.fixture
def lookup(tmp_path, time):
    with Cache(tmp_path / "cache") as cache:
        yield Lookup(cache, clock_s=lambda: time.now_s)


UNPLUGGED = UnreachableError("electricitymaps", "DE", "no connection", "check the network")


def test_the_past_is_asked_for_once(lookup, asked, provider):
    for _ in range(2):
        series = lookup.history(asked, NOON - 5 * DAY, NOON - 4 * DAY)
        assert series.coverage(NOON - 5 * DAY, NOON - 4 * DAY) == 1.0
        assert series.notes == ("revised for two days",)
    assert provider.asked == [(-120, -96)]


def test_only_what_is_missing_is_asked_for(lookup, asked, provider):
    lookup.history(asked, NOON - 5 * DAY, NOON - 4 * DAY)
    lookup.history(asked, NOON - 6 * DAY, NOON - 3 * DAY)
    assert provider.asked[1:] == [(-144, -120), (-96, -72)]


def test_what_had_not_settled_is_asked_for_again_and_the_revision_is_read(
    lookup, asked, provider, time
):
    lookup.history(asked, NOON - 3 * DAY, NOON)
    time.now_s += FRESH_S + 1
    provider.grams = 111.0
    series = lookup.history(asked, NOON - 3 * DAY, NOON)
    # Fetched at 12:10 with two days to settle: what ended by 12:00 two days ago is final.
    ((start_h, end_h),) = provider.asked[1:]
    assert -48 <= start_h < -47.5 and end_h == 0
    assert series.at(NOON - 1).carbon_intensity_g_per_kwh == 111.0
    assert series.at(NOON - 60 * HOUR).carbon_intensity_g_per_kwh == 100.0


def test_within_a_quarter_of_an_hour_nothing_is_asked_again(lookup, asked, provider, time):
    lookup.history(asked, NOON - HOUR, NOON)
    lookup.now(asked)
    lookup.forecast(asked, 24)
    before = list(provider.asked)
    time.now_s += FRESH_S - 1
    lookup.history(asked, NOON - HOUR, NOON)
    lookup.now(asked)
    lookup.forecast(asked, 24)
    assert provider.asked == before


def test_a_hole_that_the_service_has_is_not_asked_for_each_time(lookup, asked, provider):
    provider.failure = NoIntensityError("electricitymaps", "DE", "nothing", "wait")
    for _ in range(2):
        with pytest.raises(NoIntensityError, match="no figure from 2026-01-10T12:00:00Z"):
            lookup.history(asked, NOON - 5 * DAY, NOON - 4 * DAY)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "failure", [UNPLUGGED, QuotaError("electricitymaps", "DE", "too many", "wait")], ids=type
)
def test_a_warm_cache_works_with_the_network_unplugged(lookup, asked, provider, time, failure):
    lookup.history(asked, NOON - DAY, NOON)
    lookup.now(asked)
    lookup.forecast(asked, 24)
    time.now_s += 2000
    provider.failure = failure
    past = lookup.history(asked, NOON - DAY, NOON)
    assert past.coverage(NOON - DAY, NOON) == 1.0
    for series in (past, lookup.now(asked), lookup.forecast(asked, 23)):
        assert any(
            note.startswith("from the cache, fetched 2026-01-15T12:10") for note in series.notes
        )


def test_hours_that_the_plan_no_longer_holds_are_read_from_the_cache(lookup, asked, provider, time):
    # A free plan holds 24 hours: what was fetched in time is kept, though never renewed.
    lookup.history(asked, NOON - DAY, NOON)
    time.now_s += 3 * DAY
    provider.failure = NotInPlanError("electricitymaps", "DE", "not in the plan", "pay")
    series = lookup.history(asked, NOON - DAY, NOON)
    assert series.coverage(NOON - DAY, NOON) == 1.0
    assert "from the cache, fetched 2026-01-15T12:10:00Z: not in the plan" in series.notes


def test_a_key_that_is_refused_is_told_though_there_is_a_cache(lookup, asked, provider, time):
    lookup.history(asked, NOON - DAY, NOON)
    time.now_s += 3 * DAY
    provider.failure = KeyRefusedError("electricitymaps", "DE", "refused", "check the key")
    with pytest.raises(KeyRefusedError):
        lookup.history(asked, NOON - DAY, NOON)


def test_a_cold_cache_says_why_there_is_nothing(lookup, asked, provider):
    provider.failure = UNPLUGGED
    for ask in (
        lambda: lookup.now(asked),
        lambda: lookup.history(asked, NOON - DAY, NOON),
        lambda: lookup.forecast(asked, 24),
    ):
        with pytest.raises(UnreachableError, match="no connection"):
            ask()


def test_a_forecast_that_is_revised_is_read_and_the_old_one_stays(lookup, asked, provider, time):
    lookup.forecast(asked, 24)
    time.now_s += FRESH_S
    provider.grams, provider.issued_s = 120.0, NOON + FRESH_S
    assert lookup.forecast(asked, 24).at(NOW + 2000).carbon_intensity_g_per_kwh == 120.0
    assert lookup._cache.issue_times_s(asked.key) == [NOON, NOON + FRESH_S]


def test_a_longer_forecast_than_is_kept_is_asked_for(lookup, asked, provider):
    lookup.forecast(asked, 6)
    assert lookup.forecast(asked, 48).end_s >= NOW + 47 * HOUR
    assert provider.asked == [6, 48]


def test_further_than_a_service_looks_is_not_asked_for_each_time(lookup, asked, provider):
    provider.longest_forecast_h = provider.longest_h = 48
    for _ in range(2):
        (note,) = lookup.forecast(asked, 72).notes
        assert note.startswith("shorter than asked: it ends at 2026-01-17T12:00")
    assert provider.asked == [72]


def test_a_forecast_that_ends_early_says_so(lookup, asked, provider):
    provider.longest_h = 12
    series = lookup.forecast(asked, 48)
    assert series.end_s == NOON + 12 * HOUR
    assert series.notes == ("shorter than asked: it ends at 2026-01-16T00:00:00Z",)


def test_a_forecast_that_is_over_is_none(lookup, asked, provider, time):
    provider.longest_h = 1
    time.now_s += 2 * HOUR
    with pytest.raises(NoIntensityError, match="its forecast ended at 2026-01-15T13:00:00Z"):
        lookup.forecast(asked, 24)


def test_a_newest_figure_that_is_old_says_so(lookup, asked, provider, time):
    old = provider.series(NOON - 3 * HOUR, NOON - 2 * HOUR)
    provider.now = lambda zone, signal: old
    (note,) = lookup.now(asked).notes
    assert note == "the newest figure is of 2026-01-15T09:00:00Z to 2026-01-15T10:00:00Z"


@pytest.mark.parametrize(
    ("start_s", "end_s", "message"),
    [
        (NOON, NOON, "is empty; expected start < end"),
        (NOON, NOON - 1, "is empty; expected start < end"),
        (NOW + HOUR, NOW + 2 * HOUR, "has not begun; expected a time in the past"),
    ],
)
def test_a_window_that_is_none_is_refused(lookup, asked, start_s, end_s, message):
    with pytest.raises(InputError, match=message):
        lookup.history(asked, start_s, end_s)


def test_without_a_cache_every_call_asks(asked, provider, time):
    lookup = Lookup(None, clock_s=lambda: time.now_s)
    for _ in range(2):
        lookup.history(asked, NOON - DAY, NOON)
    assert len(provider.asked) == 2


def test_two_days_of_a_real_service_are_asked_for_once(ask, tmp_path):
    played = ElectricityMapsV3()
    asked = ask(played)
    rows = [(NOON - 4 * DAY + i * HOUR, 100 + i) for i in range(24)]
    asked.gives(played.history(rows))
    with Cache(tmp_path / "cache") as cache:
        lookup = Lookup(cache, clock_s=lambda: asked.time.now_s)
        for _ in range(2):
            series = lookup.history(
                wanted(asked.provider, "Germany"), NOON - 4 * DAY, NOON - 3 * DAY
            )
    assert [i.carbon_intensity_g_per_kwh for i in series] == [100 + i for i in range(24)]
    assert len(asked.stand_in.seen) == 1
