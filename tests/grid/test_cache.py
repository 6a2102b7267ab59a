"""The cache: revised figures, forecasts by issue, many processes, broken files."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.played import HOUR, NOON
from processes import python
from wattprint.domain.errors import HomeError
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.cache import Cache, SeriesKey, Window
from wattprint.grid.providers.base import Signal

SIGNAL = Signal("average", "lifecycle", "consumption")
KEY = SeriesKey("electricitymaps", "DE", SIGNAL, "hourly")


def series(*figures, fetched_s=NOON, issued_s=None, step_s=HOUR, state="actual", start_s=NOON):
    rows = [
        IntensityInterval(start_s + i * step_s, start_s + (i + 1) * step_s, float(g), state)
        for i, g in enumerate(figures)
        if g is not None
    ]
    return IntensitySeries(
        "DE", rows, **SIGNAL._asdict(), issued_at_s=issued_s, fetched_at_s=fetched_s
    )


def grams(found):
    return None if found is None else [i.carbon_intensity_g_per_kwh for i in found]


@pytest.fixture
def cache(tmp_path):
    with Cache(tmp_path / "cache") as opened:
        yield opened


def test_what_is_kept_comes_back_as_it_was(cache):
    cache.keep_past(KEY, series(100, 200.5, None, 300, state="estimated"))
    found = cache.past(KEY, NOON, NOON + 4 * HOUR)
    assert list(found) == list(series(100, 200.5, None, 300, state="estimated"))
    assert (found.provider, found.zone, found.kind, found.fetched_at_s) == (
        "electricitymaps", "DE", "average", NOON,
    )  # fmt: skip


def test_a_window_takes_the_intervals_that_touch_it(cache):
    cache.keep_past(KEY, series(1, 2, 3, 4))
    assert grams(cache.past(KEY, NOON + HOUR + 1, NOON + 2 * HOUR + 1)) == [2, 3]
    assert cache.past(KEY, NOON + 4 * HOUR, NOON + 9 * HOUR) is None


@pytest.mark.parametrize(
    "other",
    [
        KEY._replace(provider="gb"),
        KEY._replace(zone="FR"),
        KEY._replace(signal=SIGNAL._replace(kind="marginal")),
        KEY._replace(signal=SIGNAL._replace(basis="direct")),
        KEY._replace(signal=SIGNAL._replace(scope=None)),
        KEY._replace(resolution="5_minutes"),
    ],
    ids=["provider", "zone", "kind", "basis", "scope", "step"],
)
def test_series_of_another_key_never_meet(cache, other):
    cache.keep_past(KEY, series(1))
    cache.keep_forecast(KEY, series(1, issued_s=NOON))
    assert cache.past(other, NOON, NOON + HOUR) is None
    assert cache.forecast(other) is None


def test_a_revised_figure_is_read_and_the_old_one_stays(cache, tmp_path):
    cache.keep_past(KEY, series(100, 200, fetched_s=NOON))
    cache.keep_past(KEY, series(100, 210, fetched_s=NOON + 60))
    assert grams(cache.past(KEY, NOON, NOON + 2 * HOUR)) == [100, 210]
    old = sqlite3.connect(cache.file.path).execute("SELECT g_per_kwh, fetched_at_s FROM revised")
    # 100 was the same the second time, and is not kept twice.
    assert old.fetchall() == [(200.0, NOON)]


def test_an_older_answer_that_arrives_late_does_not_win(cache):
    cache.keep_past(KEY, series(210, fetched_s=NOON + 60))
    cache.keep_past(KEY, series(200, fetched_s=NOON))
    assert grams(cache.past(KEY, NOON, NOON + HOUR)) == [210]


def test_forecasts_stay_as_they_were_issued_whatever_is_known_later(cache):
    cache.keep_forecast(KEY, series(50, 60, issued_s=NOON - 60))
    cache.keep_forecast(KEY, series(55, 65, issued_s=NOON))
    cache.keep_forecast(KEY, series(99, 99, issued_s=NOON - 60))  # a second answer for one issue
    cache.keep_past(KEY, series(70, 80))
    assert grams(cache.forecast(KEY)) == [55, 65]
    assert grams(cache.forecast(KEY, issued_by_s=NOON - 1)) == [50, 60]
    assert cache.forecast(KEY, issued_by_s=NOON - 61) is None
    assert cache.issue_times_s(KEY) == [NOON - 60, NOON]
    assert grams(cache.past(KEY, NOON, NOON + 2 * HOUR)) == [70, 80]


def test_where_a_service_changes_its_step_the_newer_step_stays(cache):
    cache.keep_past(KEY, series(100, 200, fetched_s=NOON))
    cache.keep_past(KEY, series(1, 2, 3, 4, step_s=900, fetched_s=NOON + 60))
    assert grams(cache.past(KEY, NOON, NOON + 2 * HOUR)) == [1, 2, 3, 4, 200]
    cache.keep_past(KEY, series(150, fetched_s=NOON + 120))
    assert grams(cache.past(KEY, NOON, NOON + 2 * HOUR)) == [150, 200]


def test_windows_that_were_asked_about_are_kept_with_what_was_said(cache):
    window = Window(NOON, NOON + HOUR, NOON + 60, ("revised for a day", "and longer"))
    cache.keep_window(KEY, window)
    assert cache.windows(KEY, NOON + 60, NOON + 120) == [window]
    assert cache.windows(KEY, NOON + HOUR, NOON + 2 * HOUR) == []


def test_turns_are_a_second_apart_whoever_takes_them(cache, tmp_path):
    with Cache(tmp_path / "cache") as other:
        waits = [c.wait_s("electricitymaps", NOON, 1.0, 20.0) for c in (cache, other, cache)]
    assert waits == [0.0, 1.0, 2.0]
    assert cache.wait_s("electricitymaps", NOON + 10, 1.0, 20.0) == 0.0
    assert cache.wait_s("watttime", NOON, 1.0, 20.0) == 0.0


def test_a_turn_beyond_patience_is_not_taken(cache):
    for _ in range(3):
        cache.wait_s("gb", NOON, 1.0, 20.0)
    assert [cache.wait_s("gb", NOON, 1.0, 0.2) for _ in range(2)] == [3.0, 3.0]
    assert cache.wait_s("gb", NOON, 1.0, 20.0) == 3.0


def test_a_clock_that_was_set_back_makes_nobody_wait_for_years(cache):
    cache.wait_s("gb", NOON + 1e8, 1.0, 20.0)
    assert cache.wait_s("gb", NOON, 1.0, 20.0) == 0.0


def test_a_service_that_asked_for_rest_gets_it_from_all_processes(cache, tmp_path):
    cache.block("electricitymaps", NOON + 600)
    cache.wait_s("electricitymaps", NOON, 1.0, 20.0)
    with Cache(tmp_path / "cache") as other:
        assert other.blocked_until_s("electricitymaps") == NOON + 600
        assert other.blocked_until_s("gb") == 0.0


def test_many_processes_that_find_a_broken_file_set_it_aside_once(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "intensity-1.sqlite").write_bytes(b"no database at all" * 999)
    done = at_once(WRITER, folder, home=tmp_path)
    assert [(d.returncode, d.stderr) for d in done] == [(0, "")] * 4
    assert len(list(folder.glob("*.unreadable-*"))) == 1
    with Cache(folder) as cache:
        assert len(cache.past(KEY, 0, 80 * HOUR)) == 80


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database, and longer than its head" * 99, id="text"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 5000, id="head alone"),
    ],
)
def test_a_file_that_is_no_cache_is_set_aside_and_a_new_one_begun(tmp_path, content):
    path = tmp_path / "intensity-1.sqlite"
    path.write_bytes(content)
    with Cache(tmp_path) as cache:
        cache.keep_past(KEY, series(1))
        assert grams(cache.past(KEY, NOON, NOON + HOUR)) == [1]
    (aside,) = tmp_path.glob("intensity-1.sqlite.unreadable-*")
    assert aside.read_bytes() == content


def test_a_cache_of_another_version_is_set_aside(tmp_path):
    sqlite3.connect(tmp_path / "intensity-1.sqlite").executescript("PRAGMA user_version = 99")
    with Cache(tmp_path) as cache:
        assert cache.past(KEY, NOON, NOON + HOUR) is None
    assert list(tmp_path.glob("*.unreadable-*"))


def test_a_cache_that_lacks_a_table_is_set_aside(tmp_path):
    with Cache(tmp_path) as cache:
        cache.keep_past(KEY, series(1))
    sqlite3.connect(tmp_path / "intensity-1.sqlite").executescript("DROP TABLE revised")
    with Cache(tmp_path) as cache:
        assert cache.past(KEY, NOON, NOON + HOUR) is None
    assert list(tmp_path.glob("*.unreadable-*"))


def test_a_file_that_is_damaged_within_has_nothing_and_harms_nobody(tmp_path):
    with Cache(tmp_path) as cache:
        cache.keep_past(KEY, series(*range(5000)))
    path = tmp_path / "intensity-1.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with Cache(tmp_path) as cache:
        assert cache.past(KEY, NOON, NOON + 9000 * HOUR) is None
        cache.keep_past(KEY, series(1))
        assert cache.wait_s("gb", NOON, 1.0, 20.0) == 0.0
        assert cache.trouble is not None
    with Cache(tmp_path) as cache:
        cache.keep_past(KEY, series(1))
        assert grams(cache.past(KEY, NOON, NOON + HOUR)) == [1]
        assert cache.trouble is None


def test_a_file_that_another_holds_for_writing_is_done_without(tmp_path):
    with Cache(tmp_path, busy_s=0.05) as cache:
        other = sqlite3.connect(cache.file.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        cache.keep_past(KEY, series(1))
        assert cache.trouble == "database is locked"
        other.execute("ROLLBACK")
        cache.keep_past(KEY, series(2))
        assert grams(cache.past(KEY, NOON, NOON + HOUR)) == [2]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match=r"cache .* cannot be used"):
        Cache(tmp_path / "file" / "cache")


WRITER = """
import sys
from pathlib import Path
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.cache import Cache, SeriesKey
from wattprint.grid.providers.base import Signal
folder, number = Path(sys.argv[1]), int(sys.argv[2])
signal = Signal("average", "lifecycle", "consumption")
key = SeriesKey("electricitymaps", "DE", signal, "hourly")
with Cache(folder) as cache:
    for i in range(20):
        start_s = 3600.0 * (20 * number + i)
        interval = IntensityInterval(start_s, start_s + 3600.0, float(number))
        cache.keep_past(key, IntensitySeries(
            "DE", [interval], **signal._asdict(), fetched_at_s=float(i)))
        cache.wait_s("gb", 0.0, 1.0, 100.0)
