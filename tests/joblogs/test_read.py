"""What all logs have in common: times settle, limits hold, what is there twice counts once."""

import duckdb
import pytest

from joblogs.logs import Read, notes
from wattprint.domain.errors import InputError
from wattprint.domain.jobs import KIND_COLUMNS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.store import Bench, JobStore

HEAD = "JobID|State|Start|End|Elapsed|NCPUS|AllocTRES"
START_S = 1709287200  # 2024-03-01T10:00:00 UTC


def row(job, *, state="COMPLETED", start="10:00:00", end="11:00:00", elapsed="01:00:00", tres=""):
    day = "2024-03-01T"
    end = day + end if end else "Unknown"
    return f"{job}|{state}|{day}{start}|{end}|{elapsed}|4|{tres}"


def log(*rows):
    return "\n".join([HEAD, *rows]) + "\n"


def test_a_log_given_twice_counts_once(tmp_path):
    text = log(row(1), row(2), row(3))
    read = Read(tmp_path, text, text)
    assert [(job["job_id"], job["file"]) for job in read.jobs] == [("1", 2), ("2", 2), ("3", 2)]
    assert read.logs.counts[:5] == (6, 3, 0, 0, 3)
    assert read.logs.totals.cpu_hours == 12.0  # 3 jobs x 4 CPUs x 1 h


def test_a_job_that_ended_wins_over_one_that_still_ran(tmp_path):
    running = row(1, state="RUNNING", end=None, elapsed="13:00:00")
    ended = row(1, elapsed="02:00:00", end="12:00:00")
    for number, logs in enumerate([(running, ended), (ended, running)]):
        (tmp_path / str(number)).mkdir()
        read = Read(tmp_path / str(number), *map(log, logs))
        assert (read.job["state"], read.job["elapsed_s"]) == ("completed", 7200)


def test_the_same_id_on_another_cluster_is_another_job(tmp_path):
    head = "Cluster|" + HEAD
    rows = [f"{cluster}|{row(1)}" for cluster in ("deep", "blue")]
    read = Read(tmp_path, "\n".join([head, *rows]))
    assert [kind.cluster for kind in read.logs.kinds] == ["blue", "deep"]
    assert read.logs.counts.duplicates == 0


def test_times_fill_each_other(tmp_path):
    head = "JobID|Start|End|Elapsed|NCPUS\n"
    ten, eleven = "2024-03-01T10:00:00", "2024-03-01T11:00:00"
    rows = (f"1|{ten}|{eleven}||1", f"2|{ten}||01:00:00|1", f"3||{eleven}|01:00:00|1")
    for job in Read(tmp_path, head + "\n".join(rows)).jobs:
        assert (job["start_s"], job["end_s"], job["elapsed_s"]) == (START_S, START_S + 3600, 3600)


def test_time_in_suspension_is_not_charged(tmp_path):
    found = Read(tmp_path, log(row(1, end="14:00:00"))).job
    assert (found["end_s"] - found["start_s"], found["elapsed_s"]) == (4 * 3600, 3600)


def test_an_end_before_the_start_is_noted_and_the_elapsed_time_charged(tmp_path):
    found = Read(tmp_path, log(row(1, end="09:00:00"))).job
    assert (found["end_s"], found["elapsed_s"]) == (START_S + 3600, 3600)
    assert "end_before_start" in notes(found)


def test_no_duration_is_rejected(tmp_path):
    read = Read(tmp_path, log(row(1, end=None, elapsed=""), row(2, end="09:00:00", elapsed="")))
    assert read.reasons == [
        "has no duration; expected an elapsed time, or a start and an end",
        "ends before it starts; expected an end after its start, or an elapsed time",
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("elapsed_s := -5", "elapsed time is '-5'; expected 0 to 315360000 s (10 years)"),
        ("start_s := -1", "start is '-1'; expected 0 to 4102444800 s since 1970"),
        ("end_s := 9223372036854775807", "end is '9223372036854775807'; expected 0 to 41"),
        ("memory_gb := 2e9", "memory is '2000000000.0'; expected 0 to 1000000000 GB"),
        ("cpus := 'nan'::DOUBLE", "number of CPUs is 'nan'; expected 0 to 1000000000 CPUs"),
        ("gpu_load := 1.5", "load of accelerators is '1.5'; expected 0 to 1 (share of time)"),
        ("gpus := 200000000", "number of accelerators is '200000000.0'; expected 0 to 10000000"),
        (
            "gpus := 1e6, elapsed_s := 720000",  # 1e6 x 200 h
            "accelerator-hours is '200000000.0'; expected 0 to 100000000 accelerator-hours a job",
        ),
        (
            "cpus := 1e8, elapsed_s := 72000",
            "CPU-hours is '2000000000.0'; expected 0 to 1000000000",
        ),
        ("reject := 'is odd; expected even'", "is odd; expected even"),
    ],
)
def test_what_cannot_be_is_rejected_with_its_limits(change, reason, tmp_path):
    given = {
        "start_s": str(START_S),
        "elapsed_s": "3600",
        "cpus": "1",
        "line": "1",
        "reject": "NULL",
    }
    given |= dict(part.split(" := ") for part in change.split(", "))
    select = "SELECT " + ", ".join(f"{text} AS {column}" for column, text in given.items())
    with duckdb.connect() as connection:
        bench = Bench(connection, JobStore(tmp_path, tmp_path))
        outcome = bench.settle(select, turn=1, file=1)
        (found,) = connection.execute("SELECT reason FROM rejected").fetchone()
    assert outcome.counts.rejected == 1
    assert found.startswith(reason)


