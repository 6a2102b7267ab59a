"""What is said of a cluster's jobs: totals, roll-ups, waste and cleaner grids, by hand."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

import wattprint
from made_logs import BROKEN, MEASURED, MODELLED, WAITING, sacct_log
from wattprint.accounting.cleaner import Charged, cleaner
from wattprint.accounting.site import Site, site_of
from wattprint.domain.errors import InputError, UnknownNameError

SCHEMA = json.loads(
    files("wattprint.domain").joinpath("schemas/accounting-1.schema.json").read_text()
)


@pytest.fixture
def measured(tmp_path):
    """Jobs of 1 kWh and of 3 kWh that failed."""
    return sacct_log(tmp_path / "sacct.txt", *MEASURED)


def test_metered_jobs_add_up_at_each_boundary(measured):
    jobs = wattprint.account(measured, intensity=500, pue=1.5)
    # 1 + 3 kWh; x 1.5; x 500 g.
    assert jobs.total.it_kwh.value == pytest.approx(4.0, rel=1e-9)
    assert jobs.total.facility_kwh.value == pytest.approx(6.0, rel=1e-9)
    assert jobs.total.location_kg.value == pytest.approx(3.0, rel=1e-9)
    assert str(jobs).startswith("2 jobs: 6 kWh (5.7-6.3), 3 kg CO2e (2.85-3.15), measured; missing")


def test_what_failed_is_wasted(measured):
    jobs = wattprint.account(measured, intensity=500)
    # 3 of 4 kWh.
    (failed,) = jobs.waste
    assert (failed.state, failed.sums.jobs) == ("failed", 1)
    assert failed.energy_share == pytest.approx(0.75, rel=1e-9)
    assert jobs.report.wasted.location_kg.value == pytest.approx(1.5, rel=1e-9)


def test_rows_are_ranked_by_emissions_and_times_are_in_their_order(measured):
    jobs = wattprint.account(measured, intensity=500, by=["account", "quarter"])
    account, quarter = (jobs.report.rolled_up(*by) for by in jobs.report.asked)
    assert [row.labels for row in account.rows] == [("chem",), ("phys",)]
    assert [row.labels for row in quarter.rows] == [("2024-Q1",), ("2024-Q2",)]


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("user", [("ben",), ("ann",)]),
        ("month", [("2024-02",), ("2024-05",)]),
        ("day", [("2024-02-10",), ("2024-05-10",)]),
        ("year", [("2024",)]),
        ("method", [("measured",)]),
        ("user,month", [("ann", "2024-02"), ("ben", "2024-05")]),
        ("project", [("",)]),
    ],
)
def test_jobs_roll_up_by_any_of_their_columns(measured, by, labels):
    jobs = wattprint.account(measured, by=by)
    (asked,) = jobs.report.asked
    assert [row.labels for row in jobs.report.rolled_up(*asked).rows] == labels


def test_every_roll_up_adds_up_to_the_total(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MEASURED, *MODELLED)
    report = wattprint.account(log, zone="DE", pue=1.2, by=["partition,state", "day"]).report
    for roll_up in report.roll_ups:
        kg = sum(row.sums.location_kg.value for row in roll_up.rows)
        assert kg == pytest.approx(report.total.location_kg.value, rel=1e-12), roll_up.by


def test_projects_and_teams_follow_from_accounts_that_the_site_names(measured):
    site = site_of({"projects": {"phys": "higgs", "chem": "higgs"}, "teams": {"chem": "lab 2"}})
    jobs = wattprint.account(measured, site=site)
    (project,) = jobs.by("project")
    assert (project["project"], project["jobs"]) == ("higgs", 2)
    assert project["it_kwh"] == pytest.approx(4.0, rel=1e-9)
    assert {row["team"]: row["jobs"] for row in jobs.by("team")} == {"lab 2": 1, "": 1}
    assert len(jobs.by("project", "account")) == 2


def test_without_a_place_there_is_energy_and_no_emissions(measured):
    report = wattprint.account(measured).report
    assert report.total.location_kg is None
    assert report.cleaner is None
    assert "emissions" in report.missing


def test_memory_that_was_never_filled_is_counted_where_the_log_tells(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MODELLED)
    unused = wattprint.account(log).total.unused_memory
    # Job 3 used 8 of 32 GB, job 4 all of its 64: 24 GB x 10 h x 0.3725 W/GB = 89.4 Wh, at an
    # efficiency of its supply from 0.8 to 0.95.
    assert unused.known_jobs == 2
    assert 0.0894 / 0.95 <= unused.facility_kwh <= 0.0894 / 0.8


def test_unused_cpus_have_energy_with_and_without_a_place(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MODELLED)
    without, with_place = (wattprint.account(log, **place) for place in ({}, {"intensity": 100}))
    assert without.total.unused_cpu.location_kg is None
    kwh = with_place.total.unused_cpu.facility_kwh
    assert without.total.unused_cpu.facility_kwh == kwh > 0
    # 100 g a kWh; joules and micrograms are rounded one job at a time.
    assert with_place.total.unused_cpu.location_kg == pytest.approx(kwh / 10, rel=1e-5)


def test_factors_are_those_of_years_in_which_jobs_began(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MEASURED)
    report = wattprint.account(log, zone="DE").report
    assert [used.year for used in report.factors] == [2024]
    intensity = next(e for e in report.factors[0].evidence if e.quantity == "carbon_intensity")
    assert (intensity.year, intensity.method.value) == (2024, "modelled")


def test_how_the_log_was_read_adds_up(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MEASURED, WAITING, BROKEN)
    reading = wattprint.account(log).report.reading
    assert (reading.rows, reading.jobs, reading.never_started, reading.rejected) == (4, 2, 1, 1)
    (reason,) = reading.reasons
    assert reason.reason.startswith("Elapsed is")
    assert (reason.first_file, reason.first_line) == (str(log), 5)


def test_the_json_fits_its_schema(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MEASURED, *MODELLED, WAITING, BROKEN)
    for place in ({}, {"zone": "DE", "pue": 1.2}, {"region": "aws/us-east-1", "wue": "provider"}):
        written = json.loads(json.dumps(wattprint.account(log, **place).as_dict()))
        faults = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(written)]
        assert faults == []


def test_the_schema_is_one_of_draft_2020_12():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["title"]


def test_the_same_energy_is_compared_on_one_basis_and_year():
    # 1000 kWh: here and there at the mean of 2024, from one table.
    found = cleaner([Charged("PL", None, 2024, None, 1000.0)])
    best = found.places[0]
    assert best.location_kg + best.saved_kg == pytest.approx(found.basis_kg, rel=1e-12)
    assert [place.location_kg for place in found.places] == sorted(
        place.location_kg for place in found.places
    )
    assert "PL" not in [place.place for place in found.places]


def test_jobs_in_a_cloud_are_compared_with_regions_of_its_provider():
    found = cleaner([Charged(None, "aws/us-east-1", 2023, None, 10.0)])
    assert all(place.place.startswith("aws/") for place in found.places)
    assert found.chosen == "the cleanest regions of aws"


def test_an_intensity_by_itself_is_compared_with_nothing(measured):
    assert wattprint.account(measured, intensity=500).report.cleaner is None


def test_a_figure_can_be_asked_for_by_columns_afterwards(measured):
    jobs = wattprint.account(measured, intensity=500)
    rows = jobs.by("user", "state")
    assert [(row["user"], row["state"], row["jobs"]) for row in rows] == [
        ("ben", "failed", 1),
        ("ann", "completed", 1),
    ]
    with pytest.raises(UnknownNameError, match=r"by is 'usr'.*Nearest: 'user'"):
        jobs.by("usr")


def test_a_notebook_shows_the_line_to_quote_and_escapes_names(tmp_path):
    row = MEASURED[0].replace("|phys|", "|<b>phys|")
    jobs = wattprint.account(sacct_log(tmp_path / "s.txt", row), intensity=500)
    html = jobs._repr_html_()
    assert "1 kWh" in html and "&lt;b&gt;phys" in html and "<b>phys" not in html


def test_the_figures_of_every_job_live_as_long_as_the_object(measured):
    jobs = wattprint.account(measured)
    path = jobs.path
    assert path.is_file()
    del jobs
    assert not path.exists()


def test_an_unknown_place_is_refused_before_the_log_is_read(tmp_path):
    with pytest.raises(UnknownNameError, match=r"zone 'DEX' is unknown.*Nearest: 'DE'"):
        wattprint.account(sacct_log(tmp_path / "s.txt", BROKEN), zone="DEX")


def test_a_log_without_a_job_that_ran_is_refused_with_the_reason(tmp_path):
    with pytest.raises(InputError, match=r"rejected rows 1, the first \(.*line 2\): Elapsed"):
        wattprint.account(sacct_log(tmp_path / "s.txt", BROKEN), site=Site())
    with pytest.raises(InputError, match="jobs that wait or never began 1"):
        wattprint.account(sacct_log(tmp_path / "s.txt", WAITING))
