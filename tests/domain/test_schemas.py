"""The two public formats have a JSON Schema each: real records fit it, broken ones do not."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from strategies import footprints, run_records

import wattprint
from wattprint.domain.coverage import COMPONENTS
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Equivalent, Footprint
from wattprint.domain.run import (
    METERED_COMPONENTS,
    OUTCOMES,
    STAGES,
    Device,
    Fault,
    Interval,
    RunRecord,
)

from . import test_footprint, test_run

SCHEMAS = {
    name: json.loads(files("wattprint.domain").joinpath(f"schemas/{name}.schema.json").read_text())
    for name in ("run-1", "footprint-1")
}
RUN, FOOTPRINT = (Draft202012Validator(schema) for schema in SCHEMAS.values())


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
    unsaid = [
        f"{path}/{key}"
        for path, part in objects_in(SCHEMAS[name])
        for key, figure in part["properties"].items()
        for suffix, unit in units.items()
        if key.endswith(suffix) and unit not in figure.get("description", "")
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
            pytest.param(SCHEMAS["run-1"]["$defs"][kind.__name__.lower()]["properties"],
                         set(kind._fields), id=kind.__name__)
            for kind in (Device, Interval, Fault)
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


@given(run_records())
def test_every_run_fits_its_schema(run):
    RUN.validate(json.loads(json.dumps(run.as_dict())))
    assert run.run_id


@given(footprints)
def test_every_footprint_fits_its_schema(footprint):
    FOOTPRINT.validate(json.loads(json.dumps(footprint.as_dict())))
    assert footprint.summary()
