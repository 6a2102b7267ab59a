"""Range queries of energy and power."""

import json

import pytest

from joblogs.logs import Read, notes
from joblogs.small_logs import PROMETHEUS, matrix, series
from wattprint.domain.errors import InputError

COUNTER, POWER = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "DCGM_FI_DEV_POWER_USAGE"
GPU = {"UUID": "GPU-1", "Hostname": "n1", "namespace": "ml", "pod": "t-0"}


def test_a_counter_that_begins_anew_loses_nothing(tmp_path):
    job = Read(tmp_path, PROMETHEUS).job
    # 1 to 7 MmJ, anew to 3, then to 9: 6 + 3 + 6 = 15 MmJ = 15 kJ in 3 min. Kepler: 105 - 5 J.
    assert (job["accelerator_energy_j"], job["node_energy_j"]) == (15_000, 100)
    assert (job["elapsed_s"], job["gpus"], job["accelerator"]) == (180, 1, "NVIDIA A100")


def test_power_is_integrated_between_samples_and_not_over_gaps(tmp_path):
    one = series(POWER, [100, 200, 200], **GPU)
    one["values"].append([1706695200 + 5000, "200"])
    # 60 s * 150 W + 60 s * 200 W; what happened in the 4880 s without a sample is not known.
    assert Read(tmp_path, matrix(one)).job["accelerator_energy_j"] == pytest.approx(21_000)


def test_a_counter_is_preferred_to_power_and_load_is_their_mean(tmp_path):
    log = matrix(
        series(COUNTER, [0, 5000], **GPU),
        series(POWER, [300, 300], **GPU),
        series("DCGM_FI_DEV_GPU_UTIL", [50, 100], **GPU),
    )
    job = Read(tmp_path, log).job
    assert (job["accelerator_energy_j"], job["gpu_load"], job["gpus"]) == (5, 0.75, 1)


def test_accelerators_of_a_pod_add_up(tmp_path):
    other = {**GPU, "UUID": "GPU-2"}
    job = Read(tmp_path, matrix(*(series(COUNTER, [0, 5000], **gpu) for gpu in (GPU, other)))).job
    assert (job["accelerator_energy_j"], job["gpus"]) == (10, 2)


def test_a_slice_has_its_share_of_its_accelerators_energy(tmp_path):
    sliced = {**GPU, "GPU_I_ID": "3", "GPU_I_PROFILE": "2g.20gb"}
    job = Read(tmp_path, matrix(series(COUNTER, [0, 7000], **sliced))).job
    assert job["accelerator_energy_j"] == pytest.approx(2, rel=1e-12)  # two sevenths of 7 J
    assert "gpus_in_part" in notes(job)


def test_the_exporters_pod_is_not_the_scrapers(tmp_path):
    labels = {**GPU, "pod": "dcgm-x", "namespace": "monitoring", "exported_pod": "t-1",
              "exported_namespace": "ml"}  # fmt: skip
    assert Read(tmp_path, matrix(series(COUNTER, [0, 1], **labels))).job["job_id"] == "ml/t-1"


def test_parts_of_keplers_package_do_not_count_again(tmp_path):
    labels = {"pod_name": "a", "pod_namespace": "ml"}
    log = matrix(
        series("kepler_pod_cpu_joules_total", [0, 100], zone="package", **labels),
        series("kepler_pod_cpu_joules_total", [0, 80], zone="core", **labels),
        series("kepler_pod_cpu_joules_total", [0, 20], zone="dram", **labels),
    )
    read = Read(tmp_path, log)
    assert (read.job["node_energy_j"], read.logs.counts.skipped) == (120, 1)


def test_series_that_say_nothing_of_jobs_are_counted_and_named(tmp_path):
    nameless = series(COUNTER, [1], pod="a")
    del nameless["metric"]["__name__"]
    log = matrix(
        nameless,
        series("up", [1]),
        series(COUNTER, [1], UUID="GPU-9"),
        {"metric": {"__name__": POWER, "pod": "z"}, "values": "none"},
        series(COUNTER, [0, 5000], **GPU),
    )
    read = Read(tmp_path, log)
    assert read.logs.skipped == {"series of no job or pod": 1, "series of other metrics": 1}
    assert [reason.partition(";")[0] for reason in read.reasons] == [
        "has no __name__",
        f"series '{POWER}' has no readings",
    ]


def test_values_that_are_no_numbers_are_left_out(tmp_path):
    one = series(COUNTER, [0, "NaN", "+Inf", 9000], **GPU)
    assert Read(tmp_path, matrix(one)).job["accelerator_energy_j"] == 9


def test_what_promtool_prints_is_read_too(tmp_path):
    log = json.dumps([series(COUNTER, [0, 5000], **GPU)])
    assert Read(tmp_path, log).job["accelerator_energy_j"] == 5


def test_a_query_that_failed_is_refused(tmp_path):
    log = '{"status":"error","errorType":"bad_data","error":"parse","resultType":"matrix"}'
    with pytest.raises(InputError, match=r"no answer .*the query failed.*expected"):
        Read(tmp_path, log, kind="prometheus")
