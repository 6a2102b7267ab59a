"""The two public formats have a JSON Schema each: real records fit it, broken ones do not."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import wattprint
from good_and_broken import BROKEN_FOOTPRINTS, BROKEN_RUNS
from good_and_broken import FOOTPRINT as GOOD_FOOTPRINT
from good_and_broken import RUN as GOOD_RUN
from strategies import footprints, run_records
from wattprint.domain.coverage import COMPONENTS
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Components, Equivalent, Footprint, Resources, Water
from wattprint.domain.hours import ChargedHours
from wattprint.domain.readings import (
    LARGEST_UJ,
    METERED_COMPONENTS,
    Device,
    Fault,
    Interval,
    Logged,
    SectionUse,
)
from wattprint.domain.run import OUTCOMES, STAGES, RunRecord

SCHEMAS = {
    name: json.loads(files("wattprint.domain").joinpath(f"schemas/{name}.schema.json").read_text())
    for name in ("run-1", "footprint-1")
}


def faults(name, record):
    """What a schema has to say against a record, after its way through JSON."""
    written = json.loads(json.dumps(record))
    return [error.message for error in Draft202012Validator(SCHEMAS[name]).iter_errors(written)]


def objects_in(schema, path="#"):
    """Every object schema with its path, at any depth."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for key, part in schema.items():
            yield from objects_in(part, f"{path}/{key}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_draft_2020_12(name):
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["properties"]["schema"]["const"] == SCHEMAS[name]["title"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_object_is_closed_but_those_that_say_why_they_are_open(name):
    still_open = {
        path: part.get("description", "")
        for path, part in objects_in(SCHEMAS[name])
        if part.get("additionalProperties") is not False
    }
    assert [path for path, why in still_open.items() if "Open:" not in why] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_quantity_says_its_unit(name):
    units = {"_kwh": "[kWh]", "_kg": "[kgCO2e]", "_l": "[L]", "_s": "[s]", "_uj": "[uJ]"}
    units = {"g_per_kwh": "[gCO2e/kWh]", **units}
    unsaid = [
        f"{path}/{key}"
        for path, part in objects_in(SCHEMAS[name])
        for key, figure in part["properties"].items()
        for suffix in [suffix for suffix in units if key.endswith(suffix)][:1]
        if units[suffix] not in figure.get("description", "")
    ]
    assert unsaid == []


@pytest.mark.parametrize(
    ("properties", "fields"),
    [
        pytest.param(
            SCHEMAS["run-1"]["properties"],
            {"schema", "id", *RunRecord._fields} - {"run_id"},
            id="run",
        ),
        *(
            pytest.param(
                SCHEMAS["run-1"]["$defs"][name]["properties"],
                set(kind._fields),
                id=name,
            )
            for name, kind in {
                "device": Device,
                "interval": Interval,
                "section": SectionUse,
                "logged": Logged,
                "fault": Fault,
            }.items()
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["properties"],
            {"schema", "summary", "run", *Footprint._fields},
            id="footprint",
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["$defs"]["evidence"]["properties"],
            {*Evidence._fields, "value", "low", "high"} - {"amount"},
            id="evidence",
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["$defs"]["equivalent"]["properties"],
            {*Equivalent._fields, "value", "low", "high"} - {"amount"},
            id="equivalent",
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["properties"]["coverage"]["properties"],
            set(COMPONENTS),
            id="coverage",
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["properties"]["hours"]["properties"],
            {*ChargedHours._fields, "steps", "emissions_at_year_mean_kg"}
            - {"intervals", "at_year_mean_kg"},
            id="hours",
        ),
        *(
            pytest.param(
                SCHEMAS["footprint-1"]["properties"][name]["properties"],
                set(kind._fields),
                id=name,
            )
            for name, kind in {
                "components_kwh": Components,
                "resources": Resources,
                "water_l": Water,
            }.items()
        ),
    ],
)
def test_a_schema_knows_every_field_of_the_code_and_no_other(properties, fields):
    assert set(properties) == fields


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        pytest.param(SCHEMAS["run-1"]["properties"]["stage"], {*STAGES, None}, id="stage"),
        pytest.param(SCHEMAS["run-1"]["properties"]["outcome"], {*OUTCOMES, None}, id="outcome"),
        pytest.param(
            SCHEMAS["run-1"]["$defs"]["device"]["properties"]["component"],
            set(METERED_COMPONENTS),
            id="component",
        ),
        pytest.param(
            SCHEMAS["footprint-1"]["$defs"]["method"], {m.value for m in Method}, id="method"
        ),
    ],
)
def test_a_schema_knows_every_word_of_the_code_and_no_other(listed, words):
    assert set(listed["enum"]) == words


