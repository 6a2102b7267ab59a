"""Accounted jobs as rows for a hub: they say of themselves what accounting knows of them."""

import duckdb
import pytest

from accounting.made_folder import accounted
from wattprint.accounting.hub_rows import job_keys, job_rows
from wattprint.domain.footprint import Footprint


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = accounted(tmp_path_factory.mktemp("rows"))
    found = [row for _, row in job_rows(folder, project=None, keep_users=False)]
    return {row["record"]["name"]: row for row in found}


def footprint_of(rows, name):
    return Footprint.from_dict(rows[name]["footprint"])


def test_a_job_metered_at_the_wall_is_measured_and_counts_its_pue_and_making(rows):
    footprint = footprint_of(rows, "job 2")  # 14.4 MJ = 4 kWh; x 1.3 = 5.2 kWh
    assert footprint.energy_kwh.facility.value == pytest.approx(5.2)
    said = footprint.summary()
    assert said.startswith("5.2 kWh (4.94-5.46)")
    assert said.endswith("measured; missing: storage, network")


def test_a_modelled_job_says_so_of_each_part_and_how_they_add_up(rows):
    footprint = footprint_of(rows, "job 1")
    assert footprint.summary().endswith("modelled; missing: storage, network")
    added, times_pue = footprint.equations
    assert added.formula == "accelerator + cpu + memory + static + losses of the supply"
    assert added.numbers.startswith("0.8 kWh + ")  # 2 x 400 W x 1 h
    assert times_pue.numbers.endswith(" x 1.3")


def test_evidence_is_what_entered_and_nothing_else(rows):
    metered, modelled = (footprint_of(rows, name) for name in ("job 2", "job 1"))
    its = {one.quantity: one for one in metered.evidence}
    assert its["metered_energy"].amount.value == pytest.approx(4.0)
    assert (its["carbon_intensity"].source, its["carbon_intensity"].year) == (
        "owid_ember_2026",
        2024,
    )
    assert {"accelerator_tdp", "memory_power", "supply_efficiency"}.isdisjoint(its)
    others = {one.quantity for one in modelled.evidence}
    assert {"accelerator_tdp", "accelerator_embodied", "pue"} <= others
    assert {"metered_energy", "node_meter"}.isdisjoint(others)


def test_without_a_pue_no_facility_is_claimed(tmp_path):
    folder = accounted(tmp_path, 'zone = "DE"\n')
    for _, row in job_rows(folder, project=None, keep_users=False):
        assert row["footprint"]["energy_kwh"]["facility"] is None
        assert row["footprint"]["coverage"]["facility_overhead"] == "missing"


def test_jobs_name_their_hardware_and_the_sites_project(rows):
    records = {name: row["record"] for name, row in rows.items()}
    assert records["job 1"]["host"] == {"hardware": "NVIDIA A100 SXM4 80GB"}
    assert records["job 2"]["host"] == {"hardware": "CPU"}
    assert records["job 1"]["project"] == "cluster jobs"
    assert records["job 2"]["project"] == "assistants"
    assert "speech" not in str(records) and "ben" not in str(records)


def test_keys_are_those_of_the_rows(tmp_path):
    folder = accounted(tmp_path)
    for keep_users in (False, True):
        keys = list(job_keys(folder, project=None, keep_users=keep_users))
        made = job_rows(folder, project=None, keep_users=keep_users)
        assert keys == [(project, row["record"]["id"]) for project, row in made]


def test_a_job_charged_by_its_hours_says_the_intensity_that_it_was_charged_at(tmp_path):
    folder = accounted(tmp_path)
    jobs = folder / "jobs.parquet"
    with duckdb.connect() as connection:
        names = ("location_ug", "location_low_ug", "location_high_ug")
        halves = ", ".join(f"{name} // 2 AS {name}" for name in names)
        halved = f"SELECT * REPLACE ({halves}) FROM read_parquet(?)"
        connection.execute(f"CREATE TABLE jobs AS {halved}", [str(jobs)])
        connection.execute(f"COPY jobs TO '{jobs}' (FORMAT parquet)")
    for _, row in job_rows(folder, project=None, keep_users=False):
        footprint = Footprint.from_dict(row["footprint"])
        (its,) = (one for one in footprint.evidence if one.quantity == "carbon_intensity")
        charged_kg = footprint.energy_kwh.facility.value * its.amount.value / 1000
        assert charged_kg == pytest.approx(footprint.emissions_kg.location_based.value, rel=1e-6)
        assert its.note.startswith("over its own hours; the year's mean is ")
