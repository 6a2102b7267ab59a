"""The portable text on DuckDB, beside the scalar reference and beside its own laws."""

import math
import random

import pytest

from accounting.made import (
    DAY,
    HOUR,
    JAN_2024,
    accounted,
    assert_same,
    by_reference,
    kinds_of,
    made_row,
    made_series,
    of_text,
    seeded_rows,
)
from wattprint.accounting.engines.duckdb import DuckDB
from wattprint.accounting.site import site_of
from wattprint.accounting.statements import SUMS
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.series import IntensitySeries

SITE = site_of(
    {
        "zone": "DE",
        "pue": 1.3,
        "wue": 0.4,
        "partitions": {
            "p1": {
                "accelerator": "A100 SXM4 80GB",
                "accelerators_per_node": 4,
                "cpu": "AMD EPYC 7742",
                "cpus_per_node": 256,
            },
            "p2": {
                "zone": "FR",
                "metered": "cpus",
                "market_intensity": 20,
                "threads_per_core": 1,
            },
            "p3": {"intensity": 50, "metered": "chips", "host": "workstation", "pue": 1.0},
            "p4": {"metered": "ignore", "region": "aws/us-east-1", "contract": ["60%@10"]},
        },
    }
)


def of_hours(gaps: float = 0.1, seed: int = 3):
    """Return hours from before the jobs until after most of them, some of them not known."""
    rng = random.Random(seed)
    return made_series(
        [
            None if rng.random() < gaps else 300 + 200 * math.sin(i / 4) + rng.random()
            for i in range(-40, 400 * 24)
        ],
        start_s=JAN_2024 - 40 * HOUR,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_job_is_as_the_reference_says_at_the_means_of_years(tmp_path, seed):
    rows = seeded_rows(600, seed, kinds=4)
    account, by_id = accounted(rows, tmp_path, SITE)
    assert len(by_id) == len(rows)
    for row in rows:
        assert_same(by_id[row["job_id"]], by_reference(row, account))


def within_years(rows):
    """Leave out jobs that run over New Year: their gaps are of two years."""
    return [
        row
        for row in rows
        if row["start_s"] is None
        or (row["start_s"] // DAY < 20089) == (row["end_s"] // DAY < 20089)
    ]


@pytest.mark.parametrize("gaps", [0.0, 0.1, 0.9])
def test_every_job_is_as_the_reference_says_hour_by_hour(tmp_path, gaps):
    rows = within_years(seeded_rows(500, 5, kinds=4))
    series = of_hours(gaps)

    def find_series(said, first_s, last_s):
        return None if said.get("zone") == "FR" else series

    account, by_id = accounted(rows, tmp_path, SITE, find_series=find_series)
    assert len(by_id) == len(rows)
    for row in rows:
        own = None if row["kind"] == 2 else series
        assert_same(by_id[row["job_id"]], by_reference(row, account, own))


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_bounds_of_a_series_go_before_the_spread_of_sources(tmp_path, gaps):
    rows = within_years(seeded_rows(200, 6, kinds=3))
    plain = of_hours(gaps)
    bounded = [
        hour._replace(low_g_per_kwh=0.0 if i % 5 == 0 else 90.0, high_g_per_kwh=600.0 + i % 7)
        for i, hour in enumerate(plain)
    ]
    series = IntensitySeries("DE", bounded, **plain.described())
    account, by_id = accounted(rows, tmp_path, SITE, find_series=lambda *_: series)
    for row in rows:
        assert_same(by_id[row["job_id"]], by_reference(row, account, series))


def test_bounds_are_in_order(tmp_path):
    _, by_id = accounted(seeded_rows(500, 7, kinds=4), tmp_path, SITE)
    columns = ("it_j", "facility_j", "location_ug", "market_ug", "embodied_ug", "site_water_ul")
    for row in by_id.values():
        for figure in filter(None, (of_text(row, column) for column in columns)):
            value, low, high = figure
            assert 0 <= low <= value <= high


@pytest.mark.parametrize(("parts", "threads", "shuffle"), [(1, 1, 0), (7, 2, 1), (3, 4, 2)])
def test_sums_are_the_same_in_any_order_on_any_threads_in_any_files(
    tmp_path, parts, threads, shuffle
):
    rows = seeded_rows(400, 11, kinds=4)
    expected = accounted(rows, tmp_path / "a", SITE)[0].by(["account", "user"])
    random.Random(shuffle).shuffle(rows)
    found, _ = accounted(rows, tmp_path / "b", SITE, parts=parts, threads=threads)
    assert found.by(["account", "user"]) == expected


def test_sums_are_those_of_the_jobs(tmp_path):
    account, by_id = accounted(seeded_rows(300, 13, kinds=4), tmp_path, SITE)
    total = account.total()
    assert total["jobs"] == len(by_id)
    for name in SUMS:
        known = [row[name] for row in by_id.values() if row[name] is not None]
        assert total[name] == (sum(known) if known else None), name


def test_a_job_cut_in_two_is_the_same_job(tmp_path):
    whole = made_row(1, elapsed_s=2 * HOUR, gpus=2.0, cpus=8.0, cpu_s=5.0 * HOUR)
    half = {**whole, "elapsed_s": HOUR, "end_s": JAN_2024 + HOUR, "cpu_s": 2.5 * HOUR}
    other = {**half, "job_id": "3", "start_s": JAN_2024 + HOUR, "end_s": JAN_2024 + 2 * HOUR}
    _, by_id = accounted([whole, {**half, "job_id": "2"}, other], tmp_path, SITE)
    for name in SUMS:
        one, two, three = (by_id[i][name] for i in "123")
        assert one is None or abs(one - two - three) <= 2, name  # each of three is rounded


def test_twice_the_accelerators_use_twice_the_energy(tmp_path):
    rows = [made_row(i, gpus=float(i), kind=1) for i in (1, 2)]
    _, by_id = accounted(rows, tmp_path, SITE)
    # 400 W for an hour are 1,440,000 J.
    assert [by_id[i]["accelerator_j"] for i in "12"] == [1_440_000, 2_880_000]


def test_a_pue_of_1_adds_nothing(tmp_path):
    _, by_id = accounted([made_row(1, gpus=1.0, kind=3)], tmp_path, SITE)
    assert by_id["1"]["facility_j"] == by_id["1"]["it_j"] > 0


def test_without_a_place_emissions_are_missing_and_energy_is_not(tmp_path):
    account, by_id = accounted([made_row(1, gpus=1.0)], tmp_path, site_of({}))
    row, total = by_id["1"], account.total()
    assert row["it_j"] > 0
    assert (row["location_ug"], row["market_ug"], row["grid_water_ul"]) == (None, None, None)
    assert (total["jobs"], total["located_jobs"], total["location_ug"]) == (1, 0, None)


def test_a_sum_says_how_many_of_its_jobs_have_a_place(tmp_path):
    site = site_of({"partitions": {"p1": {"zone": "DE"}}})
    account, _ = accounted([made_row(1), made_row(2, kind=2), made_row(3, kind=2)], tmp_path, site)
    assert (account.total()["jobs"], account.total()["located_jobs"]) == (3, 1)


def test_market_based_emissions_are_missing_where_nothing_was_bought(tmp_path):
    _, by_id = accounted([made_row(1), made_row(2, kind=2)], tmp_path, SITE)
    assert by_id["1"]["market_ug"] is None
    # 20 g a kWh are 20 / 3.6 ug a joule.
    bought = by_id["2"]
    assert bought["market_ug"] == pytest.approx(bought["facility_j"] * 20 / 3.6, abs=6)


def test_a_figure_beyond_the_largest_number_is_refused(tmp_path):
    # 1e12 accelerators x 400 W x 1e6 s = 4e20 J, more than 9.2e18.
    rows = [made_row(1, gpus=1e12, elapsed_s=10**6)]
    with pytest.raises(InputError, match="beyond 2\\^63"):
        accounted(rows, tmp_path, SITE)
    assert not (tmp_path / "footprints.parquet").exists()


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"cpus": 0.0, "cpu_s": 100.0}, id="CPU time of no CPU"),
        pytest.param({"elapsed_s": 0, "cpu_s": 100.0}, id="CPU time in no time"),
        pytest.param({"cpus": 1.0, "cpu_s": 1e6}, id="more CPU time than there was"),
        pytest.param({"gpus": 0.0, "gpu_load": 0.0}, id="load of no accelerator"),
        pytest.param({"memory_gb": 0.0, "memory_used_gb": 0.0}, id="no memory"),
        pytest.param({"nodes": 0.0, "cpus": None, "gpus": None}, id="no machine"),
    ],
)
def test_one_odd_job_ends_nothing(tmp_path, odd):
    rows = [made_row(1, **odd), made_row(2)]
    account, by_id = accounted(rows, tmp_path, SITE)
    assert_same(by_id["1"], by_reference(rows[0], account))
    assert by_id["2"]["it_j"] > 0


