"""Lists of Kubernetes' pods, jobs and workloads."""

import pytest

from joblogs.logs import Read, notes
from joblogs.small_logs import ended, kube_list, pod

POD_SPEC = {
    "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"},
    "containers": [
        {"resources": {"requests": {"cpu": "500m", "memory": "64Gi"},
                       "limits": {"nvidia.com/gpu": "4"}}},
        {"resources": {"requests": {"cpu": "1.5"}}},
    ],
    "initContainers": [{"resources": {"requests": {"cpu": "1", "memory": "96Gi"}}}],
}  # fmt: skip
DONE = {"startTime": "2024-01-31T10:00:00Z", "completionTime": "2024-01-31T12:00:00Z"}


def job(name="train", status=DONE, **spec):
    spec = {"parallelism": 2, "completions": 2, "template": {"spec": POD_SPEC}, **spec}
    meta = {"name": name, "namespace": "ml", "uid": f"uid-{name}",
            "labels": {"kueue.x-k8s.io/queue-name": "gpuq"}}  # fmt: skip
    return {"kind": "Job", "metadata": meta, "spec": spec, "status": status}


def test_a_job_has_what_its_pods_ask_for(tmp_path):
    found = Read(tmp_path, kube_list(job())).job
    # Two pods of 0.5 + 1.5 CPUs and 4 accelerators; the init container needs the most memory.
    assert (found["cpus"], found["gpus"], found["memory_gb"]) == (4, 8, 192)
    assert (found["elapsed_s"], found["state"], found["partition_name"]) == (
        7200,
        "completed",
        "gpuq",
    )
    assert found["accelerator"] == "NVIDIA-A100-SXM4-80GB"


def test_nothing_counts_twice_in_a_list_of_jobs_and_pods(tmp_path):
    child = pod("train-0", {"limits": {"cpu": 2}}, containerStatuses=ended("2024-01-31T10:30:00Z"))
    child["metadata"]["ownerReferences"] = [{"kind": "Job", "uid": "uid-train"}]
    workload = {
        "kind": "Workload",
        "metadata": {"name": "w", "uid": "w", "ownerReferences": [{"uid": "uid-train"}]},
        "spec": {"podSets": []},
        "status": {},
    }
    read = Read(tmp_path, kube_list(job(), child, workload, {"kind": "ConfigMap"}))
    assert (read.job["job_id"], read.job["elapsed_s"]) == ("ml/train-0", 1800)
    assert set(read.logs.skipped) == {
        "jobs that are counted by their pods",
        "workloads that are counted by their jobs",
        "objects of other kinds",
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"phase": "Failed", "containerStatuses": ended("2024-01-31T11:00:00Z")}, "failed"),
        (
            {"phase": "Failed", "containerStatuses": ended("2024-01-31T11:00:00Z", "OOMKilled")},
            "out_of_memory",
        ),
        (
            {
                "phase": "Failed",
                "reason": "Evicted",
                "containerStatuses": ended("2024-01-31T11:00:00Z"),
            },
            "preempted",
        ),
        ({"containerStatuses": ended("2024-01-31T11:00:00Z")}, "completed"),
    ],
)
def test_the_phase_of_a_pod_tells_the_state(status, state, tmp_path):
    read = Read(tmp_path, kube_list(pod("a", {"limits": {"cpu": 1}}, **status)))
    assert (read.job["state"], read.job["elapsed_s"]) == (state, 3600)


def test_a_slice_counts_as_its_share(tmp_path):
    sliced = pod("a", {"limits": {"nvidia.com/mig-3g.40gb": "2"}}, containerStatuses=ended(
        "2024-01-31T11:00:00Z"))  # fmt: skip
    sliced["spec"]["affinity"] = {"nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "cloud.google.com/gke-accelerator", "operator": "In",
                                   "values": ["nvidia-h100"]}]}]}}}  # fmt: skip
    found = Read(tmp_path, kube_list(sliced)).job
    assert found["gpus"] == pytest.approx(6 / 7, rel=1e-12)
    assert "gpus_in_part" in notes(found)
    assert found["accelerator"] == "nvidia-h100"


def test_a_pod_that_waits_has_not_started(tmp_path):
    waits = pod("a", {}, phase="Pending", startTime=None)
    assert Read(tmp_path, kube_list(waits)).logs.counts.never_started == 1


def test_a_workload_of_kueue_runs_from_its_admission(tmp_path):
    at = "2024-01-31T11:00:00Z"
    workload = {
        "kind": "Workload",
        "metadata": {"name": "w", "namespace": "ml", "uid": "w"},
        "spec": {"queueName": "q", "podSets": [{"count": 3, "template": {"spec": POD_SPEC}}]},
        "status": {
            "admission": {"clusterQueue": "c"},
            "conditions": [
                {"type": "Admitted", "status": "False", "lastTransitionTime": at},
                {"type": "Finished", "status": "True", "reason": "JobFinished",
                 "lastTransitionTime": "2024-01-31T11:30:00Z"},
            ],
        },
    }  # fmt: skip
    found = Read(tmp_path, kube_list(workload)).job
    assert (found["gpus"], found["elapsed_s"], found["partition_name"]) == (12, 1800, "q")


def test_objects_that_are_none_are_named_with_their_number(tmp_path):
    nameless = pod("a", {})
    del nameless["metadata"]["name"]
    text = kube_list(job(), nameless).replace('"kind": "List"', '"kind": "PodList"')
    read = Read(tmp_path, text.replace('"items": [', '"items": [ {oops},'))
    assert [(line, reason) for _, line, reason in read.logs.rejected_first] == [
        (1, "is no JSON; expected an object"),
        (3, "has no name; expected metadata.name"),
    ]


def test_the_list_says_what_its_objects_are_where_they_do_not(tmp_path):
    bare = pod("a", {"limits": {"cpu": 1}}, containerStatuses=ended("2024-01-31T11:00:00Z"))
    del bare["kind"]
    text = kube_list(bare).replace('"apiVersion": "v1"', '"kind": "PodList", "apiVersion": "v1"')
    assert Read(tmp_path, text.replace('"kind": "List"', '"x": 1')).job["job_id"] == "ml/a"
