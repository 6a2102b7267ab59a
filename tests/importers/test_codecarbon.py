"""CodeCarbon's emissions.csv: units, cumulative rows, tasks, places, and how people keep files."""

import pytest

from importers.sources import CODECARBON, records, rejected, rows_of
from wattprint.importers.kinds import kind_of
from wattprint.importers.last_rows import Held, LastRows

HEAD = "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_iso_code,region"
ROW = "2024-05-02T10:00:00,parser,{run},60,{kg},{kwh},FRA,"


def table(*rows, head=HEAD):
    return "\n".join([head, *rows]) + "\n"


def test_the_last_row_of_a_run_counts_and_kilograms_become_grams():
    # 0.1 kg in the second row of run-1, not 0.05 + 0.1.
    rows, reading = rows_of("codecarbon", CODECARBON)
    first, second = rows
    assert (first.at_line, first.run_id, first.emissions_g) == (3, "run-1", 100.0)
    assert (first.energy_kwh, first.energy_at, first.duration_s) == (0.5, "chips", 3600.0)
    assert (second.run_id, second.emissions_g) == ("run-2", 400.0)
    assert reading.superseded == 1


def test_hardware_is_read_with_its_count():
    first, second = records("codecarbon", CODECARBON)
    assert first.hardware["accelerator"] == "NVIDIA A100-SXM4-40GB"
    assert first.hardware["accelerator_count"] == 2
    assert first.hardware["cpu_threads"] == 16
    assert "accelerator" not in second.hardware


def test_a_place_beside_coordinates_came_from_an_address_and_is_dropped():
    (first, second), reading = rows_of("codecarbon", CODECARBON)
    assert first.place["zone"] == "FR"
    assert second.place == {}
    assert reading.dropped == {"place found from the IP address": 1}


def test_a_place_from_an_address_is_kept_where_it_is_wanted():
    _, second = records("codecarbon", CODECARBON, keep_location=True)
    assert (second.place["longitude"], second.place["zone"]) == ("11.6", "DE")
    assert second.place["province"] == "bavaria"


def test_the_rate_is_in_grams_before_version_2_2_and_in_kilograms_since():
    old = table("2021-01-01T00:00:00,60,0.1,1.7,0.5", head=OLD)
    new = table("2024-01-01T00:00:00,60,0.1,1.7,0.5,2.4.1", head=OLD + ",codecarbon_version")
    units = [
        {each.quantity: each.unit for each in records("codecarbon", text)[0].reported}
        for text in (old, new)
    ]
    assert [unit["emissions_rate"] for unit in units] == ["g/s", "kg/s"]


OLD = "timestamp,duration,emissions,emissions_rate,energy_consumed"


def test_tasks_add_up_though_they_are_of_one_run():
    head = "task_name," + HEAD
    text = table(
        "load," + ROW.format(run="r", kg=1, kwh=2),
        "fit," + ROW.format(run="r", kg=3, kwh=4),
        head=head,
    )
    rows, reading = rows_of("codecarbon", text)
    assert [(row.name, row.emissions_g) for row in rows] == [("load", 1000.0), ("fit", 3000.0)]
    assert reading.superseded == 0


def test_rows_without_a_run_are_runs_of_their_own():
    text = table(ROW.format(run="", kg=1, kwh=1), ROW.format(run="", kg=2, kwh=1))
    assert [row.emissions_g for row in records("codecarbon", text)] == [1000.0, 2000.0]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("much", "emissions is 'much'; expected a number"),
        ("nan", "emissions is 'nan'; expected a number"),
        ("inf", "emissions is 'inf'; expected a number"),
        ("-1", "emissions is '-1'; expected 0 or more"),
        ("1e99", "emissions is '1e99'; expected at most 1e+10"),
    ],
)
def test_a_row_with_a_figure_that_is_none_is_rejected_and_the_rest_is_read(cell, reason):
    good = ROW.format(run="b", kg=2, kwh=1)
    rows, _ = rows_of("codecarbon", table(ROW.format(run="a", kg=cell, kwh=1), good))
    assert (rows[0].at_line, rows[0].reason) == (2, reason)
    assert rows[1].emissions_g == 2000.0


