"""From a run's raw readings to its footprint, by hand arithmetic."""

import pytest
from hypothesis import given

from strategies import run_records
from wattprint.domain.coverage import missing
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device, Interval
from wattprint.domain.run import RunRecord
from wattprint.estimator.tracked import footprint_of_nothing, footprint_of_run

KWH_UJ = 3_600_000 * 1_000_000
"""One kilowatt-hour. [uJ]"""

CPU = Device(
    "rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018", source_year=2018
)
SECOND_CPU = CPU._replace(device_id="rapl:package-1", name="package-1")
MEMORY = Device(
    "modelled:memory",
    "memory",
    "main memory",
    Method.MODELLED,
    0.5,
    1.5,
    "green_algorithms_v3",
    note="0.3725 W per GB",
    activity_unit="GB_s",
    source_year=2021,
)
GPU = Device("nvml:0", "accelerator", "A100", Method.MEASURED, 0.9, 1.1, "nvml_reference")


def run(*devices, uj, **changes):
    """A run of 2021 whose devices used this much in each of its intervals."""
    intervals = tuple(
        Interval(10.0 * i, 10.0 * (i + 1), row, (None,) * len(row)) for i, row in enumerate(uj)
    )
    begun = RunRecord("20210601-a", "ranker", "baseline", "2021-06-01T12:00:00.000Z")
    return begun._replace(devices=devices, intervals=intervals, **changes)


TWO_KWH = run(CPU, MEMORY, uj=[(KWH_UJ, KWH_UJ // 2), (KWH_UJ, KWH_UJ // 2)])
"""2 kWh of CPU (1.9 to 2.1), 1 kWh of memory (0.5 to 1.5)."""


def test_what_another_version_says_of_a_place_is_not_looked_at():
    place = {"zone": "FR", "pue": 1.2}
    ours, theirs = (
        footprint_of_run(TWO_KWH._replace(place=said))
        for said in (place, {**place, "host": "x", "provider": "aws"})
    )
    assert theirs == ours


def test_the_energy_of_a_run_is_the_sum_of_its_readings():
    footprint = footprint_of_run(TWO_KWH)
    cpu, memory = footprint.components_kwh.cpu, footprint.components_kwh.memory
    assert cpu.as_tuple() == pytest.approx((2.0, 1.9, 2.1), rel=1e-12)
    assert memory.as_tuple() == pytest.approx((1.0, 0.5, 1.5), rel=1e-12)
    # Unrelated errors: 3 -/+ hypot(0.1, 0.5) = 0.50990.
    low, high = 3 - 0.26**0.5, 3 + 0.26**0.5
    assert footprint.energy_kwh.it.as_tuple() == pytest.approx((3.0, low, high), rel=1e-12)
    assert footprint.energy_kwh.facility is None


def test_a_run_is_charged_at_the_grid_of_its_own_year_unless_told_otherwise():
    # 3 kWh x PUE 1.2 = 3.6 kWh; FR 59.8 g in 2021: 215.28 g; in 2024 the newer figure.
    of_its_year = footprint_of_run(TWO_KWH, zone="FR", pue=1.2)
    assert of_its_year.emissions_kg.location_based.value == pytest.approx(0.21528, rel=1e-9)
    later = footprint_of_run(TWO_KWH, zone="FR", pue=1.2, year=2024)
    assert later.emissions_kg.location_based.value < 0.2
    assert later.work == {"run": "20210601-a", "year": 2024, "zone": "FR", "pue": 1.2}


RECORDED = {"zone": "DE", "pue": 1.5}


@pytest.mark.parametrize(
    ("recorded", "said", "grams", "facility_kwh"),
    [
        pytest.param({"intensity": 100}, {}, 300.0, None, id="as recorded"),
        pytest.param({"intensity": 100}, {"intensity": 50}, 150.0, None, id="given later"),
        pytest.param(RECORDED, {"intensity": 100}, 450.0, 4.5, id="before a recorded zone"),
        pytest.param({"intensity": 100}, {"pue": 1.2}, 360.0, 3.6, id="PUE beside what stands"),
        pytest.param(
            {"intensity": 100, "pue": 1.5}, {"pue": "none"}, 300.0, None, id="no PUE after all"
        ),
        pytest.param({"region": "gcp/europe-west1"}, {"intensity": 100}, 300.0, None, id="region"),
        pytest.param({"intensity": 100}, {"zone": "FR", "year": 2021}, 179.4, None, id="zone"),
        pytest.param(
            {"region": "gcp/europe-west1", "pue": "provider"},
            {"intensity": 100},
            300.0,
            None,
            id="what the recorded provider publishes goes with its region",
        ),
    ],
)
def test_a_place_given_later_goes_before_the_recorded_one(recorded, said, grams, facility_kwh):
    footprint = footprint_of_run(TWO_KWH._replace(place=recorded), **said)
    emitted = footprint.emissions_kg.location_based
    assert emitted.value * 1000 == pytest.approx(grams, rel=1e-9)
    facility = footprint.energy_kwh.facility
    assert (facility and facility.value) == (facility_kwh and pytest.approx(facility_kwh, rel=1e-9))


def test_a_zone_given_later_is_not_held_against_the_recorded_region():
    elsewhere = TWO_KWH._replace(place={"region": "gcp/europe-west1"})
    footprint = footprint_of_run(elsewhere, zone="FR")
    assert footprint.work == {"run": "20210601-a", "year": 2021, "zone": "FR"}
    with pytest.raises(ContradictionError, match="are different places"):
        footprint_of_run(elsewhere, zone="FR", region="gcp/europe-west1")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"zone": "Narnia"}, "zone 'Narnia' is unknown"),
        ({"pue": 0.5}, r"pue is 0\.5"),
        ({"zones": "FR"}, r"footprint_of_run\(\) has no keyword 'zones'; .*'zone'\.$"),
    ],
    ids=["zone", "pue", "keyword"],
)
def test_a_wrong_place_is_refused(said, message):
    with pytest.raises(InputError, match=message):
        footprint_of_run(TWO_KWH, **said)


