"""One suite for all engines: the same text gives the same figures, to the last digit.

Values are equal. Bounds may differ by one in the last place of a joule, microgram or microlitre:
`exp` and `ln` of two engines differ in the last digit of a double, and where that falls on a half
the whole number beside it is taken. Beyond 10^12 that is the 1e-12 that is allowed.
"""

import duckdb
import pytest

from accounting.made import (
    JAN_2024,
    assert_same,
    by_reference,
    kinds_of,
    made_row,
    made_series,
    seeded_rows,
    written,
)
from accounting.test_text import SITE, of_hours, within_years
from wattprint.accounting.account import Asked, account
from wattprint.accounting.factor_columns import hold_factors
from wattprint.accounting.rollups import roll_ups
from wattprint.domain.errors import InputError

OTHERS = ("spark", "postgresql")
ALL = ("duckdb", *OTHERS)
TEXTS = ('a,"b"', "line\nbreak", "\\N", "", None, "Å ß 電", "tab\t'")
"""Names that a format of text may break."""
SERIES = {
    "yearly": None,
    "hourly": made_series([300 + i % 97 for i in range(600 * 24)], start_s=JAN_2024),
    "with gaps": of_hours(),
}
CASES = tuple(SERIES)


def rows_of(case):
    rows = seeded_rows(500, seed=7, kinds=4)
    dressed = [row | {"user_name": TEXTS[i % len(TEXTS)]} for i, row in enumerate(rows)]
    return within_years(dressed) if case == "with gaps" else dressed


@pytest.fixture(scope="package")
def made(tmp_path_factory):
    """Jobs of every case in three files each, in folders with signs that a path may have."""
    folder = tmp_path_factory.mktemp("jobs {1} [of] *")
    return {
        case: [written(rows_of(case)[i::3], folder / f"{case} {i}.parquet") for i in range(3)]
        for case in CASES
    }


@pytest.fixture(scope="package")
def by_engine():
    """What was accounted for already, by engine and case."""
    return {}


@pytest.fixture
def accounted(engine_of, made, by_engine, tmp_path_factory):
    def of(name, case):
        if (name, case) not in by_engine:
            engine = engine_of(name)
            series = SERIES[case]
            find = None if series is None else lambda *_: series
            asked = Asked(made[case], kinds_of(rows_of(case)), SITE, find)
            path = tmp_path_factory.mktemp("figures [1]") / "jobs.parquet"
            found = account(asked, engine, path)
            rows = engine.rows("SELECT * FROM footprints")
            wanted = [(), ("account", "quarter"), ("user_name",), ("method", "year")]
            by_engine[name, case] = {
                "account": found,
                "rows": {row["job_id"]: row for row in rows},
                "sums": roll_ups(engine, wanted, SITE),
            }
        return by_engine[name, case]

    return of


def is_bound(column):
    return "_low_" in column or "_high_" in column


def is_close(got, want):
    return got == want or abs(got - want) <= max(1, 1e-12 * want)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OTHERS)
def test_every_figure_is_that_of_duckdb(name, case, accounted):
    ours, theirs = accounted("duckdb", case)["rows"], accounted(name, case)["rows"]
    assert theirs.keys() == ours.keys()
    for job, row in ours.items():
        assert list(theirs[job]) == list(row)
        values = {key: amount for key, amount in row.items() if not is_bound(key)}
        assert {key: theirs[job][key] for key in values} == values
        assert all(is_close(theirs[job][key], row[key]) for key in row if key not in values)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ALL)
def test_every_figure_is_that_of_the_reference(name, case, accounted):
    found = accounted(name, case)
    for row in rows_of(case):
        expected = by_reference(row, found["account"], SERIES[case])
        assert_same(found["rows"][row["job_id"]], expected)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OTHERS)
def test_sums_are_those_of_duckdb(name, case, accounted):
    ours, theirs = accounted("duckdb", case)["sums"], accounted(name, case)["sums"]
    for keys, expected in ours.items():
        for got, want in zip(theirs[keys], expected, strict=True):
            assert [got[key] for key in keys] == [want[key] for key in keys]
            for column, amount in want.items():
                # Up to one for each of some 500 jobs.
                slack = 500 if is_bound(column) else 0
                assert type(got[column]) is type(amount)
                assert got[column] == amount or abs(got[column] - amount) <= slack, column


@pytest.mark.parametrize("name", ALL)
def test_a_factor_of_all_jobs_is_the_same_number_in_the_text(name, engine_of):
    engine = engine_of(name)
    common = {"pue": 1 / 3, "supply_up_sq": 5e-300, "cpu_w": 0.1 + 0.2, "is_meter_at_wall": 1}
    rows = [
        {"factor_key": key, **common, "market_ug_per_j": None, "accelerator_w": watts}
        for key, watts in ((12024, 400.0), (22024, 700.0))
    ]
    columns = hold_factors(engine, rows)
    assert columns.differing == ("factor_key", "accelerator_w")
    (found,) = engine.rows("SELECT " + ", ".join(f"{v} AS {n}" for n, v in columns.alike.items()))
    assert found == {**common, "market_ug_per_j": None}


@pytest.mark.parametrize("name", ALL)
def test_the_parquet_holds_what_the_engine_holds(name, accounted):
    found = accounted(name, "yearly")
    path = found["account"].path
    pattern = str(path / "*.parquet" if path.is_dir() else path).replace("[1]", "[[]1]")
    with duckdb.connect() as connection:
        kept = connection.sql(f"SELECT * FROM read_parquet('{pattern}')")
        rows = [dict(zip(kept.columns, row, strict=True)) for row in kept.fetchall()]
    assert {row["job_id"]: row for row in rows} == found["rows"]


@pytest.mark.parametrize("name", ALL)
def test_a_job_beyond_the_largest_whole_number_is_refused_and_nothing_is_kept(
    name, engine_of, tmp_path
):
    # 1e9 accelerators for 1e9 s at hundreds of watts: 1e20 J and more, where 2^63 is 9.2e18.
    row = made_row(1, gpus=1e9, elapsed_s=10**9, end_s=JAN_2024 + 10**9)
    parts = [written([row], tmp_path / "jobs.parquet")]
    kept = tmp_path / "kept.parquet"
    with pytest.raises(InputError, match=r"a job's figures are beyond 2\^63 .*; expected jobs of"):
        account(Asked(parts, kinds_of([row]), SITE), engine_of(name), kept)
    assert not kept.exists()
