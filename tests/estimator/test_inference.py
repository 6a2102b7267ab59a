"""Inference: throughput, measured energy, calendars, services that are kept on; laws, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.asked import derived, never_less
from wattprint.domain.coverage import missing
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.describe import estimate

T4 = {"inference": True, "accelerator": "T4", "utilization": 1}
SERVED = {**T4, "requests": 3600, "requests_per_s": 2}
PER_REQUEST = {"inference": True, "energy_per_request_wh": 0.3, "energy_at": "it"}
KEPT_ON = {**T4, "requests_per_day": 43_200, "requests_per_s": 1, "days": 10, "replicas": 2}


def value(footprint, quantity):
    return derived(footprint)[quantity].amount.value


@pytest.mark.parametrize(
    "throughput",
    [{"requests_per_s": 2}, {"tokens_per_s": 400, "output_tokens": 200}],
    ids=["requests per second", "tokens per second"],
)
def test_requests_over_throughput_are_hours_of_all_accelerators(throughput):
    # 3600 / 2 = 1800 s = 0.5 h; four T4 of 70 W: 0.14 kWh; / 3600 = 38.889 mWh a request.
    footprint = estimate(**T4, count=4, requests=3600, **throughput)
    assert value(footprint, "busy_hours") == 0.5
    assert value(footprint, "device_hours") == 2
    assert footprint.energy_kwh.accelerator.value == pytest.approx(0.14, rel=1e-12)
    assert value(footprint, "energy_per_request") == pytest.approx(0.14 / 3600, rel=1e-12)


def test_requests_can_be_answered_by_a_cpu():
    # 1 h of an EPYC 7742, 225 W at full load.
    on_cpu = {"inference": True, "cpu": "EPYC 7742", "cpu_utilization": 1}
    footprint = estimate(**on_cpu, requests=3600, requests_per_s=1)
    assert footprint.components_kwh.cpu.value == pytest.approx(0.225, rel=1e-12)
    assert footprint.energy_kwh.accelerator is None


def test_host_and_pue_apply_to_the_busy_hours_as_to_any_work():
    # 0.5 h x (70 W + 130 W) = 0.1 kWh; x 1.2 = 0.12 kWh; x 500 g = 60 g.
    footprint = estimate(**SERVED, static_w=130, pue=1.2, intensity=500)
    assert footprint.energy_kwh.facility.value == pytest.approx(0.12, rel=1e-12)
    assert value(footprint, "emissions_per_request") == pytest.approx(0.06 / 3600, rel=1e-12)


@pytest.mark.parametrize(
    ("boundary", "known"),
    [
        ("accelerator", {"accelerator": 300, "chips": 300, "it": 300, "facility": 360}),
        ("chips", {"chips": 300, "it": 300, "facility": 360}),
        ("it", {"it": 300, "facility": 360}),
        ("facility", {"it": 250, "facility": 300}),
    ],
)
def test_a_measured_request_is_charged_where_it_was_measured(boundary, known):
    # A million requests of 0.3 Wh: 300 kWh, at a PUE of 1.2.
    footprint = estimate(
        inference=True, energy_per_request_wh=0.3, energy_at=boundary, requests=1e6, pue=1.2
    )
    energy = {n: r.value for n, r in footprint.energy_kwh._asdict().items() if r is not None}
    assert energy == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize(
    ("period", "requests"),
    [
        ({"days": 7}, 7000),
        ({"weeks": 1}, 7000),
        ({"months": 1}, 30_436.875),
        ({"years": 1}, 365_242.5),
        ({"months": 12}, 365_242.5),
    ],
)
def test_requests_a_day_are_counted_in_the_mean_calendar(period, requests):
    footprint = estimate(**PER_REQUEST, requests_per_day=1000, **period)
    assert footprint.energy_kwh.it.value == pytest.approx(requests * 0.3e-3, rel=1e-12)


def test_replicas_are_charged_while_they_wait():
    # 432,000 requests at 1 a second: 120 h, 60 of each replica's 240: 180 h wait.
    # Busy 2 x 60 x 70 W = 8.4 kWh; waiting 2 x 180 x 70 W x 0.1 = 2.52 kWh.
    footprint = estimate(**KEPT_ON, idle_share=0.1)
    assert value(footprint, "busy_share") == 0.25
    assert value(footprint, "busy_energy") == pytest.approx(8.4, rel=1e-12)
    assert value(footprint, "idle_energy") == pytest.approx(2.52, rel=1e-12)
    assert footprint.energy_kwh.accelerator.value == pytest.approx(10.92, rel=1e-12)


def test_each_replica_has_a_host_that_is_on_all_the_time():
    # 2 x 240 h x 50 W = 24 kWh.
    assert estimate(**KEPT_ON, static_w=50).components_kwh.static.value == 24


def test_a_service_without_requests_draws_idle_power_for_all_its_hours():
    # 12 h x 30.436875 days x 70 W x 0.1 = 2.55670 kWh.
    service = {**T4, "replicas": 1, "months": 1, "hours_per_day": 12, "idle_share": 0.1}
    footprint = estimate(**service)
    assert footprint.energy_kwh.accelerator.value == pytest.approx(2.5566975, rel=1e-12)
    assert "energy_per_request" not in derived(footprint)
    assert derived(footprint)["idle_energy"].method is Method.ASSUMED


def test_a_service_that_is_always_busy_costs_what_its_requests_cost():
    busy = {**T4, "requests": 36_000, "requests_per_s": 1, "days": 10 / 24}
    kept_on, on_demand = estimate(**busy, replicas=1), estimate(**busy)
    assert kept_on.energy_kwh.it.value == pytest.approx(on_demand.energy_kwh.it.value, rel=1e-9)


def test_what_is_not_counted_is_said_to_be_missing():
    coverage = estimate(**SERVED).coverage
    assert {"cpu", "memory", "static", "water"} <= set(missing(coverage))
    assert coverage["embodied"] == "modelled"  # that of the accelerator, by its device-hours


@pytest.mark.parametrize("work", [SERVED, KEPT_ON], ids=["on demand", "kept on"])
@given(
    name=st.sampled_from(
        ["requests", "requests_per_day", "replicas", "count", "pue", "idle_share"]
    ),
    factor=st.integers(1, 3),
)
def test_more_of_anything_never_lowers_a_bound(work, name, factor):
    few = {**work, "count": 1, "pue": 1.1, "intensity": 100, "utilization": None}
    if "replicas" in work:
        few = {**few, "idle_share": 0.2, "requests_per_day": 20_000}
    if few.get(name) is not None:
        assert never_less(estimate(**few), estimate(**{**few, name: few[name] * factor}))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"inference": "yes"}, "inference is 'yes'; expected True or False"),
        ({"inference": True}, "nothing says what a request takes; expected requests_per_s"),
        ({**T4, "requests": 5}, "nothing says what a request takes"),
        ({**T4, "requests_per_s": 5}, "no number of requests is given; expected requests, or"),
        ({"requests": 5, "hours": 1, "power_w": 1}, "requests is 5 without inference; expected"),
        ({"requests": 0, "hours": 1, "power_w": 1}, "requests is 0 without inference"),
        ({**SERVED, "hours": 5}, "hours is 5 beside inference; they follow from the requests"),
        ({**SERVED, "device_hours": 5}, "device_hours is 5 beside inference"),
        ({**SERVED, "energy_kwh": 5}, "energy_kwh is 5 beside inference"),
        ({**SERVED, "repeats": 5}, "repeats is 5 beside inference; give more requests"),
        ({**SERVED, "tokens_per_s": 5}, "requests_per_s and tokens_per_s are both given"),
        ({**SERVED, "parameters_b": 7}, "requests_per_s and parameters_b are both given"),
        ({**SERVED, "requests": -1}, "requests is -1; expected a finite number, 0 to"),
        ({**SERVED, "requests": "many"}, "requests is 'many'; expected a finite number"),
        ({**SERVED, "requests_per_s": 0}, "requests_per_s is 0; expected a finite number, 1e-09"),
        ({**SERVED, "requests_per_day": 5}, "requests is 3600 and requests_per_day is 5; give"),
        ({**PER_REQUEST, "requests_per_day": 5}, "requests_per_day is .* without a period; expec"),
        ({**PER_REQUEST, "requests_per_day": 5, "days": -1}, "days is -1; expected a finite"),
        ({**PER_REQUEST, "energy_at": None, "requests": 1}, "but not where it was measured; exp"),
        ({**PER_REQUEST, "energy_at": "wall", "requests": 1}, "energy_at is 'wall'; expected one"),
        ({**PER_REQUEST, "requests": 1, "replicas": 1, "days": 1}, "replicas is 1 beside energy_p"),
        (
            {**PER_REQUEST, "energy_at": "accelerator", "requests": 1, "static_w": 5},
            "static_w is 5 beside energy_per_request_wh; how long the host was in use",
        ),
        ({**T4, "requests": 1, "tokens_per_s": 5}, "without the tokens of a request; expected ou"),
        ({"inference": True, "requests": 1, "requests_per_s": 1}, "nothing is given that answers"),
        ({**SERVED, "batch": 8}, "batch is 8 of no model; expected parameters_b beside it"),
        ({**SERVED, "output_tokens": 8}, "output_tokens is 8 of no model"),
        ({**SERVED, "hours_per_day": 8}, "hours_per_day is 8 of no service; expected replicas"),
        ({**SERVED, "replicas": 1}, "replicas is 1 without a period; expected days, weeks"),
        (
            {"inference": True, "cpu": "EPYC 7742", "replicas": 1, "days": 1},
            "replicas is 1 of no accelerator; expected an accelerator or power_w",
        ),
        ({**KEPT_ON, "replicas": 0}, "replicas is 0; expected a whole number, from 1"),
        ({**KEPT_ON, "replicas": 1.5}, r"replicas is 1\.5; expected a whole number"),
        (
            {**KEPT_ON, "hours_per_day": 25},
            "hours_per_day is 25; expected a finite number, 0 to 24",
        ),
        ({**KEPT_ON, "idle_share": 2}, "idle_share is 2; expected a finite number, 0 to 1"),
        ({**KEPT_ON, "requests_per_day": 1e6}, "one busy for .* expected more replicas, or more"),
        ({**SERVED, "accelerator": "A1000"}, "accelerator 'A1000' is unknown"),
        ({**SERVED, "sweep": 3}, "sweep is 3 beside inference; a sweep is of trainings"),
    ],
    ids=str,
)
def test_requests_that_cannot_be_worked_out_are_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**inputs)


def test_two_ways_to_say_what_a_request_takes_are_a_contradiction():
    with pytest.raises(ContradictionError):
        estimate(**SERVED, energy_per_request_wh=1, energy_at="it")
