"""eco2AI's emission.csv."""

from importers.sources import ECO2AI, records, rejected, rows_of


def test_epochs_of_a_training_are_rows_that_add_up():
    # 40 g + 80 g, 0.1 + 0.2 kWh.
    first, second = records("eco2ai", ECO2AI)
    assert (first.emissions_g, second.emissions_g) == (40.0, 80.0)
    assert (first.energy_kwh, second.energy_kwh) == (0.1, 0.2)
    assert (first.run_id, first.duration_s) == ("a1", 600.0)
    assert first.recorded_at == "2023-03-01T10:00:00"
    assert first.name == "epoch: 1, loss: 0.4,"


def test_devices_are_read_with_their_count():
    first, _ = records("eco2ai", ECO2AI)
    assert first.hardware == {
        "accelerator": "Tesla T4",
        "accelerator_count": 1,
        "cpu": "Intel Xeon",
        "cpu_count": 2,
    }


def test_the_place_is_dropped_because_the_file_does_not_tell_who_said_it():
    rows, reading = rows_of("eco2ai", ECO2AI)
    assert [row.place for row in rows] == [{}, {}]
    assert reading.dropped == {"place found from the IP address": 2}
    kept, _ = records("eco2ai", ECO2AI, keep_location=True)
    assert kept.place == {"country": "RU", "province": "Moscow", "zone": "RU"}


def test_the_misspelt_unit_of_old_versions_is_understood():
    old = ECO2AI.replace("power_consumption(kWh)", "power_consumption(kWTh)")
    assert [row.energy_kwh for row in records("eco2ai", old)] == [0.1, 0.2]


def test_a_description_may_have_a_line_end():
    text = ECO2AI.replace("first try", '"first\ntry"', 1)
    first, second = records("eco2ai", text)
    assert (first.emissions_g, second.emissions_g, second.at_line) == (40.0, 80.0, 4)


def test_a_quote_that_never_closes_costs_its_own_row_alone():
    text = ECO2AI.replace(",first try,", ',"first try,', 1)
    (row,) = rejected("eco2ai", text)
    rows, _ = rows_of("eco2ai", text)
    assert row.at_line == 2
    assert rows[-1].emissions_g == 80.0


def test_no_gpu_is_no_accelerator():
    text = ECO2AI.replace("Tesla T4 1 device(s)", "no gpu name 0 device(s)")
    assert "accelerator" not in records("eco2ai", text)[0].hardware


def test_energy_that_no_machine_takes_is_doubted():
    # 2 kWh in 6 s are 1,200 kW: joules in a column of kWh, say.
    head = "id,project_name,start_time,duration(s),power_consumption(kWh),CPU_name,OS"
    (run,) = records("eco2ai", head + "\na,b,2024-01-01 10:00:00,6,2,some CPU,Linux\n")
    assert (run.energy_kwh, [doubt.code for doubt in run.doubts]) == (2.0, ["power"])


def test_devices_without_a_name_are_counted():
    head = "id,project_name,start_time,duration(s),power_consumption(kWh),GPU_name,OS"
    (run,) = records("eco2ai", head + "\na,b,2024-01-01 10:00:00,60,0.01, 2 device(s),Linux\n")
    assert run.hardware == {"accelerator_count": 2}
