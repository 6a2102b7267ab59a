"""What sections used, by hand arithmetic: inclusive, in ranges, adding up to the run."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.domain.interval import Range
from wattprint.domain.readings import Device, Interval, SectionUse
from wattprint.domain.run import RunRecord
from wattprint.estimator.sections import (
    MOST_SHOWN,
    SectionFigure,
    rates_of,
    section_rows,
    sections_of_run,
)
from wattprint.estimator.tracked import footprint_of_run

CPU = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
MEMORY = Device("modelled:memory", "memory", "main memory", Method.MODELLED, 0.5, 1.5, "user")
KWH_UJ = 3_600_000 * 1_000_000


def use(*path, kwh, start_s=0.0, seconds=60.0, entered=1):
    """A section that used this much of the CPU, and half of it in memory."""
    energy = (round(kwh * KWH_UJ), round(kwh * KWH_UJ / 2))
    return SectionUse(path, start_s, start_s + 100, entered, seconds, energy, (None, None))


def run(*sections, cpu_kwh=4.0):
    """A run of 400 s that used 4 kWh of CPU and 2 kWh of memory."""
    interval = Interval(
        0.0, 400.0, (round(cpu_kwh * KWH_UJ), round(cpu_kwh * KWH_UJ / 2)), (None, None)
    )
    begun = RunRecord("20210601-a", "ranker", "baseline", "2021-06-01T12:00:00.000Z")
    return begun._replace(
        devices=(CPU, MEMORY), intervals=(interval,), duration_s=400.0, sections=sections
    )


def figures(record, **place):
    found = sections_of_run(record, footprint_of_run(record, **place))
    return {figure.path: figure for figure in found}


def test_a_section_is_the_sum_of_its_rows_with_the_devices_own_ranges():
    record = run(use("train", kwh=1.0), use("train", kwh=1.0, start_s=100.0, entered=2))
    train = figures(record)[("train",)]
    # 2 kWh of CPU (1.9 to 2.1) and 1 of memory (0.5 to 1.5): 3 -/+ hypot(0.1, 0.5).
    width = 0.26**0.5
    assert train.energy_kwh.as_tuple() == pytest.approx((3.0, 3 - width, 3 + width), rel=1e-12)
    assert (train.entered, train.duration_s) == (3, 120.0)
    # 3 of 6 kWh; 3 kWh in 120 s are 90 kW.
    assert train.share == pytest.approx(0.5, rel=1e-12)
    assert train.power_w == pytest.approx(90_000.0, rel=1e-12)
    assert train.emissions_kg is None


def test_pue_and_intensity_are_those_of_the_footprint():
    record = run(use("train", kwh=2.0))
    footprint = footprint_of_run(record, intensity=100, pue=1.2)
    assert rates_of(footprint).pue.value == 1.2
    train, _ = sections_of_run(record, footprint)
    # 3 kWh x 1.2 x 100 g.
    assert train.energy_kwh.value == pytest.approx(3.6, rel=1e-12)
    assert train.emissions_kg.value == pytest.approx(0.36, rel=1e-12)
    # Half the energy of a run of one mix of devices: half of each bound.
    whole = footprint.emissions_kg.location_based
    assert train.emissions_kg.as_tuple() == pytest.approx(
        tuple(bound / 2 for bound in whole.as_tuple()), rel=1e-9
    )


def test_inner_sections_are_inside_those_around_them_and_the_outermost_add_up_to_the_run():
    record = run(
        use("epoch", kwh=3.0, seconds=300.0),
        use("epoch", "train", kwh=2.0, seconds=200.0),
        use("save", kwh=0.5, seconds=20.0),
    )
    found = figures(record)
    outermost = [found[path] for path in (("epoch",), ("save",), ())]
    assert sum(figure.share for figure in outermost) == pytest.approx(1.0, rel=1e-12)
    # 4 - 3 - 0.5 kWh of CPU and half of it in memory, in 400 - 300 - 20 s.
    assert found[()].energy_kwh.value == pytest.approx(0.75, rel=1e-12)
    assert found[()].duration_s == pytest.approx(80.0, rel=1e-12)
    assert found[("epoch", "train")].share == pytest.approx(0.5, rel=1e-12)


def test_a_run_without_sections_has_no_figures_for_them():
    assert figures(run()) == {}


def test_a_section_in_which_nothing_could_be_read_has_no_energy():
    unread = SectionUse(("load",), 0.0, 400.0, 1, 4.0, (None, None), (None, None))
    load = figures(run(unread))[("load",)]
    assert (load.energy_kwh, load.power_w, load.share) == (None, None, 0.0)


def test_sections_of_threads_that_fill_more_than_the_time_leave_nothing_outside():
    found = figures(run(use("a", kwh=2.5, seconds=400.0), use("b", kwh=2.5, seconds=400.0)))
    assert (found[()].energy_kwh.value, found[()].duration_s) == (0.0, 0.0)


def test_splitting_an_interval_in_two_changes_nothing():
    whole = figures(run(use("train", kwh=2.0, seconds=100.0)))
    halves = figures(
        run(
            use("train", kwh=1.0, seconds=50.0),
            use("train", kwh=1.0, seconds=50.0, start_s=50.0, entered=0),
        )
    )
    assert whole == halves


def figure(*path, kwh):
    return SectionFigure(path, 1, 10.0, Range(kwh, kwh / 2, kwh * 2), None, kwh / 100, kwh)


def test_rows_are_the_largest_first_with_what_is_inside_below():
    rows = section_rows(
        [
            figure("a", kwh=1.0),
            figure("b", kwh=3.0),
            figure("b", "x", kwh=1.0),
            figure("b", "y", kwh=2.0),
            figure(kwh=0.5),
        ]
    )
    assert [(row.depth, row.label) for row in rows] == [
        (0, "b"),
        (1, "y"),
        (1, "x"),
        (0, "a"),
        (0, "outside all sections"),
    ]


def test_sections_beyond_the_largest_are_one_row_and_nothing_is_lost():
    sections = [figure(f"s{i}", kwh=1.0 + i) for i in range(200)]
    rows = section_rows([*sections, figure(kwh=7.0)])
    assert len(rows) == MOST_SHOWN[0] + 2
    assert rows[-2].label == f"{200 - MOST_SHOWN[0]} other sections"
    # 1 + 2 + ... + 200 = 20,100, and 7 outside; errors are shared, so the bounds add up too.
    for bound, expected in (("low", 20_107 / 2), ("value", 20_107.0), ("high", 20_107.0 * 2)):
        total = sum(getattr(row.figure.energy_kwh, bound) for row in rows)
        assert total == pytest.approx(expected, rel=1e-12)


def test_one_section_left_over_is_shown_by_itself():
    rows = section_rows([figure(f"s{i}", kwh=1.0 + i) for i in range(MOST_SHOWN[0] + 1)])
    assert not any(row.is_rest for row in rows)
