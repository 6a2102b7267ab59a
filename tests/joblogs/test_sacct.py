"""Slurm's accounting: what each column says, in every dress that it comes in."""

import pytest

from joblogs.logs import Read, notes
from wattprint.domain.errors import InputError
from wattprint.joblogs.base import LogSettings

HEAD = "JobID|User|Partition|State|Submit|Start|End|Elapsed|AllocCPUS|ReqMem|AllocTRES"
ROW = (
    "7|ada|gpu|COMPLETED|2024-03-01T09:00:00|2024-03-01T10:00:00|2024-03-01T12:00:00|02:00:00|8|32G|"
    "billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32G,node=1"
)
START_S = 1709287200  # date -u -d 2024-03-01T10:00:00 +%s


def dump(*rows, head=HEAD):
    return "\n".join([head, *rows]) + "\n"


def job(tmp_path, **columns):
    """Read one job whose log has these columns, beside those without which there is none."""
    return jobs_of(tmp_path, [columns])[0]


def jobs_of(tmp_path, rows):
    """Read jobs that differ in the columns of their log; all have the same columns."""
    given = {"JobID": "7", "Elapsed": "01:00:00", "AllocCPUS": "4"}
    rows = [given | {"JobID": str(number)} | row for number, row in enumerate(rows, 1)]
    log = dump(*("|".join(row.values()) for row in rows), head="|".join(rows[0]))
    return Read(tmp_path, log).jobs


def test_an_ordinary_job_is_read_to_the_last_column(tmp_path):
    read = Read(tmp_path, dump(ROW))
    found = {name: value for name, value in read.job.items() if value is not None}
    assert found == {
        "job_id": "7",
        "user_name": "ada",
        "partition_name": "gpu",
        "accelerator": "a100",
        "state": "completed",
        "start_s": START_S,
        "end_s": START_S + 7200,
        "elapsed_s": 7200,
        "nodes": 1.0,
        "cpus": 8.0,
        "gpus": 2.0,  # written twice, as a type and in all: two all the same
        "memory_gb": 32.0,
        "notes": found["notes"],
        "line": 2,
        "file": 1,
        "kind": 1,
        "year": 2024,
        "month": 202403,
        "day": 20240301,
    }
    assert notes(found) == {"cpu_time_unknown"}


# The ten ordinary logs on which GA4HPC ends in a traceback: each gives a result here.

OLD_ROW = {
    "UID": "1001",
    "User": "ada",
    "JobID": "7",
    "JobName": "train",
    "Submit": "2024-03-01T09:00:00",
    "Elapsed": "01:00:00",
    "Partition": "gpu",
    "NNodes": "1",
    "NCPUS": "4",
    "TotalCPU": "02:00:00",
    "CPUTime": "04:00:00",
    "ReqMem": "16G",
    "MaxRSS": "",
    "State": "COMPLETED",
}
OLD = "|".join(OLD_ROW)


def old(**changes):
    return "|".join((OLD_ROW | changes).values())


def test_a_log_without_a_uid_is_read(tmp_path):
    head, row = OLD.partition("|")[2], old().partition("|")[2]
    assert Read(tmp_path, dump(row, head=head)).job["user_name"] == "ada"


def test_two_users_are_two_users(tmp_path):
    read = Read(tmp_path, dump(old(), old(JobID="8", User="bob", UID="1002"), head=OLD))
    assert [job["user_name"] for job in read.jobs] == ["ada", "bob"]


def test_a_request_of_one_and_a_half_terabytes_is_1536_gb(tmp_path):
    assert Read(tmp_path, dump(old(ReqMem="1.50T"), head=OLD)).job["memory_gb"] == 1536.0


def test_a_request_of_no_memory_is_unknown_and_counted(tmp_path):
    read = Read(tmp_path, dump(old(ReqMem="0"), head=OLD))
    assert read.job["memory_gb"] is None
    assert read.logs.notes["memory_unknown"] == 1


def test_accelerators_with_a_type_are_counted(tmp_path):
    row = old() + "|cpu=4,gres/gpu:h100=2,mem=16G,node=1"
    found = Read(tmp_path, dump(row, head=OLD + "|AllocTRES")).job
    assert (found["gpus"], found["accelerator"]) == (2.0, "h100")


def test_a_partition_that_nobody_described_is_a_kind_of_its_own(tmp_path):
    read = Read(tmp_path, dump(old(), old(JobID="8", Partition="attic"), head=OLD))
    assert [(kind.partition_name, kind.jobs) for kind in read.logs.kinds] == [
        ("attic", 1),
        ("gpu", 1),
    ]