def test_reasons_are_counted_without_their_values(tmp_path):
    rows = [row(n, elapsed=f"soon{n}") for n in range(1, 4)]
    read = Read(tmp_path, log(*rows, "4|short"))
    assert read.logs.reasons == {
        "Elapsed is ...; expected [days-]hours:minutes:seconds": 3,
        "row of ... columns; expected 7 as in its header": 1,
    }
    table = duckdb.read_parquet([str(part) for part in read.logs.rejected_parts])
    assert table.columns == ["file", "line", "reason"]
    assert len(table) == 4


def test_a_value_in_a_reason_is_short_and_printable(tmp_path):
    read = Read(tmp_path, log(row(1, elapsed="so\x1b[31mon'" + "x" * 100)))
    assert read.reasons == [
        "Elapsed is 'so?[31mon?" + "x" * 30 + "...'; expected [days-]hours:minutes:seconds"
    ]


def test_a_reason_has_no_sign_that_breaks_a_line_or_is_none(tmp_path):
    # The line separator, a wide blank, and a code that no sign has.
    read = Read(tmp_path, log(row(1, elapsed="é\u2028a\u3000b\u0a00電")))
    assert read.reasons == ["Elapsed is 'é?a?b?電'; expected [days-]hours:minutes:seconds"]


def test_kinds_say_what_jobs_say_of_machines(tmp_path):
    tres = "cpu=64,gres/gpu:a100=8,mem=512G,node=2"
    read = Read(tmp_path, log(row(1, tres=tres), row(2), row(3, tres=tres, start="09:00:00")))
    plain, gpu = sorted(read.logs.kinds, key=lambda kind: kind.accelerator or "")
    assert (gpu.accelerator, gpu.jobs, gpu.elapsed_s) == ("a100", 2, 7200)
    assert (gpu.most_gpus_per_node, gpu.most_memory_gb_per_node) == (4.0, 256.0)
    assert (gpu.first_s, gpu.last_s) == (START_S - 3600, START_S + 3600)
    assert plain.jobs == 1
    assert duckdb.read_parquet(str(read.logs.kinds_file)).columns == [c.name for c in KIND_COLUMNS]


def test_progress_ends_with_everything_read(tmp_path):
    seen = []
    text = log(row(1), row(2))
    Read(tmp_path, text, text, progress=lambda *at: seen.append(at))
    assert seen[-1] == (2 * len(text), 2 * len(text), 4)


def test_a_log_without_a_job_gives_an_empty_table(tmp_path):
    read = Read(tmp_path, log(row(1, state="PENDING", elapsed="00:00:00")))
    assert (read.jobs, read.logs.kinds, read.logs.totals.elapsed_s) == ([], (), 0)


def test_a_folder_with_jobs_is_left_alone(tmp_path):
    Read(tmp_path, log(row(1)))
    with pytest.raises(InputError, match=r"holds jobs-00001.parquet already; expected a folder"):
        Read(tmp_path, log(row(2)))
    assert (tmp_path / "out" / "kinds.parquet").exists()


def test_an_unknown_time_zone_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"time zone 'Europe/Berln' is unknown.*Europe/Berlin"):
        Read(tmp_path, log(row(1)), settings=LogSettings(timezone="Europe/Berln"))
    assert not (tmp_path / "out").exists()


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"kind is 'sact'; expected one of .*Nearest: 'sacct'"):
        Read(tmp_path, log(row(1)), kind="sact")
