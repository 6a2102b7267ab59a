"""Making an accelerator, added up from its parts."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.estimator.bottom_up import bottom_up
from wattprint.factors.accelerators import accelerators
from wattprint.factors.conventions import convention

ALL = accelerators().entries
V100 = next(entry for entry in ALL if entry.name == "NVIDIA V100 SXM2 32GB")


def test_a_known_chip_is_die_memory_and_board():
    # 815 mm2 at 12 nm (14 in ACT): 1.2 x 0.583 + 0.1625 + 0.5 = 1.3621 kg/cm2; x 8.15 / 0.875 =
    # 12.687 kg. 32 GB x 0.86 = 27.52 kg. 300 W x 0.077 = 23.1 kg. Together 63.307 kg.
    found = bottom_up(V100)
    assert found.embodied_kg.value == pytest.approx(63.307, rel=1e-4)
    assert found.method is Method.MODELLED


def test_the_bounds_are_those_of_all_parts_at_once():
    # Low: (1.2 x 0.38 + 0.125 + 0.5) x 8.15 / 0.95 = 9.274; 32 x 0.3 = 9.6; 300 x 0.03 = 9.
    # High: (1.2 x 0.7 + 0.2 + 0.5) x 8.15 / 0.45 = 27.891; 32 x 3.1 = 99.2; 300 x 0.4 = 120.
    found = bottom_up(V100).embodied_kg
    assert found.low == pytest.approx(9.274 + 9.6 + 9, rel=1e-4)
    assert found.high == pytest.approx(27.891 + 99.2 + 120, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"die_mm2": None}, "654 mm2 by its power", id="area"),
        pytest.param({"die_mm2": None, "tdp_w": None}, "814 mm2, as others", id="area and power"),
        pytest.param({"tdp_w": None}, "300 W, as others have", id="power"),
        pytest.param({"process_nm": None}, "node not published", id="node"),
        pytest.param({"memory_gb": None}, "no memory beside the die", id="memory"),
    ],
)
def test_what_is_not_published_is_said_and_assumed(changes, words):
    found = bottom_up(V100._replace(**changes))
    assert words in found.note
    assert found.method is Method.ASSUMED


def test_an_unknown_node_is_as_wide_as_all_nodes():
    known, unknown = bottom_up(V100), bottom_up(V100._replace(process_nm=None))
    assert unknown.embodied_kg.low < known.embodied_kg.low
    assert unknown.embodied_kg.high > known.embodied_kg.high


def test_memory_on_the_die_is_not_counted_twice():
    on_die = bottom_up(V100._replace(memory_type="SRAM")).embodied_kg
    memory = convention("hbm_memory_embodied").amount.value * 32
    assert bottom_up(V100).embodied_kg.value - on_die.value == pytest.approx(memory, rel=1e-9)


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.name)
def test_every_accelerator_has_a_figure_with_a_width(part):
    amount = bottom_up(part).embodied_kg
    # The most is a whole wafer of 23 kW, 45 of 100 good.
    assert 0 < amount.low < amount.value < amount.high < 13_000