def test_more_cpu_time_than_there_was_is_capped_and_counted(tmp_path):
    # 4 CPUs for an hour are 4 x 3600 = 14400 s; 5 hours are too many.
    read = Read(tmp_path, dump(old(TotalCPU="05:00:00"), head=OLD))
    assert read.job["cpu_s"] == 14400.0
    assert read.logs.notes["cpu_time_capped"] == 1


def test_an_unknown_submission_leaves_the_start_unknown_and_counted(tmp_path):
    read = Read(tmp_path, dump(old(Submit="Unknown"), head=OLD))
    assert (read.job["start_s"], read.job["year"], read.job["elapsed_s"]) == (None, 0, 3600)
    assert read.logs.notes["start_unknown"] == 1


def test_each_execution_of_a_job_put_back_into_the_queue_counts(tmp_path):
    first = old(State="NODE_FAIL", Elapsed="00:30:00")
    again = old(Submit="2024-03-01T11:00:00")
    read = Read(tmp_path, dump(first, again, head=OLD))
    assert [job["elapsed_s"] for job in read.jobs] == [1800, 3600]
    assert read.logs.counts.duplicates == 0


def test_a_log_of_running_jobs_alone_is_charged_until_it_was_written(tmp_path):
    read = Read(tmp_path, dump(old(State="RUNNING"), head=OLD))
    assert (read.job["state"], read.job["elapsed_s"]) == ("running", 3600)
    assert read.logs.notes["still_running"] == 1


MEMORY = [
    ("16G", 16.0),
    ("64000M", 62.5),  # 64000 / 1024
    ("64000", 62.5),
    ("1.50T", 1536.0),
    ("2097152K", 2.0),
    ("1P", 1048576.0),
    ("4000Mc", 15.625),  # of each of 4 CPUs: 16000 / 1024
    ("2Gn", 6.0),  # of each of 3 nodes
    ("0", None),
    ("0n", None),
    ("", None),
    ("UNLIMITED", None),
    ("16Gx", None),
]


def test_requests_of_memory(tmp_path):
    jobs = jobs_of(tmp_path, [{"ReqMem": text, "NNodes": "3"} for text, _ in MEMORY])
    assert [job["memory_gb"] for job in jobs] == [gb for _, gb in MEMORY]


DURATIONS = [
    ("01:02:03", 3723),
    ("2-01:02:03", 176523),  # 2 x 86400 + 3723
    ("100:00:00", 360000),
    ("05:30.250", 330),
    ("00:00:01.900", 2),
]


def test_durations(tmp_path):
    jobs = jobs_of(tmp_path, [{"Elapsed": text} for text, _ in DURATIONS])
    assert [job["elapsed_s"] for job in jobs] == [elapsed_s for _, elapsed_s in DURATIONS]


RESOURCES = [
    ("cpu=4,gres/gpu=4,mem=1G", 4.0, None),
    ("cpu=4,gres/gpu:a100=2", 2.0, "a100"),
    ("gres/gpu:a100=2,gres/gpu=2", 2.0, "a100"),
    ("gres/gpu:a100=2,gres/gpu:v100=1,gres/gpu=3", 3.0, "a100"),
    ("cpu=4,mem=1G", 0.0, None),
    ("cpu=4,gres/nvme=1", 0.0, None),
    ("gres/gpu:a100_1g.5gb=1", 1 / 7, "a100"),
    ("gres/gpu:1g.10gb=2,gres/gpu=2", 2 / 7, None),
    ("gres/gpu:a100_7g.40gb=1", 1.0, "a100"),
    ("gres/mps=50", 0.5, None),
    ("", None, None),
]


def test_accelerators_among_resources(tmp_path):
    jobs = jobs_of(tmp_path, [{"AllocTRES": tres} for tres, _, _ in RESOURCES])
    expected = [
        gpus if gpus is None else pytest.approx(gpus, rel=1e-12) for _, gpus, _ in RESOURCES
    ]
    assert [job["gpus"] for job in jobs] == expected
    assert [job["accelerator"] for job in jobs] == [name for _, _, name in RESOURCES]


OLD_RESOURCES = [
    ("gpu:2", 2.0, None),
    ("gpu", 1.0, None),
    ("gpu:tesla:2", 2.0, "tesla"),
    ("gpu:tesla:2(S:0)", 2.0, "tesla"),
    ("gpu:a100:4(IDX:0-3),nvme:1", 4.0, "a100"),
    ("nvme:1", 0.0, None),
]


