"""Which kinds of logs there are."""

from wattprint.joblogs.detect import KINDS, readers


def test_every_kind_has_a_reader_of_its_name_in_the_order_in_which_files_are_tried():
    assert tuple(readers()) == KINDS
