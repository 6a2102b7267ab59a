"""Files: units in the name, kinds stated, local clocks with their two odd days."""

import gzip
from itertools import pairwise

import pytest

from grid.played import HOUR, NOON, NOW
from wattprint.domain.errors import InputError
from wattprint.grid.errors import BadAnswerError, NoIntensityError
from wattprint.grid.providers.base import Signal
from wattprint.grid.providers.files import Files, IntensityFile, read_series

STATED = {"zone": "DE", "kind": "average", "basis": "lifecycle"}
HEAD = "timestamp,g_per_kwh\n"


def read(tmp_path, text, *, name="a.csv", **stated):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_series(IntensityFile(path, **(stated or STATED)))


def test_times_and_grams_become_a_series(tmp_path):
    text = HEAD + "2026-01-15T10:00Z,100\n2026-01-15T11:00Z,110.5\n"
    (series,) = read(tmp_path, text)
    assert [tuple(i)[:3] for i in series] == [
        (NOON - 2 * HOUR, NOON - HOUR, 100.0),
        (NOON - HOUR, NOON, 110.5),
    ]
    assert (series.zone, series.kind, series.basis) == ("DE", "average", "lifecycle")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "\ufeffTimestamp, G_per_kWh \n2026-01-15T10:00Z, 100\n2026-01-15T11:00Z,110", id="bom"
        ),
        pytest.param(
            "timestamp_utc,g_co2e_per_kwh\r\n2026-01-15 10:00,100\r\n2026-01-15 11:00,110", id="utc"
        ),
        pytest.param(
            "start,end,g_per_kwh\n2026-01-15T11:00+01:00,2026-01-15T11:00Z,100\n"
            "2026-01-15T11:00Z,2026-01-15T12:00Z,110",
            id="ends",
        ),
        pytest.param(
            HEAD + "2026-01-15T11:00Z,110\n2026-01-15T10:00Z,100\n2026-01-15T11:00Z,110", id="order"
        ),
        pytest.param(
            HEAD + "2026-01-15T10:00Z,100\n2026-01-15T10:30Z,\n2026-01-15T11:00Z,110", id="empty"
        ),
    ],
)
def test_files_as_people_write_them(tmp_path, text):
    (series,) = read(tmp_path, text)
    assert [i.carbon_intensity_g_per_kwh for i in series] == [100.0, 110.0]
    assert series.start_s == NOON - 2 * HOUR


def test_a_packed_file_is_unpacked(tmp_path):
    text = gzip.compress((HEAD + "2026-01-15T10:00Z,100\n2026-01-15T10:05Z,110\n").encode())
    (series,) = read(tmp_path, text, name="a.csv.gz")
    assert {i.end_s - i.start_s for i in series} == {300.0}


def test_zones_kinds_and_bases_of_one_file_are_series_of_their_own(tmp_path):
    text = (
        "start,end,g_per_kwh,zone,kind,basis,state\n"
        "2026-01-15T10:00Z,2026-01-15T11:00Z,100,DE,average,lifecycle,estimated\n"
        "2026-01-15T10:00Z,2026-01-15T11:00Z,700,DE,marginal,direct,\n"
        "2026-01-15T10:00Z,2026-01-15T11:00Z,40,FR,average,lifecycle,actual\n"
    )
    found = read(tmp_path, text, zone=None)
    assert [(s.zone, s.kind, s.basis, s.intervals[0].state) for s in found] == [
        ("DE", "average", "lifecycle", "estimated"),
        ("DE", "marginal", "direct", "actual"),
        ("FR", "average", "lifecycle", "actual"),
    ]
    assert [s.zone for s in read(tmp_path, text, zone="FR")] == ["FR"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "has no rows", id="empty"),
        pytest.param(HEAD, "has no rows", id="head alone"),
        pytest.param(HEAD + "2026-01-15T10:00Z,\n", "has no figures", id="no figures"),
        pytest.param(
            "time,intensity\n2026-01-15T10:00Z,1", "no column of a figure in g/kWh", id="unit"
        ),
        pytest.param("day,g_per_kwh\nx,1", "no column of a start", id="start"),
        pytest.param(
            HEAD + "2026-01-15T10:00,1\n",
            "line 2 of .*: timestamp is '2026-01-15T10:00'",
            id="local",
        ),
        pytest.param(
            HEAD + "2026-01-15T10:00Z,-1\n", "line 2 of .*0 to 10,000 g/kWh", id="negative"
        ),
        pytest.param(HEAD + "2026-01-15T10:00Z,nan\n", "line 2 of .*0 to 10,000 g/kWh", id="nan"),
        pytest.param(HEAD + "2026-01-15T10:00Z,many\n", "line 2 of .*0 to 10,000 g/kWh", id="text"),
        pytest.param(
            HEAD + "2026-01-15T10:00Z,1\n",
            "the one row of zone DE has no end",
            id="one row, no end",
        ),
        pytest.param(
            HEAD + "2026-01-15T10:00Z,1\n2026-01-15T10:07Z,1", "are 7 min apart", id="step"
        ),
        pytest.param(b"\xff\xfe\x00", "cannot be read", id="bytes"),
        pytest.param(
            "timestamp,g_per_kwh,state\n2026-01-15T10:00Z,1,guess", "state is 'guess'", id="state"
        ),
    ],
)
def test_a_file_that_does_not_say_what_it_is_is_refused(tmp_path, text, message):
    with pytest.raises((InputError, BadAnswerError), match=message):
        read(tmp_path, text)


