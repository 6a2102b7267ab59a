"""A dashboard over thousands of years answers, in as few steps as have something."""

from datetime import date

import pytest

from hub.members import filled, sent, signed_in
from wattprint.charts.calendar import MOST_FILLED
from wattprint.charts.calendar import filled as all_periods
from wattprint.hub import periods

CHARTS = ("over-time", "waste", "intensity", "carbon-aware")
PARTS = ("", *(f"/charts/{name}.json" for name in CHARTS))


@pytest.mark.parametrize("step", ["", "day", "month"])
@pytest.mark.parametrize(
    "days",
    [
        *("from=2026-01-01&to=9999-12-31", "from=1975-01-01&to=5000-01-01"),
        *("from=1970-01-01&to=9999-12-31", "from=9999-12-31&to=9999-12-31", "to=9999-12-31"),
    ],
)
def test_a_dashboard_over_thousands_of_years_answers(database, days, step):
    rows = [sent(day) for day in ("1970-01-01", "2026-05-01", "2199-12-31")]
    for row in rows:
        row["record"]["started_at"] = f"{row['record']['id']}T12:00:00Z"
    hub, token = filled(database, *rows)
    browser = signed_in(hub, token)
    asked = {part: browser.get(f"/dashboard{part}?{days}&step={step}") for part in PARTS}
    assert {part: got.status_code for part, got in asked.items()} == dict.fromkeys(PARTS, 200)
    # 230 years are 84,000 days: rows of them all would be megabytes.
    assert max(len(got.text) for got in asked.values()) < 2_000_000


def test_a_time_that_is_longer_than_all_before_it_is_compared_with_nothing():
    today = date(2026, 5, 28)
    for first, last in (("2026-01-01", "9999-12-31"), ("1975-01-01", "5000-01-01")):
        days = date.fromisoformat(first), date.fromisoformat(last)
        assert periods.chosen("", *days, today=today, earliest=today).before is None
    # 3 to 4 January 1970 are compared with 1 and 2 January, the first days that there are.
    days = date(1970, 1, 3), date(1970, 1, 4)
    before = periods.chosen("", *days, today=today, earliest=today).before
    assert before.days == (0, 1)


def test_periods_without_anything_are_filled_in_up_to_eleven_years_of_days():
    assert len(all_periods(["2001-01-01", "2011-12-14"])) == MOST_FILLED
    assert len(all_periods(["2001-01-01", "2011-12-15"])) == 2
    assert len(all_periods(["1970-01", "2200-12"])) == 231 * 12