def test_devices_of_one_component_share_their_error():
    # 1 + 1 kWh, each 0.95 to 1.05: 1.9 to 2.1, and not 2 -/+ 0.071.
    both = footprint_of_run(run(CPU, SECOND_CPU, uj=[(KWH_UJ, KWH_UJ)]))
    assert both.components_kwh.cpu.as_tuple() == pytest.approx((2.0, 1.9, 2.1), rel=1e-12)
    (equation,) = [e for e in both.equations if e.quantity == "cpu energy"]
    assert equation.numbers == "3,600,000 J + 3,600,000 J"


@pytest.mark.parametrize(
    ("devices", "method"),
    [
        pytest.param((CPU, SECOND_CPU), Method.MEASURED, id="both measured"),
        pytest.param((CPU, CPU._replace(method=Method.MODELLED)), Method.MODELLED, id="one of two"),
    ],
)
def test_a_component_is_measured_only_if_every_device_of_it_is(devices, method):
    footprint = footprint_of_run(run(*devices, uj=[(KWH_UJ, KWH_UJ)]))
    assert footprint.coverage["cpu"] is method
    assert footprint.method is method


def test_a_component_that_was_never_readable_is_missing_and_not_zero():
    footprint = footprint_of_run(run(CPU, GPU, uj=[(KWH_UJ, None), (KWH_UJ, None)]), zone="FR")
    assert footprint.components_kwh.accelerator is None
    assert "accelerator" in missing(footprint.coverage)
    assert footprint.energy_kwh.it.value == pytest.approx(2.0, rel=1e-12)


def test_a_device_that_was_never_readable_is_said_to_be_missing_beside_one_that_was():
    # Two GPUs, of which one could be read: 1 kWh is known, and that the other is not.
    other = GPU._replace(device_id="nvml:1", name="A100 of slot 1")
    footprint = footprint_of_run(run(GPU, other, uj=[(KWH_UJ, None)]))
    assert footprint.components_kwh.accelerator.value == pytest.approx(1.0, rel=1e-12)
    read, unread = [e for e in footprint.evidence if e.quantity == "accelerator_energy"]
    assert read.method is Method.MEASURED
    assert (unread.method, unread.amount) == (Method.MISSING, None)
    assert "A100 of slot 1" in unread.note


def test_a_reading_that_failed_once_leaves_the_rest():
    footprint = footprint_of_run(run(CPU, uj=[(KWH_UJ,), (None,), (KWH_UJ,)]))
    assert footprint.components_kwh.cpu.value == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize(
    "of_nothing",
    [
        pytest.param(run(CPU, uj=[(None,)]), id="unreadable"),
        pytest.param(run(CPU, uj=[]), id="no interval"),
        pytest.param(run(uj=[]), id="no device"),
    ],
)
def test_without_a_reading_there_is_neither_energy_nor_emissions(of_nothing):
    footprint = footprint_of_run(of_nothing, zone="FR", pue=1.2)
    assert footprint.energy_kwh == (None, None, None, None)
    assert footprint.emissions_kg == (None, None, None)
    assert set(footprint.coverage.values()) == {Method.MISSING}


def test_of_a_run_that_was_not_recorded_everything_is_missing_and_the_reason_is_kept():
    footprint = footprint_of_nothing("disk full")
    assert footprint.energy_kwh == (None, None, None, None)
    assert set(footprint.coverage.values()) == {Method.MISSING}
    assert footprint.work == {"not_recorded": "disk full"}


