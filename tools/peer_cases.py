"""Compare the named methodologies with what their own tools answered.

    python tools/peer_cases.py [CASES]

CASES is a table of one answer a row, as ../shared/cases/peers/peer_cases.csv has them: the tool,
its version, its inputs as JSON, the name of the answer and the answer. Prints a line for each tool,
and each row that differs by more than 1e-6 of it (a text or a number that was rounded: at all).
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import inf, isclose
from pathlib import Path
from typing import Any

from wattprint.estimator.methodologies import cloud_carbon_footprint as ccf
from wattprint.estimator.methodologies import (
    ecologits,
    ecologits_tables,
    ecologits_video,
    green_algorithms,
    llmcarbon,
    ml_co2_impact,
    sci,
)
from wattprint.factors.tables import Row, shipped

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "peers" / "peer_cases.csv"
RELATIVE_TOLERANCE = 1e-6

Inputs = Mapping[str, Any]
Answers = Mapping[str, Any]

# The providers' claims of 2019 that the form shows as already offset, in per cent.
OFFSET_PROVIDERS = {"gcp", "azure"}
OFFSET_AWS_REGIONS = {"us-west-2", "ca-central-1", "eu-central-1", "eu-west-1", "us-gov-west-1"}


def ml_co2_answers(inputs: Inputs, _: Row) -> Answers:
    provider, region = inputs["provider"], inputs.get("region")
    claims_all = provider in OFFSET_PROVIDERS or region in OFFSET_AWS_REGIONS
    result = ml_co2_impact.form_result(
        power_w=inputs["gpu_watt"],
        hours=inputs["hours"],
        intensity_g_per_kwh=inputs["ci_g_per_kwh"],
        is_region=provider != "custom",
        offset_percent=inputs.get("offset_percent", 100.0 if claims_all else 0.0),
    )
    return {
        "energy": result.energy_kwh,
        "emitted": result.emitted_kg,
        "offset": result.offset_kg,
        "km_driven": result.km_driven,
        "coal_burned": result.coal_burned_kg,
        "seedlings_10y": result.seedlings_10y,
        "crash": result.crash,
    }


def first_given(inputs: Inputs, names: str, default: float) -> float:
    return next((inputs[name] for name in names.split() if inputs.get(name) is not None), default)


def green_algorithms_answers(inputs: Inputs, _: Row) -> Answers:
    """What the form answers; what it is not told it takes from its own first screen."""
    core = inputs.get("core", "CPU")
    answer = green_algorithms.calculator(
        hours=inputs.get("h", 12) + inputs.get("m", 0) / 60,
        pue=inputs["resolved_PUE"],
        intensity_g_per_kwh=inputs["resolved_CI"],
        cpu_cores=0 if core == "GPU" else inputs.get("ncpu", 12),
        cpu_w_per_core=inputs.get("resolved_tdpCPU", 0),
        cpu_usage=first_given(inputs, "ucpu usage_cpu usageCPU cpu_usage u", 1.0),
        gpus=0 if core == "CPU" else inputs.get("ngpu", 1),
        gpu_w=inputs.get("resolved_tdpGPU", 0),
        gpu_usage=first_given(inputs, "ugpu usage_gpu usageGPU gpu_usage u", 1.0),
        memory_gb=inputs.get("mem", 64),
        psf=inputs.get("psf", 1),
    )
    texts = (
        green_algorithms.emissions_text(answer.emissions_g),
        green_algorithms.driving_text(answer.emissions_g),
        green_algorithms.flight_text(answer.emissions_g),
    )
    return {
        "power_needed": answer.power_w,
        "energy_needed": answer.energy_kwh,
        "carbonEmissions": answer.emissions_g,
        "tree_months": answer.tree_months,
        "text": " | ".join(texts),
    }


def hpc_answers(inputs: Inputs, _: Row) -> Answers:
    def job(memory_gb: float) -> green_algorithms.Answer:
        return green_algorithms.hpc_job(
            wall_s=inputs["wall_s"],
            total_cpu_s=inputs["total_cpu_s"],
            cpu_w_per_core=inputs["tdp_core_w"],
            memory_gb=memory_gb,
            pue=inputs["pue"],
            intensity_g_per_kwh=inputs["ci"],
            gpu_wall_s=inputs["gpu_wall_s"],
            gpu_w=inputs["tdp_gpu_w"],
            memory_w_per_gb=inputs["mem_w_per_gb"],
        )

    requested, needed = job(inputs["req_mem_gb"]), job(inputs["needed_mem_gb"])
    tree_g = green_algorithms.TREE_MONTH_HPC_G
    return {
        "energy": requested.energy_kwh,
        "carbonFootprint": requested.emissions_g,
        "treeMonths": requested.emissions_g / tree_g,
        "energy_memoryNeededOnly": needed.energy_kwh,
        "carbonFootprint_memoryNeededOnly": needed.emissions_g,
        "treeMonths_memoryNeededOnly": needed.emissions_g / tree_g,
    }


def ccf_answers(inputs: Inputs, _: Row) -> Answers:
    if "total_kg" in inputs:
        kilograms = ccf.embodied_share_kg(
            total_kg=inputs["total_kg"],
            hours=inputs["hours"],
            vcpus=inputs["vcpu"],
            largest_vcpus=inputs["largest_vcpu"],
            lifespan_hours=inputs["lifespan_h"],
        )
        return {"co2e": kilograms / 1000}
    kwh = ccf_kwh(inputs)
    return {"kilowattHours": kwh, "co2e": kwh * inputs.get("factor_t_per_kwh", 0.0)}


def ccf_kwh(inputs: Inputs) -> float:
    shared = {"pue": inputs["pue"], "replication": inputs.get("replication", 1)}
    if "gigabyte_hours" in inputs:
        coefficient = inputs["kwh_per_gbh"]
        return ccf.memory_kwh(inputs["gigabyte_hours"], kwh_per_gb_hour=coefficient, **shared)
    if "terabyte_hours" in inputs:
        return ccf.storage_kwh(inputs["terabyte_hours"], w_per_tb=inputs["watt_per_tb"], **shared)
    if "gigabytes" in inputs:
        coefficient = inputs["kwh_per_gb"]
        return ccf.network_kwh(inputs["gigabytes"], pue=inputs["pue"], kwh_per_gb=coefficient)
    return ccf.compute_kwh(
        min_w=inputs["min_watts"],
        max_w=inputs["max_watts"],
        utilization=inputs["cpu_utilization_pct"] / 100,
        unit_hours=inputs["vcpu_or_gpu_hours"],
        **shared,
    )


def ccf_coefficient_answers(inputs: Inputs, row: Row) -> Answers:
    if "arch" in inputs:
        provider = row["case"].split()[0]
        found = ccf.processor(inputs["arch"], edition="coefficients", provider=provider)
        return {
            "min_watts_per_vcpu": found.min_w,
            "max_watts_per_vcpu": found.max_w,
            "gb_per_chip": found.gb_per_chip,
        }
    name = inputs["instance"]
    total_kg = listed_total_kg(name)
    memory_kg, cpus_kg, gpus_kg, storage_kg = parts_of_total(name, total_kg)
    return {
        "total": total_kg,
        "additional_memory": round(memory_kg, 2),
        "additional_cpus": cpus_kg,
        "additional_gpus": gpus_kg,
        "additional_storage": storage_kg,
    }


def listed_total_kg(instance: str) -> float:
    rows = shipped().rows("embodied", holding=["cloud_platform", instance.lower()])
    (row,) = (row for row in rows if row["model"].partition(" ")[2] == instance)
    return float(row["gwp_kg_co2e"])


def parts_of_total(instance: str, total_kg: float) -> tuple[float, float, float, float]:
    """Take a listed total apart again: it is a sum of known adders.

    Accelerated series are servers of eight GPUs; memory is the adder that leaves hundreds over, as
    large as it can be; the first hundred of these is a second CPU, which Graviton servers lack.
    """
    series = instance.partition(".")[0]
    is_accelerated = any(
        row["instance_type"].partition(".")[0] == series and row["accelerator_name"]
        for row in shipped().rows("cloud_instances")
    )
    gpus_kg = 8 * ccf.GPU_KG if is_accelerated else 0.0
    left_kg = total_kg - ccf.BASE_SERVER_KG - gpus_kg
    memory_kg = max(
        kilograms
        for gb in range(16, 25_000)
        if (kilograms := (gb - ccf.BASE_SERVER_GB) * ccf.MEMORY_KG_PER_GB) <= left_kg + 0.01
        and is_multiple(left_kg - kilograms, ccf.HDD_KG)
    )
    drives_and_cpu_kg = round(left_kg - memory_kg)
    is_graviton = series == "a1" or series.rstrip("den").endswith("g")
    cpus_kg = 0.0 if is_graviton else min(ccf.CPU_KG, drives_and_cpu_kg)
    return memory_kg, cpus_kg, gpus_kg, drives_and_cpu_kg - cpus_kg


def is_multiple(amount: float, of: float) -> bool:
    return abs(amount - round(amount / of) * of) < 0.006


def impact_framework_answers(inputs: Inputs, _: Row) -> Answers:
    units = next((inputs[name] for name in inputs if name not in IF_PARAMETERS), 1.0)
    if "carbon" in inputs:
        return {"sci": sci.sci_score(inputs["carbon"], units)}
    embodied_g = sci.if_embodied_g(
        duration_s=inputs["duration"],
        vcpus=inputs.get("vCPUs", sci.BASE_VCPUS),
        memory_gb=inputs.get("memory", sci.BASE_MEMORY_GB),
        gpus=inputs.get("gpu", 0),
        ssds=inputs.get("ssd", 0),
        hdds=inputs.get("hdd", 0),
        usage_ratio=inputs.get("usage-ratio", 1),
    )
    operational_g = inputs.get("energy", 0.0) * inputs.get("grid", 0.0)
    carbon_g = operational_g + embodied_g
    return {
        "carbon-operational": operational_g,
        "embodied-carbon": embodied_g,
        "carbon": carbon_g,
        "sci": sci.sci_score(carbon_g, units),
    }


IF_PARAMETERS = {
    *("carbon", "duration", "energy", "gpu", "grid", "hdd", "memory", "ssd", "usage-ratio"),
    *("vCPUs", "carbon-operational", "carbon-embodied", "timestamp"),
}
"""All other inputs of a pipeline are its functional unit."""


def llmcarbon_answers(inputs: Inputs, _: Row) -> Answers:
    """Its own form: a mixture of experts counts the parameters of its dense base model."""
    dense_b = inputs.get("base model param. # (B)")
    parameters_b = inputs["parameter # (B)"] if dense_b is None else dense_b
    flops = llmcarbon.training_flops(parameters_b, inputs["token # (B)"])
    hours = llmcarbon.device_hours(
        flops, peak_tflops=inputs["peak TFLOPs/s"], efficiency=inputs["hardware efficiency"]
    )
    energy_mwh = llmcarbon.energy_mwh(
        hours, power_w=inputs["avg. system power (W)"], pue=inputs["PUE"]
    )
    tonnes = llmcarbon.emissions_t(energy_mwh, inputs["CO2eq/KWh"])
    published_t = inputs.get("actual tCO2eq") or inf
    return {"energy": energy_mwh, "co2eq": tonnes, "delta_vs_published": tonnes / published_t - 1}


def ecologits_answers(inputs: Inputs, row: Row) -> Answers:
    release = row["version_or_commit"].split()[-1]
    if "duration_s" in inputs:
        return impact_answers(video(inputs, release))
    batch, bits = inputs.get("batch_size", ecologits.BATCH), inputs.get("bits", ecologits.BITS)
    request = {"request_s": first_given(inputs, "request_latency_s", inf), "batch": batch}
    tokens = inputs["output_tokens"]
    if "model" in inputs:
        provider = inputs["provider"]
        model = ecologits_tables.known_model(provider, inputs["model"], release=release)
        zone, site = ecologits_tables.known_site(provider)
        mix = ecologits_tables.known_mix(inputs.get("zone") or zone, release=release)
        impacts = ecologits.request_impacts(
            model, tokens, mix=mix, site=site, release=release, bits=bits, **request
        )
        return impact_answers(impacts)
    model = ecologits.Model(
        span(inputs["active_params_b"]),
        span(inputs["total_params_b"]),
        inputs.get("tps"),
        inputs.get("ttft"),
    )
    mix = ecologits.Mix(
        *(inputs[f"if_electricity_mix_{impact}"] for impact in ("gwp", "adpe", "pe", "wue"))
    )
    site = ecologits.Site(span(inputs["pue"]), span(inputs["wue"]))
    impacts = ecologits.request_impacts(
        model, tokens, mix=mix, site=site, release=release, bits=bits, **request
    )
    steps = ecologits.request_steps(
        model.active_b.low, model.total_b.low, tokens, model=model, bits=bits, **request
    )
    return {
        **impact_answers(impacts),
        "dag.gpu_energy": steps.gpu_energy_kwh,
        "dag.generation_latency": steps.generation_latency_s,
        "dag.model_required_memory": steps.required_memory_gb,
        "dag.gpu_required_count": steps.gpus,
        "dag.server_energy": steps.server_energy_kwh,
        "dag.request_it_energy": steps.it_energy_kwh,
    }


def span(given: Any) -> ecologits.Span:
    if isinstance(given, Mapping):
        return ecologits.Span(given["min"], given["max"])
    return ecologits.Span(*given) if isinstance(given, list) else ecologits.Span.of(given)


def video(inputs: Inputs, release: str) -> ecologits.Impacts:
    model = ecologits_video.video_model(inputs["model"])
    zone, site = ecologits_tables.known_site(model.provider, kind="video")
    asked = inputs.get("zone", ecologits_tables.DEFAULT_ZONE) or zone
    latency_s = ecologits_video.video_latency_s(
        model,
        resolution=inputs["resolution"],
        duration_s=inputs["duration_s"],
        with_audio=inputs.get("with_audio", True),
    )
    mix = ecologits_tables.known_mix(asked, release=release)
    return ecologits_video.video_impacts(model, latency_s, mix=mix, site=site)


def impact_answers(impacts: ecologits.Impacts) -> Answers:
    names = ("gwp", "adpe", "pe")
    spans = {
        "energy": impacts.energy_kwh,
        "wcf": impacts.water_l,
        "usage.energy": impacts.energy_kwh,
        "usage.wcf": impacts.water_l,
        **dict(zip(names, impacts.total, strict=True)),
        **{f"usage.{name}": use for name, use in zip(names, impacts.use, strict=True)},
        **{f"embodied.{name}": made for name, made in zip(names, impacts.making, strict=True)},
    }
    answers: dict[str, Any] = {}
    for name, figure in spans.items():
        answers |= {name: figure.low, f"{name}.min": figure.low, f"{name}.max": figure.high}
    return answers


PEERS: Mapping[str, Callable[[Inputs, Row], Answers]] = {
    "ML CO2 Impact": ml_co2_answers,
    "Green Algorithms": green_algorithms_answers,
    "GA4HPC": hpc_answers,
    "Cloud Carbon Footprint": ccf_answers,
    "CCF coefficients": ccf_coefficient_answers,
    "GSF Impact Framework": impact_framework_answers,
    "LLMCarbon (MLCarbon)": llmcarbon_answers,
    "EcoLogits": ecologits_answers,
}
EXACT = {"ML CO2 Impact"}


def rows(path: Path = CASES) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def complaint(row: Row) -> str | None:
    """What differs in a row of a methodology that we have; None where nothing does."""
    answers = PEERS[row["peer"]](json.loads(row["inputs_json"]), row)
    ours, theirs = answers.get(row["output_name"]), row["output_value"]
    if agree(ours, theirs, exactly=row["peer"] in EXACT):
        return None
    return f"{row['peer']}, {row['case']}, {row['output_name']}: {ours!r}, expected {theirs}"


def agree(ours: Any, theirs: str, *, exactly: bool) -> bool:
    try:
        number = float(theirs)
    except ValueError:
        return bool(ours == theirs)
    if isinstance(ours, str) or ours is None:
        return False
    return bool(ours == number if exactly else isclose(ours, number, rel_tol=RELATIVE_TOLERANCE))


def main() -> int:
    path = Path(sys.argv[1]) if sys.argv[1:] else CASES
    counts: Counter[str] = Counter()
    found = []
    for row in rows(path):
        counts[row["peer"]] += 1
        if row["peer"] in PEERS and (said := complaint(row)):
            found.append(said)
    for peer, count in counts.items():
        print(f"{peer:24} {count:4} answers{'' if peer in PEERS else ', not among ours'}")
    print("\n".join(found) or "all reproduced")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
