"""What is published of making devices, and what wafers take."""

import pytest

from wattprint.factors.embodied import EmbodiedTable, cause_words, embodied, range_of
from wattprint.factors.machines import PER_VCPU, machine_classes
from wattprint.factors.tables import sources


def device(**changes):
    row = {
        "kind": "accelerator",
        "name": "X1",
        "embodied_kg": "100",
        "low_kg": "",
        "high_kg": "",
        "adpe_kg_sb": "",
        "primary_energy_mj": "",
        "by_maker": "no",
        "boundary": "manufacturing",
        "note": "by hand",
        "source": "act",
        "year": "2022",
        "verified": "no",
    }
    return {**row, **changes}


def published(*rows):
    return EmbodiedTable(rows, ()).of_family("X1")


def test_the_range_of_sources_goes_from_the_least_to_the_most_around_their_median():
    three = [device(embodied_kg=kg) for kg in ("100", "400", "150")]
    assert range_of(published(*three)).as_tuple() == (150, 100, 400)


def test_the_makers_own_sheet_goes_before_the_median():
    rows = [device(embodied_kg="164", by_maker="yes"), device(embodied_kg="273"), device()]
    assert range_of(published(*rows)).as_tuple() == (164, 100, 273)


def test_bounds_that_a_source_states_are_bounds():
    rows = [device(low_kg="60", high_kg="180"), device(embodied_kg="120")]
    assert range_of(published(*rows)).as_tuple() == (110, 60, 180)


def test_a_figure_is_told_with_its_source_year_and_boundary():
    (one,) = published(device())
    assert one.words == "100 kg*, act, 2022 (manufacturing; by hand)"
    assert cause_words([one]).endswith("; * entered by hand, not yet compared with the publication")
    assert cause_words([one._replace(verified=True)]).endswith("by hand)")


def test_a_family_of_which_nothing_is_published_has_nothing():
    assert embodied().of_family("V100") == ()
    assert embodied().of_delivery("2-socket-server") == ()


@pytest.mark.parametrize("host_class", sorted(machine_classes().keys() - {PER_VCPU}))
def test_every_class_of_machines_has_sources_and_a_width(host_class):
    found = embodied().of_host(host_class)
    amount = range_of(found)
    assert amount.low < amount.value < amount.high
    assert {one.source for one in found} <= set(sources())


@pytest.mark.parametrize(
    ("asked", "found"),
    [(7, 7), (4, 5), (6, 7), (12, 14), (16, 14), (40, 28), (2, 3)],
)
def test_a_process_node_is_the_nearest_and_of_two_the_older(asked, found):
    assert embodied().node(asked).nanometres == found


def test_a_node_is_that_of_act():
    # ACT: 7 nm takes 2.15 kWh/cm2, 0.5 kg of materials, 0.2 to 0.35 kg of gases.
    node = embodied().node(7)
    assert node[1:5] == (2.15, 0.2, 0.35, 0.5)
    assert (node.source, node.year) == ("act", 2022)
