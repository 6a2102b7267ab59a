"""Sweeps: every run that led to a result counts, the failed ones included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.asked import derived, never_less
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.describe import estimate

RUN = {"power_w": 1000, "hours": 10, "intensity": 100}


def values(footprint, kind):
    suffix = f"_{kind}"
    return {
        name.removesuffix(suffix): figure.amount.value
        for name, figure in derived(footprint).items()
        if name.endswith(suffix)
    }


def test_final_run_sweep_and_failed_runs_add_up():
    # A run is 10 kWh: 1 kept, 19 others, 10 that took half: 10 + 190 + 50 = 250 kWh, 25 kg.
    footprint = estimate(**RUN, sweep=20, failed=10, failed_share=0.5)
    assert values(footprint, "energy") == {
        "final_run": 10,
        "sweep": 190,
        "failed_runs": 50,
        "all_runs": 250,
    }
    assert footprint.energy_kwh.it.as_tuple() == (250, 250, 250)
    assert values(footprint, "emissions")["all_runs"] == 25


def test_without_a_share_a_failed_run_may_have_taken_anything():
    # 10 kWh x (20 + 10 x 0.05, 0.5, 0.95).
    footprint = estimate(**RUN, sweep=20, failed=10)
    assert footprint.energy_kwh.it.as_tuple() == pytest.approx((250, 205, 295), rel=1e-9)
    (share,) = [e for e in footprint.evidence if e.quantity == "failed_run_share"]
    assert share.method is Method.ASSUMED


def test_a_sweep_of_one_run_is_that_run():
    once, swept = estimate(**RUN), estimate(**RUN, sweep=1)
    assert swept.energy_kwh == once.energy_kwh
    assert values(swept, "energy") == {
        "final_run": 10,
        "sweep": 0,
        "failed_runs": 0,
        "all_runs": 10,
    }


def test_where_energy_was_given_whole_it_is_that_of_one_run():
    given_whole = {"energy_kwh": 100, "energy_at": "facility", "pue": 1.25}
    footprint = estimate(**given_whole, sweep=3, failed=2, failed_share=0.5)
    assert footprint.energy_kwh.facility.value == 400
    assert footprint.energy_kwh.it.value == 320


def test_what_is_off_for_failed_runs_is_so_for_every_part_of_the_machine():
    footprint = estimate(**RUN, static_w=500, sweep=1, failed=10)
    parts, total = footprint.components_kwh, footprint.energy_kwh.it
    assert total.high == pytest.approx(parts.accelerator.high + parts.static.high, rel=1e-9)


def test_planned_trainings_can_be_swept():
    plan = {"accelerator": "A100 SXM4 80GB", "train_parameters_b": 1, "train_tokens_b": 20}
    one, five = estimate(**plan, mfu=0.5), estimate(**plan, mfu=0.5, sweep=5)
    assert five.energy_kwh.it.value == pytest.approx(5 * one.energy_kwh.it.value, rel=1e-12)


@given(
    finished=st.integers(1, 1000),
    failed=st.integers(0, 1000),
    more=st.integers(0, 1000),
    name=st.sampled_from(["sweep", "failed"]),
)
def test_more_runs_never_lower_a_bound(finished, failed, more, name):
    few = {**RUN, "utilization": 0.5, "static_w": 20, "sweep": finished, "failed": failed}
    assert never_less(estimate(**few), estimate(**{**few, name: few[name] + more}))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"sweep": 0}, "sweep is 0; expected a whole number, from 1"),
        ({"sweep": 2.5}, r"sweep is 2\.5; expected a whole number"),
        ({"sweep": -3}, "sweep is -3; expected a whole number"),
        ({"sweep": 3, "failed": -1}, "failed is -1; expected a whole number, from 0"),
        ({"sweep": 3, "failed": 1.5}, r"failed is 1\.5; expected a whole number"),
        ({"sweep": 3, "failed": 1, "failed_share": 1.1}, r"failed_share is 1\.1; .* 0 to 1"),
        ({"failed": 3}, "failed is 3 of no sweep; expected sweep beside it"),
        ({"failed_share": 0.3}, r"failed_share is 0\.3 of no sweep"),
    ],
    ids=str,
)
def test_runs_that_there_cannot_have_been_are_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**RUN, **inputs)


def test_repeats_beside_a_sweep_are_a_contradiction():
    with pytest.raises(ContradictionError, match="repeats is 2 beside sweep; a sweep says how"):
        estimate(**RUN, repeats=2, sweep=3)
