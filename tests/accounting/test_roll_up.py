"""Sums of jobs by their columns."""

import pytest

from accounting.made import HOUR, JAN_2024, accounted, made_row
from wattprint.accounting.account import checked_keys
from wattprint.accounting.site import site_of
from wattprint.accounting.statements import DIMENSIONS
from wattprint.domain.errors import InputError, UnknownNameError

SITE = site_of({"zone": "DE"})


@pytest.mark.parametrize(
    ("month", "quarter"),
    [
        (202401, 20241),
        (202403, 20241),
        (202404, 20242),
        (202409, 20243),
        (202410, 20244),
        (202412, 20244),
        (0, 0),
    ],
)
def test_a_quarter_is_that_of_its_month(tmp_path, month, quarter):
    account, _ = accounted([made_row(1, month=month)], tmp_path, SITE)
    assert [row["quarter"] for row in account.by(["quarter"])] == [quarter]


def test_a_quarter_takes_its_year_from_the_month(tmp_path):
    # It began in 2023 by UTC, and in January 2024 where the site is.
    row = made_row(1, start_s=JAN_2024 - HOUR // 2, year=2023, month=202401)
    account, _ = accounted([row], tmp_path, SITE)
    assert account.by(["quarter"])[0]["quarter"] == 20241


def test_rows_come_in_the_order_of_their_keys(tmp_path):
    rows = [made_row(i, account=name) for i, name in enumerate(["b", "a", "c", "a"])]
    account, _ = accounted(rows, tmp_path, SITE)
    assert [(row["account"], row["jobs"]) for row in account.by(["account"])] == [
        ("a", 2),
        ("b", 1),
        ("c", 1),
    ]


def test_jobs_can_be_rolled_up_by_every_column(tmp_path):
    account, _ = accounted([made_row(1)], tmp_path, SITE)
    for key in DIMENSIONS:
        assert account.by([key])[0]["jobs"] == 1, key


def test_what_is_not_known_comes_last(tmp_path):
    rows = [made_row(i, account=name) for i, name in enumerate([None, "b", "a"])]
    account, _ = accounted(rows, tmp_path, SITE)
    assert [row["account"] for row in account.by(["account"])] == ["a", "b", None]


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (["user"], ("user_name",)),
        (["user_name", "partition"], ("user_name", "partition_name")),
        ([" month "], ("month",)),
        ([], ()),
    ],
)
def test_columns_have_short_names(given, columns):
    assert checked_keys(given) == columns


@pytest.mark.parametrize("given", [["user", "user"], ["user", "user_name"]])
def test_the_same_column_twice_is_refused(given):
    with pytest.raises(InputError, match="expected each name once"):
        checked_keys(given)


@pytest.mark.parametrize("given", ["acount", "job_id; DROP TABLE jobs", "", "quarters"])
def test_an_unknown_column_is_refused_with_the_nearest(given):
    with pytest.raises(UnknownNameError, match="expected one of accelerator, account"):
        checked_keys([given])


def test_a_roll_up_without_keys_is_one_row(tmp_path):
    account, _ = accounted([made_row(1), made_row(2)], tmp_path, SITE)
    assert [row["jobs"] for row in account.by([])] == [2]
