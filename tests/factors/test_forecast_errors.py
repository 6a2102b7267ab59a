"""Errors of forecasts by horizon: the shipped table, and straight lines between its rows."""

import pytest

from wattprint.factors.forecast_errors import ErrorTable, HorizonError, forecast_errors

TABLE = ErrorTable([HorizonError(4, -2.0, 1.0, 0.8), HorizonError(2, -1.0, 0.5, 0.4)])


@pytest.mark.parametrize(
    ("horizon_h", "error"),
    [
        pytest.param(2, (2, -1.0, 0.5, 0.4), id="a row"),
        pytest.param(3, (3, -1.5, 0.75, 0.6), id="half way between two"),
        pytest.param(1, (2, -1.0, 0.5, 0.4), id="before the first"),
        pytest.param(99, (4, -2.0, 1.0, 0.8), id="beyond the last"),
    ],
)
def test_the_error_at_a_horizon_lies_on_the_line_between_rows(horizon_h, error):
    assert TABLE.at(horizon_h) == pytest.approx(error, rel=1e-12)


def test_forecasts_get_worse_with_the_horizon():
    errors = forecast_errors().errors
    means = [error.mean_sigmas for error in errors]
    assert means == sorted(means)
    assert all(error.low_sigmas < 0 < error.high_sigmas for error in errors)
    assert [error.horizon_h for error in errors][:3] == [1, 2, 3]
    assert errors[-1].horizon_h == 14 * 24
