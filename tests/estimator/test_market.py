"""Residual mix, what contracts leave of it, and carbon-free shares."""

import pytest

import wattprint
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.domain.interval import Range, exact
from wattprint.estimator.market import (
    carbon_free_shares,
    find_supply,
    market_based,
)
from wattprint.estimator.place import find_place
from wattprint.factors.regions import regions

GRID = find_place(intensity=350).intensity
NO_GRID = find_place().intensity


def market_kg(charged, grid=GRID, **said):
    emissions, _ = market_based(find_supply(None, grid, **said), charged, "facility energy")
    return emissions.as_tuple()


@pytest.mark.parametrize(
    ("said", "kg"),
    [
        pytest.param({"contract": "60%@0", "residual_mix": 500}, 20, id="40 kWh x 500 g"),
        pytest.param({"contract": "60@0", "residual_mix": 500}, 20, id="kWh instead of a share"),
        pytest.param({"contract": ["30%@10", "50@20"]}, 8.3, id="300 + 1000 + 20 x 350"),
        pytest.param({"residual_mix": 500}, 50, id="nothing contracted"),
        pytest.param({"contract": "100%@12"}, 1.2, id="everything contracted"),
        pytest.param({"contract": "0%@12", "residual_mix": 500}, 50, id="a contract for nothing"),
        pytest.param({"contract": " 60 % @ 0 "}, 14, id="written with spaces"),
    ],
)
def test_contracts_go_first_and_the_rest_is_charged_at_the_residual_mix(said, kg):
    # Of 100 kWh; without a residual mix the rest is charged at the grid's 350 g.
    assert market_kg(exact(100.0), **said) == pytest.approx((kg,) * 3, rel=1e-9)


def test_the_grid_stands_in_for_a_residual_mix_and_that_is_said():
    (*_, residual) = find_supply(None, GRID, contract="60%@0").evidence
    assert (residual.quantity, residual.method) == ("residual_mix", Method.ASSUMED)
    assert "no residual mix was given, this is the grid's average" in residual.note


def test_a_share_is_one_of_whatever_was_used():
    # 100 (50 to 200) kWh, half at 0 g, half at 350 g: 17.5 (8.75 to 35) kg.
    found = market_kg(Range(100.0, 50.0, 200.0), contract="50%@0")
    assert found == pytest.approx((17.5, 8.75, 35), rel=1e-9)


def test_a_contract_in_kwh_covers_no_more_than_is_used():
    # 80 kWh at 100 g. Of 50 kWh it covers all: 5 kg. Of 200 kWh: 8 + 120 x 0.35 = 50 kg.
    found = market_kg(Range(100.0, 50.0, 200.0), contract="80@100")
    assert found == pytest.approx((8 + 7, 5, 50), rel=1e-9)


def test_a_lower_bound_that_is_covered_whole_is_a_thousandth_of_the_figure():
    # 80 kWh at 0 g: of the lower bound, 50 kWh, nothing is left; a range has no bound at 0.
    value, low, high = market_kg(Range(100.0, 50.0, 200.0), contract="80@0")
    assert (value, high) == pytest.approx((7, 42), rel=1e-9)
    assert low == pytest.approx(0.007, rel=1e-9)


def test_shares_that_add_up_to_everything_leave_nothing_whatever_is_rounded():
    assert market_kg(exact(0.3), contract=["33.3%@3", "33.3%@3", "33.4%@3"]) == pytest.approx(
        (0.0009,) * 3, rel=1e-9
    )


def test_more_than_was_used_is_refused():
    with pytest.raises(
        InputError, match=r"contracted_kwh adds up to 120\.0; .*at most.*100\.0 kWh"
    ):
        market_kg(exact(100.0), contract=["60@0", "60@0"])


def test_a_rest_of_which_nothing_is_known_is_refused():
    with pytest.raises(InputError, match="contracts cover 60 % at 0 g/kWh, and nothing is known"):
        find_supply(None, NO_GRID, contract="60%@0")
    assert find_supply(None, NO_GRID, contract="100%@0").residual is None


@pytest.mark.parametrize("other", [{"contract": "5@5"}, {"residual_mix": 5}], ids=str)
def test_one_intensity_for_all_and_contracts_for_parts_cannot_both_be_true(other):
    with pytest.raises(ContradictionError, match="market_intensity is 20 and"):
        find_supply(None, GRID, market_intensity=20, **other)


def test_without_a_contract_there_is_no_market_based_figure():
    supply = find_supply(None, GRID)
    assert market_based(supply, exact(100.0), "facility energy") is None
    assert supply.evidence == ()


def test_carbon_free_shares_are_shown_hourly_and_annual_apart_and_never_in_grams():
    shares = carbon_free_shares(regions().find("gcp/europe-west1"), 2022)
    assert {share.unit for share in shares} == {"ratio"}
    assert {share.quantity for share in shares} <= {
        "carbon_free_share_hourly",
        "carbon_free_share_annual",
    }
    assert "matched hour by hour; shown, never turned into emissions" in shares[0].note
    assert carbon_free_shares(None, 2022) == ()


def test_a_carbon_free_share_changes_no_figure():
    # 100 % carbon-free over the year (aws/us-east-1, 2022), and emissions are those of the grid.
    emitted = wattprint.estimate(power_w=1000, hours=1, region="aws/us-east-1", year=2022)
    assert emitted.emissions_kg.market_based is None
    assert emitted.emissions_kg.location_based.value > 0.2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"residual_mix": -1}, "residual_mix is -1"),
        ({"market_intensity": "low"}, "market_intensity is 'low'"),
    ],
)
def test_an_impossible_intensity_is_refused_by_name(said, message):
    with pytest.raises(InputError, match=message):
        find_supply(None, GRID, **said)
