"""The golden jobs, in the scalar reference and in the text: one formula for all."""

import json
from pathlib import Path

import pytest

import wattprint
from accounting.made import FIGURES, accounted, made_row, of_text
from wattprint.accounting.factors_table import factored
from wattprint.accounting.reference import Job, job_footprint
from wattprint.accounting.site import site_of
from wattprint.domain.errors import InputError
from wattprint.domain.jobs import Kind

GOLDEN = Path(__file__).parents[1] / "golden" / "jobs.jsonl"
GIVEN = (
    *("zone", "region", "intensity", "pue", "basis", "grid_source", "market_intensity"),
    *("accelerator", "utilization", "cpu", "static_w", "supply_efficiency"),
)
"""What a site says by the names that `estimate` takes."""
SAID = {*GIVEN, "power_w", "count", "hours", "cpu_count", "memory_gb", "year"}


def told(inputs):
    """Return the site and the job that say what a description says; None if a log cannot."""
    has_accelerators = "accelerator" in inputs or "power_w" in inputs
    gpus = inputs.get("count", 1) if has_accelerators else 0
    cpus = inputs.get("cpu_count", 1) if "cpu" in inputs else 0
    is_of_nothing = not gpus and ("utilization" in inputs or ("static_w" in inputs and not cpus))
    if not set(inputs) <= SAID or is_of_nothing or max(gpus, cpus) > 1024:
        return None
    elapsed_s = round(inputs["hours"] * 3600)
    if abs(inputs["hours"] * 3600 - elapsed_s) > 1e-6:
        return None  # logs have whole seconds
    said = {"host": "none", **{name: inputs[name] for name in GIVEN if name in inputs}}
    if "power_w" in inputs:
        said["accelerator_power_w"] = inputs["power_w"]
    said |= {"accelerators_per_node": gpus} if gpus else {}
    # A CPU of the log is a package here.
    said |= {"cpu_count": cpus, "cpus_per_node": cpus} if cpus else {}
    memory_gb = float(inputs.get("memory_gb", 0))
    year = inputs.get("year", 0)
    job = Job(elapsed_s, gpus=float(gpus), cpus=float(cpus), memory_gb=memory_gb)
    return said, year, job


def golden():
    for line in GOLDEN.read_text("utf-8").splitlines():
        job = json.loads(line)
        if (found := told(job["inputs"])) is not None:
            yield pytest.param(*found, job["expected"], id=job["id"])


JOBS = list(golden())


def figures(expected):
    """Return the golden figures by the column of the text that holds them."""
    energy, emitted, water = (expected[key] for key in ("energy_kwh", "emissions_kg", "water_l"))
    found = {
        "it_j": (energy["it"], 1.0),
        "facility_j": (energy["facility"] or energy["it"], 1.0),
        "location_ug": (emitted["location_based"], 1000.0),
        "market_ug": (emitted["market_based"], 1000.0),
        "site_water_ul": (water["site"], 1.0),
        "grid_water_ul": (water["grid"], 1.0),
    }
    # Of accelerators that nobody names the making is missing there, and that of any here.
    if emitted["embodied"] is not None:
        found["embodied_ug"] = (emitted["embodied"], 1000.0)
    return {
        column: figure and tuple(figure[bound] * scale for bound in ("value", "low", "high"))
        for column, (figure, scale) in found.items()
    }


def factors_of(said, year, job):
    return factored(Kind(1, most_gpus_per_node=job.gpus), year, site_of(said))


@pytest.mark.parametrize(("said", "year", "job", "expected"), JOBS)
def test_the_reference_gives_the_golden_figures(said, year, job, expected):
    found = job_footprint(job, factors_of(said, year, job).coefficients)
    for column, wanted in figures(expected).items():
        amount = getattr(found, FIGURES[column][0])
        assert (amount and amount.as_tuple()) == (
            wanted and pytest.approx(wanted, rel=1e-9, abs=0)
        ), f"{column} of {said}"


