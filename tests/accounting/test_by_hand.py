"""Each part of a job by hand arithmetic, in the scalar reference."""

import pytest

from accounting.made import HOUR, JAN_2024, bare, made_coefficients, made_series
from wattprint.accounting.coefficients import made_g_per_h
from wattprint.accounting.reference import Job, job_footprint
from wattprint.domain.interval import Range, exact

CLOSE = {"rel": 1e-12}


def parts(job, of):
    return {name: part.value for name, part in job_footprint(job, of).parts_kwh.items()}


def near(figure):
    return pytest.approx(figure, rel=1e-12)


def test_accelerators_of_unknown_load_draw_what_the_convention_says():
    # 2 x 400 W x 2 h = 1.6 kWh; 200 GB go with them: 200 x 0.5 W x 2 h = 0.2; static 2 x 100 x 2.
    found = parts(Job(2 * HOUR, gpus=2.0, cpus=0.0), made_coefficients())
    assert found == {"accelerator": near(1.6), "cpu": 0.0, "memory": near(0.2), "static": near(0.4)}


def test_the_load_of_accelerators_goes_before_the_convention():
    # 80 W idle + half of 320 W = 240 W for an hour.
    found = parts(Job(HOUR, gpus=1.0, cpus=0.0, gpu_load=0.5), made_coefficients())
    assert found["accelerator"] == near(0.24)


def test_bounds_of_a_power_by_load_hold_those_of_idle_power():
    # Idle 80 W may be 120 W: at load 0 the high bound is that, at load 1 it is 120 + 1.05 x 320.
    of = bare(
        accelerator_idle_w=Range(80.0, 44.0, 120.0), accelerator_load_w=Range(320.0, 96.0, 336.0)
    )
    idle, busy = (
        job_footprint(Job(HOUR, gpus=1.0, cpus=0.0, gpu_load=load), of).parts_kwh["accelerator"]
        for load in (0.0, 1.0)
    )
    assert idle.as_tuple() == pytest.approx((0.08, 0.044, 0.12), **CLOSE)
    assert busy.as_tuple() == pytest.approx((0.4, 0.14, 0.456), **CLOSE)


def test_metered_accelerators_go_before_their_load():
    job = Job(HOUR, gpus=1.0, cpus=0.0, gpu_load=0.5, accelerator_energy_j=3.6e5)
    assert parts(job, made_coefficients())["accelerator"] == near(0.1)


def test_cpus_of_unknown_load_draw_what_the_convention_says():
    # 8 x 4 W x 1 h = 0.032 kWh; memory 8 x 2 GB x 0.5 W = 0.008; static 8 x 1 W.
    found = parts(Job(HOUR, cpus=8.0, gpus=0.0), made_coefficients())
    assert (found["cpu"], found["memory"], found["static"]) == (near(0.032), near(0.008), 0.008)


@pytest.mark.parametrize(("threads", "kwh"), [(1, 0.016), (2, 0.020)])
def test_half_the_threads_keep_three_quarters_of_the_cores_busy(threads, kwh):
    # 8 x (1 + 2 x 1/2) = 16 W with one thread a core; 8 x (1 + 2 x 3/4) = 20 W with two.
    job = Job(HOUR, cpus=8.0, gpus=0.0, cpu_s=4.0 * HOUR)
    assert parts(job, made_coefficients(threads_per_core=threads))["cpu"] == near(kwh)


def test_more_cpu_time_than_was_set_aside_is_all_of_it():
    # Two CPUs for an hour cannot work three: 2 x (1 + 2) W = 6 W.
    job = Job(HOUR, cpus=2.0, gpus=0.0, cpu_s=3.0 * HOUR)
    assert parts(job, made_coefficients(threads_per_core=2))["cpu"] == near(0.006)


def test_memory_is_that_of_the_log_where_it_says_any():
    found = parts(Job(HOUR, cpus=8.0, gpus=0.0, memory_gb=100.0), made_coefficients())
    assert found["memory"] == near(0.05)


@pytest.mark.parametrize(
    ("metered", "components", "it_kwh"),
    [
        # 1 kWh is metered. Static is 100 W, the accelerator 400 W, its 100 GB 50 W, supply 0.8.
        pytest.param("wall", {"metered"}, 1.0, id="at the wall nothing is added"),
        pytest.param("chips", {"metered", "static"}, 1.1 / 0.8, id="chips lack static and losses"),
        pytest.param(
            "cpus",
            {"metered", "accelerator", "static"},
            1.5 / 0.8,
            id="what RAPL has lacks the accelerators",
        ),
        pytest.param(
            "ignore",
            {"accelerator", "cpu", "memory", "static"},
            0.55 / 0.8,
            id="a meter that is not trusted is not read",
        ),
    ],
)
def test_what_a_meter_holds_is_not_modelled_again(metered, components, it_kwh):
    of = made_coefficients(metered=metered, supply_efficiency=exact(0.8))
    found = job_footprint(Job(HOUR, cpus=0.0, gpus=1.0, node_energy_j=3.6e6), of)
    assert set(found.parts_kwh) == components
    assert found.it_kwh.value == near(it_kwh)


def test_supply_and_facility_come_on_top():
    # 4 kWh / 0.8 x 1.2 = 6 kWh; at 350 g they are 2,100 g, at 100 g of a contract 600 g.
    of = bare(
        accelerator_w=exact(400.0),
        supply_efficiency=exact(0.8),
        pue=exact(1.2),
        location_g_per_kwh=exact(350.0),
        market_g_per_kwh=exact(100.0),
    )
    found = job_footprint(Job(10 * HOUR, gpus=1.0, cpus=0.0), of)
    assert (found.it_kwh.value, found.facility_kwh.value) == (near(5.0), near(6.0))
    assert (found.location_g.value, found.market_g.value) == (near(2100.0), near(600.0))


