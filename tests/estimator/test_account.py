"""From parts and a place to a footprint: the boundaries, and the equations beside them."""

from math import exp, hypot, log

import pytest

from wattprint.domain.coverage import missing
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Components, Energy
from wattprint.domain.interval import Range, exact
from wattprint.estimator.account import EQUIVALENCES, Account
from wattprint.estimator.parts import Part
from wattprint.estimator.place import find_place
from wattprint.estimator.reckoning import Reckoning

GPUS = Part("accelerator", Range(380.0, 190.0, 400.0), Method.MODELLED)
CPUS = Part("cpu", Range(52.0, 40.0, 67.0), Method.MEASURED)
PLACE = {"intensity": 350, "pue": 1.2}


def supply(efficiency):
    return Evidence.given("supply_efficiency", exact(efficiency), "ratio")


def account(**place):
    return Account(find_place(**place), {"said": "so"})


def test_it_energy_adds_components_whose_errors_have_nothing_to_do_with_each_other():
    # 380 + 52 = 432. Down: hypot(190, 12) = 190.38; up: hypot(20, 15) = 25: 241.62 to 457.
    footprint = account().of_parts([GPUS, CPUS])
    low = 432 - hypot(190, 12)
    assert footprint.energy_kwh.it.as_tuple() == pytest.approx((432, low, 457), rel=1e-9)
    assert footprint.energy_kwh.accelerator == GPUS.energy_kwh
    assert footprint.components_kwh == Components(GPUS.energy_kwh, CPUS.energy_kwh)


def test_hours_that_are_off_are_so_for_all_parts_of_the_chips_too():
    # All hours may be half or twice: the half-widths add, of the chips as of the machine.
    off = Reckoning(hours_ratio=Range(1.0, 0.5, 2.0))
    energy = Account(find_place(), {}, reckoned=off).of_parts([GPUS, CPUS]).energy_kwh
    assert energy.chips == energy.it
    assert energy.chips.as_tuple() == pytest.approx((432, 230, 467), rel=1e-12)


def test_the_supply_loses_what_it_does_not_pass_on():
    # 432 / 0.9 = 480 at the wall, of which 48 are lost.
    footprint = account().of_parts([GPUS, CPUS], supply=supply(0.9))
    assert footprint.energy_kwh.it.value == pytest.approx(480, rel=1e-12)
    assert footprint.components_kwh.losses.value == pytest.approx(48, rel=1e-12)
    assert footprint.coverage["supply_losses"] is Method.GIVEN
    assert "(380 kWh + 52 kWh) / 0.9" in [equation.numbers for equation in footprint.equations]


def test_a_part_is_at_most_the_whole_that_a_calibration_knows_better():
    # Chips by a model, 100 kWh (38-410); the plug by a calibration, 140 / 0.9 = 155.6 (140-170).
    modelled = Part("cpu", Range(100.0, 38.0, 410.0), Method.MODELLED)
    around = Part("static", exact(40.0), Method.MODELLED)
    energy = (
        account()
        .of_parts([modelled, around], supply=supply(0.9), wall=Range(155.6, 140.0, 170.0))
        .energy_kwh
    )
    assert energy.it.high == 170
    assert energy.chips == Range(100.0, 38.0, 170.0)


def test_a_perfect_supply_loses_nothing_and_that_is_not_missing():
    losses = account().of_parts([GPUS], supply=supply(1.0)).components_kwh.losses
    assert losses == exact(0.0)


def test_the_worked_value_of_the_design_is_exact():
    # 8 x 0.4 kW x 120 h = 384 kWh, x PUE 1.2 = 460.8 kWh, x 350 g = 161.28 kg.
    footprint = account(**PLACE).of_parts([Part("accelerator", exact(384.0), Method.GIVEN)])
    assert footprint.energy_kwh.facility.as_tuple() == pytest.approx((460.8,) * 3, rel=1e-12)
    emitted = footprint.emissions_kg.location_based
    assert emitted.as_tuple() == pytest.approx((161.28,) * 3, rel=1e-12)
    assert [(equation.formula, equation.numbers) for equation in footprint.equations] == [
        ("accelerator", "384 kWh"),
        ("IT energy x PUE", "384 kWh x 1.2"),
        ("facility energy x intensity", "460.8 kWh x 350 gCO2e/kWh"),
    ]


def test_independent_factors_widen_emissions_in_quadrature():
    # Energy 100 (50 to 200), intensity of a zone: the log-ratios of both add in quadrature.
    place = find_place(zone="FR", year=2021)
    part = Part("accelerator", Range(100.0, 50.0, 200.0), Method.MODELLED)
    emitted = Account(place, {}).of_parts([part]).emissions_kg.location_based
    grid = place.intensity.amount
    up = hypot(log(2), log(grid.high / grid.value))
    assert emitted.value == pytest.approx(5.98, rel=1e-12)
    assert emitted.high == pytest.approx(5.98 * exp(up), rel=1e-9)


