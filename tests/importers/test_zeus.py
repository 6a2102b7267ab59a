"""The log of zeus' energy monitor."""

import pytest

from importers.sources import ZEUS, records, rejected


def test_joules_of_all_gpus_become_kilowatt_hours():
    # 3600 J + 3600 J = 2 Wh in the epoch.
    epoch = records("zeus", ZEUS)[2]
    assert (epoch.name, epoch.energy_at, epoch.duration_s) == ("epoch", "accelerator", 20.5)
    assert epoch.energy_kwh == pytest.approx(0.002, rel=1e-12)
    assert epoch.recorded_at == "2023-11-14T22:13:20Z"
    assert epoch.hardware == {"accelerator_count": 2}


def test_a_window_within_another_is_a_part_of_it():
    # Both steps lie within the epoch of line 4; the evaluation begins after it.
    assert [row.part_of for row in records("zeus", ZEUS)] == [4, 4, None, None]


def test_windows_without_a_start_are_no_part_of_anything():
    text = ZEUS.replace("1700000000.0,", ",").replace("1700000010.0,", ",")
    assert [row.part_of for row in records("zeus", text)] == [None, None, None, None]


@pytest.mark.parametrize("cell", ["", "x", "-5", "nan"])
def test_a_window_without_its_time_is_rejected(cell):
    (row,) = rejected("zeus", ZEUS.replace("epoch,20.5", f"epoch,{cell}"))
    assert row.at_line == 4
