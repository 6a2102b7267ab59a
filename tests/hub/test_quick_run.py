"""A run that is taken in one pass becomes the same rows as one that is looked at closely."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from hub.made import sent_run
from hub.test_quick import ODD, WHOLE, changed, paths_of
from wattprint.hub.ingest.messages import RunRow
from wattprint.hub.ingest.quick_run import quick_run
from wattprint.hub.ingest.run_facts import rank_of
from wattprint.hub.ingest.run_rows import FaultyRowError, read_closely, read_run

SENT = json.loads(json.dumps(sent_run(joules=7.2e6)))
PATHS = sorted(set(paths_of(SENT)) - {()}, key=str)
MOMENTS = ("1969-12-31T23:59:59Z", "2026-01-01T00:00:00", "2026-01-01", "2026-13-01T00:00:00Z")


def row_of(document):
    """A run as a batch holds it."""
    texts = [Raw(json.dumps(part).encode()) for part in document.values()]
    return RunRow(*texts)


def changed_run(path, value):
    """The sent run with one thing in it replaced; left out where the value is `...`."""
    return row_of(changed(path, value, of=SENT))


def same_as_closely(row):
    """What is read in one pass, once it is seen to be what reading closely makes of it."""
    quick = quick_run(row)
    assert quick is None or quick == read_closely(row, "")
    return quick


def test_a_run_as_trackers_send_it_is_taken_quickly_with_and_without_its_footprint():
    assert same_as_closely(row_of(SENT)) is not None
    assert same_as_closely(row_of(SENT | {"footprint": None})) is not None
    assert same_as_closely(row_of({"record": WHOLE, "footprint": None})) is not None


@given(st.sampled_from(PATHS), st.sampled_from([*ODD, ..., *MOMENTS]))
def test_what_is_taken_quickly_becomes_the_rows_of_reading_closely(path, value):
    if path not in (("record",), ("footprint",)):
        same_as_closely(changed_run(path, value))


@pytest.mark.parametrize(
    ("said", "found"),
    [("A100", "A100"), ("", None), ("a\nb", None), ("x" * 201, None), (3, None), (["A100"], None)],
)
def test_a_run_without_devices_ran_on_what_its_host_says(said, found):
    record = SENT["record"] | {"devices": [], "intervals": [], "host": {"hardware": said}}
    quick = same_as_closely(row_of({"record": record, "footprint": None}))
    assert quick is not None and quick.row["hardware"] == found
    whole = SENT["record"] | {"host": {"hardware": said}}
    assert same_as_closely(row_of({"record": whole, "footprint": None})).row["hardware"] == "CPU"


@given(st.lists(st.lists(st.none() | st.integers(0, 10**9), min_size=2, max_size=2), max_size=4))
def test_readings_add_up_alike_whatever_is_missing(energies_uj):
    made = [
        {"start_s": 0.0, "end_s": 1.0, "energy_uj": row, "activity": [None, None]}
        for row in energies_uj
    ]
    record = SENT["record"] | {"intervals": made}
    assert same_as_closely(row_of({"record": record, "footprint": None})) is not None


@pytest.mark.parametrize("length", [0, 1, 2047, 2048, 4094, 10_000])
def test_a_rank_ends_with_the_digest_of_both_documents_however_long(length):
    record, footprint = b"r" * length, b"f" * (length // 2)
    whole = sha256(record + b"\n" + footprint).hexdigest()
    for kind in (bytes, Raw):
        assert rank_of("completed", 1, "1.0.0", kind(record), kind(footprint)).endswith(whole)


def figure(value, low, high):
    """A figure of a footprint."""
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("footprint", "energy_kwh", "it"), figure(1.0, 2.0, 3.0), "/footprint/energy_kwh/it"),
        (
            ("footprint", "emissions_kg", "embodied"),
            figure(1.0, 1.0, 1e300),
            "/footprint/emissions_kg/embodied",
        ),
        (("footprint", "components_kwh", "cpu"), figure(9.0, 9.0, 9.0), "/components_kwh/cpu"),
        (("footprint", "components_kwh", "other"), "x", "/footprint/components_kwh"),
        (("footprint", "factor_set", "version"), "1.x", "/footprint/factor_set/version"),
        (("record", "started_at"), "1969-12-31T23:59:59Z", "/record/started_at"),
        (("record", "started_at"), "2201-01-01T00:00:00Z", "/record/started_at"),
        (("record", "started_at"), "9999-12-31T23:59:59Z", "/record/started_at"),
        (("record", "devices", 0, "name"), "a\0b", "/record/devices/0/name"),
        (("record", "devices", 0, "component"), "fan", "/record/devices/0/component"),
    ],
    ids=str,
)
def test_what_is_refused_is_named_after_it_was_not_taken_quickly(path, value, pointer):
    row = changed_run(path, value)
    assert quick_run(row) is None
    with pytest.raises(FaultyRowError) as caught:
        read_run(row, "")
    assert pointer in caught.value.fault.pointer


@pytest.mark.parametrize("part", ["record", "footprint"])
def test_what_is_no_utf_8_or_too_long_is_refused(part):
    for text in (b'{"x":"\xff"}', b'{"x":"' + b"x" * 300_000 + b'"}'):
        whole = {name: json.dumps(its).encode() for name, its in SENT.items()}
        whole[part] = whole[part][:-1] + b"," + text[1:]
        row = RunRow(Raw(whole["record"]), Raw(whole["footprint"]))
        assert quick_run(row) is None
        with pytest.raises(FaultyRowError):
            read_run(row, "")
