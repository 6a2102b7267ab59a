"""Run records: raw readings, written and read back unchanged."""

import json

import pytest
from hypothesis import given

from good_and_broken import BROKEN_RUNS, RUN
from strategies import run_records
from wattprint.domain.errors import RecordError
from wattprint.domain.run import SCHEMA, Interval, RunRecord

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