def test_most_golden_jobs_can_be_said_of_a_log():
    assert len(JOBS) > 250


def test_the_text_gives_the_golden_figures(tmp_path):
    # Each job is a partition of its own, with a row of factors of its own.
    rows, kinds, partitions = [], [], {}
    for number, (said, year, job, _) in enumerate((param.values for param in JOBS), start=1):
        partitions[f"p{number}"] = said
        first_s = None if not year else round((year - 1970) * 365.2425 * 86400) + 86400 * 180
        kinds.append(
            Kind(
                number,
                partition_name=f"p{number}",
                most_gpus_per_node=job.gpus,
                first_s=first_s,
                last_s=first_s,
            )
        )
        fields = job._asdict() | {"start_s": None, "end_s": None, "year": year}
        rows.append(made_row(number, **fields, kind=number))
    _, by_id = accounted(rows, tmp_path, site_of({"partitions": partitions}), kinds=kinds)
    assert len(by_id) == len(JOBS)
    for number, param in enumerate(JOBS, start=1):
        for column, wanted in figures(param.values[3]).items():
            scale, found = FIGURES[column][1], of_text(by_id[str(number)], column)
            assert (found is None) == (wanted is None), f"{column} of {param.id}"
            for got, want in zip(found or (), wanted or (), strict=True):
                assert abs(got - want * scale) <= 0.5 + 1e-9 * want * scale, f"{param.id} {column}"


@pytest.mark.parametrize("said", [{"zone": "DEX"}, {"pue": 0.9}, {"cpu": "no such CPU"}])
def test_what_estimate_refuses_is_refused(said):
    with pytest.raises(InputError):
        factored(Kind(1), 2024, site_of(said))


@pytest.mark.parametrize("name", ["aws/p4d.24xlarge", "aws/g4dn.12xlarge", "gcp/a2-highgpu-1g"])
def test_a_whole_instance_is_as_estimate_has_it(name):
    # But for its CPUs (by thread here, by class there) and its supply (at half load, as run).
    kind, site = Kind(1, instance=name), site_of({"zone": "US"})
    found = job_footprint(Job(36_000), factored(kind, 2024, site).coefficients)
    expected = wattprint.estimate(instance=name, hours=10, zone="US", year=2024).as_dict()
    for part in ("accelerator", "memory", "static"):
        wanted = expected["components_kwh"][part]
        assert found.parts_kwh[part].value == pytest.approx(wanted["value"], rel=1e-9)
    made_kg = expected["emissions_kg"]["embodied"]
    assert found.embodied_g.as_tuple() == pytest.approx(
        tuple(made_kg[bound] * 1000 for bound in ("value", "low", "high")), rel=1e-9
    )


@pytest.mark.parametrize("contract", [["60%@10"], ["100%@0"], ["30%@0", "30%@50"]])
def test_contracts_charge_what_estimate_says(contract):
    said = {"host": "none", "accelerator_power_w": 400, "zone": "DE", "contract": contract}
    of = factored(Kind(1, most_gpus_per_node=1), 2024, site_of(said)).coefficients
    found = job_footprint(Job(36_000, gpus=1.0, cpus=0.0, memory_gb=0.0), of).market_g
    inputs = {"power_w": 400, "hours": 10, "zone": "DE", "year": 2024, "contract": contract}
    wanted = wattprint.estimate(**inputs).as_dict()["emissions_kg"]["market_based"]
    # Energy is exact here: nothing but the rest's intensity errs.
    assert found.as_tuple() == pytest.approx(
        tuple(wanted[bound] * 1000 for bound in ("value", "low", "high")), rel=1e-9
    )


def test_a_contract_for_a_number_of_kwh_is_refused():
    with pytest.raises(InputError, match="a contract is of a number of kWh"):
        factored(Kind(1), 2024, site_of({"zone": "DE", "contract": ["500@0"]}))
