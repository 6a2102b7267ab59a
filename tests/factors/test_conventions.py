"""Conventions and equivalences: stated defaults, with interval and source."""

import pytest

from wattprint.factors.conventions import convention, equivalences
from wattprint.factors.tables import shipped, sources

NAMES = [row["name"] for row in shipped().rows("conventions")]


@pytest.mark.parametrize(
    ("name", "value", "low", "high"),
    [
        # DESIGN section 3: TDP x hours errs high; it runs from 0.30 to 1.05 of TDP.
        ("accelerator_utilization", 1.0, 0.30, 1.05),
        ("cpu_utilization", 1.0, 0.30, 1.05),
        # Lannelongue et al. (2021), Green Algorithms: 0.3725 W per GB.
        ("dram_power_w_per_gb", 0.3725, 0.048, 0.392),
    ],
)
def test_a_convention_is_the_stated_one(name, value, low, high):
    assert convention(name).amount.as_tuple() == (value, low, high)


@pytest.mark.parametrize("name", NAMES)
def test_every_convention_has_a_source_a_year_and_a_reason(name):
    stated = convention(name)
    assert stated.source in sources()
    assert 1990 <= stated.year <= 2050
    assert stated.unit
    assert stated.note


def test_a_convention_that_there_is_none_of_is_an_error_of_ours():
    with pytest.raises(KeyError, match="hat_size"):
        convention("hat_size")


def test_equivalences_come_with_the_newest_edition_first():
    years = [equivalence.year for equivalence in equivalences()]
    assert years == sorted(years, reverse=True)
    assert all(equivalence.kg_per_unit > 0 for equivalence in equivalences())
    assert {equivalence.source for equivalence in equivalences()} <= sources().keys()
