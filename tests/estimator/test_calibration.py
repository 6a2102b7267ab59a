"""A machine's static power and supply efficiency, from readings whose truth is known."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import WHOLE_PROOF
from wattprint.domain.errors import InputError
from wattprint.estimator.calibration import calibrate
from wattprint.estimator.line_fit import Line, Point, distance, robust_line
from wattprint.estimator.wall_readings import WallReading, display_step_kwh

DRAWS = 600 if WHOLE_PROOF else 60
STEP_J = 3600.0


def wall_j(chip_w, duration_s=600.0, *, static_w=40.0, efficiency=0.8):
    """What a machine draws: (chips + static) / efficiency x time."""
    return (chip_w + static_w) / efficiency * duration_s


def exact_readings(*chip_powers_w, **machine):
    """Readings without any error, each of 600 s."""
    return [
        WallReading(600.0, chip_w * 600, wall_j(chip_w, **machine), f"line {i + 2}")
        for i, chip_w in enumerate(chip_powers_w)
    ]


LOADS_W = (40.0, 90.0, 140.0, 190.0, 240.0, 290.0)


def test_readings_without_error_give_the_machine_back():
    # 40 W of chips: (40 + 40) / 0.8 = 100 W; 290 W: 412.5 W. Slope 1.25, intercept 50.
    fit = calibrate(exact_readings(*LOADS_W))
    assert fit.static_w.value == pytest.approx(40.0, rel=0.01)
    assert fit.supply_efficiency.value == pytest.approx(0.8, rel=0.005)
    assert fit.wall_w(40.0) == pytest.approx(100.0, rel=0.005)
    assert fit.set_aside == ()
    assert fit.mean_error < 0.001


@given(static_w=st.floats(5, 500), efficiency=st.floats(0.6, 0.97), scale=st.floats(0.1, 20))
def test_any_machine_is_inside_its_own_interval(static_w, efficiency, scale):
    powers_w = [load_w * scale for load_w in LOADS_W]
    fit = calibrate(exact_readings(*powers_w, static_w=static_w, efficiency=efficiency))
    assert fit.static_w.low <= static_w <= fit.static_w.high
    assert fit.supply_efficiency.low <= efficiency <= fit.supply_efficiency.high
    assert fit.mean_wall_w.low <= fit.mean_wall_w.value <= fit.mean_wall_w.high


@given(order=st.permutations(range(len(LOADS_W))))
def test_the_order_of_the_readings_does_not_matter(order):
    readings = exact_readings(*LOADS_W)
    there, back = calibrate(readings), calibrate([readings[i] for i in order])
    assert back.static_w.value == pytest.approx(there.static_w.value, rel=1e-9)
    assert back.supply_efficiency.value == pytest.approx(there.supply_efficiency.value, rel=1e-9)


def noisy_readings(chance, count, *, scatter=0.03, steps=True, static_w=40.0, efficiency=0.85):
    """Readings as they are: of different lengths, scattered, on a display that counts steps."""
    readings = []
    for i in range(count):
        duration_s, chip_w = chance.uniform(100, 400), chance.uniform(40, 300)
        energy_j = wall_j(chip_w, duration_s, static_w=static_w, efficiency=efficiency)
        energy_j *= 1 + chance.gauss(0, scatter)
        if steps:  # the display stands anywhere between two steps when a reading begins
            energy_j = int(energy_j / STEP_J + chance.random()) * STEP_J
        readings.append(WallReading(duration_s, chip_w * duration_s, energy_j, f"line {i + 2}"))
    return readings


@pytest.mark.proof
@pytest.mark.parametrize(
    ("count", "static_w", "efficiency", "steps"),
    [(10, 40.0, 0.85, True), (8, 60.0, 0.7, True), (30, 120.0, 0.92, False)],
)
def test_the_truth_is_inside_the_interval_of_85_percent_of_draws(
    count, static_w, efficiency, steps
):
    chance, inside, taken = random.Random(20261125), [0, 0], 0
    for _ in range(DRAWS):
        readings = noisy_readings(
            chance, count, static_w=static_w, efficiency=efficiency, steps=steps
        )
        try:
            fit = calibrate(readings)
        except InputError:
            continue
        taken += 1
        inside[0] += fit.static_w.low <= static_w <= fit.static_w.high
        inside[1] += fit.supply_efficiency.low <= efficiency <= fit.supply_efficiency.high
    assert taken >= 0.95 * DRAWS
    assert min(inside) >= 0.85 * taken


def test_a_reading_that_is_wrong_is_set_aside_and_said():
    # 140 W of chips draw 225 W; somebody wrote the energy of an hour instead of 600 s.
    readings = exact_readings(*LOADS_W, 115.0, 215.0)
    readings[2] = readings[2]._replace(wall_energy_j=wall_j(140.0, 3600.0))
    fit = calibrate(readings)
    (aside,) = fit.set_aside
    assert aside.reading.label == "line 4"
    assert aside.reason == "1,350 W at the wall where the others say 225 W"
    assert fit.static_w.value == pytest.approx(40.0, rel=0.02)


def test_a_wall_below_its_chips_is_set_aside_and_said():
    readings = exact_readings(*LOADS_W)
    readings[5] = readings[5]._replace(wall_energy_j=100.0 * 600)  # 100 W, and 290 W of chips
    fit = calibrate(readings)
    assert [aside.reason for aside in fit.set_aside] == ["the wall drew less than the chips"]


@pytest.mark.parametrize("wrong", [(0,), (0, 7), (3, 4)])
def test_wrong_readings_do_not_move_the_line(wrong):
    chance = random.Random(3)
    readings = noisy_readings(chance, 10, steps=False, scatter=0.01)
    clean = calibrate([r for i, r in enumerate(readings) if i not in wrong])
    for i in wrong:
        readings[i] = readings[i]._replace(wall_energy_j=readings[i].wall_energy_j * 1.6)
    fit = calibrate(readings)
    assert len(fit.set_aside) == len(wrong)
    assert fit.supply_efficiency.value == pytest.approx(clean.supply_efficiency.value, rel=1e-3)


@pytest.mark.parametrize(
    ("walls_kwh", "step_kwh"),
    [
        ([0.012, 0.031, 0.007], 0.001),
        ([0.12, 0.31, 0.5], 0.01),
        ([1.0, 3.0, 2.0], 1.0),
        ([0.0125, 0.0314], 0.0001),
        ([0.01234567, 0.03], 0.0),
        ([0.2 - 0.1, 0.3 - 0.1], 0.1),  # 0.19999999999999998: as floats subtract
    ],
)
def test_the_step_of_the_display_is_found_from_the_readings(walls_kwh, step_kwh):
    readings = [WallReading(600, 1.0, kwh * 3.6e6) for kwh in walls_kwh]
    assert display_step_kwh(readings) == step_kwh


def test_a_coarse_display_widens_the_interval():
    # Whole kWh steps of 0.001 on readings of 0.0167 to 0.0688 kWh: 1 to 6 % each.
    readings = exact_readings(*LOADS_W)
    fine, coarse = calibrate(readings, step_kwh=0.0), calibrate(readings, step_kwh=0.002)
    assert coarse.static_w.high - coarse.static_w.low > 2 * (fine.static_w.high - fine.static_w.low)
    assert coarse.static_w.value == pytest.approx(40.0, rel=0.05)


def test_a_machine_without_static_power_and_losses_stays_within_physics():
    fit = calibrate(exact_readings(*LOADS_W, static_w=0.5, efficiency=0.99))
    assert 0 < fit.static_w.low <= fit.static_w.value
    assert fit.supply_efficiency.high <= 1.0


REFUSALS = {
    "too few": (exact_readings(40, 90, 140, 290), "4 readings; expected 5 or more"),
    "none": ([], "0 readings; expected 5 or more"),
    "too close": (
        exact_readings(200, 210, 220, 230, 240, 250),
        "spans 200 to 250 W; expected the highest to be 1.5 times the lowest",
    ),
    "no chips": (
        [WallReading(600 + i, 0.0, 6e4 + i, "") for i in range(6)],
        "spans 0 to 0 W",
    ),
    "twice the same": (
        [*exact_readings(*LOADS_W), exact_readings(*LOADS_W)[2]._replace(label="line 8")],
        "line 8 repeats line 4",
    ),
    "no number": (
        [*exact_readings(*LOADS_W), WallReading(600.0, float("nan"), 9e4, "line 8")],
        "chip_energy_j of line 8 is nan; expected a finite number",
    ),
    "no end": (
        [*exact_readings(*LOADS_W), WallReading(600.0, 1e4, float("inf"), "line 8")],
        "wall_energy_j of line 8 is inf",
    ),
    "negative": (
        [*exact_readings(*LOADS_W), WallReading(600.0, -1.0, 9e4, "line 8")],
        "chip_energy_j of line 8 is -1.0",
    ),
    "no time": (
        [*exact_readings(*LOADS_W), WallReading(0.0, 1.0, 9e4, "line 8")],
        "duration_s of line 8 is 0",
    ),
    "a display that stands still": (
        [*exact_readings(*LOADS_W), WallReading(600.0, 1.0, 0.0, "line 8")],
        "wall_energy_j of line 8 is 0: the meter's display did not move",
    ),
    "all below their chips": (
        [r._replace(wall_energy_j=r.chip_energy_j / 2) for r in exact_readings(*LOADS_W)],
        "6 of 6 readings do not fit in .*the wall drew less than the chips",
    ),
    "kWh taken for Wh": (
        [r._replace(wall_energy_j=r.wall_energy_j * 1000) for r in exact_readings(*LOADS_W)],
        "fit no supply efficiency between 0.5 and 1|do not fit in",
    ),
    "another machine's": (
        [
            r._replace(wall_energy_j=wall_j(330 - r.chip_energy_j / 600))
            for r in exact_readings(*LOADS_W)
        ],
        "do not fit in|fit no supply efficiency|scatter by",
    ),
}


@pytest.mark.parametrize(("readings", "message"), REFUSALS.values(), ids=REFUSALS)
def test_readings_that_say_nothing_are_refused_with_the_reason(readings, message):
    with pytest.raises(InputError, match=message):
        calibrate(readings)


amounts = st.one_of(
    st.floats(allow_nan=True), st.floats(0, 1e9), st.sampled_from([0.0, 3600.0, 1e-300, 1e300])
)


@given(
    rows=st.lists(st.tuples(amounts, amounts, amounts), max_size=12),
    step_kwh=st.one_of(st.none(), st.floats(0, 10)),
)
def test_whatever_is_read_it_is_a_fit_within_physics_or_a_refusal(rows, step_kwh):
    readings = [WallReading(*row, f"line {i + 2}") for i, row in enumerate(rows)]
    try:
        fit = calibrate(readings, step_kwh=step_kwh)
    except InputError:
        return
    assert 0.5 <= fit.supply_efficiency.low <= fit.supply_efficiency.high <= 1.0
    assert fit.static_w.low > 0
    assert len(fit.kept) + len(fit.set_aside) == len(readings)


def test_the_robust_line_goes_through_the_majority():
    # Wall = 1.25 x chips + 50, and three of eight readings far above it.
    points = [
        Point(w, 1.25 * w + 50 + 100 * (i % 3 == 1), 0.0) for i, w in enumerate(range(40, 360, 40))
    ]
    line = robust_line(points, 0.05)
    assert line.slope == pytest.approx(1.25, rel=1e-9)
    assert line.intercept_w == pytest.approx(50.0, rel=1e-9)


def test_a_distance_counts_scatter_and_steps_in_quadrature():
    # At 120 W the line says 200 W: 5 % of it are 10 W, and with 24 W of steps 26 W.
    assert distance(Point(120.0, 252.0, 24.0), Line(1.25, 50.0), 0.05) == pytest.approx(2.0)
