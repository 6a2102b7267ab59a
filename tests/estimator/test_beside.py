"""What is accounted for beside the machine's energy, and the laws that hold for all of it."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wattprint
from wattprint.domain.coverage import missing
from wattprint.domain.evidence import Method

YEAR_H = 24 * 365.2425


def test_eight_a100_are_as_before_and_their_making_stands_beside():
    # 161.28 kg (48.384 to 169.344); 165.5 kg x 960 h / (4 x 8765.82 h x 0.85) = 5.331 kg.
    footprint = wattprint.estimate(accelerator="A100", count=8, hours=120, pue=1.2, intensity=350)
    emitted = footprint.emissions_kg
    assert emitted.location_based.as_tuple() == pytest.approx((161.28, 48.384, 169.344), rel=1e-9)
    assert emitted.embodied.value == pytest.approx(165.5 * 960 / (4 * YEAR_H * 0.85), rel=1e-9)
    assert "embodied" not in missing(footprint.coverage)


@pytest.mark.parametrize(
    "work",
    [
        pytest.param({"power_w": 300, "hours": 100}, id="a power"),
        pytest.param({"energy_kwh": 30, "energy_at": "it"}, id="an energy"),
        pytest.param({"cpu": "EPYC 7742", "hours": 5, "storage_tb_hours": 9}, id="no accelerator"),
        pytest.param(
            {"energy_kwh": 30, "energy_at": "accelerator", "accelerator": "A100"}, id="no hours"
        ),
    ],
)
def test_what_was_made_is_missing_where_nobody_knows_it(work):
    footprint = wattprint.estimate(**work)
    assert footprint.emissions_kg.embodied is None
    assert footprint.coverage["embodied"] is Method.MISSING


def test_energy_with_hardware_and_hours_has_its_making():
    work = {"energy_kwh": 30, "energy_at": "facility", "accelerator": "H100", "device_hours": 100}
    embodied = wattprint.estimate(**work).emissions_kg.embodied
    assert embodied.value == pytest.approx(164 * 100 / (4 * YEAR_H * 0.85), rel=1e-9)


@pytest.mark.parametrize(
    ("host", "machine_kg", "memory_kg"),
    [
        # A p4d.24xlarge less its GPUs, with the memory that it has.
        ("8-accelerator-server", 3476.79, 0),
        # Of two desktops, 207 and 461 kg, the middle; 1024 GB x 1.3875 kg beside it.
        ("workstation", 334, 1.3875 * 1024),
    ],
)
def test_the_class_of_the_machine_adds_its_making_and_memory_that_is_not_in_it(
    host, machine_kg, memory_kg
):
    # 8 GPUs of 164 kg for 100 h on one machine.
    work = {"accelerator": "H100", "count": 8, "hours": 100, "memory_gb": 1024}
    life = {"lifetime_years": 4, "lifetime_use": 1}
    footprint = wattprint.estimate(host=host, **work, **life)
    kg_hours = 164 * 800 + machine_kg * 100 + memory_kg * 100
    assert footprint.emissions_kg.embodied.value == pytest.approx(kg_hours / (4 * YEAR_H), rel=1e-9)
    assert "host_embodied" in [row.quantity for row in footprint.evidence if row.amount]


def test_repeats_are_charged_their_hours():
    once = wattprint.estimate(accelerator="A100", hours=10)
    thrice = wattprint.estimate(accelerator="A100", hours=10, repeats=3)
    assert thrice.emissions_kg.embodied.value == pytest.approx(
        3 * once.emissions_kg.embodied.value, rel=1e-12
    )


def bounds(footprint):
    """Every figure of a footprint, as (value, low, high) by name."""
    water = {name: getattr(footprint.water_l, name) for name in ("site", "grid", "total")}
    blocks = (
        footprint.energy_kwh._asdict(),
        footprint.components_kwh._asdict(),
        footprint.emissions_kg._asdict(),
        footprint.resources._asdict(),
        water,
    )
    return {
        f"{i} {name}": figure.as_tuple()
        for i, block in enumerate(blocks)
        for name, figure in block.items()
        if figure is not None
    }


WORK = {
    "accelerator": "H100 SXM5",
    "count": 4,
    "hours": 100.0,
    "memory_gb": 512,
    "pue": 1.2,
    "intensity": 300.0,
    "wue": 0.5,
    "grid_water": 2.0,
    "storage_tb_hours": 100.0,
    "network_gb": 100.0,
    "contract": "20%@50",
}
UP = {
    "hours": st.floats(100, 1e6),
    "count": st.integers(4, 10_000),
    "pue": st.floats(1.2, 10),
    "intensity": st.floats(300, 10_000),
    "wue": st.floats(0.5, 1000),
    "grid_water": st.floats(2, 1000),
    "storage_tb_hours": st.floats(100, 1e9),
    "network_gb": st.floats(100, 1e9),
    "repeats": st.floats(1, 1e6),
}


@lru_cache(maxsize=1)
def before_more():
    return bounds(wattprint.estimate(**WORK))


@pytest.mark.parametrize("name", UP)
@given(data=st.data())
def test_more_of_anything_never_lowers_a_bound(name, data):
    less = before_more()
    more = bounds(wattprint.estimate(**{**WORK, name: data.draw(UP[name])}))
    assert less.keys() == more.keys()
    for figure, before in less.items():
        for was, became in zip(before, more[figure], strict=True):
            assert became >= was * (1 - 1e-12), figure


@given(years=st.floats(0.1, 50), use=st.floats(0.01, 1))
def test_a_longer_or_busier_life_charges_less_of_making(years, use):
    shortest = wattprint.estimate(
        accelerator="A100", hours=1, lifetime_years=0.1, lifetime_use=0.01
    ).emissions_kg.embodied
    found = wattprint.estimate(
        accelerator="A100", hours=1, lifetime_years=years, lifetime_use=use
    ).emissions_kg.embodied
    assert found.high <= shortest.high * (1 + 1e-12)
    assert found.low <= shortest.low * (1 + 1e-12)
