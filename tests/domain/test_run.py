"""Run records: raw readings, written and read back unchanged."""

import json

import pytest
from hypothesis import given

from good_and_broken import BROKEN_RUNS, RUN
from strategies import run_records
from wattprint.domain.errors import RecordError
from wattprint.domain.readings import Interval
from wattprint.domain.run import SCHEMA, RunRecord

NO_READINGS = RUN._replace(intervals=(Interval(0.0, 10.0, (None, None), (None, None)),))


def test_the_energy_of_a_device_is_the_sum_of_its_readings():
    # 1.5 J + 2.5 J; the other device was never readable, which is not 0 J.
    assert RUN.device_energy_j() == (4.0, None)


def test_a_reading_that_failed_once_leaves_the_others():
    torn = RUN.intervals[0]._replace(energy_uj=(None, 0))
    assert RUN._replace(intervals=(torn, RUN.intervals[1])).device_energy_j() == (2.5, 0.0)


@pytest.mark.parametrize(
    "run", [RUN._replace(intervals=()), NO_READINGS], ids=["no interval", "unreadable"]
)
def test_without_a_reading_no_device_has_an_energy(run):
    assert run.device_energy_j() == (None, None)


def test_a_run_without_devices_has_no_energies():
    assert RUN._replace(devices=(), intervals=()).device_energy_j() == ()


def seen(*readings_uj, found_s=0.0, duration_s=40.0):
    """The share of a run of 10 s intervals that one device's readings cover."""
    found = tuple(
        Interval(i * 10.0, i * 10.0 + 10.0, (uj,), (None,)) for i, uj in enumerate(readings_uj)
    )
    device = RUN.devices[0]._replace(found_s=found_s)
    run = RUN._replace(devices=(device,), intervals=found, duration_s=duration_s)
    return run.observed_share()[0]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(seen(1, 1, 1, 1), 1.0, id="always readable"),
        pytest.param(seen(None, None, 2, 2), 1.0, id="spanned by its first reading"),
        pytest.param(seen(1, None, None, 3), 1.0, id="spanned by its last reading"),
        # Found after 10 s of 40 s: 30 s of 40 s.
        pytest.param(seen(None, 1, 1, 1, found_s=10.0), 0.75, id="found later"),
        pytest.param(seen(1, None, None, None), 0.25, id="lost"),
        # From 10 s to 30 s of 40 s.
        pytest.param(seen(None, 1, 1, None, found_s=10.0), 0.5, id="found later and lost"),
        pytest.param(seen(None, None, None, None), 0.0, id="never readable"),
        pytest.param(seen(None, None, None, None, found_s=30.0), 0.0, id="found, never readable"),
        pytest.param(seen(1, duration_s=0.0), 1.0, id="no duration"),
        pytest.param(seen(1, 1, 1, 1, 1), 1.0, id="a reading after the end"),
    ],
)
def test_a_device_is_seen_from_when_it_was_found_until_its_last_reading(share, expected):
    assert share == pytest.approx(expected, rel=1e-12)


@given(run_records())
def test_no_device_is_seen_for_more_than_the_run(run):
    assert all(0 <= share <= 1 for share in run.observed_share())


def test_a_record_of_before_there_were_sections_still_reads():
    record = RUN.as_dict()
    del record["sections"], record["logged"]
    for interval in record["intervals"]:
        interval.pop("suspended_s", None)
        interval.pop("host", None)
    run = RunRecord.from_dict(json.loads(json.dumps(record)))
    assert (run.sections, run.logged) == ((), ())
    assert [(i.suspended_s, i.host) for i in run.intervals] == [(0.0, {}), (0.0, {})]


@given(run_records())
def test_a_run_survives_json(run):
    written = json.dumps(run.as_dict(), allow_nan=False)
    assert RunRecord.from_dict(json.loads(written)) == run


@given(run_records())
def test_the_energy_of_a_run_is_that_of_its_halves(run):
    for half in (run.intervals[:1], run.intervals[1:]):
        assert len(run._replace(intervals=half).device_energy_j()) == len(run.devices)
    halves = [
        [joules or 0.0 for joules in run._replace(intervals=half).device_energy_j()]
        for half in (run.intervals[:1], run.intervals[1:])
    ]
    whole = [joules or 0.0 for joules in run.device_energy_j()]
    assert [a + b for a, b in zip(*halves, strict=True)] == pytest.approx(whole, rel=1e-12)


def test_what_a_record_leaves_out_has_its_default_and_what_it_adds_is_left_alone():
    least = {"schema": SCHEMA, "id": "a", "project": "b", "name": "c", "started_at": "2026-01-01"}
    run = RunRecord.from_dict({**least, "added_in_version_9": True})
    assert run == RunRecord("a", "b", "c", "2026-01-01")
    assert (run.outcome, run.place, run.devices) == (None, {}, ())


def test_an_energy_beyond_what_a_float_can_tell_apart_is_kept_to_the_microjoule():
    many = Interval(0.0, 10.0, (2**60 + 1, None), (None, None))
    record = json.loads(json.dumps(RUN._replace(intervals=(many,)).as_dict()))
    assert RunRecord.from_dict(record).intervals == (many,)


broken = pytest.mark.parametrize(
    "change", [pytest.param(c, id=name) for name, c in BROKEN_RUNS.items()]
)


@broken
def test_a_broken_record_is_refused_as_what_it_claims_to_be(change):
    with pytest.raises(RecordError, match=r"wattprint\.run/1"):
        RunRecord.from_dict({**RUN.as_dict(), **change})


@pytest.mark.parametrize("missing", ["id", "project", "name", "started_at"])
def test_a_record_without_what_it_must_have_is_refused_with_its_name(missing):
    record = RUN.as_dict()
    del record[missing]
    with pytest.raises(RecordError, match=rf"malformed: .*'?{missing}'?"):
        RunRecord.from_dict(record)


@pytest.mark.parametrize("given", [[], None, "wattprint.run/1", 5], ids=repr)
def test_what_is_no_object_is_no_record(given):
    with pytest.raises(RecordError, match=r"expected 'wattprint\.run/1'"):
        RunRecord.from_dict(given)