def test_accelerators_of_old_slurm(tmp_path):
    jobs = jobs_of(tmp_path, [{"AllocGRES": gres} for gres, _, _ in OLD_RESOURCES])
    found = [(job["gpus"], job["accelerator"]) for job in jobs]
    assert found == [(gpus, name) for _, gpus, name in OLD_RESOURCES]


STATES = [
    ("COMPLETED", "completed"),
    ("CANCELLED by 1001", "cancelled"),
    ("CANCELLED+", "cancelled"),
    ("OUT_OF_MEMORY", "out_of_memory"),
    ("OUT_OF_ME+", "out_of_memory"),
    ("NODE_FAIL", "node_failed"),
    ("BOOT_FAIL", "node_failed"),
    ("DEADLINE", "timeout"),
    ("TIMEOUT", "timeout"),
    ("PREEMPTED", "preempted"),
    ("REQUEUED", "preempted"),
    ("SUSPENDED", "running"),
    ("COMPLETING", "running"),
    ("CD", "completed"),
    ("F", "failed"),
    ("failed", "failed"),
    ("", "unknown"),
    ("WHATEVER", "unknown"),
]


def test_states(tmp_path):
    jobs = jobs_of(tmp_path, [{"State": text} for text, _ in STATES])
    assert [job["state"] for job in jobs] == [state for _, state in STATES]


MOMENTS = [
    ("2024-03-01T10:00:00", START_S),
    ("2024-03-01 10:00:00", START_S),
    ("2024-03-01T11:00:00+01:00", START_S),
    ("2024-03-01T11:00:00+0100", START_S),
    ("2024-03-01T10:00:00Z", START_S),
    ("1709287200", START_S),
    ("01.03.2024 10:00:00", START_S),
    ("Fri Mar 01 10:00:00 2024", START_S),
]


def test_moments(tmp_path):
    jobs = jobs_of(tmp_path, [{"Start": text} for text, _ in MOMENTS])
    assert [job["start_s"] for job in jobs] == [start_s for _, start_s in MOMENTS]


LOCAL = [
    ("2024-01-15T12:00:00", "2024-01-15T11:00:00"),  # winter: an hour ahead of UTC
    ("2024-07-15T12:00:00", "2024-07-15T10:00:00"),  # summer: two
    ("15.07.2024 12:00:00", "2024-07-15T10:00:00"),
    ("2024-07-15T12:00:00Z", "2024-07-15T12:00:00"),
]


def test_times_are_local_to_the_time_zone_of_the_log(tmp_path):
    (tmp_path / "utc").mkdir()
    head = "JobID|Start|Elapsed|NCPUS"
    rows = [f"{number}|{{}}|01:00:00|1" for number in range(len(LOCAL))]
    local = dump(*(row.format(text) for row, (text, _) in zip(rows, LOCAL, strict=True)), head=head)
    utc = dump(*(row.format(text) for row, (_, text) in zip(rows, LOCAL, strict=True)), head=head)
    found = Read(tmp_path, local, settings=LogSettings(timezone="Europe/Berlin")).jobs
    meant = Read(tmp_path / "utc", utc).jobs
    assert [job["start_s"] for job in found] == [job["start_s"] for job in meant]


STEPS = "JobID|State|Start|Elapsed|AllocCPUS|NTasks|TotalCPU|MaxRSS|ConsumedEnergy|TRESUsageInAve"


def test_steps_are_merged_into_their_job(tmp_path):
    read = Read(
        tmp_path,
        dump(
            "7|COMPLETED|2024-03-01T10:00:00|01:00:00|4||00:00:00||0|",
            "7.batch|COMPLETED|2024-03-01T10:00:00|01:00:00|4|1|10:00.500|1048576K|1.5K|",
            "7.extern|COMPLETED|2024-03-01T10:00:00|01:00:00|4|1|00:00:00|0||",
            "7.0|COMPLETED|2024-03-01T10:00:00|01:00:00|4|4|01:00:00|512M|2M|gres/gpuutil=80",
            head=STEPS,
        ),
    )
    assert read.logs.counts[:3] == (4, 1, 3)
    assert read.job["memory_used_gb"] == 2.0  # four tasks of 512 MB, more than 1 GB of the batch
    assert read.job["cpu_s"] == 4200.5  # 600.5 + 3600
    assert read.job["node_energy_j"] == 2e6  # units are thousands; the batch's is within it
    assert read.job["gpu_load"] == 0.8


