"""The parts of a footprint's energy: each component the description names, and no other."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.estimator.parts import described_parts
from wattprint.estimator.work import described_work


def parts(**inputs):
    return {part.component: part for part in described_parts(described_work(**inputs))}


@pytest.mark.parametrize(
    ("inputs", "component", "bounds"),
    [
        # 8 x 120 h x 0.4 kW = 384 kWh, from 0.30 to 1.05 of it.
        pytest.param(
            {"accelerator": "A100 SXM4 40GB", "count": 8, "hours": 120},
            "accelerator",
            (384, 115.2, 403.2),
            id="accelerators",
        ),
        # 2 x 10 h x 0.36 kW = 7.2 kWh, likewise.
        pytest.param(
            {"cpu": "EPYC 9654", "cpu_count": 2, "hours": 10}, "cpu", (7.2, 2.16, 7.56), id="CPUs"
        ),
        # 64 GB x 10 h x 0.3725 W = 238.4 Wh, from 0.048 to 0.392 W per GB.
        pytest.param(
            {"memory_gb": 64, "hours": 10}, "memory", (0.2384, 0.03072, 0.25088), id="memory"
        ),
        # 50 W x 10 h = 0.5 kWh.
        pytest.param({"static_w": 50, "hours": 10}, "static", (0.5, 0.5, 0.5), id="static"),
        # Accelerator-hours over their number are the host's hours: 960 / 8 = 120 h x 50 W = 6 kWh.
        pytest.param(
            {"power_w": 400, "count": 8, "device_hours": 960, "static_w": 50},
            "static",
            (6, 6, 6),
            id="the host's hours are those by the clock",
        ),
        pytest.param(
            {"power_w": 400, "hours": 10, "repeats": 5}, "accelerator", (20, 20, 20), id="repeats"
        ),
        pytest.param(
            {"energy_kwh": 4, "energy_at": "accelerator", "repeats": 5},
            "accelerator",
            (20, 20, 20),
            id="energy that was given",
        ),
        pytest.param({"power_w": 400, "hours": 0}, "accelerator", (0, 0, 0), id="no time"),
    ],
)
def test_the_energy_of_a_part(inputs, component, bounds):
    assert parts(**inputs)[component].energy_kwh.as_tuple() == pytest.approx(bounds, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "methods"),
    [
        pytest.param({"power_w": 1, "hours": 1}, {"accelerator": "modelled"}, id="power"),
        pytest.param({"accelerator": "V100", "hours": 1}, {"accelerator": "assumed"}, id="family"),
        pytest.param(
            {
                "accelerator": "T4",
                "cpu": "EPYC 9654",
                "memory_gb": 8,
                "static_w": 5,
                "hours": 1,
            },
            {"accelerator": "modelled", "cpu": "modelled", "memory": "modelled", "static": "given"},
            id="everything",
        ),
        pytest.param(
            {"energy_kwh": 4, "energy_at": "accelerator", "hours": 1, "static_w": 5},
            {"accelerator": "given", "static": "given"},
            id="energy and static power",
        ),
        pytest.param({"energy_kwh": 4, "energy_at": "it"}, None, id="energy of all of them"),
    ],
)
def test_only_what_is_named_is_a_part(inputs, methods):
    if methods is None:
        assert parts(**{**inputs, "energy_at": "accelerator"}).keys() == {"accelerator"}
    else:
        assert {name: part.method for name, part in parts(**inputs).items()} == {
            name: Method(word) for name, word in methods.items()
        }


def test_a_part_shows_its_equation_with_its_numbers():
    part = parts(accelerator="A100 SXM4 40GB", count=8, hours=120, repeats=2)["accelerator"]
    (equation,) = part.equations
    assert equation == (
        "accelerator energy",
        "device-hours x accelerator tdp x utilization x repeats",
        "960 device-hours x 400 W x 1 x 2",
        "768 kWh (230-806)",
    )
    assert [reason.quantity for reason in part.evidence] == [
        "accelerator_tdp",
        "utilization",
        "device_hours",
    ]
