"""`wattprint.import/1`: lines fit their schema, and broken ones are refused."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from wattprint.domain.errors import RecordError
from wattprint.domain.imported import Doubt, ImportedRecord, ImportHeader, Reported

SCHEMA = json.loads(
    files("wattprint.domain").joinpath("schemas/import-1.schema.json").read_text("utf-8")
)
WHOLE = ImportedRecord(
    at_line=2,
    project="parser",
    name="fit",
    run_id="r1",
    recorded_at="2024-05-02T10:00:00",
    stage="finetune",
    duration_s=60.0,
    energy_kwh=0.5,
    energy_at="chips",
    emissions_g=5.6,
    meant_g=(5600.0,),
    place={"zone": "DE"},
    hardware={"accelerator": "NVIDIA T4", "accelerator_count": 2},
    software={"codecarbon": "2.4.1"},
    reported=(Reported("emissions", "5.6", ""),),
    doubts=(Doubt("unit", "grams or kilograms"),),
    part_of=1,
)
HEADER = ImportHeader(
    "i-20260131-180005-abababababab",
    "codecarbon",
    "emissions.csv",
    9,
    "ab" * 32,
    "2026-01-31T18:00:05.250Z",
    {"wattprint": "1"},
    place={"zone": "DE"},
)


def faults(line):
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(line)]


def test_the_schema_is_one_of_draft_2020_12():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["title"] == "wattprint.import/1"


def test_every_field_of_a_record_and_a_header_is_in_the_schema():
    record = {"line": "record", "n": 1, **WHOLE.as_dict()}
    assert faults(json.loads(json.dumps(record))) == []
    assert set(record) == set(SCHEMA["$defs"]["record"]["properties"])
    header = {"line": "header", **HEADER.as_dict()}
    assert faults(json.loads(json.dumps(header))) == []
    assert set(header) == set(SCHEMA["$defs"]["header"]["properties"])


def test_a_record_and_a_header_read_back():
    assert ImportedRecord.from_dict(json.loads(json.dumps(WHOLE.as_dict()))) == WHOLE
    assert ImportHeader.from_dict(HEADER.as_dict()) == HEADER
    assert WHOLE.year == 2024


def test_what_is_not_known_is_absent():
    assert ImportedRecord(at_line=1).as_dict() == {"at_line": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"at_line": 0},
        {"at_line": None},
        {"energy_kwh": -1.0},
        {"energy_kwh": float("nan")},
        {"emissions_g": "much"},
        {"energy_at": "moon"},
        {"recorded_at": "yesterday"},
        {"meant_g": [-1.0]},
        {"place": ["DE"]},
        {"reported": [{"quantity": "x"}]},
        {"doubts": [5]},
    ],
    ids=str,
)
def test_a_broken_record_is_refused(change):
    with pytest.raises(RecordError, match="record is malformed"):
        ImportedRecord.from_dict({**WHOLE.as_dict(), **change})


@pytest.mark.parametrize("change", [{"schema": "wattprint.import/2"}, {"kind": "x"}, {"id": None}])
def test_a_broken_header_is_refused(change):
    with pytest.raises(RecordError):
        ImportHeader.from_dict({**HEADER.as_dict(), **change})