def test_steps_belong_to_their_own_execution(tmp_path):
    read = Read(
        tmp_path,
        dump(
            "7|NODE_FAIL|2024-03-01T10:00:00|01:00:00|4|||||",
            "7.batch||2024-03-01T10:00:00|01:00:00|4|1||1G||",
            "7|COMPLETED|2024-03-01T12:00:00|01:00:00|4|||||",
            "7.batch||2024-03-01T12:00:00|01:00:00|4|1||3G||",
            head=STEPS,
        ),
    )
    assert [(job["state"], job["memory_used_gb"]) for job in read.jobs] == [
        ("node_failed", 1.0),
        ("completed", 3.0),
    ]


def test_a_job_s_own_energy_goes_before_that_of_its_steps(tmp_path):
    rows = (
        "7|COMPLETED|2024-03-01T10:00:00|01:00:00|4||||5M|",
        "7.0|COMPLETED|2024-03-01T10:00:00|01:00:00|4||||2M|",
    )
    assert Read(tmp_path, dump(*rows, head=STEPS)).job["node_energy_j"] == 5e6


def test_energy_that_two_steps_metered_of_the_same_nodes_counts_once(tmp_path):
    # Steps 0 and 1 one after the other: 300 + 400 J. `extern` was there all the time: 750 J.
    rows = (
        ROW_OF_STEPS,
        "7.batch||2024-03-01T10:00:00|01:00:00|4|1|||730|",
        "7.extern||2024-03-01T10:00:00|01:00:00|4|1|||750|",
        "7.0||2024-03-01T10:00:00|00:20:00|4|1|||300|",
        "7.1||2024-03-01T10:20:00|00:20:00|4|1|||400|",
    )
    assert Read(tmp_path, dump(*rows, head=STEPS)).job["node_energy_j"] == 750.0


def _side_by_side(count, *others):
    """Return a job of an hour with steps that each take an hour and meter 3.6 MJ, or 1 kWh."""
    rows = [f"7.{n}||2024-03-01T10:00:00|01:00:00|4|1|||3600000|" for n in range(count)]
    beside = [f"7.{name}||2024-03-01T10:00:00|01:00:00|4|1|||{j}|" for name, j in others]
    return dump(ROW_OF_STEPS, *beside, *rows, head=STEPS)


@pytest.mark.parametrize(
    ("others", "energy_j"),
    [
        # Each of the eight metered the same node for the hour: 3.6 MJ, not 8 x 3.6.
        ([], 3.6e6),
        ([("batch", 3_700_000)], 3.7e6),
        ([("batch", 3_600_000), ("extern", 3_800_000)], 3.8e6),
    ],
    ids=["steps alone", "with a batch", "with an extern"],
)
def test_energy_of_steps_side_by_side_counts_once(tmp_path, others, energy_j):
    read = Read(tmp_path, _side_by_side(8, *others))
    assert read.job["node_energy_j"] == energy_j


@pytest.mark.parametrize(
    ("times", "energy_j"),
    [
        (("00:20:00", "00:20:00"), 700.0),  # 40 of 60 minutes, in turn: 300 + 400
        (("00:30:00", "00:30:10"), 700.0),  # 10 s more than the hour is within 1 % of it
        (("00:40:00", "00:40:00"), 400.0),  # 80 of 60 minutes: not in turn
        (("00:20:00", ""), 400.0),  # nobody knows
    ],
)
def test_energy_of_steps_adds_up_where_their_times_fit_into_the_job(tmp_path, times, energy_j):
    rows = [
        f"7.{n}||2024-03-01T10:00:00|{time}|4|1|||{joules}|"
        for n, (time, joules) in enumerate(zip(times, (300, 400), strict=True))
    ]
    read = Read(tmp_path, dump(ROW_OF_STEPS, *rows, head=STEPS))
    assert read.job["node_energy_j"] == energy_j


def test_a_step_without_its_job_is_rejected(tmp_path):
    rows = ("8.batch||2024-03-01T10:00:00|01:00:00|4|1||1G||",) * 2
    read = Read(tmp_path, dump(ROW_OF_STEPS, *rows, head=STEPS))
    assert read.logs.counts.rejected == 1
    assert read.reasons == ["step of job '8'; expected the row of its job before it"]


ROW_OF_STEPS = "7|COMPLETED|2024-03-01T10:00:00|01:00:00|4|||||"