def test_memory_that_was_not_used_is_charged_as_waste(tmp_path):
    # 100 GB set aside and 25 used: three quarters of its energy, at the facility, x 50 g / 3.6.
    row = made_row(1, memory_gb=100.0, memory_used_gb=25.0, kind=3)
    account, by_id = accounted([row], tmp_path, SITE)
    supply = account.factors[0].coefficients.supply_efficiency.value
    found = by_id["1"]
    assert found["unused_memory_j"] == pytest.approx(0.75 * found["memory_j"] / supply, abs=1)
    assert found["unused_memory_ug"] == pytest.approx(found["unused_memory_j"] * 50 / 3.6, abs=10)


def test_waste_of_parts_that_a_meter_holds_is_not_known(tmp_path):
    said = {"memory_gb": 9.0, "memory_used_gb": 1.0, "cpu_s": 1.0, "gpu_load": 0.0}
    row = made_row(1, gpus=1.0, node_energy_j=3.6e6, **said)
    found = accounted([row], tmp_path, SITE)[1]["1"]
    names = ("unused_memory_j", "unused_memory_ug", "unused_cpu_ug", "idle_accelerator_ug")
    assert [found[name] for name in names] == [None] * 4
    assert (found["method"], found["idle_accelerator_s"]) == ("measured", HOUR)


