"""Accounting logs of PBS, LSF and Grid Engine, and traces in the Standard Workload Format."""

import pytest

from joblogs.logs import Read, notes
from joblogs.small_logs import LSF, PBS, SGE, SWF, sge
from wattprint.domain.errors import InputError
from wattprint.joblogs.base import LogSettings

START_S = 1706695205  # 2024-01-31 10:00:05 UTC


def pbs_end(values, kind="E", job="1.srv", at="12:00:05"):
    return f"01/31/2024 {at};{kind};{job};user=ada start={START_S} {values}\n"


def test_a_job_of_pbs_professional_is_read_whole(tmp_path):
    job = Read(tmp_path, PBS).job
    # 8 CPUs of two machines for 2 h, 8 h of CPU time, 4194304 kB = 4 GB; the name is no value.
    assert (job["cpus"], job["nodes"], job["gpus"], job["elapsed_s"]) == (8, 2, 2, 7200)
    assert (job["cpu_s"], job["memory_gb"], job["memory_used_gb"]) == (28800, 16, 4)
    assert (job["user_name"], job["account"], job["project"]) == ("ada", "big acct", None)
    assert (job["accelerator"], job["cluster"], job["state"]) == ("a100", "srv", "completed")


def test_a_job_of_torque_has_the_slots_of_its_hosts(tmp_path):
    values = "exec_host=n1/0-3,8+n2/0-4 Resource_List.nodes=2:ppn=5:gpus=1+n7:gpus=2 Exit_status=0"
    job = Read(tmp_path, pbs_end(values)).job
    # 4 + 1 slots and 5; 2 machines with one accelerator each and one with two.
    assert (job["cpus"], job["nodes"], job["gpus"]) == (10, 2, 4)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ("Exit_status=0", "completed"),
        ("Exit_status=1", "failed"),
        ("Exit_status=271", "cancelled"),
        ("Exit_status=-29", "timeout"),
        ("Exit_status=-27", "out_of_memory"),
        (
            "Exit_status=271 resources_used.walltime=01:00:03 Resource_List.walltime=01:00:00",
            "timeout",
        ),
        ("", "unknown"),
    ],
)
def test_the_exit_status_of_pbs_tells_the_state(values, state, tmp_path):
    assert Read(tmp_path, pbs_end(values)).job["state"] == state


def test_pbs_energy_is_taken_as_measured(tmp_path):
    log = pbs_end("resources_used.energy_used=5000") + pbs_end("resources_used.energy=0.5", job="2")
    energies = [job["node_energy_j"] for job in Read(tmp_path, log).jobs]
    assert energies == [5000, 1.8e6]  # 0.5 kWh


def test_a_job_that_is_run_again_counts_twice_and_one_that_runs_counts_so_far(tmp_path):
    start = "user=ada exec_host=n1/0-3 start="
    log = (
        f"01/31/2024 10:00:05;S;1.srv;{start}{START_S}\n"
        "01/31/2024 10:30:05;R;1.srv;\n"
        f"01/31/2024 10:40:05;S;1.srv;{start}{START_S + 2400}\n"
        "01/31/2024 11:40:05;D;9.srv;requestor=root\n"
    )
    read = Read(tmp_path, log)
    first, second = read.jobs
    # 30 min until it was put back; then 60 min until the last record, four slots both times.
    assert (first["state"], first["elapsed_s"], first["cpus"]) == ("preempted", 1800, 4)
    assert (second["state"], second["elapsed_s"], second["cpus"]) == ("running", 3600, 4)
    assert read.logs.counts.skipped == 2


def test_a_job_that_ends_in_the_file_of_the_next_day_counts_once(tmp_path):
    begun = f"01/31/2024 10:00:05;S;1.srv;user=ada start={START_S}\n01/31/2024 23:59:00;Q;2.srv;\n"
    read = Read(tmp_path, begun, pbs_end("resources_used.walltime=20:00:00"))
    assert (read.job["elapsed_s"], read.logs.counts.duplicates) == (72000, 1)


def test_an_array_of_pbs_counts_by_its_jobs(tmp_path):
    log = pbs_end("", job="5[].srv") + pbs_end("", job="5[2].srv")
    read = Read(tmp_path, log)
    assert (read.job["job_id"], read.logs.counts.skipped) == ("5[2]", 1)


def test_records_of_pbs_are_in_the_time_of_their_server(tmp_path):
    log = "01/31/2024 10:00:00;S;1.srv;user=ada\n01/31/2024 12:00:00;Q;2.srv;queue=x\n"
    job = Read(tmp_path, log, settings=LogSettings(timezone="US/Mountain")).job
    assert job["start_s"] == 1706720400  # 17:00 UTC


def test_broken_records_of_pbs_are_named_with_their_line(tmp_path):
    log = PBS + "nonsense\n" + pbs_end("resources_used.walltime=soon", job="7.srv")
    read = Read(tmp_path, log)
    assert [(line, reason) for _, line, reason in read.logs.rejected_first] == [
        (4, "is 'nonsense'; expected a record: date;type;job;name=value ..."),
        (5, "walltime is 'soon'; expected hours:minutes:seconds"),
    ]


