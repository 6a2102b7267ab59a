"""Plain tables: columns by name or by a map, units by name, and Wattprint's own table."""

import csv
import gzip
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from joblogs.logs import Read, notes
from joblogs.small_logs import PARQUET, TABLE
from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.joblogs.base import LogSettings

EAGLE = Path(__file__).parents[3] / "shared/cases/job_logs/sample_eagle_data.csv.gz"


def test_a_table_is_read_by_the_names_of_its_columns(tmp_path):
    first, second = Read(tmp_path, TABLE).jobs
    # Two hours, 64 GB, 1.5 kWh = 5.4 MJ.
    assert (first["elapsed_s"], first["memory_gb"], first["node_energy_j"]) == (7200, 64, 5.4e6)
    assert (first["job_id"], first["account"], first["state"]) == ("1", "ml", "completed")
    assert (second["state"], second["elapsed_s"], second["node_energy_j"]) == (
        "cancelled",
        1800,
        None,
    )


@pytest.mark.parametrize(
    ("column", "cell", "elapsed_s"),
    [("elapsed", "90", 90), ("run_time_min", "90", 5400), ("Duration [h]", "1.5", 5400),
     ("walltime", "1-02:03:04", 93784), ("elapsedDays", "2", 172800),
     ("duration", "2 days 00:00:10", 172810), ("runtime_ms", "90000", 90)],
)  # fmt: skip
def test_time_is_in_the_unit_of_the_columns_name(column, cell, elapsed_s, tmp_path):
    log = f"job_id,user,cpus,{column}\n1,ada,4,{cell}\n"
    assert Read(tmp_path, log).job["elapsed_s"] == elapsed_s


@pytest.mark.parametrize(
    ("column", "cell", "memory_gb"),
    [("mem_mb", "2048", 2), ("memory_gib", "3", 3), ("mem_req", "16G", 16), ("mem_req", "16", None),
     ("mem_bytes", "1073741824", 1), ("mem_gb", "0", None)],
)  # fmt: skip
def test_memory_needs_a_unit(column, cell, memory_gb, tmp_path):
    log = f"job_id,user,cpus,elapsed,{column}\n1,ada,4,90,{cell}\n"
    assert Read(tmp_path, log).job["memory_gb"] == memory_gb


def test_a_map_of_columns_is_obeyed(tmp_path):
    log = "Nr;Wer;Dauer;Kerne;Karten\n7;ada;1.5;4;2\n"
    columns = {"job_id": "Nr", "user_name": "Wer", "elapsed_h": "Dauer", "cpus": "Kerne",
               "gpus": "Karten"}  # fmt: skip
    job = Read(tmp_path, log, kind="table", settings=LogSettings(columns=columns)).job
    assert (job["job_id"], job["elapsed_s"], job["cpus"], job["gpus"]) == ("7", 5400, 4, 2)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"elapsed_s": "Daur"}, r"column 'Daur' is not in the file; it has .*Nearest: 'Dauer'"),
        ({"elapsd_s": "Dauer"}, r"column 'elapsd_s' is none of .*Nearest: 'elapsed_s'"),
    ],
)
def test_a_map_that_names_what_is_not_there_is_refused(columns, message, tmp_path):
    with pytest.raises(UnknownNameError, match=message):
        Read(tmp_path, "Nr,Dauer\n1,2\n", kind="table", settings=LogSettings(columns=columns))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("job_id,user,cpus", r"does not say how long its jobs ran .*expected a column elapsed_s"),
        ("job_id,user,elapsed", r"does not say what its jobs ran on .*expected a column cpus"),
    ],
)
def test_a_table_that_lacks_what_is_needed_is_refused(header, message, tmp_path):
    with pytest.raises(InputError, match=message):
        Read(tmp_path, f"{header}\n1,2,3\n", kind="table")


def test_rows_that_cannot_be_read_are_named_with_their_line(tmp_path):
    log = TABLE.replace("2024-01-31 10:30:00", "soon") + '3,"open\n4,b\n'
    read = Read(tmp_path, log)
    assert [(line, reason) for _, line, reason in read.logs.rejected_first] == [
        (
            3,
            "End Time is 'soon'; expected a time such as 2024-01-31 12:00:00, "
            "or seconds since 1970",
        ),
        (4, "has a quotation mark too many; expected them in pairs"),
    ]


def test_a_value_in_quotation_marks_may_go_on_in_the_next_line(tmp_path):
    log = 'job_id,user,elapsed,cpus,command\n1,ada,60,4,"a, ""b""\nc"\n2,bob,90,4,d\n'
    read = Read(tmp_path, log)
    assert [(job["elapsed_s"], job["line"]) for job in read.jobs] == [(60, 2), (90, 4)]


def test_a_header_within_a_table_is_no_job(tmp_path):
    read = Read(tmp_path, TABLE + TABLE)
    assert read.logs.skipped == {"headers": 1}
    assert read.logs.counts.jobs == 4


def test_seconds_milliseconds_and_texts_are_the_same_moment(tmp_path):
    log = "job_id\tuser\tstart\telapsed\tcpus\n" + "".join(
        f"{n}\ta\t{start}\t60\t1\n"
        for n, start in enumerate(("1706695200", "1706695200000", "2024-01-31T10:00:00Z"))
    )
    assert {job["start_s"] for job in Read(tmp_path, log).jobs} == {1706695200}


def test_a_table_of_parquet_is_read_with_what_is_nested_left_out(tmp_path):
    job = Read(tmp_path, PARQUET).job
    assert (job["user_name"], job["start_s"], job["elapsed_s"]) == ("ada", 1706695200, 7200)


def test_wattprints_own_table_is_read_back_as_it_is(tmp_path):
    (tmp_path / "first").mkdir()
    first = Read(tmp_path / "first", TABLE)
    again = Read(tmp_path, first.logs.parts[0].read_bytes())
    own = [{**job, "line": 0} for job in first.jobs]
    assert [{**job, "line": 0} for job in again.jobs] == own


@pytest.mark.skipif(not EAGLE.exists(), reason="no ../shared/cases/job_logs beside the checkout")
def test_the_real_jobs_of_eagle_agree_with_python(tmp_path):
    zone = ZoneInfo("US/Mountain")
    read = Read(tmp_path, EAGLE.read_bytes(), settings=LogSettings(timezone="US/Mountain"))
    with gzip.open(EAGLE, "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(read.jobs) == len(rows) == 1000
    assert read.logs.counts.rejected == 0
    for row, job in zip(rows, read.jobs, strict=True):
        start = datetime.fromisoformat(row["start_time"]).replace(tzinfo=zone).timestamp()
        assert (job["job_id"], job["start_s"]) == (row["job_id"], int(start))
        assert job["elapsed_s"] == round(float(row["run_time"]))
        assert job["cpus"] == float(row["processors_req"])
        assert (job["memory_gb"], job["state"]) == (None, row["state"].lower())
    assert "memory_unknown" in notes(read.jobs[0])