def test_elements_of_arrays_and_parts_of_heterogeneous_jobs_are_jobs(tmp_path):
    ids = ("7_1", "7_1.batch", "7_2", "9+0", "9+0.extern", "9+1")
    rows = [f"{id_}|COMPLETED|2024-03-01T10:00:00|01:00:00|4|||||" for id_ in ids]
    read = Read(tmp_path, dump(*rows, head=STEPS))
    assert [job["job_id"] for job in read.jobs] == ["7_1", "7_2", "9+0", "9+1"]


@pytest.mark.parametrize(
    "row",
    [
        "7_[5-9%2]|ada|gpu,cpu|PENDING|2024-03-01T09:00:00|Unknown|Unknown|00:00:00|0|4G|",
        "7|ada|gpu|CANCELLED by 1001|2024-03-01T09:00:00|None|2024-03-01T12:00:00|00:00:00|0|4G|",
    ],
)
def test_what_never_started_is_counted_and_not_rejected(row, tmp_path):
    read = Read(tmp_path, dump(row))
    assert (read.logs.counts.never_started, read.logs.counts.rejected, read.jobs) == (1, 0, [])


def test_a_project_is_the_wckey_and_a_cluster_is_named(tmp_path):
    found = job(tmp_path, WCKey="*climate", Cluster="deep", Account="phys")
    assert (found["project"], found["cluster"], found["account"]) == ("climate", "deep", "phys")


def test_a_job_without_a_start_has_it_from_its_submission(tmp_path):
    found = Read(tmp_path, dump(old(), head=OLD)).job
    assert found["start_s"] == START_S - 3600
    assert "start_from_submit" in notes(found)


def test_fixed_width_is_cut_at_its_dashes(tmp_path):
    log = """\
JobID           JobName  Partition    Account  AllocCPUS      State    Elapsed
------------ ---------- ---------- ---------- ---------- ---------- ----------
123               a b c        gpu       phys          8 CANCELLED+   01:00:00
123.batch         batch                  phys          8  COMPLETED   01:00:00
123456_1234+   training        gpu       phys          4 OUT_OF_ME+   02:00:00
123456_1234+      batch                  phys          4 OUT_OF_ME+   02:00:00
"""
    read = Read(tmp_path, log)
    assert [(j["job_id"], j["state"], j["cpus"], j["partition_name"]) for j in read.jobs] == [
        ("123", "cancelled", 8.0, "gpu"),
        ("123456_1234+", "out_of_memory", 4.0, "gpu"),
    ]
    assert read.logs.counts[:3] == (4, 2, 2)


def test_exports_with_commas_may_quote_them(tmp_path):
    log = 'JobID,State,Elapsed,AllocTRES\n7,COMPLETED,01:00:00,"cpu=4,gres/gpu=2,mem=8G"\n'
    found = Read(tmp_path, log).job
    assert (found["cpus"], found["gpus"], found["memory_gb"]) == (4.0, 2.0, 8.0)


@pytest.mark.parametrize("delimiter", ["|", "\t", ";", ","])
def test_columns_in_any_order_and_spelling_and_with_any_delimiter(delimiter, tmp_path):
    log = dump("01:00:00|4|ada|7", head="ELAPSED|ncpus|user|jobid").replace("|", delimiter)
    found = Read(tmp_path, log).job
    assert (found["job_id"], found["cpus"], found["user_name"]) == ("7", 4.0, "ada")


def test_a_delimiter_at_the_end_of_each_row_is_no_column(tmp_path):
    assert Read(tmp_path, dump(ROW + "|", head=HEAD + "|")).job["gpus"] == 2.0


def test_a_name_may_hold_the_delimiter(tmp_path):
    log = dump("7|a|b|c|01:00:00|4", head="JobID|JobName|Elapsed|NCPUS")
    assert Read(tmp_path, log).job["elapsed_s"] == 3600


def test_a_row_of_too_few_columns_is_rejected(tmp_path):
    read = Read(tmp_path, dump(ROW, "8|ada|gpu"))
    assert read.reasons == ["row of '3' columns; expected 11 as in its header"]
    assert read.logs.rejected_first[0][:2] == (1, 3)


def test_dumps_one_after_another_may_have_other_columns(tmp_path):
    other = dump("01:00:00|16|8", head="Elapsed|NCPUS|JobID")
    read = Read(tmp_path, dump(ROW) + dump(ROW.replace("7|", "6|", 1)) + other)
    assert [(j["job_id"], j["cpus"], j["line"]) for j in read.jobs] == [
        ("7", 8.0, 2),
        ("6", 8.0, 4),
        ("8", 16.0, 6),
    ]
    assert read.logs.counts.rows == 3