def test_a_row_that_says_neither_energy_nor_emissions_is_rejected():
    (row,) = rejected("codecarbon", table(ROW.format(run="a", kg="", kwh="")))
    assert row.reason == "neither emissions nor energy are said; expected one of them"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("2024-05-02T10:00:00,parser", id="cut off"),
        pytest.param(ROW.format(run="a", kg=1, kwh=2)[:-1], id="without its last column"),
        pytest.param(ROW.format(run="a,b", kg=1, kwh=2) + "x", id="a comma without quotes"),
    ],
)
def test_a_row_of_another_width_than_its_header_is_rejected(row):
    (found,) = rejected("codecarbon", table(row))
    assert found.reason.endswith("expected 8 as its header has")


WAYS = {
    "a mark of UTF-8": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "old Mac line ends": lambda text: text.replace("\n", "\r").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "empty trailing columns": lambda text: text.replace("\n", ",,,\n").encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
    "a nameless index column": lambda text: (
        "," + text.rstrip("\n").replace("\n", "\n0,") + "\n"
    ).encode(),
    "padded names": lambda text: text.replace(",", " , ").encode(),
    "capital names": lambda text: text.replace(HEAD, HEAD.upper()).encode(),
    "NULs": lambda text: text.replace("parser", "par\0ser").encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_read_however_people_keep_it(way):
    raw = WAYS[way](table(ROW.format(run="a", kg=1, kwh=2), ROW.format(run="b", kg=3, kwh=4)))
    found = records("codecarbon", raw)
    assert [(row.run_id, row.project, row.emissions_g) for row in found] == [
        ("a", "parser", 1000.0),
        ("b", "parser", 3000.0),
    ]


def test_latin_1_letters_are_read():
    text = table(ROW.format(run="a", kg=1, kwh=2)).replace("parser", "présentation")
    (found,) = records("codecarbon", text.encode("latin-1"))
    assert found.project == "présentation"


def test_decimal_commas_are_read_between_semicolons():
    text = table(ROW.format(run="a", kg="0.25", kwh="0.5")).replace(",", ";").replace("0.", "0,")
    (found,) = records("codecarbon", text)
    assert (found.emissions_g, found.energy_kwh) == (250.0, 0.5)


def test_columns_in_another_order_with_others_between_say_the_same():
    head = "energy_consumed,mood,emissions,run_id,timestamp,duration"
    (found,) = records("codecarbon", table("2,happy,1,a,2024-05-02T10:00:00,60", head=head))
    assert (found.energy_kwh, found.emissions_g, found.run_id) == (2.0, 1000.0, "a")


def test_files_joined_end_to_end_are_read_by_the_header_above_each_row():
    other = table("a2,2,1,60", head="run_id,emissions,energy_consumed,duration")
    found = records("codecarbon", table(ROW.format(run="a1", kg=1, kwh=2)) + other)
    assert [(row.run_id, row.emissions_g) for row in found] == [("a1", 1000.0), ("a2", 2000.0)]


def test_a_time_that_no_date_can_be_read_of_is_said():
    (found,) = records(
        "codecarbon",
        table(ROW.format(run="a", kg=0.1, kwh=0.5).replace("2024-05-02T10:00:00", "26:11.7")),
    )
    assert found.recorded_at is None
    assert [doubt.code for doubt in found.doubts] == ["time"]


def test_more_grams_per_kwh_than_any_grid_are_said():
    # 9 kg of 1 kWh.
    (found,) = records("codecarbon", table(ROW.format(run="a", kg=9, kwh=1)))
    assert found.doubts[0].text == "9,000 g/kWh: no grid is as dirty"


def test_a_cloud_region_is_taken_and_one_that_lies_apart_is_said():
    head = HEAD + ",on_cloud,cloud_provider,cloud_region"
    row = ROW.format(run="a", kg=0.1, kwh=0.5)
    (found,) = records("codecarbon", table(row + ",Y,aws,us-east-2", head=head))
    assert found.place["region"] == "aws/us-east-2"
    assert found.doubts[0].text == "FR and aws/us-east-2 lie apart: the cloud region is taken"


def test_a_place_that_changes_within_a_file_is_that_of_each_row():
    other = ROW.format(run="b", kg=1, kwh=9).replace("FRA,", "CAN,quebec")
    found = records("codecarbon", table(ROW.format(run="a", kg=1, kwh=9), other))
    assert [row.place["zone"] for row in found] == ["FR", "CA-QC"]


def test_an_energy_that_holds_a_pue_is_that_of_the_facility():
    text = CODECARBON.replace("machine,N,1.0", "machine,N,1.5")
    assert {row.energy_at for row in records("codecarbon", text)} == {"facility"}


def test_twenty_thousand_runs_and_more_are_kept_on_disk_and_found_again():
    # 25,000 runs of two rows each, all first rows before all second ones.
    runs = range(25_000)
    first = (ROW.format(run=f"r{i}", kg=1, kwh=1) for i in runs)
    second = (ROW.format(run=f"r{i}", kg=2, kwh=2) for i in runs)
    rows, reading = rows_of("codecarbon", table(*first, *second))
    assert len(rows) == reading.superseded == 25_000
    assert {row.emissions_g for row in rows} == {2000.0}
    assert [row.at_line for row in rows] == list(range(25_002, 50_002))


UUID = "0a1b2c3d-0000-4000-8000-00000000000{}"


def of_run(run, minute, seconds, kwh):
    """Write a row of a run that was written so long after noon."""
    return f"2024-05-02T12:{minute:02}:00,parser,{run},{seconds},{kwh / 2},{kwh},FRA,"


@pytest.mark.parametrize(
    ("rows", "kwh"),
    [
        # Ten minutes, then twenty of the same run: it began at 12:00 both times.
        ([of_run("mine", 10, 600, 0.1), of_run("mine", 20, 1200, 0.2)], [0.2]),
        # Began at 12:00 and at 12:15: two runs of one name.
        ([of_run("mine", 10, 600, 0.1), of_run("mine", 45, 1800, 0.2)], [0.1, 0.2]),
        # An id of CodeCarbon's own is one run's, even where the machine slept in between.
        ([of_run(UUID.format(1), 10, 600, 0.1), of_run(UUID.format(1), 45, 1800, 0.2)], [0.2]),
        # Began at 12:00 and at 12:25, and went down: no reading of the same run.
        ([of_run(UUID.format(1), 10, 600, 0.3), of_run(UUID.format(1), 45, 1200, 0.2)], [0.3, 0.2]),
        # Both began at 12:00: the longer one counts.
        ([of_run("mine", 20, 1200, 0.2), of_run("mine", 10, 600, 0.3)], [0.2]),
    ],
    ids=["one run", "a name used again", "an id of its own", "energy goes down", "newest first"],
)
def test_rows_of_an_id_are_one_run_only_where_they_go_on(rows, kwh):
    found, reading = rows_of("codecarbon", table(*rows))
    assert [record.energy_kwh for record in found] == kwh
    assert reading.superseded == 2 - len(kwh)
    assert [doubt.code for doubt in found[0].doubts] == (["run"] if len(kwh) == 2 else [])


@pytest.mark.parametrize("run", ["mine", UUID.format(1)])
@pytest.mark.parametrize("hours", [(1, 2, 1, 2, 3), (3, 2, 1), (2, 3, 1), (1, 2, 3, 3, 1, 2)])
def test_readings_of_one_run_count_once_in_any_order(run, hours):
    # 1 kWh an hour from 12:00 on: joined files overlap or stand in any order, 3 kWh in all.
    rows = [of_run(run, 0, h * 3600, h).replace("T12", f"T{12 + h}") for h in hours]
    (record,), reading = rows_of("codecarbon", table(*rows))
    assert (record.energy_kwh, record.duration_s, record.doubts) == (3.0, 10_800.0, ())
    assert reading.superseded == len(hours) - 1


def test_of_readings_as_long_as_each_other_the_larger_counts():
    rows = [of_run("mine", 10, 600, kwh) for kwh in (0.1, 0.3, 0.2)]
    (record,), _ = rows_of("codecarbon", table(*rows))
    assert record.energy_kwh == 0.3


def test_figures_that_go_down_part_runs_where_no_start_is_known():
    rows = [of_run("mine", 10, 600, kwh).replace("2024-05-02T12:10:00", "") for kwh in (0.3, 0.2)]
    found, _ = rows_of("codecarbon", table(*rows))
    assert [record.energy_kwh for record in found] == [0.3, 0.2]


def test_a_row_that_went_to_disk_is_compared_all_the_same():
    last = LastRows(in_memory=0)
    rows = [Held(line, 0, [cell]) for line, cell in ((2, "1"), (3, "2"), (4, "1"))]
    rising = [
        last.put("a", row, lambda was, now: now if now.cells >= was.cells else None) for row in rows
    ]
    assert rising == [True, True, False]
    assert (last.superseded, [row.at_line for row in last.all()]) == (1, [3, 4])
    last.close()


def test_energy_that_no_machine_takes_is_doubted_and_kept():
    # 9 kWh in 60 s are 540 kW.
    (found,) = records("codecarbon", table(ROW.format(run="a", kg=1, kwh=9)))
    assert found.energy_kwh == 9.0
    assert [doubt.text for doubt in found.doubts] == [
        "energy over time is 540 kW: no machine draws as much"
    ]


@pytest.mark.parametrize(
    ("model", "count", "name", "devices"),
    [
        ("2 x Tesla T4", "2", "Tesla T4", 2),
        ("1 x NVIDIA L404 x NVIDIA T4", "5", "1 x NVIDIA L40, 4 x NVIDIA T4", 5),
        ("1 x NVIDIA A4012 x NVIDIA T4", "13.0", "1 x NVIDIA A40, 12 x NVIDIA T4", 13),
        ("1 x NVIDIA L404 x NVIDIA T4", "", "1 x NVIDIA L404 x NVIDIA T4", None),
        ("Tesla T4", "1.0", "Tesla T4", 1),
    ],
)
def test_accelerators_of_several_models_are_parted_where_their_number_tells(
    model, count, name, devices
):
    row = ROW.format(run="a", kg=0.1, kwh=0.5)
    (found,) = records(
        "codecarbon", table(f"{row},{count},{model}", head=HEAD + ",gpu_count,gpu_model")
    )
    assert found.hardware["accelerator"] == name
    assert found.hardware.get("accelerator_count") == devices


@pytest.mark.parametrize(
    ("cell", "kg"), [("0,25", 0.25), ("1,6409", 1.6409), ("1,5E-07", 1.5e-07), ("12,34", 12.34)]
)
def test_a_comma_that_can_be_nothing_else_is_the_point(cell, kg):
    text = table(ROW.format(run="a", kg=f'"{cell}"', kwh='"0,5"'))
    (found,) = records("codecarbon", text)
    assert (found.emissions_g, found.energy_kwh) == (pytest.approx(kg * 1000, rel=1e-12), 0.5)


def test_a_comma_that_may_part_thousands_is_refused():
    (row,) = rejected("codecarbon", table(ROW.format(run="a", kg='"1,640"', kwh=1)))
    assert row.reason == "emissions is '1,640'; expected a number"


@pytest.mark.parametrize("note", ["sep=;", '"sep=;"', "\ufeffsep=;"])
def test_the_line_in_which_excel_notes_its_separator_is_passed_over(note):
    text = f"{note}\r\n" + table(ROW.format(run="a", kg="0.1", kwh="0.5")).replace(",", ";")
    assert kind_of("emissions.csv", text).kind == "codecarbon"
    (found,) = records("codecarbon", text.replace("0.1", "0,1"))
    assert (found.emissions_g, found.at_line) == (100.0, 3)


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("02.05.2024 10:00", "2024-05-02T10:00:00"),
        ("31/5/2024 9:05", "2024-05-31T09:05:00"),
        ("5/31/2024 9:05", "2024-05-31T09:05:00"),
        ("5/6/2024 9:05", None),
    ],
)
def test_dates_of_spreadsheets_are_read_where_they_can_be_but_one(stamp, time):
    text = table(ROW.format(run="a", kg=0.1, kwh=0.5).replace("2024-05-02T10:00:00", stamp))
    (found,) = records("codecarbon", text)
    assert found.recorded_at == time