@pytest.mark.parametrize("lacking", ["zone", "kind", "basis"])
def test_what_is_not_stated_is_not_guessed(tmp_path, lacking):
    stated = {name: said for name, said in STATED.items() if name != lacking}
    with pytest.raises(InputError, match=f"does not say its {lacking}"):
        read(tmp_path, HEAD + "2026-01-15T10:00Z,1\n", **stated)


def test_two_values_for_one_time_are_refused(tmp_path):
    text = HEAD + "2026-01-15T10:00Z,1\n2026-01-15T11:00Z,2\n2026-01-15T10:00Z,3\n"
    with pytest.raises(BadAnswerError, match="two values for 2026-01-15T10:00:00Z"):
        read(tmp_path, text)


def local(*hours, day="2025-10-26"):
    return HEAD + "".join(f"{day}T{hour},{100 + i}\n" for i, hour in enumerate(hours))


BERLIN = {**STATED, "timezone": "Europe/Berlin"}


def test_the_hour_that_comes_twice_in_autumn_is_two_hours(tmp_path):
    # 01:00 (+02:00), 02:00 (+02:00), 02:00 (+01:00), 03:00 (+01:00): 23:00 UTC to 03:00 UTC.
    (series,) = read(tmp_path, local("01:00", "02:00", "02:00", "03:00"), **BERLIN)
    starts = [i.start_s for i in series]
    assert [b - a for a, b in pairwise(starts)] == [HOUR] * 3
    assert series.coverage(series.start_s, series.end_s) == 1.0


def test_its_quarters_come_in_two_passes(tmp_path):
    quarters = [f"02:{m:02}" for m in (0, 15, 30, 45)]
    (series,) = read(tmp_path, local("01:45", *quarters, *quarters, "03:00"), **BERLIN)
    assert {i.end_s - i.start_s for i in series} == {900.0}
    assert series.end_s - series.start_s == 10 * 900.0


def test_that_hour_told_once_is_refused_because_it_may_be_either(tmp_path):
    with pytest.raises(InputError, match="2025-10-26T02:00 comes twice by the clock and once"):
        read(tmp_path, local("01:00", "02:00", "03:00"), **BERLIN)


def test_the_hour_that_spring_skips_is_refused(tmp_path):
    with pytest.raises(InputError, match="2025-03-30T02:00 does not exist in Europe/Berlin"):
        read(tmp_path, local("01:00", "02:00", "03:00", day="2025-03-30"), **BERLIN)


def test_a_spring_day_has_23_hours_without_a_gap(tmp_path):
    hours = [f"{h:02}:00" for h in range(24) if h != 2]
    (series,) = read(tmp_path, local(*hours, day="2025-03-30"), **BERLIN)
    assert len(series) == 23
    assert series.coverage(series.start_s, series.start_s + 23 * HOUR) == 1.0


def test_a_clock_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(InputError, match="timezone 'Europe/Berlim' is unknown"):
        read(tmp_path, local("01:00"), **{**STATED, "timezone": "Europe/Berlim"})


def test_a_file_answers_for_its_zones_and_its_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "2026-01-15T11:00Z,110\n2026-01-15T12:00Z,120\n")
    files = Files(IntensityFile(path, **STATED), clock_s=lambda: NOW)
    signal = Signal("average", "lifecycle", None)
    assert files.place("de") == "DE"
    assert files.now("DE", signal).intervals[0].carbon_intensity_g_per_kwh == 120.0
    assert files.history("DE", signal, NOON - 2 * HOUR, NOON).coverage(NOON - HOUR, NOON) == 1.0
    assert files.access().says == "2 rows of DE"
    with pytest.raises(InputError, match="zone 'FR' is not in the file; it has DE"):
        files.place("FR")
    with pytest.raises(NoIntensityError, match="no figure of the time"):
        files.history("DE", signal, NOON + 9 * HOUR, NOON + 10 * HOUR)
    with pytest.raises(InputError, match="the file has no marginal direct intensity of DE"):
        files.history("DE", Signal("marginal", "direct", None), NOON - HOUR, NOON)
    with pytest.raises(InputError, match="file makes no forecast"):
        files.forecast("DE", signal, 24)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_series(IntensityFile(tmp_path / "none.csv", **STATED))


def test_parquet_is_read_where_pyarrow_is_and_named_where_it_is_not(tmp_path):
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        with pytest.raises(InputError, match=r"pip install 'wattprint\[parquet\]'"):
            read(tmp_path, b"PAR1", name="a.parquet")
        return
    rows = {"timestamp": ["2026-01-15T10:00Z", "2026-01-15T11:00Z"], "g_per_kwh": [100.0, 110.0]}
    parquet.write_table(pyarrow.table(rows), tmp_path / "b.parquet")
    (series,) = read_series(IntensityFile(tmp_path / "b.parquet", **STATED))
    assert [i.carbon_intensity_g_per_kwh for i in series] == [100.0, 110.0]