@pytest.mark.parametrize("command", ["$ sacct -o", "(env) me@login$ sacct -j 7 --format="])
def test_a_command_that_names_the_columns_is_no_header(command, tmp_path):
    log = f"{command}JobID,Start,End,Elapsed,NCPUS,State\n" + dump(ROW)
    assert Read(tmp_path, log).job["line"] == 3


def test_a_dump_may_be_indented_as_in_a_note(tmp_path):
    log = """\
    JobID             Elapsed      NCPUS      State
    ------------ ------------ ---------- ----------
    7                01:00:00         16  COMPLETED
    7.ba+            01:00:00         16  COMPLETED
"""
    read = Read(tmp_path, log)
    assert (read.job["job_id"], read.job["elapsed_s"], read.job["cpus"]) == ("7", 3600, 16.0)
    assert read.logs.counts[:3] == (2, 1, 1)


def test_a_table_of_markdown_is_read_without_its_rule(tmp_path):
    log = "| JobID | NCPUS | Elapsed |\n|:------|------:|---|\n| 7 | 5 | 00:04:19 |\n"
    read = Read(tmp_path, log)
    assert (read.job["cpus"], read.job["elapsed_s"]) == (5.0, 259)
    assert read.logs.counts.rejected == 0


def test_a_banner_before_the_header_is_passed_over(tmp_path):
    assert Read(tmp_path, "Welcome to Deep!\n$ sacct -P\n" + dump(ROW)).job["line"] == 4


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (
            "JobID|User|State|NCPUS",
            r"does not say how long its jobs ran; expected a column Elapsed",
        ),
        ("JobID|User|State|Elapsed", r"does not say what its jobs ran on; expected a column Alloc"),
        ("ConsumedEnergyRaw|State|Elapsed|NNodes", r"does not say which of its rows are steps of"),
    ],
)
def test_a_missing_column_is_named(head, said, tmp_path):
    with pytest.raises(InputError, match=said):
        Read(tmp_path, dump("7|ada|COMPLETED|4", head=head))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            ROW.replace("02:00:00", "soon"),
            "Elapsed is 'soon'; expected [days-]hours:minutes:seconds",
        ),
        (
            ROW.replace("2024-03-01T10", "0x2024-03-01T10"),
            "Start is '0x2024-03-01T10:00:00'; "
            "expected a time such as 2024-01-31T12:00:00, or seconds since 1970",
        ),
        (
            "x" + ROW,
            "JobID is 'x7'; expected one such as 123, 123_4 or 123+0",
        ),
        (
            ROW.replace("02:00:00", "4000-00:00:00"),
            "elapsed time is '345600000'; expected 0 to 315360000 s (10 years)",
        ),
    ],
)
def test_what_cannot_be_is_rejected_with_what_is_allowed(row, reason, tmp_path):
    assert Read(tmp_path, dump(row)).reasons == [reason]


@pytest.mark.parametrize(
    "columns",
    [
        {"ReqTRES": "billing=8,cpu=8,gres/gpu=4,mem=32G,node=1"},
        {"ReqGRES": "gpu:4"},
        {"AllocTRES": "cpu=8,mem=32G,node=1", "ReqGRES": "gpu:tesla:4"},
    ],
    ids=["ReqTRES alone", "ReqGRES alone", "AllocTRES of a site that tracks no accelerators"],
)
def test_accelerators_asked_for_count_where_none_are_said_to_be_given(columns, tmp_path):
    found = job(tmp_path, **columns)
    assert (found["gpus"], found["gpus_requested"]) == (4.0, 4.0)
    assert "gpus_as_asked" in notes(found)


def test_accelerators_may_be_given_in_the_older_column_alone(tmp_path):
    found = job(tmp_path, AllocTRES="cpu=8,mem=32G,node=1", AllocGRES="gpu:2", ReqTRES="cpu=8")
    assert found["gpus"] == 2.0
    assert "gpus_as_asked" not in notes(found)


def test_fewer_accelerators_than_asked_for_are_those_given(tmp_path):
    found = job(tmp_path, AllocTRES="cpu=8,gres/gpu=2", ReqTRES="cpu=8,gres/gpu=4")
    assert (found["gpus"], found["gpus_requested"]) == (2.0, 4.0)
