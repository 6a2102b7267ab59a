"""`sacct --json`: numbers plain and wrapped, arrays and parts, memory in two units."""

import json

import pytest

from joblogs.logs import Read, notes

START_S = 1_700_000_000


def wrapped(number):
    """Write a number as Slurm does since its schema of 2023."""
    return {"set": True, "infinite": False, "number": number}


def tres(**counts):
    """Write resources; `gpu` and `gpu_a100` are generic ones."""
    types = {"gpu": ("gres", "gpu"), "gpu_a100": ("gres", "gpu:a100")}
    named = ((*types.get(name, (name, "")), count) for name, count in counts.items())
    return [{"type": kind, "name": name, "count": count} for kind, name, count in named]


def job(**fields):
    """Write a job of an hour on 8 CPUs and two A100."""
    return {
        "job_id": 7,
        "cluster": "deep",
        "user": "ada",
        "account": "phys",
        "partition": "gpu",
        "allocation_nodes": 1,
        "state": {"current": ["COMPLETED"], "reason": "None"},
        "time": {
            "elapsed": 3600,
            "start": START_S,
            "end": START_S + 3600,
            "total": {"seconds": 7000, "microseconds": 500_000},
        },
        "tres": {"allocated": tres(cpu=8, mem=32_768, gpu_a100=2, gpu=2), "requested": []},
        "steps": [],
    } | fields


def document(*jobs):
    return json.dumps({"meta": {"Slurm": {"release": "23.11"}}, "errors": [], "jobs": list(jobs)})


def test_an_ordinary_job_is_read(tmp_path):
    read = Read(tmp_path, document(job()))
    found = read.job
    assert read.logs.files[0].kind == "sacct"
    assert (found["job_id"], found["user_name"], found["state"]) == ("7", "ada", "completed")
    assert (found["start_s"], found["end_s"], found["elapsed_s"]) == (START_S, START_S + 3600, 3600)
    assert (found["cpus"], found["cpu_s"], found["gpus"]) == (8.0, 7000.5, 2.0)
    assert (found["memory_gb"], found["accelerator"]) == (32.0, "a100")  # 32,768 MiB


def test_numbers_may_be_wrapped(tmp_path):
    time = {"elapsed": wrapped(60), "start": wrapped(START_S), "end": wrapped(START_S + 60)}
    found = Read(tmp_path, document(job(allocation_nodes=wrapped(3), time=time))).job
    assert (found["elapsed_s"], found["nodes"], found["start_s"]) == (60, 3.0, START_S)


@pytest.mark.parametrize(
    ("fields", "job_id"),
    [
        ({"array": {"job_id": 5, "task_id": 3}}, "5_3"),
        ({"array": {"job_id": 5, "task_id": wrapped(3)}}, "5_3"),
        ({"array": {"job_id": 0, "task_id": {"set": False, "number": 0}}}, "7"),
        ({"het": {"job_id": 6, "job_offset": wrapped(1)}}, "6+1"),
    ],
)
def test_elements_of_arrays_and_parts_have_their_own_ids(fields, job_id, tmp_path):
    assert Read(tmp_path, document(job(**fields))).job["job_id"] == job_id


def test_what_waits_has_not_started(tmp_path):
    waits = job(
        array={"job_id": 5, "task": "4-9%2", "task_id": {"set": False, "number": 0}},
        state={"current": "PENDING"},
        time={"elapsed": 0, "start": 0, "end": 0},
    )
    counts = Read(tmp_path, document(waits, job())).logs.counts
    assert (counts.jobs, counts.never_started) == (1, 1)


def test_memory_that_tasks_used_is_in_bytes(tmp_path):
    # Two tasks of 1 GiB; the batch script of 1 MiB.
    steps = [
        {"tasks": {"count": 1}, "tres": {"requested": {"max": tres(mem=1 << 20)}}},
        {"tasks": {"count": 2}, "tres": {"requested": {"max": tres(cpu=1, mem=1 << 30)}}},
    ]
    assert Read(tmp_path, document(job(steps=steps))).job["memory_used_gb"] == 2.0


def test_energy_is_taken_and_what_slurm_writes_for_none_is_not(tmp_path):
    given = {"allocated": tres(cpu=8, energy=9_000_000), "requested": []}
    none = {"allocated": tres(cpu=8, energy=2**64 - 2), "requested": []}
    read = Read(tmp_path, document(job(tres=given), job(job_id=8, tres=none)))
    assert [each["node_energy_j"] for each in read.jobs] == [9e6, None]


def test_accelerators_asked_for_count_where_the_site_tracks_none(tmp_path):
    asked = {"allocated": tres(cpu=8), "requested": tres(cpu=8, gpu=4)}
    found = Read(tmp_path, document(job(tres=asked))).job
    assert found["gpus"] == 4.0
    assert "gpus_as_asked" in notes(found)


def test_a_job_without_an_id_is_rejected_and_the_others_are_read(tmp_path):
    read = Read(tmp_path, document(job(), {"time": {"elapsed": 5}}, job(job_id=8)))
    assert [each["job_id"] for each in read.jobs] == ["7", "8"]
    assert read.reasons == ["has no job_id; expected a job of sacct --json"]