def test_idle_accelerators_are_counted_with_their_idle_power(tmp_path):
    rows = [made_row(1, gpus=2.0, gpu_load=0.0), made_row(2, gpus=2.0, gpu_load=0.5), made_row(3)]
    _, by_id = accounted(rows, tmp_path, SITE)
    assert [by_id[i]["idle_accelerator_s"] for i in "123"] == [2 * HOUR, 0, None]
    # An idle A100 draws 80 W by convention: 2 x 80 W x 3600 s.
    assert by_id["1"]["accelerator_j"] == 576_000
    assert by_id["1"]["idle_accelerator_ug"] > 0 == by_id["2"]["idle_accelerator_ug"]


def test_cpus_that_did_not_work_are_charged_as_waste(tmp_path):
    rows = [made_row(1, cpus=4.0, cpu_s=1.0 * HOUR, kind=3), made_row(2, cpu_s=1.0 * HOUR, kind=3)]
    account, by_id = accounted(rows, tmp_path, SITE)
    of = account.factors[0].coefficients
    # Three CPUs for an hour, with their idle power and static part, at 50 g / 3.6 and the supply.
    idle_j = 3 * HOUR * (of.cpu_idle_w + of.static_w_per_cpu)
    wasted_ug = idle_j / of.supply_efficiency.value * 50 / 3.6
    assert by_id["1"]["unused_cpu_ug"] == pytest.approx(wasted_ug, abs=1)
    assert by_id["2"]["unused_cpu_ug"] == 0


def test_no_job_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="no job is to be accounted for"):
        accounted([made_row(1)], tmp_path, SITE, kinds=[])


def test_a_year_that_began_in_another_time_zone_finds_its_factors(tmp_path):
    # 2023-12-31T23:30Z is 2024 in Berlin, and so the reader of the log may have it.
    row = made_row(1, start_s=JAN_2024 - HOUR // 2, elapsed_s=60, year=2024)
    _, by_id = accounted([row], tmp_path, SITE, kinds=kinds_of([row]))
    assert by_id["1"]["location_ug"] > 0


@pytest.mark.parametrize("odd", [{"kind": 9}, {"year": 1999}, {"start_s": JAN_2024 - 99 * DAY}])
def test_a_job_that_fits_no_kind_is_not_lost_unsaid(tmp_path, odd):
    kinds = kinds_of([made_row(1)])
    rows = [made_row(1), made_row(2, **odd)]
    with pytest.raises(RecordError, match="1 of 2 jobs are of a kind, a year or an hour"):
        accounted(rows, tmp_path, SITE, kinds=kinds, find_series=lambda *_: of_hours(0.0))


def test_a_table_of_more_rows_than_are_taken_at_once_is_whole(tmp_path):
    engine = DuckDB(tmp_path)
    engine.table("many", {"a": "BIGINT", "b": "DOUBLE"}, ((i, i / 2) for i in range(45_001)))
    rows = engine.rows("SELECT COUNT(*) AS rows, SUM(a) AS a, MAX(b) AS b FROM many")
    assert rows == [{"rows": 45_001, "a": 45_000 * 45_001 // 2, "b": 22_500.0}]
