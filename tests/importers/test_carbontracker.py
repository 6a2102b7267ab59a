"""carbontracker's output log and standard log."""

import pytest

from importers.sources import CARBONTRACKER, records, rejected, rows_of

STANDARD = """\
2022-11-14 15:43:37 - carbontracker version 1.1.6
2022-11-14 15:43:37 - The following components were found: GPU with device(s) Tesla T4, Tesla T4.
2022-11-14 15:43:47 - Epoch 1:
2022-11-14 15:43:47 - Duration: 0:10:00.00
2022-11-14 15:43:47 - Average power usage (W) for gpu: [60. 40.]
2022-11-14 15:53:47 - Epoch 2:
2022-11-14 15:53:47 - Duration: 0:10:00.00
2022-11-14 15:53:47 - Average power usage (W) for gpu: [ 30.  50.]
"""
NAME = "2023-05-04T1200Z_carbontracker_output.log"


def test_the_actual_consumption_is_the_run():
    (run,) = records("carbontracker", CARBONTRACKER, name=NAME)
    assert (run.energy_kwh, run.energy_at, run.emissions_g) == (0.1, "facility", 10.0)
    assert (run.duration_s, run.run_id) == (1200.0, "2023-05-04T1200Z")
    assert run.recorded_at == "2023-05-04T12:00:00"
    assert run.hardware == {"accelerator": "NVIDIA T4", "accelerator_count": 1, "cpu_count": 1}


def test_a_prediction_is_no_run_but_it_is_said():
    (run,) = records("carbontracker", CARBONTRACKER)
    assert run.doubts[0].code == "part"
    assert run.doubts[0].text.startswith("2 of 100 epochs are measured; predicted: 5.000000 kWh")
    alone = CARBONTRACKER.partition("2023-05-04 12:20")[0]
    (row,) = rejected("carbontracker", alone)
    assert row.reason == "it says a prediction only, and no run"


def test_the_detected_location_is_dropped_unless_it_is_wanted():
    (run,), reading = rows_of("carbontracker", CARBONTRACKER)
    assert (run.place, reading.dropped.total()) == ({}, 1)
    (kept,) = records("carbontracker", CARBONTRACKER, keep_location=True)
    assert kept.place == {"location": "Copenhagen, Capital Region, DK", "zone": "DK"}


def test_a_standard_log_is_worked_out_epoch_by_epoch():
    # 600 s x 100 W + 600 s x 80 W = 108 kJ = 0.03 kWh.
    (run,) = records("carbontracker", STANDARD, name="x_carbontracker.log")
    assert run.energy_kwh == pytest.approx(0.03, rel=1e-12)
    assert (run.duration_s, run.energy_at, run.emissions_g) == (1200.0, "chips", None)
    assert run.hardware == {"accelerator": "Tesla T4", "accelerator_count": 2}
    assert run.doubts[0].code == "worked-out"


def test_several_runs_in_one_log_are_several_records():
    runs = records("carbontracker", CARBONTRACKER + CARBONTRACKER.replace("10.000000 g", "20 g"))
    assert [run.emissions_g for run in runs] == [10.0, 20.0]


def test_what_was_printed_without_a_log_is_read_as_well():
    figures = "\tTime:\t0:00:24\n\tEnergy:\t0.5 kWh\n\tCO2eq:\t43 g\n"
    printed = "CarbonTracker: \nActual consumption:\n" + figures
    (run,) = records("carbontracker", printed)
    assert (run.energy_kwh, run.emissions_g, run.duration_s) == (0.5, 43.0, 24.0)


def test_an_intensity_that_could_not_be_fetched_leaves_the_energy():
    (run,) = records("carbontracker", CARBONTRACKER.replace("10.000000 g", "nan g"))
    assert (run.energy_kwh, run.emissions_g) == (0.1, None)


@pytest.mark.parametrize("time", ["1 day, 2:00:00", "26:00:00"])
def test_days_are_understood(time):
    (run,) = records("carbontracker", CARBONTRACKER.replace("0:20:00\n", time + "\n"))
    assert run.duration_s == 26 * 3600.0


def test_an_energy_that_is_none_is_rejected_with_its_line():
    (row,) = rejected("carbontracker", CARBONTRACKER.replace("0.100000 kWh", "much kWh"))
    assert (row.at_line, row.reason) == (10, "energy is 'much'; expected a number")