def test_evidence_names_the_device_its_note_and_the_source_of_its_interval():
    cpu, memory = footprint_of_run(TWO_KWH).evidence[:2]
    assert (cpu.quantity, cpu.source, cpu.year) == ("cpu_energy", "khan_2018", 2018)
    assert cpu.note == "package-0"
    assert (memory.method, memory.note) == (Method.MODELLED, "main memory; 0.3725 W per GB")


@given(run_records())
def test_any_run_has_a_footprint_within_its_bounds(recorded):
    of_now = recorded._replace(place={}, started_at="2021-06-01T12:00:00Z")
    footprint = footprint_of_run(of_now, intensity=100, pue=1.2)
    for figure in (*footprint.energy_kwh, *footprint.components_kwh, *footprint.emissions_kg):
        assert figure is None or 0 <= figure.low <= figure.value <= figure.high
    read = [joules for joules in recorded.device_energy_j() if joules is not None]
    assert (footprint.energy_kwh.it is None) == (not read)


def test_a_device_lost_on_the_way_says_how_much_was_seen_and_may_have_used_more():
    # 1 kJ in the first 10 s of 100, then no reading: 1 kJ, and at most 1.05 x 100 / 10 times that.
    cpu = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
    readings = (Interval(0.0, 10.0, (10**9,), (None,)), Interval(10.0, 100.0, (None,), (None,)))
    run = RunRecord("r", "p", "n", "2024-01-01T00:00:00Z", devices=(cpu,), intervals=readings)
    footprint = footprint_of_run(run._replace(duration_s=100.0))
    energy = footprint.components_kwh.cpu
    assert energy.high / energy.value == pytest.approx(10.5, rel=1e-12)
    assert "observed for 10% of the run" in footprint.evidence[0].note


def test_a_device_seen_for_a_moment_only_keeps_a_finite_bound():
    # Seen for 1e-300 s of 100 s: the upper bound stays at 1.05 x 1000 times what was read.
    cpu = Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, "khan_2018")
    readings = (Interval(0.0, 1e-300, (10**9,), (None,)), Interval(1e-300, 100.0, (None,), (None,)))
    run = RunRecord("r", "p", "n", "2024-01-01T00:00:00Z", devices=(cpu,), intervals=readings)
    energy = footprint_of_run(run._replace(duration_s=100.0)).components_kwh.cpu
    assert energy.high / energy.value == pytest.approx(1050.0, rel=1e-12)


def test_the_making_of_a_runs_accelerators_is_charged_by_its_hours():
    # 20 s of one A100: 165.5 kg x 20 / 3600 h / (4 x 8765.82 h x 0.85) = 0.0308 g.
    footprint = footprint_of_run(run(GPU, uj=[(KWH_UJ,), (KWH_UJ,)], duration_s=20.0))
    hours = 20 / 3600
    expected = 165.5 * hours / (4 * 24 * 365.2425 * 0.85)
    assert footprint.emissions_kg.embodied.value == pytest.approx(expected, rel=1e-9)


def test_the_class_of_the_machine_and_a_share_of_it_can_be_said():
    whole, half = (
        footprint_of_run(
            run(CPU, uj=[(KWH_UJ,)], duration_s=10.0),
            host="2-socket-server",
            hosts=share,
            lifetime_years=4,
            lifetime_use=1,
        ).emissions_kg.embodied.value
        for share in (1.0, 0.5)
    )
    # 942 kg x 10 s of 4 years.
    assert whole == pytest.approx(942 * 10 / 3600 / (4 * 24 * 365.2425), rel=1e-9)
    assert half == pytest.approx(whole / 2, rel=1e-12)


@pytest.mark.parametrize("name", ["NVIDIA H100 MIG 1g.10gb", "Homemade X1"])
def test_an_accelerator_that_is_in_no_table_is_a_missing_row(name):
    footprint = footprint_of_run(run(GPU._replace(name=name), uj=[(KWH_UJ,)]))
    assert footprint.emissions_kg.embodied is None
    (row,) = [row for row in footprint.evidence if row.quantity == "accelerator_embodied"]
    assert (row.method, row.amount) == (Method.MISSING, None)
    assert name in row.note


def test_water_contracts_and_offsets_of_a_run_can_be_said_when_it_is_shown():
    # 1 kWh: 0.5 L at the site, 2 L at the plant; half at 0 g, half at 400 g: 0.2 kg.
    footprint = footprint_of_run(
        run(CPU, uj=[(KWH_UJ,)]),
        wue=0.5,
        grid_water=2.0,
        contract=["50%@0"],
        residual_mix=400.0,
        offsets_kg=5.0,
    )
    assert footprint.water_l.total.value == pytest.approx(2.5, rel=1e-9)
    assert footprint.emissions_kg.market_based.value == pytest.approx(0.2, rel=1e-9)
    assert footprint.offsets_kg.value == 5
