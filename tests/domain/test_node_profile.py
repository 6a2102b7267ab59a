"""A node profile: the wall energy it gives, and its public format."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from good_and_broken import CPU, GPU
from made_profiles import MACHINE, PROFILE
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.interval import Range, exact
from wattprint.domain.node_profile import Machine, NodeProfile

SCHEMA = json.loads(
    files("wattprint.domain").joinpath("schemas/node-profile-1.schema.json").read_text()
)


def test_wall_energy_is_chips_and_static_power_over_the_efficiency():
    # (160 W x 100 s + 40 W x 100 s) / 0.8 = 25 kJ.
    assert PROFILE.wall_energy_j(16_000.0, 100.0).value == pytest.approx(25_000.0, rel=1e-12)


def test_at_the_mean_the_interval_is_that_of_the_mean_and_of_the_scatter():
    # 250 W (245-255) for 100 s: 500 J; scatter 2 % of 25 kJ x 1.6449: 822 J. Together 962 J.
    wall = PROFILE.wall_energy_j(16_000.0, 100.0)
    assert wall.high - wall.value == pytest.approx(962.5, rel=1e-3)
    assert wall.value - wall.low == pytest.approx(962.5, rel=1e-3)


def test_away_from_the_mean_the_slope_adds_its_own():
    # 100 W above the mean: slope 1.25 (1.1905 to 1.3158), so -5.95 W and +6.58 W, beside 5 W.
    profile = PROFILE._replace(scatter=0.0)
    wall = profile.wall_energy_j(260.0, 1.0)
    assert wall.high - wall.value == pytest.approx((6.579**2 + 25) ** 0.5, rel=1e-3)
    assert wall.value - wall.low == pytest.approx((5.952**2 + 25) ** 0.5, rel=1e-3)
    # Below the mean a steeper line is the lower one.
    below = profile.wall_energy_j(60.0, 1.0)
    assert below.value - below.low == pytest.approx((6.579**2 + 25) ** 0.5, rel=1e-3)


def test_without_uncertainty_the_wall_energy_has_no_width():
    sure = PROFILE._replace(
        static_w=exact(40.0),
        supply_efficiency=exact(0.8),
        mean_wall_w=exact(250.0),
        scatter=0.0,
    )
    assert sure.wall_energy_j(3_000.0, 10.0) == exact(4_250.0)  # (3000 + 400) / 0.8


powers = st.floats(0, 2000)


@given(chip_w=powers, more_w=st.floats(0, 500), duration_s=st.floats(0.1, 1e7))
def test_more_chip_energy_never_lowers_the_wall_energy(chip_w, more_w, duration_s):
    less = PROFILE.wall_energy_j(chip_w * duration_s, duration_s)
    more = PROFILE.wall_energy_j((chip_w + more_w) * duration_s, duration_s)
    assert more.value >= less.value * (1 - 1e-12)
    assert more.high >= less.high * (1 - 1e-12)
    assert less.low >= min(chip_w * duration_s, less.value) * (1 - 1e-9)


@given(chip_w=powers, duration_s=st.floats(0.1, 1e6), times=st.floats(1, 100))
def test_a_run_of_twice_the_length_takes_twice_the_energy(chip_w, duration_s, times):
    once = PROFILE.wall_energy_j(chip_w * duration_s, duration_s)
    often = PROFILE.wall_energy_j(chip_w * duration_s * times, duration_s * times)
    expected = [bound * times for bound in once.as_tuple()]
    assert often.as_tuple() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("chip_energy_j", "duration_s", "message"),
    [(-1.0, 1.0, "chip_energy_j is -1.0"), (1.0, 0.0, "duration_s is 0.0"), (1.0, -3, "is -3")],
)
def test_an_impossible_run_is_refused(chip_energy_j, duration_s, message):
    with pytest.raises(InputError, match=message):
        PROFILE.wall_energy_j(chip_energy_j, duration_s)


def test_a_machine_is_its_cpu_and_its_accelerators():
    host = {"cpu_model": "AMD EPYC 7742", "sockets": 2, "threads": 256, "memory_bytes": 5}
    machine = Machine.seen(host, [CPU, GPU._replace(device_id="nvml:1"), GPU])
    assert machine == Machine("AMD EPYC 7742", 2, ("A100", "A100"))
    assert str(machine) == "2 x AMD EPYC 7742, 2 x A100"
    assert str(Machine.seen({}, [])) == "unnamed CPU"


@pytest.mark.parametrize("machine", [MACHINE, None])
def test_a_profile_comes_back_from_json_as_it_was(machine):
    profile = PROFILE._replace(machine=machine)
    written = json.loads(json.dumps(profile.as_dict()))
    assert list(Draft202012Validator(SCHEMA).iter_errors(written)) == []
    assert NodeProfile.from_dict(written) == profile


def test_the_schema_is_one_and_names_every_field():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == {"schema", *NodeProfile._fields}
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["title"]


BROKEN = {
    "another schema": {"schema": "wattprint.node-profile/2"},
    "no name": {"name": ""},
    "a static power that is a number": {"static_w": 40.0},
    "a static power out of order": {"static_w": {"value": 40.0, "low": 50.0, "high": 60.0}},
    "an efficiency above 1": {"supply_efficiency": {"value": 0.9, "low": 0.8, "high": 1.2}},
    "a scatter that is a word": {"scatter": "small"},
    "a scatter that is no number": {"scatter": float("nan")},
    "no readings": {"readings": 0},
    "a time that is a number": {"fitted_at": 2026},
    "a machine that is a word": {"machine": "mine"},
    "a machine without accelerators": {"machine": {"cpu_model": "x", "sockets": 1}},
    "a machine without sockets": {"machine": {**MACHINE._asdict(), "sockets": 0}},
    "meters that are numbers": {"chip_meters": [5]},
    "a key too many": {"owner": "somebody"},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_record_that_is_none_is_refused(change):
    with pytest.raises(RecordError, match="node-profile/1"):
        NodeProfile.from_dict({**PROFILE.as_dict(), **change})


@pytest.mark.parametrize("record", [None, [], "profile", {}])
def test_what_is_no_record_at_all_is_refused(record):
    with pytest.raises(RecordError, match="schema is None"):
        NodeProfile.from_dict(record)


def test_a_record_with_a_range_missing_is_refused():
    record = PROFILE.as_dict()
    del record["mean_wall_w"]
    with pytest.raises(RecordError, match="mean_wall_w"):
        NodeProfile.from_dict(record)


def test_the_lower_bound_is_never_below_the_chips():
    vague = PROFILE._replace(mean_wall_w=Range(250.0, 1.0, 900.0))
    assert vague.wall_energy_j(160.0, 1.0).low == 160.0
