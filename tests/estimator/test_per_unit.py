"""Energy per sample, step and point of score, and the share of a shared machine."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device, Interval, Logged
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown, breakdown_of_run, cpu_share
from wattprint.estimator.tracked import footprint_of_nothing, footprint_of_run

CPU = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.9, 1.2, "khan_2018")
KWH_UJ = 3_600_000 * 1_000_000


def run(*kwh, logged=(), **changes):
    """A run of intervals of 10 s that used this much each; None where it could not be read."""
    intervals = tuple(
        Interval(10.0 * i, 10.0 * i + 10, (None if k is None else round(k * KWH_UJ),), (None,))
        for i, k in enumerate(kwh)
    )
    begun = RunRecord("20210601-a", "ranker", "baseline", "2021-06-01T12:00:00.000Z")
    return begun._replace(
        devices=(CPU,),
        intervals=intervals,
        duration_s=10.0 * len(kwh),
        logged=tuple(logged),
        **changes,
    )


def log(at_s, samples=0.0, **values):
    return Logged(at_s, 1, samples, values)


def per(record, **place):
    breakdown = breakdown_of_run(record, footprint_of_run(record, **place))
    return {figure.unit: figure for figure in breakdown.per_unit}


def test_a_sample_has_its_part_of_the_whole_run_and_of_its_interval():
    found = per(run(1.0, 1.0, logged=[log(5, samples=300), log(15, samples=200)]), intensity=100)
    # 2 kWh (1.8 to 2.4) over 500 samples; x 100 g.
    energy, emissions = found["sample"].energy_kwh, found["sample"].emissions_kg
    assert energy.as_tuple() == pytest.approx((0.004, 0.0036, 0.0048), rel=1e-12)
    assert emissions.as_tuple() == pytest.approx((0.0004, 0.00036, 0.00048), rel=1e-12)
    assert found["sample"].divisor == 500


def test_a_step_has_its_part_of_what_was_used_between_the_first_and_the_last_that_was_logged():
    # Steps 10 to 30 from 5 s to 25 s: half of 1 kWh, 2 kWh, half of 3 kWh = 4 kWh over 20 steps.
    record = run(1.0, 2.0, 3.0, logged=[log(5, step=10), log(15, loss=1), log(25, step=30)])
    step = per(record)["step"]
    assert step.energy_kwh.as_tuple() == pytest.approx((0.2, 0.18, 0.24), rel=1e-12)
    assert (step.divisor, step.basis) == (20, "steps 10 to 30")


def test_a_step_is_charged_with_pue_and_intensity():
    record = run(1.0, 1.0, logged=[log(0, step=0), log(20, step=10)])
    step = per(record, pue=1.5, intensity=100)["step"]
    # 2 kWh x 1.5 over 10 steps; x 100 g.
    assert step.energy_kwh.value == pytest.approx(0.3, rel=1e-12)
    assert step.emissions_kg.value == pytest.approx(0.03, rel=1e-12)


def test_a_reading_after_failed_ones_is_spread_over_the_gap():
    # 3 kWh over 30 s: 0.1 kWh/s, so steps from 10 s to 20 s used 1 kWh.
    record = run(None, None, 3.0, logged=[log(10, step=0), log(20, step=10)])
    assert per(record)["step"].energy_kwh.value == pytest.approx(0.1, rel=1e-12)


def test_a_point_of_score_has_its_part_of_the_whole_run_by_the_last_score():
    found = per(run(2.0, logged=[log(4, score=0.4), log(8, score=0.8)]))
    assert found["score"].energy_kwh.value == pytest.approx(2.5, rel=1e-12)


@pytest.mark.parametrize(
    "logged",
    [
        pytest.param([], id="nothing logged"),
        pytest.param([log(5, loss=0.1)], id="a loss alone"),
        pytest.param([log(5, step=10)], id="one step"),
        pytest.param([log(2, step=10), log(5, step=10)], id="a step that stands still"),
        pytest.param([log(2, step=10), log(5, step=3)], id="a step that went back"),
        pytest.param([log(5, score=0.0)], id="a score of 0"),
        pytest.param([log(5, score=-3.0)], id="a score below 0"),
        pytest.param([log(5, samples=0.0)], id="no samples"),
    ],
)
def test_a_unit_that_was_not_done_has_no_figure(logged):
    assert per(run(1.0, logged=logged)) == {}


def test_without_energy_there_is_none_per_unit():
    record = run(None, logged=[log(1, samples=5, step=1, score=1), log(9, step=2)])
    assert per(record) == {}
    assert breakdown_of_run(record, footprint_of_nothing("no meter")) == Breakdown()


def test_a_breakdown_is_plain_json():
    record = run(1.0, logged=[log(5, samples=4)])
    plain = breakdown_of_run(record, footprint_of_run(record)).as_dict()
    assert plain["per_unit"][0] == {
        "unit": "sample",
        "divisor": 4.0,
        "basis": "the whole run",
        "energy_kwh": {"value": 0.25, "low": 0.225, "high": 0.3},
        "emissions_kg": None,
    }
    assert (plain["sections"], plain["cpu_share"]) == ([], None)


def with_host(record, *hosts):
    pairs = zip(record.intervals, hosts, strict=True)
    return record._replace(intervals=tuple(i._replace(host=host) for i, host in pairs))


def test_the_share_of_a_machine_is_cpu_time_over_busy_time():
    record = with_host(
        run(1.0, 1.0, 1.0),
        {"busy_s": 10.0, "tree_s": 4.0},
        {"busy_s": 30.0, "tree_s": 6.0},
        {"tree_s": 99.0},  # without its counterpart it says nothing
    )
    # (4 + 6) / (10 + 30).
    assert cpu_share(record) == (pytest.approx(0.25, rel=1e-12), True)


def test_a_share_is_not_more_than_all():
    assert cpu_share(with_host(run(1.0), {"busy_s": 1.0, "tree_s": 1.2})).share == 1.0


@pytest.mark.parametrize("host", [{}, {"busy_s": 0.0, "tree_s": 0.0}], ids=["unknown", "idle"])
def test_a_machine_that_says_nothing_has_no_share(host):
    assert cpu_share(with_host(run(1.0), host)) is None


def test_a_modelled_cpu_is_charged_for_its_own_work_alone():
    modelled = run(1.0)._replace(devices=(CPU._replace(method=Method.MODELLED),))
    record = with_host(modelled, {"busy_s": 2.0, "tree_s": 1.0})
    assert cpu_share(record).is_energy_of_all is False
