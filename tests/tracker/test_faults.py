"""Faults are kept until they are written, and are not said again and again."""

import itertools

from wattprint.domain.readings import Fault
from wattprint.tracker.faults import LONGEST_MESSAGE, MOST_KINDS, Faults


def said(*messages):
    faults = Faults()
    for message in messages:
        faults.note(Fault(1.0, "nvml", message))
    return [fault.message for fault in faults.waiting]


def test_what_comes_again_is_said_the_2nd_4th_and_8th_time():
    again = [f"GPU-1 could not be read after {i}.5 s" for i in range(10)]
    assert said(*again) == [
        "GPU-1 could not be read after 0.5 s",
        "GPU-1 could not be read after 1.5 s (time 2)",
        "GPU-1 could not be read after 3.5 s (time 4)",
        "GPU-1 could not be read after 7.5 s (time 8)",
    ]


def test_what_counts_itself_is_not_counted_twice():
    assert said("a jump", "a jump (time 2)")[1] == "a jump (time 2)"


def test_different_things_are_said_each():
    assert said("lost", "found", "lost again") == ["lost", "found", "lost again"]


def test_too_many_different_things_are_one_kind():
    many = map("".join, itertools.islice(itertools.product("abcde", repeat=5), MOST_KINDS + 64))
    # 64 on top of what is told apart: the 1st, 2nd, 4th, ... 64th of them.
    assert len(said(*many)) == MOST_KINDS + 7


def test_a_message_has_an_end():
    assert len(said("x" * 10_000)[0]) == LONGEST_MESSAGE


def test_what_is_written_is_forgotten_in_order():
    faults = Faults()
    faults.note(Fault(1.0, "nvml", "first"))
    faults.note(Fault(2.0, "nvml", "second"))
    faults.is_written()
    assert [fault.message for fault in faults.waiting] == ["second"]
