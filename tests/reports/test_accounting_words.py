"""Rows, periods and savings of a cluster's page, by hand."""

import pytest

import wattprint
from made_logs import MEASURED, sacct_log
from wattprint.accounting.summary import Amount
from wattprint.reports.consumers import Line, mass_words, together, with_rest
from wattprint.reports.times import by_quarter, filled, lines_over_time


def line(label, kwh=1.0, kg=None, jobs=1):
    amount = Amount(kwh, kwh / 2, kwh * 2)
    return Line(label, jobs, 2.0, 3.0, amount, None if kg is None else Amount(kg, kg, kg))


def test_what_is_not_among_the_first_is_one_row_with_its_bounds_added():
    lines = [line(f"user {i}", kwh=10.0 - i, kg=1.0) for i in range(5)]
    *_, rest = with_rest(lines, 2)
    # 8 + 7 + 6 kWh, from half to twice of it.
    assert (rest.label, rest.jobs) == ("3 others", 3)
    assert rest.facility_kwh == Amount(21.0, 10.5, 42.0)
    assert rest.location_kg == Amount(3.0, 3.0, 3.0)


def test_one_more_than_the_most_has_its_own_name():
    lines = [line(f"user {i}") for i in range(3)]
    assert with_rest(lines, 2) == lines


def test_what_has_no_place_adds_nothing_to_what_has_one():
    whole = together("both", [line("placed", kg=2.0), line("not placed")])
    assert whole.location_kg == Amount(2.0, 2.0, 2.0)
    assert whole.facility_kwh.value == 2.0


def test_months_without_a_job_are_there_and_jobs_without_a_time_are_last():
    lines = filled([line("(not in the log)"), line("2023-11"), line("2024-02")], "month")
    labels = ["2023-11", "2023-12", "2024-01", "2024-02", "(not in the log)"]
    assert [one.label for one in lines] == labels
    assert [one.jobs for one in lines] == [1, 0, 0, 1, 1]


def test_days_are_filled_over_the_end_of_a_leap_month():
    lines = filled([line("2024-02-28"), line("2024-03-01")], "day")
    assert [one.label for one in lines] == ["2024-02-28", "2024-02-29", "2024-03-01"]


def test_a_stray_day_does_not_draw_years_of_nothing(tmp_path):
    rows = (MEASURED[0], MEASURED[1].replace("2024-05-10", "2027-05-10"))
    report = wattprint.account(sacct_log(tmp_path / "sacct.txt", *rows), by="day").report
    period, lines = lines_over_time(report)
    # February 2024 to May 2027 are 40 months, 14 quarters.
    assert (period, len(lines)) == ("quarter", 14)
    assert sum(one.jobs for one in lines) == 2


def test_quarters_are_sums_of_their_months():
    months = [line("2024-03", kwh=1.0), line("2024-04", kwh=2.0), line("2024-05", kwh=4.0)]
    found = {one.label: one.facility_kwh.value for one in by_quarter(months)}
    assert found == {"2024-Q1": 1.0, "2024-Q2": 6.0}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Amount(33_200.0, 12_600.0, 54_200.0), "33.2 t (12.6-54.2)"),
        (Amount(2.0, 2.0, 2.0), "2 kg"),
        (None, "-"),
    ],
)
def test_a_mass_stands_in_a_column_that_says_of_what(amount, words):
    assert mass_words(amount) == words
