"""Laws of every methodology: more of anything never lowers a figure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.estimator.methodologies.front import job_of
from wattprint.estimator.methodologies.registry import methodologies

FACTORS = st.floats(1.0, 50.0)
P4D = {"accelerator": "A100 SXM4 40GB", "hours": 10.0, "region": "aws/us-east-1"}
BARE = {"power_w": 300.0, "hours": 10.0, "cpu": "AMD EPYC 7742", "memory_gb": 64.0}


def figures(**inputs):
    """Totals of all methodologies that can account for the job, by name."""
    job, totals = job_of(inputs), {}
    for name, method in methodologies().items():
        try:
            totals[name] = method.apply(job).terms
        except InputError:
            continue
    return totals


def assert_never_lower(less, more):
    assert less.keys() <= more.keys()
    for name, terms in less.items():
        assert more[name].total_kg >= terms.total_kg * (1 - 1e-12), name
        assert more[name].facility_kwh >= terms.facility_kwh * (1 - 1e-12), name


@pytest.mark.parametrize("job", [{**P4D, "count": 8}, {**BARE, "zone": "FR"}], ids=["cloud", "own"])
@settings(max_examples=20, deadline=None)
@given(factor=FACTORS)
def test_more_hours_never_lower_a_figure(job, factor):
    assert_never_lower(figures(**job), figures(**{**job, "hours": job["hours"] * factor}))


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 200))
def test_more_devices_never_lower_a_figure(count):
    job = {**BARE, "zone": "FR"}
    assert_never_lower(figures(**job, count=count), figures(**job, count=count + 1))


@settings(max_examples=20, deadline=None)
@given(grams=st.floats(0.0, 1000.0), factor=FACTORS)
def test_a_dirtier_grid_never_lowers_a_figure(grams, factor):
    job = {**P4D, "count": 8}
    dirtier = figures(**job, intensity=min(grams * factor, 10_000.0))
    assert_never_lower(figures(**job, intensity=grams), dirtier)


@settings(max_examples=20, deadline=None)
@given(pue=st.floats(1.0, 2.0), factor=st.floats(1.0, 2.0))
def test_a_higher_pue_never_lowers_a_figure(pue, factor):
    job = {**P4D, "count": 8}
    assert_never_lower(figures(**job, pue=pue), figures(**job, pue=pue * factor))


def test_nearly_every_methodology_takes_part_in_these_laws():
    assert len(figures(**P4D, count=8)) == 7
    assert len(figures(**BARE, zone="FR")) == 6