"""


def at_once(script, folder, *, home):
    """Run a script in four processes, each with its number, and return what became of them."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda n: python(script, folder, n, home=home), range(4)))


def test_many_processes_write_at_once_and_nothing_is_lost(tmp_path):
    done = at_once(WRITER, tmp_path / "cache", home=tmp_path)
    assert [(d.returncode, d.stderr) for d in done] == [(0, "")] * 4
    with Cache(tmp_path / "cache") as cache:
        found = cache.past(KEY, 0, 80 * HOUR)
        assert grams(found) == [float(n) for n in range(4) for _ in range(20)]
        # 80 turns of a second were taken, each its own.
        assert cache.wait_s("gb", 79.5, 1.0, 100.0) == 0.5


@given(
    figures=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=20),
)
def test_the_newest_of_each_hour_is_read_in_whatever_order_they_came(figures, tmp_path_factory):
    # (hour, fetched at): the figure is 10 x fetched + hour, so that equal pairs are equal rows.
    newest = {}
    with Cache(tmp_path_factory.mktemp("cache")) as cache:
        for hour, fetched in figures:
            start_s = hour * HOUR
            one = series(10 * fetched + hour, start_s=start_s, fetched_s=float(fetched))
            cache.keep_past(KEY, one)
            newest[hour] = max(newest.get(hour, 0), fetched)
        found = cache.past(KEY, 0, 10 * HOUR)
    assert {i.start_s / HOUR: i[2] for i in found} == {h: 10 * f + h for h, f in newest.items()}
