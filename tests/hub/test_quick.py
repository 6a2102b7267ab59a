"""What is read in one pass is what the house's own reader would have taken, and nothing else."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.made import reading, sent_run
from made_runs import intervals, made_run
from wattprint.domain.errors import RecordError
from wattprint.domain.run import RunRecord
from wattprint.hub.ingest.messages import RECORD
from wattprint.hub.ingest.quick import quick_intervals, quick_record

WHOLE = made_run(
    intervals=intervals(1_000_000, 2_000_000), duration_s=20.0, outcome="completed"
).as_dict() | {
    "process": {"pid": 7, "within": "20260101-110000-cccccc"},
    "sections": [
        {
            "path": ["epoch"],
            "start_s": 0.0,
            "end_s": 10.0,
            "entered": 1,
            "duration_s": 9.0,
            "energy_uj": [5, None],
            "activity": [None, 1.0],
        }
    ],
    "logged": [{"at_s": 1.0, "calls": 1, "samples": 2.0, "values": {"loss": -0.5}}],
    "faults": [{"at_s": 1.0, "meter": "rapl", "message": "late"}],
}
ODD = (
    None,
    -1,
    0,
    1.5,
    True,
    2**63,
    2**70,
    1e308,
    "",
    "x",
    "a\0b",
    "x ",
    "../x",
    [],
    [1],
    {},
    {"a": 1},
)


def paths_of(document, path=()):
    """The place of everything within a document."""
    yield path
    if isinstance(document, (dict, list)):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for key, value in parts:
            yield from paths_of(value, (*path, key))


READ_BY_ITSELF = ("started_at",)
"""`read_run` reads the moment, however the rest was read."""
PATHS = sorted(set(paths_of(json.loads(json.dumps(WHOLE)))) - {(), READ_BY_ITSELF}, key=str)


def changed(path, value, of=WHOLE):
    """A document with one thing in it replaced; left out where the value is `...`."""
    document = json.loads(json.dumps(of))
    part = document
    for key in path[:-1]:
        part = part[key]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return document


def is_taken_slowly(text):
    """Whether the reader takes it that says what is wrong."""
    try:
        RECORD.decode(text)
        RunRecord.from_dict(json.loads(text))
    except (RecordError, msgspec.DecodeError):
        return False
    return True


@given(st.sampled_from(PATHS), st.sampled_from([*ODD, ...]))
def test_what_is_taken_quickly_the_houses_own_reader_takes(path, value):
    text = json.dumps(changed(path, value)).encode()
    if quick_record(text) is not None:
        assert is_taken_slowly(text)


def test_a_record_as_trackers_write_it_is_taken_quickly():
    assert quick_record(json.dumps(WHOLE).encode()) is not None
    assert quick_record(json.dumps(sent_run()["record"]).encode()) is not None


@pytest.mark.parametrize(
    ("name", "given"), [("high_ratio", 1.7e308), ("source_year", 10_000), ("source_year", -1)]
)
def test_a_device_that_nobody_can_account_for_is_taken_by_neither(name, given):
    text = json.dumps(changed(("devices", 0, name), given)).encode()
    assert quick_record(text) is None and not is_taken_slowly(text)


@pytest.mark.parametrize(
    "change",
    [{"start_s": 5.0, "end_s": 4.0}, {"energy_uj": [1]}, {"activity": [None, 1.0, 2.0]}],
    ids=str,
)
def test_readings_that_contradict_each_other_are_looked_at_closely(change):
    document = changed(("intervals", 0), WHOLE["intervals"][0] | change)
    text = json.dumps(document).encode()
    assert quick_record(text) is None and not is_taken_slowly(text)


@pytest.mark.parametrize(
    "change",
    [
        *({"device": "a\0b"}, {"run": "../etc"}, {"end_ms": 5}, {"other": 1}, {"energy_uj": 1.0}),
        *({"start_ms": 7_289_654_400_000, "end_ms": 7_289_654_400_000},),
        *({"energy_uj": 10**17 + 1}, {"end_ms": reading()["start_ms"] + 367 * 86_400_000}),
    ],
    ids=str,
)
def test_a_reading_that_cannot_be_makes_its_batch_be_looked_at_closely(change):
    rows = [reading(), reading(start_s=10) | change]
    body = {"project": "ranker", "intervals": rows}
    assert quick_intervals(json.dumps(body).encode()) is None
    assert quick_intervals(json.dumps(body | {"intervals": rows[:1]}).encode()) is not None
