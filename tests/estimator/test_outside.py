"""Storage and network: energy outside the machine."""

import pytest

import wattprint
from wattprint.domain.errors import ContradictionError, InputError, UnknownNameError
from wattprint.domain.evidence import Method
from wattprint.estimator.outside import described_outside
from wattprint.factors.conventions import convention

SAID = {"storage_tb_hours": 1000, "storage_kind": "ssd", "network_gb": 500}


def test_storage_is_terabyte_hours_and_network_gigabytes():
    # 1000 TB-h x 1.2 W/TB = 1.2 kWh (0.5 to 5); 500 GB x 0.001 = 0.5 kWh (0.1 to 30).
    storage, network = described_outside(**SAID).parts()
    assert storage.energy_kwh.as_tuple() == pytest.approx((1.2, 0.5, 5), rel=1e-9)
    assert network.energy_kwh.as_tuple() == pytest.approx((0.5, 0.1, 30), rel=1e-9)
    assert (storage.method, network.method) == (Method.MODELLED, Method.MODELLED)
    assert network.equations[0].numbers == "500 GB x 0.001 kWh/GB"


def test_done_twice_it_is_twice_as_much():
    once, twice = (described_outside(**SAID).parts(times) for times in (1, 2))
    for one, two in zip(once, twice, strict=True):
        assert two.energy_kwh.value == pytest.approx(2 * one.energy_kwh.value, rel=1e-12)


def test_a_kind_that_was_not_said_spans_both():
    (either,) = described_outside(storage_tb_hours=1000).parts()
    for kind in ("ssd", "hdd"):
        amount = convention(f"storage_{kind}_w_per_tb").amount
        assert either.energy_kwh.low <= amount.low
        assert amount.high <= either.energy_kwh.high


def test_what_was_not_said_is_missing():
    assert described_outside().parts() == ()
    assert described_outside(network_gb=5).made() == ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"storage_tb_hours": -1}, "storage_tb_hours is -1"),
        ({"network_gb": float("inf")}, "network_gb is inf"),
        ({"storage_kind": "ssd"}, "storage_kind is 'ssd' of nothing"),
    ],
)
def test_what_is_none_of_it_is_refused_by_name(said, message):
    with pytest.raises(InputError, match=message):
        described_outside(**said)


def test_a_kind_of_storage_that_there_is_none_of_is_refused():
    with pytest.raises(UnknownNameError, match="storage_kind is 'tape'; expected one of hdd, ssd"):
        described_outside(storage_tb_hours=1, storage_kind="tape")


def test_it_is_it_energy_without_losses_of_the_machines_supply_and_with_pue():
    # 30 / 0.75 = 40 kWh at the machine's plug; + 1.2 + 0.5 = 41.7; x 2 = 83.4 kWh.
    footprint = wattprint.estimate(
        power_w=300, hours=100, supply_efficiency=0.75, pue=2, intensity=100, **SAID
    )
    assert footprint.energy_kwh.it.value == pytest.approx(41.7, rel=1e-12)
    assert footprint.components_kwh.losses.value == pytest.approx(10, rel=1e-12)
    assert footprint.energy_kwh.facility.value == pytest.approx(83.4, rel=1e-12)
    assert footprint.emissions_kg.location_based.value == pytest.approx(8.34, rel=1e-12)
    assert footprint.components_kwh.storage.value == pytest.approx(1.2, rel=1e-12)


def test_it_is_added_to_energy_given_at_the_wall():
    footprint = wattprint.estimate(energy_kwh=10, energy_at="it", **SAID)
    assert footprint.energy_kwh.it.value == pytest.approx(11.7, rel=1e-12)
    assert footprint.coverage["storage"] is Method.MODELLED


def test_the_energy_of_a_facility_holds_it_already():
    with pytest.raises(ContradictionError, match="storage is described beside energy_kwh at 'faci"):
        wattprint.estimate(energy_kwh=10, energy_at="facility", **SAID)