def test_a_pue_of_1_leaves_the_energy_of_the_machines():
    found = job_footprint(Job(HOUR, gpus=1.0, cpus=1.0), made_coefficients())
    assert found.facility_kwh == found.it_kwh


def test_without_a_place_there_is_energy_and_no_emissions():
    found = job_footprint(Job(HOUR, gpus=1.0, cpus=1.0), made_coefficients())
    assert found.it_kwh.value > 0
    assert (found.location_g, found.market_g, found.site_water_l, found.grid_water_l) == (None,) * 4


ONE_KW = bare(accelerator_w=exact(1000.0), location_g_per_kwh=exact(500.0))


@pytest.mark.parametrize(
    ("job", "intensities", "grams"),
    [
        # 1 kW in two hours of 100 and 300 g; the year's mean is 500 g.
        pytest.param((HOUR // 2, HOUR, HOUR), [100, 300], 200.0, id="half in each of two hours"),
        pytest.param((0, 2 * HOUR, 2 * HOUR), [100, 300], 400.0, id="both hours"),
        pytest.param((0, 2 * HOUR, 2 * HOUR), [100, None], 600.0, id="a gap: 100 + 500"),
        pytest.param((9 * HOUR, HOUR, HOUR), [100, 300], 500.0, id="nothing known"),
        pytest.param((-HOUR, 2 * HOUR, 2 * HOUR), [100, 300], 600.0, id="it starts before"),
        # An hour of work spread over two hours by the clock, as nobody knows when it was halted.
        pytest.param((0, 2 * HOUR, HOUR), [100, 300], 200.0, id="suspended for an hour"),
        pytest.param((0, 0, 0), [100, 300], 0.0, id="no time at all"),
        pytest.param((0, 0, HOUR), [100, 300], 500.0, id="ends as it starts: the year's mean"),
    ],
)
def test_a_job_is_charged_at_its_own_hours(job, intensities, grams):
    since_s, wall_s, elapsed_s = job
    start_s = JAN_2024 + since_s
    one = Job(elapsed_s, gpus=1.0, cpus=0.0, start_s=start_s, end_s=start_s + wall_s)
    found = job_footprint(one, ONE_KW, made_series(intensities))
    assert found.location_g.value == near(grams)


def test_a_job_of_unknown_time_is_charged_at_the_year_mean():
    found = job_footprint(Job(HOUR, gpus=1.0, cpus=0.0), ONE_KW, made_series([100, 300]))
    assert found.location_g.value == near(500.0)


def test_making_is_shared_by_hours_of_life():
    # 150 kg over 1,000 h of which half are used: 300 g an hour. 2 accelerators for 3 h: 1,800 g.
    of = bare(accelerator_made_g_per_h=made_g_per_h(exact(150.0), 1000.0, 0.5))
    found = job_footprint(Job(3 * HOUR, gpus=2.0, cpus=0.0), of)
    assert found.embodied_g.value == near(1800.0)


def test_the_machine_is_made_for_its_accelerators_else_for_its_cpus():
    of = bare(host_made_g_per_accelerator_h=50.0, host_made_g_per_cpu_h=2.0)
    with_gpu = job_footprint(Job(HOUR, gpus=2.0, cpus=8.0), of)
    without = job_footprint(Job(HOUR, gpus=0.0, cpus=8.0), of)
    assert (with_gpu.embodied_g.value, without.embodied_g.value) == (near(100.0), near(16.0))


def test_water_is_of_the_site_and_of_the_grid():
    # 2 kWh x 0.5 L = 1 L at the site; 2 x 1.5 kWh x 2 L = 6 L at the plants.
    of = bare(
        accelerator_w=exact(1000.0),
        pue=exact(1.5),
        site_water_l_per_kwh=exact(0.5),
        grid_water_l_per_kwh=exact(2.0),
    )
    found = job_footprint(Job(2 * HOUR, gpus=1.0, cpus=0.0), of)
    assert (found.site_water_l.value, found.grid_water_l.value) == (near(1.0), near(6.0))


def test_an_instance_without_counts_in_the_log_is_taken_whole():
    # Two machines of 8 accelerators for an hour: 16 x 400 W.
    of = bare(
        accelerator_w=exact(400.0),
        cpu_w=exact(4.0),
        accelerators_of_machine=8.0,
        cpus_of_machine=96.0,
        cpus_per_accelerator=12.0,
    )
    found = parts(Job(HOUR, nodes=2.0), of)
    assert (found["accelerator"], found["cpu"]) == (near(6.4), near(2 * 96 * 4 / 1000))


def test_parts_err_apart_and_what_follows_errs_with_all():
    # 3 and 4 kWh, each to a half: up 2.5 = sqrt(1.5^2 + 2^2) of 7; PUE 1.2 to 1.5 on top.
    of = bare(
        accelerator_w=Range(3000.0, 1500.0, 4500.0),
        cpu_w=Range(4000.0, 2000.0, 6000.0),
        pue=Range(1.2, 1.0, 1.5),
    )
    found = job_footprint(Job(HOUR, gpus=1.0, cpus=1.0), of)
    assert found.it_kwh.as_tuple() == pytest.approx((7.0, 4.5, 9.5), rel=1e-12)
    # ln(9.5/7) = 0.30538, ln(1.5/1.2) = 0.22314: 8.4 x e^0.37822.
    assert found.facility_kwh.high == pytest.approx(12.2614, rel=1e-4)