def test_a_job_of_lsf_is_read_whole(tmp_path):
    job = Read(tmp_path, LSF).job
    # Slots 2 + 1 + 1 on two hosts; 3600.5 + 100.5 s; 2 accelerators on each host; ran 7000 s.
    assert (job["cpus"], job["nodes"], job["gpus"], job["elapsed_s"]) == (4, 2, 4, 7000)
    assert (job["cpu_s"], job["memory_used_gb"]) == (3701, 2)
    assert (job["job_id"], job["project"], job["accelerator"]) == ("4711[7]", "vision", "TeslaV100")


@pytest.mark.parametrize(
    ("reason", "state"),
    [(5, "timeout"), (16, "out_of_memory"), (14, "cancelled"), (1, "preempted"), (0, "failed")],
)
def test_the_exit_reason_of_lsf_tells_the_state(reason, state, tmp_path):
    log = LSF.replace(" 64 60.0 ", " 32 60.0 ").replace(
        '"" "" "" "" 0 "" 0 "" -1 "/ada"', f'"" "" "" "" 0 "" {reason} "" -1 "/ada"'
    )
    assert Read(tmp_path, log).job["state"] == state


def test_a_job_of_lsf_that_never_began_and_one_cut_short(tmp_path):
    never = LSF.replace('1706702400 "ada"', '0 "ada"')
    read = Read(tmp_path, never + LSF[:60] + "\n" + '"EVENT_ADRSV_FINISH" "10.1" 1706709600\n')
    assert (read.logs.counts.never_started, read.logs.counts.skipped) == (1, 1)
    assert read.reasons == ["is cut short: has 8 values; expected 55 or more"]


def test_tasks_of_grid_engine_are_merged_into_their_job(tmp_path):
    read = Read(tmp_path, SGE)
    alone, parallel = read.jobs
    # The master and a task: 2 * 3600.5 s and 2 * 1 GB on two hosts; 8 slots of 4 GB; 2 h once.
    assert (parallel["cpu_s"], parallel["memory_used_gb"], parallel["nodes"]) == (7201, 2, 2)
    assert (parallel["memory_gb"], parallel["gpus"], parallel["elapsed_s"]) == (32, 2, 7200)
    assert (alone["cpu_s"], alone["nodes"], read.logs.counts.steps) == (3600.5, 1, 1)


@pytest.mark.parametrize(
    ("failed", "exit_status", "state"),
    [(0, 0, "completed"), (0, 1, "failed"), (37, 137, "timeout"), (100, 137, "failed"),
     (25, 0, "preempted"), (8, 0, "node_failed")],
)  # fmt: skip
def test_the_failure_of_grid_engine_tells_the_state(failed, exit_status, state, tmp_path):
    assert Read(tmp_path, sge(failed=failed, exit_status=exit_status)).job["state"] == state


def test_univas_milliseconds_are_the_same_moment(tmp_path):
    log = sge().replace("1706702405", "1706702405123").replace("1706709605", "1706709605999")
    job = Read(tmp_path, log).job
    assert (job["start_s"], job["end_s"]) == (1706702405, 1706709605)


def test_lost_tasks_and_short_lines_of_grid_engine_are_named(tmp_path):
    read = Read(tmp_path, sge(job=5) + "a:b:c\n" + sge(job=6, pe="1.n2"))
    assert sorted(read.reasons) == [
        "has 3 values; expected 43 or more",
        "task of job '6'; expected the line of its job",
    ]


def test_a_trace_counts_from_the_start_in_its_header(tmp_path):
    first, second = Read(tmp_path, SWF).jobs
    # 10 s after 1e9; 1800 s on each of 16 processors; 16 * 2 MB set aside, 16 * 1 MB used.
    assert (first["start_s"], first["cpu_s"], first["elapsed_s"]) == (1_000_000_010, 28800, 3600)
    assert (first["memory_gb"], first["memory_used_gb"]) == (32 / 1024, 16 / 1024)
    assert (second["start_s"], second["cpus"], second["state"]) == (1_000_000_100, 4, "failed")
    assert "start_from_submit" in notes(second)


def test_a_trace_without_a_start_has_jobs_without_one(tmp_path):
    first = Read(tmp_path, SWF.replace("UnixStartTime", "Note")).jobs[0]
    assert (first["start_s"], first["elapsed_s"]) == (None, 3600)
    assert "start_unknown" in notes(first)


def test_parts_of_checkpointed_jobs_do_not_count_again(tmp_path):
    part = " 1  0  10 1800 16 -1 -1 16 -1 -1 3 3 1 -1 1 -1 -1 -1\n"
    read = Read(tmp_path, SWF + part + " x 2\n" + part.replace("1800", "long"))
    assert (read.logs.counts.jobs, read.logs.counts.skipped) == (2, 1)
    assert read.reasons == [
        "has 2 values; expected 18 numbers",
        "run time is 'long'; expected seconds, or -1",
    ]


@pytest.mark.parametrize("kind", ["pbs", "lsf", "sge", "swf", "kubernetes", "prometheus"])
def test_a_log_of_another_kind_is_refused_in_a_line(kind, tmp_path):
    with pytest.raises(InputError, match=r"log1\.txt .*; expected .*"):
        Read(tmp_path, "name,colour\na,b\n", kind=kind)
