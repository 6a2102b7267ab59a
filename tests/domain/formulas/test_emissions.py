"""Emissions of electricity, against published figures and by law."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.emissions import (
    location_based_emissions_g,
    market_based_emissions_g,
)

energies = st.floats(0, 1e9)
intensities = st.floats(0, 2000)
hours = st.lists(st.tuples(energies, intensities), min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("energy_kwh", "intensity", "pue", "kg", "rel"),
    [
        pytest.param(30, 500, 1.0, 15.0, 1e-12, id="0.3 kW x 100 h x 500 g"),
        pytest.param(384, 350, 1.2, 161.28, 1e-12, id="8 A100 for 120 h"),
        # Strubell et al. (2019): 0.954 lb/kWh x 201 kWh = 192 lb.
        pytest.param(201, 432.727, 1.0, 192 * 0.45359237, 0.5 / 192, id="Transformer big"),
        # Patterson et al. (2021), table 4: 1,287 MWh at 429 g = 552.1 t.
        pytest.param(1_287_000, 429, 1.0, 552_100.0, 0.05 / 552.1, id="GPT-3"),
        # Luccioni et al. (2022): 433,196 kWh at 57 g = 24.69 t.
        pytest.param(433_196, 57, 1.0, 24_690.0, 5 / 24_690, id="BLOOM"),
        pytest.param(0, 429, 1.5, 0.0, 0, id="no energy"),
        pytest.param(384, 0, 1.5, 0.0, 0, id="nothing burnt"),
    ],
)
def test_location_based_emissions_are_the_published_ones(energy_kwh, intensity, pue, kg, rel):
    grams = location_based_emissions_g([energy_kwh], [intensity], pue=pue)
    assert grams / 1000 == pytest.approx(kg, rel=rel, abs=0)


def test_each_interval_is_charged_at_its_own_intensity():
    # 1 kWh in a 400 g hour and 3 kWh in a 100 g hour: 400 + 300. The mean would say 1000.
    total = location_based_emissions_g([1.0, 3.0], [400.0, 100.0], pue=1.0)
    assert total == pytest.approx(700.0, rel=1e-12)


def test_of_no_interval_nothing_is_emitted():
    assert location_based_emissions_g([], [], pue=1.5) == 0


@given(hours=hours, share=st.floats(0, 1))
def test_splitting_an_interval_in_two_changes_nothing(hours, share):
    energy, intensity = zip(*hours, strict=True)
    split_energy = [part for kwh in energy for part in (kwh * share, kwh * (1 - share))]
    split_intensity = [g for g in intensity for _ in range(2)]
    whole = location_based_emissions_g(energy, intensity, pue=1.1)
    split = location_based_emissions_g(split_energy, split_intensity, pue=1.1)
    assert split == pytest.approx(whole, rel=1e-9, abs=1e-300)


@given(hours=hours, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_intervals_does_not_show_in_the_last_digit(hours, seed):
    shuffled = seed.sample(hours, len(hours))
    in_order, out_of_order = (
        location_based_emissions_g(*zip(*rows, strict=True), pue=1.1) for rows in (hours, shuffled)
    )
    assert in_order == out_of_order


@given(hours=hours, more=st.floats(0, 10), pue=st.floats(1, 3))
def test_more_energy_or_overhead_never_emits_less(hours, more, pue):
    energy, intensity = zip(*hours, strict=True)
    base = location_based_emissions_g(energy, intensity, pue=pue)
    assert location_based_emissions_g([e + more for e in energy], intensity, pue=pue) >= base
    assert location_based_emissions_g(energy, intensity, pue=pue + more) >= base


@pytest.mark.parametrize(
    ("used", "contracted", "factors", "grams"),
    [
        pytest.param(100.0, [60.0], [0.0], 40 * 500, id="60 of 100 kWh are covered"),
        pytest.param(100.0, [100.0], [0.0], 0, id="all of it is"),
        pytest.param(100.0, [], [], 100 * 500, id="none of it is: residual mix for all"),
        pytest.param(
            100.0, [50.0, 30.0], [20.0, 40.0], 50 * 20 + 30 * 40 + 20 * 500, id="two contracts"
        ),
        pytest.param(0.0, [], [], 0, id="no energy"),
    ],
)
def test_what_contracts_do_not_cover_is_charged_at_the_residual_mix(
    used, contracted, factors, grams
):
    got = market_based_emissions_g(used, contracted, factors, residual_g_per_kwh=500.0)
    assert got == pytest.approx(grams, rel=1e-12)


@given(used=energies, share=st.floats(0, 1), factor=intensities, residual=intensities)
def test_splitting_a_contract_in_two_changes_nothing(used, share, factor, residual):
    contract = used * share
    half = contract / 2
    one = market_based_emissions_g(used, [contract], [factor], residual_g_per_kwh=residual)
    two = market_based_emissions_g(used, [half, half], [factor] * 2, residual_g_per_kwh=residual)
    assert two == pytest.approx(one, rel=1e-12, abs=1e-300)


@given(used=energies, intensity=intensities)
def test_without_contracts_the_residual_mix_is_the_location_based_figure(used, intensity):
    market = market_based_emissions_g(used, [], [], residual_g_per_kwh=intensity)
    location = location_based_emissions_g([used], [intensity], pue=1.0)
    assert market == pytest.approx(location, rel=1e-12)


def market(used=1.0, contracted=(1.0,), factors=(1.0,), residual=1.0):
    return market_based_emissions_g(used, contracted, factors, residual_g_per_kwh=residual)


def location(energy=(1.0,), intensity=(1.0,), pue=1.0):
    return location_based_emissions_g(energy, intensity, pue=pue)


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        pytest.param(lambda bad: location(energy=[bad]), r"energy_kwh\[0\]", id="energy"),
        pytest.param(
            lambda bad: location([1.0] * 2, [1.0, bad]),
            r"carbon_intensity_g_per_kwh\[1\]",
            id="intensity",
        ),
        pytest.param(lambda bad: market(used=bad), "facility_energy_kwh", id="facility"),
        pytest.param(lambda bad: market(residual=bad), "residual_g_per_kwh", id="residual"),
        pytest.param(lambda bad: market(contracted=[bad]), r"contracted_kwh\[0\]", id="contracted"),
        pytest.param(lambda bad: market(factors=[bad]), r"contract_g_per_kwh\[0\]", id="factor"),
        pytest.param(lambda bad: location(pue=bad), "pue", id="pue"),
    ],
)
def test_a_negative_or_endless_input_is_refused_by_name_and_place(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, "):
        formula(bad)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        pytest.param(
            lambda: location([1.0, 2.0], [1.0]),
            "energy_kwh has 2, carbon_intensity_g_per_kwh has 1; expected one of each",
            id="an interval without an intensity",
        ),
        pytest.param(
            lambda: market(factors=[]),
            "contracted_kwh has 1, contract_g_per_kwh has 0; expected one of each",
            id="a contract without a factor",
        ),
        pytest.param(
            lambda: market(used=10.0, contracted=[6.0, 5.0], factors=[0.0, 0.0]),
            r"contracted_kwh adds up to 11\.0; expected at most the energy used, 10\.0 kWh",
            id="contracts for more than was used",
        ),
        pytest.param(lambda: location(pue=0.99), r"pue is 0\.99; .* 1 or more", id="pue below 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(formula, message):
    with pytest.raises(ValueError, match=message):
        formula()