@pytest.mark.parametrize(
    ("place", "charged", "kg"),
    [
        pytest.param({"intensity": 100}, "IT energy", 10.0, id="without PUE, and it is said"),
        pytest.param({"intensity": 100, "pue": 1.5}, "facility energy", 15.0, id="with PUE"),
    ],
)
def test_emissions_are_those_of_the_widest_boundary_known(place, charged, kg):
    footprint = account(**place).of_parts([Part("cpu", exact(100.0), Method.MEASURED)])
    assert footprint.emissions_kg.location_based.value == pytest.approx(kg, rel=1e-12)
    assert footprint.equations[-1].formula == f"{charged} x intensity"
    assert ("facility_overhead" in missing(footprint.coverage)) == (charged == "IT energy")


def test_without_a_place_there_is_energy_and_no_emissions():
    footprint = account().of_parts([GPUS])
    assert footprint.energy_kwh == Energy(*[GPUS.energy_kwh] * 3, None)
    assert footprint.emissions_kg == (None, None, None)
    assert footprint.equivalents == ()


def test_without_a_part_energy_is_missing_and_not_zero():
    footprint = account(zone="FR", pue=1.2).of_parts([])
    assert footprint.energy_kwh == Energy()
    assert footprint.emissions_kg == (None, None, None)
    assert set(footprint.coverage.values()) == {Method.MISSING}


def test_location_based_and_market_based_stand_side_by_side():
    # 100 kWh: at 350 g 35 kg, at a contract of 20 g 2 kg; neither is taken from the other.
    part = Part("accelerator", exact(100.0), Method.GIVEN)
    emitted = account(intensity=350, market_intensity=20).of_parts([part]).emissions_kg
    assert emitted.location_based.value == pytest.approx(35, rel=1e-12)
    assert emitted.market_based.value == pytest.approx(2, rel=1e-12)
    assert emitted.embodied is None


def test_a_contract_alone_says_nothing_of_the_grid():
    part = Part("accelerator", exact(100.0), Method.GIVEN)
    emitted = account(market_intensity=0).of_parts([part]).emissions_kg
    assert (emitted.location_based, emitted.market_based) == (None, exact(0.0))


def test_energy_at_the_wall_covers_all_it_equipment():
    # 10 kWh, done 3 times, x 1.2 x 350 g = 12.6 kg.
    footprint = account(**PLACE).of_it_energy(10.0, repeats=3)
    assert footprint.energy_kwh.it == exact(30.0)
    assert footprint.emissions_kg.location_based.value == pytest.approx(12.6, rel=1e-12)
    assert missing(footprint.coverage) == ("storage", "network", "embodied", "water")
    assert footprint.components_kwh == Components()


@pytest.mark.parametrize(
    ("place", "it_kwh"), [({}, None), ({"pue": 1.2}, 25.0)], ids=["no PUE", "30 / 1.2"]
)
def test_energy_of_the_facility_contains_its_overhead(place, it_kwh):
    # 30 kWh x 350 g = 10.5 kg whatever the PUE, which is inside already.
    footprint = account(intensity=350, **place).of_facility_energy(30.0, repeats=1)
    assert footprint.energy_kwh.facility == exact(30.0)
    assert footprint.emissions_kg.location_based.value == pytest.approx(10.5, rel=1e-12)
    assert footprint.coverage["facility_overhead"] is Method.GIVEN
    assert (footprint.energy_kwh.it and footprint.energy_kwh.it.value) == it_kwh
    # A PUE is not missed where it is not needed.
    assert ("pue" in [figure.quantity for figure in footprint.evidence]) == bool(place)


def test_an_uncertain_pue_divides_as_widely_as_it_multiplies():
    # PUE 1.2 (1.1484 to 1.4544): 30 / 1.2 = 25, from 30 / 1.4544 to 30 / 1.1484.
    place = find_place(region="oracle/eu-frankfurt-1", pue="provider")
    it = Account(place, {}).of_facility_energy(30.0, 1).energy_kwh.it
    pue = place.pue.amount
    expected = (30 / pue.value, 30 / pue.high, 30 / pue.low)
    assert it.as_tuple() == pytest.approx(expected, rel=1e-9)


def test_emissions_are_put_in_terms_of_everyday_life():
    footprint = account(intensity=100).of_parts([Part("cpu", exact(1000.0), Method.GIVEN)])
    assert [equivalent.quantity for equivalent in footprint.equivalents] == list(EQUIVALENCES)
    for equivalent in footprint.equivalents:
        # 1000 kWh x 100 g = 100 kg.
        assert equivalent.amount.value * equivalent.kg_per_unit == pytest.approx(100, rel=1e-9)


def test_a_footprint_keeps_what_was_said_and_the_tables_it_used():
    footprint = account().of_parts([GPUS])
    assert footprint.work == {"said": "so"}
    assert footprint.factor_set.keys() == {"version", "sha256"}
