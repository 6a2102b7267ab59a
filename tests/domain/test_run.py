"""Run records: raw readings, written and read back unchanged."""

import json

import pytest
from hypothesis import given
from strategies import run_records

from wattprint.domain.errors import RecordError
from wattprint.domain.evidence import Method
from wattprint.domain.run import SCHEMA, Device, Fault, Interval, RunRecord

CPU = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
GPU = Device("nvml:0", "accelerator", "A100", Method.MEASURED, 0.9, 1.1, "nvml_reference")
RUN = RunRecord(
    run_id="20260101-120000-aaaaaa",
    project="ranker",
    name="baseline",
    started_at="2026-01-01T12:00:00.000Z",
    stage="pretrain",
    outcome="completed",
    devices=(CPU, GPU),
    intervals=(
        Interval(0.0, 10.0, (1_500_000, None), (None, None)),
        Interval(10.0, 20.0, (2_500_000, None), (None, None)),
    ),
    faults=(Fault(10.0, "nvml", "lost"),),
)
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


def device(**changes):
    return {"devices": [{**RUN.as_dict()["devices"][0], **changes}], "intervals": []}


def interval(**changes):
    return {"intervals": [{**RUN.as_dict()["intervals"][0], **changes}]}


BROKEN = {
    "another schema": {"schema": "wattprint.run/2"},
    "no schema": {"schema": None},
    "no name of a stage": {"stage": "training"},
    "no name of an outcome": {"outcome": "ok"},
    "no time of its start": {"started_at": "yesterday"},
    "no text as its start": {"started_at": 2026},
    "devices that are no list": {"devices": 5},
    "a device that is a word": {"devices": ["cpu"]},
    "a device of another kind": device(component="cooling"),
    "a device of another method": device(method="felt"),
    "a device with a key too many": device(watts=5),
    "bounds that leave the value out": device(low_ratio=1.2),
    "a lower bound of nothing": device(low_ratio=0),
    "a bound that is a word": device(high_ratio="5 %"),
    "an interval that is a list": {"intervals": [[0, 10]]},
    "an interval without readings": {"intervals": [{"start_s": 0.0, "end_s": 10.0}]},
    "a reading too few": interval(energy_uj=[5]),
    "an activity too many": interval(activity=[None, None, None]),
    "a negative energy": interval(energy_uj=[-5, None]),
    "an energy that is a word": interval(energy_uj=["5", None]),
    "half a microjoule": interval(energy_uj=[0.5, None]),
    "an activity that is a word": interval(activity=["busy", None]),
    "a fault that is a word": {"faults": ["lost"]},
    "a fault with a key too many": {"faults": [{**RUN.faults[0]._asdict(), "level": "bad"}]},
}
"""Changes to a good record that make it one that cannot be accounted for."""

broken = pytest.mark.parametrize("change", [pytest.param(c, id=name) for name, c in BROKEN.items()])


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
