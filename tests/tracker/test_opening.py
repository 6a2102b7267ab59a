"""What a run writes of itself when it starts."""

import pytest

from doubles import FakeClock
from made_runs import made_run
from wattprint.tracker.clock import Clock
from wattprint.tracker.opening import open_run


def opened_at(epoch_s, folder):
    opened = open_run(made_run(name=""), folder, Clock(epoch_s=lambda: epoch_s))
    opened.journal.close()
    return opened.header


@pytest.mark.parametrize(
    ("epoch_s", "started_at"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_767_225_599.9996, "2025-12-31T23:59:59.999Z"),
        (1_767_225_600.25, "2026-01-01T00:00:00.250Z"),
    ],
    ids=["the epoch", "just before midnight", "a quarter past"],
)
def test_the_start_is_utc_to_the_millisecond_and_never_rounded_up(epoch_s, started_at, tmp_path):
    assert opened_at(epoch_s, tmp_path).started_at == started_at


def test_ids_sort_by_the_time_of_the_start_within_a_second_too(tmp_path):
    # Ten runs a tenth of a second apart: 'last' must be the last, not the luckiest.
    ids = [opened_at(1_767_225_600 + i / 10, tmp_path).run_id for i in range(10)]
    assert ids == sorted(ids)
    assert all(run_id.startswith("20260101-00000") for run_id in ids)


def test_runs_of_the_same_moment_have_ids_of_their_own(tmp_path):
    assert len({opened_at(1_767_225_600.0, tmp_path).run_id for _ in range(50)}) == 50


def test_a_run_without_a_name_is_named_by_its_id(tmp_path):
    header = opened_at(0.0, tmp_path)
    assert header.name == header.run_id


def test_the_journal_has_the_header_before_anything_is_read(tmp_path):
    opened = open_run(made_run(name="baseline"), tmp_path, FakeClock().clock())
    assert opened.journal.path.read_text("utf-8").count("\n") == 1
    assert opened.header.name == "baseline"
    opened.journal.close()
