"""Coverage: every component has a method, and what is not counted is said."""

import pytest

from wattprint.domain.coverage import COMPONENTS, coverage, missing
from wattprint.domain.evidence import Method


def test_a_component_that_nobody_named_is_missing():
    covered = coverage(accelerator=Method.MODELLED, cpu=Method.MEASURED)
    assert tuple(covered) == COMPONENTS
    assert covered["accelerator"] is Method.MODELLED
    assert missing(covered) == COMPONENTS[2:]


def test_of_a_footprint_that_counts_everything_nothing_is_missing():
    assert missing(coverage(**dict.fromkeys(COMPONENTS, Method.GIVEN))) == ()


def test_a_component_that_there_is_none_of_is_refused_by_name():
    with pytest.raises(KeyError, match=r"\['hats'\] are no components; expected some of"):
        coverage(cpu=Method.MEASURED, hats=Method.GIVEN)
