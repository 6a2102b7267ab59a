"""What kind of machine this is, from folders as sysfs has them."""

import os

import pytest

from wattprint.meters.machine import machine_facts


@pytest.fixture
def sysfs(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def test_an_empty_sysfs_says_nothing_but_how_many_threads_may_be_used(tmp_path):
    facts = machine_facts(tmp_path)
    assert facts[:2] == (None, False)
    assert facts.threads_allowed == len(os.sched_getaffinity(0))


def test_the_chassis_is_read(sysfs):
    assert machine_facts(sysfs(class__dmi__id__chassis_type="23\n")).chassis_type == 23


@pytest.mark.parametrize("text", ["", "tower\n", "-1\n", "\x00", "²"])
def test_a_chassis_that_is_no_number_is_not_known(sysfs, text):
    assert machine_facts(sysfs(class__dmi__id__chassis_type=text)).chassis_type is None


@pytest.mark.parametrize(
    ("files", "has_battery"),
    [
        pytest.param({"BAT0__type": "Battery\n"}, True, id="a laptop's"),
        pytest.param({"BAT0__type": "Battery\n", "BAT0__scope": "System\n"}, True, id="and said"),
        pytest.param({"hid0__type": "Battery\n", "hid0__scope": "Device\n"}, False, id="a mouse's"),
        pytest.param({"AC__type": "Mains\n"}, False, id="a plug"),
        pytest.param({"UPS__type": "UPS\n"}, False, id="an uninterruptible supply"),
    ],
)
def test_a_battery_counts_if_it_is_the_machines_own(sysfs, files, has_battery):
    root = sysfs(**{f"class__power_supply__{name}": text for name, text in files.items()})
    assert machine_facts(root).has_battery is has_battery


@pytest.mark.parametrize(
    ("quota", "most"),
    [("50000 100000\n", 0.5), ("max 100000\n", None), ("0 0\n", None), ("garbage", None)],
)
def test_a_control_groups_quota_limits_the_threads(sysfs, quota, most):
    allowed = machine_facts(sysfs(fs__cgroup__cpu__max=quota)).threads_allowed
    assert allowed == len(os.sched_getaffinity(0))  # cpu__max is no such file
    path = sysfs() / "fs/cgroup/cpu.max"
    path.write_text(quota)
    expected = len(os.sched_getaffinity(0)) if most is None else most
    assert machine_facts(sysfs()).threads_allowed == expected
