"""A run as a hub's rows: shorter, and worth the same."""

import random

import pytest

from made_runs import CPU, MEMORY, made_run
from wattprint.client.rows import condensed, interval_rows, project_of, run_row
from wattprint.domain.readings import Interval, Logged, SectionUse
from wattprint.domain.run import RunRecord
from wattprint.estimator.tracked import footprint_of_run


def lossy_run(seed):
    """A run whose devices cannot be read now and then, and are lost at some time."""
    chance = random.Random(seed)
    lost = [chance.randint(1, 12), chance.randint(1, 12)]
    rows = tuple(
        Interval(
            i * 10.0,
            (i + 1) * 10.0,
            tuple(
                chance.randint(1, 10**9) if i < lost[d] and chance.random() < 0.7 else None
                for d in range(2)
            ),
            (None, float(i)),
            host={"busy_s": 1.5, "clock_ratio": 0.9},
        )
        for i in range(12)
    )
    place = {"zone": "FR", "pue": 1.2}
    return made_run(intervals=rows, duration_s=120.0, outcome="completed", place=place)


@pytest.mark.parametrize("seed", range(8))
def test_the_footprint_of_what_is_sent_is_that_of_the_run(seed):
    run = lossy_run(seed)
    short = condensed(run)
    assert len(short.intervals) <= 3
    assert short.device_energy_uj() == run.device_energy_uj()
    assert footprint_of_run(short).as_dict() == footprint_of_run(run).as_dict()
    assert RunRecord.from_dict(short.as_dict()) == short


def test_sections_and_progress_are_added_up():
    run = lossy_run(1)._replace(
        sections=(
            SectionUse(("epoch",), 0.0, 10.0, 1, 9.0, (10, None), (None, 1.0)),
            SectionUse(("epoch",), 10.0, 20.0, 2, 8.0, (5, 7), (None, 2.0)),
        ),
        logged=(Logged(5.0, 1, 32.0, {"loss": 2.0}), Logged(15.0, 2, 64.0, {"step": 3.0})),
    )
    (section,) = condensed(run).sections
    assert section == SectionUse(("epoch",), 0.0, 20.0, 3, 17.0, (15, 7), (None, 3.0))
    assert condensed(run).logged == (Logged(15.0, 3, 96.0, {"loss": 2.0, "step": 3.0}),)


def test_readings_go_one_by_one_with_the_time_of_the_clock():
    # 2026-01-01T12:00:00Z is 1767268800 s since 1970; the second device was not read.
    run = made_run(intervals=(Interval(0.5, 10.0, (7, None), (None, None)),))
    assert list(interval_rows(run)) == [
        {
            "run": run.run_id,
            "device": CPU.device_id,
            "start_ms": 1_767_268_800_500,
            "end_ms": 1_767_268_810_000,
            "energy_uj": 7,
        }
    ]
    assert MEMORY in run.devices


def test_a_project_goes_to_the_hub_without_blanks_at_its_ends():
    run = made_run(project=" my ranker ")
    assert run_row(run, None)["record"]["project"] == project_of(run) == "my ranker"
