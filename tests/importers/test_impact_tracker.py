"""experiment-impact-tracker's data.json."""

import pytest

from importers.sources import IMPACT_TRACKER, records, rejected, rows_of

KIND = "experiment-impact-tracker"


def test_power_stands_for_the_time_since_the_reading_before():
    # 400 W x 1800 s + 600 W x 1800 s = 1.8 MJ = 0.5 kWh.
    (run,) = records(KIND, IMPACT_TRACKER)
    assert run.energy_kwh == pytest.approx(0.5, rel=1e-12)
    assert (run.duration_s, run.energy_at, run.emissions_g) == (3600.0, "chips", None)
    assert run.recorded_at == "2020-09-13T12:26:40Z"


def test_a_line_that_is_no_reading_is_rejected_and_the_rest_is_read():
    text = IMPACT_TRACKER + "{half\n[1]\n"
    rows, _ = rows_of(KIND, text)
    assert [row.at_line for row in rejected(KIND, text)] == [4, 5]
    assert rows[-1].energy_kwh == pytest.approx(0.5, rel=1e-12)


def test_a_time_that_goes_back_is_rejected():
    (row,) = rejected(KIND, IMPACT_TRACKER.replace("1600003600.0", "1500000000.0"))
    assert "after the reading before; expected a time later" in row.reason


def test_deeply_nested_json_is_rejected():
    assert len(rejected(KIND, IMPACT_TRACKER + "[" * 100_000 + "\n")) == 1
