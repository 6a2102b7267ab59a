"""Readings: what is not there is left out of their JSON form, and what is no number is refused."""

import json
import re

import pytest

from good_and_broken import CPU, RUN
from wattprint.domain.readings import (
    LARGEST_UJ,
    Interval,
    Logged,
    device_dict,
    device_from_dict,
    energy_uj_from_list,
    interval_dict,
    interval_from_dict,
    logged_dict,
    logged_from_dict,
    section_dict,
    section_from_dict,
)


def through_json(row):
    return json.loads(json.dumps(row, allow_nan=False))


def test_an_interval_says_sleep_and_use_of_the_machine_only_where_there_was_any():
    plain, slept = RUN.intervals
    assert set(interval_dict(plain)) == {"start_s", "end_s", "energy_uj", "activity"}
    assert set(interval_dict(slept)) - set(interval_dict(plain)) == {"suspended_s", "host"}
    for interval in RUN.intervals:
        assert interval_from_dict(through_json(interval_dict(interval)), 2) == interval


def test_a_device_says_when_it_was_found_only_if_that_was_later():
    assert "found_s" not in device_dict(CPU)
    later = CPU._replace(found_s=600.0)
    assert device_dict(later)["found_s"] == 600.0
    for device in (CPU, later):
        assert device_from_dict(through_json(device_dict(device))) == device


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("note", 5),
        ("note", None),
        ("activity_unit", 5),
        ("source_year", "2018"),
        ("source_year", 10_000),
        ("high_ratio", 1.7e308),
    ],
)
def test_a_device_that_nobody_can_account_for_is_refused_by_name(name, given):
    with pytest.raises((TypeError, ValueError), match=re.escape(f"{name} is {given!r}")):
        device_from_dict({**through_json(device_dict(CPU)), name: given})


def test_a_section_comes_back_with_the_sections_around_it():
    section = RUN.sections[0]
    assert section.path == ("epoch", "batch")
    assert section_from_dict(through_json(section_dict(section)), 2) == section


def test_a_loss_that_is_no_number_is_left_out_and_the_rest_of_the_line_is_kept():
    logged = Logged(9.5, 3, 96.0, {"loss": float("nan"), "best": float("-inf"), "step": 3.0})
    assert logged_from_dict(through_json(logged_dict(logged))) == logged._replace(
        values={"step": 3.0}
    )


def test_a_value_may_be_below_zero():
    logged = Logged(9.5, 1, 0.0, {"log_likelihood": -1234.5})
    assert logged_from_dict(through_json(logged_dict(logged))) == logged


@pytest.mark.parametrize("reading", [None, 0, 5, LARGEST_UJ, 8.0], ids=repr)
def test_an_energy_is_a_whole_number_or_nothing(reading):
    assert energy_uj_from_list([reading]) == (reading,)


@pytest.mark.parametrize("reading", [-1, LARGEST_UJ + 1, True, "5", 0.5, [5]], ids=repr)
def test_any_other_energy_is_refused_by_name(reading):
    with pytest.raises(ValueError, match=r"energy_uj is .*; expected a whole number, from 0 to"):
        energy_uj_from_list([reading])


def test_a_path_that_is_a_word_is_not_taken_for_its_letters():
    row = {**section_dict(RUN.sections[0]), "path": "epoch"}
    with pytest.raises(ValueError, match="path is 'epoch'; expected the names of a section"):
        section_from_dict(row, 2)


def test_readings_of_another_number_of_devices_are_refused():
    row = interval_dict(Interval(0.0, 10.0, (5,), (None,)))
    with pytest.raises(ValueError, match="1 readings for 2 devices"):
        interval_from_dict(row, 2)
