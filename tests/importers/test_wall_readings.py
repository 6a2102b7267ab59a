"""Readings of a wall meter as people write them: columns, units, and every bad row by its line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_runs import CPU, MEMORY, intervals, made_run
from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.domain.node_profile import Machine
from wattprint.estimator.calibration import calibrate
from wattprint.estimator.wall_readings import WallReading
from wattprint.importers.wall_readings import TEMPLATE, read_wall_readings

HOST = {"cpu_model": "AMD EPYC 7742", "sockets": 2}
RUN = made_run(duration_s=20.0, intervals=intervals(600_000_000, 400_000_000), host=HOST)
"""1000 J of CPU and 500 J of memory in 20 s."""


def read(text, find_run=None):
    return read_wall_readings(io.StringIO(text, newline=""), find_run)


SAME = WallReading(600.0, 36_000.0, 54_000.0, "line 2")
"""60 W of chips and 90 W at the wall for ten minutes: 10 Wh and 15 Wh."""


@pytest.mark.parametrize(
    "text",
    [
        "duration_s,chip_energy_j,wall_energy_j\n600,36000,54000\n",
        "duration_min,chip_energy_wh,wall_energy_kwh\n10,10,0.015\n",
        "Duration [min],Chip energy (Wh),Wall energy [kWh]\n10,10,0.015\n",
        "Seconds;Software energy [J];Plug energy [kWh]\n600;36000;0,015\n",
        "duration_h\tchips_energy_kwh\twall_wh\n0.16666666666666666\t0.01\t15\n",
        "duration_s,chip_power_w,wall_power_w\n600,60,90\n",
        "\ufeffduration_s,chip_energy_j,wall_energy_j\r\n600,36000,54000\r\n",
        "duration_s,chip_energy_j,meter_start_kwh,meter_end_kwh\n600,36000,12.345,12.360\n",
        "start,end,chip_energy_j,wall_energy_j\n"
        "2026-01-31T18:00:00Z,2026-01-31T19:10:00+01:00,36000,54000\n",
        "start,end,chip_energy_j,wall_energy_j\n2026-01-31 18:00,2026-01-31 18:10,36000,54000\n",
        "run_id,model,duration_s,software_energy_j,wall_energy_j,static_tdp_w\n"
        "x,VGG,600,36000,54000,300\n",
    ],
)
def test_one_reading_is_understood_however_it_is_written(text):
    (reading,) = read(text).readings
    assert reading[:3] == pytest.approx(SAME[:3], rel=1e-9)
    assert reading.label == "line 2"


def test_blank_lines_and_comments_are_passed_over_and_lines_are_counted():
    text = "# a guide's\n\nduration_s,chip_energy_j,wall_energy_j\n\n600,36000,54000\n,,\n"
    (reading,) = read(text).readings
    assert reading == SAME._replace(label="line 5")


def test_the_example_can_be_read_and_fitted():
    fit = calibrate(read(TEMPLATE).readings)
    assert fit.static_w.low < 38 < fit.static_w.high  # it was made of 38 W and 0.87
    assert fit.supply_efficiency.low < 0.87 < fit.supply_efficiency.high


def test_a_run_gives_its_chips_its_time_and_its_machine():
    text = f"run,wall_energy_j\n{RUN.run_id},2000\n{RUN.run_id},2100\n"
    found = read(text, {RUN.run_id: RUN}.__getitem__)
    assert found.readings == (
        WallReading(20.0, 1500.0, 2000.0, "line 2"),
        WallReading(20.0, 1500.0, 2100.0, "line 3"),
    )
    assert found.machine == Machine("AMD EPYC 7742", 2, ())
    assert found.chip_meters == ("modelled: memory", "rapl: cpu")


def test_a_file_with_runs_in_part_is_of_no_known_machine():
    text = f"run,duration_s,chip_energy_j,wall_energy_j\n{RUN.run_id},20,,2000\n,600,36000,54000\n"
    found = read(text, {RUN.run_id: RUN}.__getitem__)
    assert [reading.chip_energy_j for reading in found.readings] == [1500.0, 36_000.0]
    assert found.machine is None


def test_runs_of_two_machines_are_refused():
    other = RUN._replace(host={**HOST, "sockets": 1})
    with pytest.raises(InputError, match="several machines: 2 x AMD EPYC 7742; AMD EPYC 7742"):
        read("run,wall_energy_j\na,2000\nb,2000\n", {"a": RUN, "b": other}.__getitem__)


def unknown(run_id):
    raise UnknownNameError(f"run {run_id!r} is unknown", "expected one that is there")


def found_run(run):
    return lambda run_id: run


UNREAD = made_run(duration_s=20.0, devices=(CPU, MEMORY), intervals=intervals(1)[:0], host=HOST)

BAD_ROWS = {
    "a word": ("duration_s,chip_energy_j,wall_energy_j", "ten,1,2", "duration_s is 'ten'"),
    "no number": ("duration_s,chip_energy_j,wall_energy_j", "600,nan,2", "chip_energy_j is 'nan'"),
    "no end": ("duration_s,chip_energy_j,wall_energy_j", "600,1,inf", "wall_energy_j is 'inf'"),
    "negative": ("duration_s,chip_energy_j,wall_energy_j", "600,-1,2", "chip_energy_j is '-1'"),
    "too short": ("duration_s,chip_energy_j,wall_energy_j", "600,1", "at the wall is missing"),
    "no chips": ("duration_s,chip_energy_j,wall_energy_j", "600,,2", "its chips is missing"),
    "no time": ("duration_s,chip_energy_j,wall_energy_j", ",1,2", "its time is missing"),
    "no length": ("duration_s,chip_energy_j,wall_energy_j", "0,1,2", "its time is 0 s"),
    "stood still": ("duration_s,chip_energy_j,wall_energy_j", "9,1,0", "the wall meter did not"),
    "a meter that went back": (
        "duration_s,chip_energy_j,meter_start_kwh,meter_end_kwh",
        "600,1,12.4,12.3",
        "the meter went back from 12.4 to 12.3",
    ),
    "a time that is none": (
        "start,end,chip_energy_j,wall_energy_j",
        "noon,one,1,2",
        "end is 'one'",
    ),
    "an end before its start": (
        "start,end,chip_energy_j,wall_energy_j",
        "2026-01-31T19:00,2026-01-31T18:00,1,2",
        "its time is -3600 s",
    ),
}


@pytest.mark.parametrize(("header", "row", "message"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line(header, row, message):
    with pytest.raises(InputError, match=f"1 row cannot be read: line 2: .*{message}"):
        read(f"{header}\n{row}\n")


@pytest.mark.parametrize(
    ("find_run", "row", "message"),
    [
        (unknown, "x,", "run 'x' is unknown"),
        (None, "x,", "run is 'x', expected a ledger"),
        (found_run(UNREAD), "x,20", "has no reading of package-0, main memory"),
        (found_run(RUN), "x,90", "it lasts 90 s and its run .* 20 s"),
    ],
)
def test_a_run_that_cannot_serve_is_refused_with_its_line(find_run, row, message):
    with pytest.raises(InputError, match=f"line 2: .*{message}"):
        read(f"run,duration_s,wall_energy_j\n{row},2000\n", find_run)


def test_all_bad_rows_are_named_at_once():
    rows = ["600,36000,54000", *["x,1,2"] * 10]
    with pytest.raises(InputError) as refusal:
        read("duration_s,chip_energy_j,wall_energy_j\n" + "\n".join(rows))
    assert refusal.value.given.startswith("10 rows cannot be read: line 3: duration_s is 'x'")
    assert "line 10:" in refusal.value.given
    assert refusal.value.given.endswith("and 2 more")


HEADERS = {
    "empty": ("", "the file of readings is empty; .*--example"),
    "only comments": ("# nothing\n\n", "the file of readings is empty"),
    "no wall": ("duration_s,chip_energy_j,wal_energy_j\n", "wall; .*Nearest: 'wal_energy_j'"),
    "no chips": ("duration_s,wall_energy_j\n", "no column says the energy of the chips"),
    "no time": ("chip_energy_j,wall_energy_j\n", "no column says the time"),
    "a start without an end": ("start,chip_energy_j,wall_energy_j\n", "says the time"),
    "one display": ("duration_s,chip_energy_j,meter_end_kwh\n", "energy at the wall"),
    "no unit": ("duration_s,chip_energy,wall_energy_j\n", "'chip_energy' has no unit"),
    "two of a kind": (
        "duration_s,chip_energy_j,wall_energy_j,wall_energy_kwh\n",
        "'wall_energy_j' and 'wall_energy_kwh' both say wall energy",
    ),
}


@pytest.mark.parametrize(("text", "message"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_cannot_serve_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        read(text)


@given(st.text(max_size=300))
def test_garbage_is_refused_and_nothing_else(text):
    with pytest.raises(InputError):
        read(text)


cells = st.text(st.sampled_from('0123456789.,-+eE"nai \t;x#'), max_size=8)


@given(st.lists(st.lists(cells, max_size=4), max_size=5))
def test_garbled_rows_are_readings_or_a_refusal(rows):
    text = "duration_s,chip_energy_j,wall_energy_j\n" + "\n".join(map(",".join, rows))
    try:
        found = read(text)
    except InputError:
        return
    for reading in found.readings:
        assert reading.duration_s > 0 and reading.wall_energy_j > 0
