"""Jobs that a cluster accounted for, on a hub's pages: they say what their own figures say."""

import pytest

from accounting.made_folder import accounted
from hub.made import client_of
from hub.members import filled, signed_in
from wattprint.accounting.hub_rows import job_rows


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = accounted(tmp_path_factory.mktemp("jobs"))
    return [row for _, row in job_rows(folder, project="jobs", keep_users=False)]


@pytest.fixture
def hub(database, rows):
    return filled(database, *rows)


def id_of(rows, name):
    return next(row["record"]["id"] for row in rows if row["record"]["name"] == name)


def test_the_page_of_a_metered_job_agrees_with_its_figures(hub, rows):
    text = signed_in(*hub).get(f"/runs/{id_of(rows, 'job 2')}?project=jobs").text
    assert "This run used 5.2 kWh (4.94-5.46)" in text  # 4 kWh x 1.3
    assert "measured; missing: storage, network." in text
    assert "every reading succeeded" not in text and "There are no readings" in text
    assert "<p>No device of this run was read.</p>" in text
    assert "Evidence: ." not in text and "owid_ember_2026, 2024" in text


def test_jobs_beside_each_other_have_intensity_pue_and_hardware(hub, rows):
    query = "&".join(f"run=jobs/{row['record']['id']}" for row in rows)
    text = signed_in(*hub).get(f"/compare?{query}").text
    assert "gCO2e/kWh" in text and "1.3" in text
    assert "not known" not in text
    assert "NVIDIA A100 SXM4 80GB" in text


def test_jobs_are_found_by_the_hardware_that_they_ran_on(hub, rows):
    with client_of(*hub) as client:
        found = client.get("/api/v1/runs?hardware=NVIDIA%20A100%20SXM4%2080GB").json()["runs"]
        assert [run["id"] for run in found] == [id_of(rows, "job 1")]
        summed = client.get("/api/v1/sums/runs?by=hardware").json()["rows"]
    assert {row["hardware"] for row in summed} == {"CPU", "NVIDIA A100 SXM4 80GB"}