def test_a_schema_knows_the_largest_energy_of_the_code():
    assert SCHEMAS["run-1"]["$defs"]["energies"]["items"]["maximum"] == LARGEST_UJ


@given(run_records())
def test_every_run_fits_its_schema(run):
    assert faults("run-1", run.as_dict()) == []


@given(footprints)
def test_every_footprint_fits_its_schema(footprint):
    assert faults("footprint-1", footprint.as_dict()) == []


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"power_w": 300, "hours": 100, "intensity": 500}, id="power"),
        pytest.param({"accelerator": "A100", "count": 8, "hours": 120}, id="no place"),
        pytest.param(
            {
                "accelerator": "V100",
                "hours": 10,
                "cpu": "Xeon Gold 6230",
                "memory_gb": 384,
                "static_w": 100,
                "supply_efficiency": 0.9,
                "region": "gcp/europe-west1",
                "pue": "provider",
                "market_intensity": 0,
            },
            id="everything",
        ),
        pytest.param({"energy_kwh": 10, "energy_at": "facility", "zone": "FR"}, id="energy"),
        pytest.param(
            {
                "accelerator": "H100",
                "hours": 10,
                "zone": "DE",
                "wue": 0.5,
                "storage_tb_hours": 5,
                "network_gb": 5,
                "contract": ["20%@0", "1@50"],
                "offsets_kg": 5,
                "offsets_note": "trees",
            },
            id="beside the machine",
        ),
    ],
)
def test_what_the_package_estimates_fits_its_schema(inputs):
    assert faults("footprint-1", wattprint.estimate(**inputs).as_dict()) == []


def test_what_show_prints_fits_the_schema_with_the_run_beside_it():
    footprint = wattprint.footprint_of_run(GOOD_RUN, zone="FR").as_dict()
    assert faults("footprint-1", {**footprint, "run": {"id": GOOD_RUN.run_id}}) == []
    assert faults("footprint-1", {**footprint, "run": GOOD_RUN.run_id}) != []


BETWEEN_FIELDS = [
    "a reading too few",
    "an activity too many",
    "an interval that ends before it starts",
    "a section with a reading too few",
    "a section that ends before it starts",
]
NO_NUMBERS = [
    "a sleep that is no number",
    "a section open for no number",
    "a value that is no number",
    "a value without end",
]
"""What JSON has no word for; a reader of a journal takes such a line for a torn one."""
OUT_OF_ORDER = ["an energy outside its bounds"]
"""What a schema cannot say: that two lists are as long, that two numbers are in order."""


@pytest.mark.parametrize("change", sorted(BROKEN_RUNS.keys() - {*BETWEEN_FIELDS, *NO_NUMBERS}))
def test_a_broken_run_does_not_fit_its_schema(change):
    assert faults("run-1", {**GOOD_RUN.as_dict(), **BROKEN_RUNS[change]}) != []


@pytest.mark.parametrize("change", sorted(BROKEN_FOOTPRINTS.keys() - OUT_OF_ORDER))
def test_a_broken_footprint_does_not_fit_its_schema(change):
    assert faults("footprint-1", {**GOOD_FOOTPRINT.as_dict(), **BROKEN_FOOTPRINTS[change]}) != []


@pytest.mark.parametrize(
    ("name", "record"), [("run-1", GOOD_RUN.as_dict()), ("footprint-1", GOOD_FOOTPRINT.as_dict())]
)
def test_a_key_that_the_format_does_not_have_is_a_fault(name, record):
    assert faults(name, record) == []
    assert "'co2' was unexpected" in faults(name, {**record, "co2": 5})[0]


@pytest.mark.parametrize(
    ("name", "record"), [("run-1", GOOD_RUN.as_dict()), ("footprint-1", GOOD_FOOTPRINT.as_dict())]
)
def test_each_key_that_a_format_must_have_is_missed(name, record):
    for key in SCHEMAS[name]["required"]:
        less = {other: value for other, value in record.items() if other != key}
        assert faults(name, less) == [f"{key!r} is a required property"]
