"""What the other tools answered is reproduced, and rows of theirs that nobody has seen yet."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT.parent / "shared/cases/peers/peer_cases.csv"
TOOL = runpy.run_path(str(ROOT / "tools/peer_cases.py"), run_name="peer_cases")


def answers(peer, case="a case", version="1", **inputs):
    row = {"case": case, "version_or_commit": version, "inputs_json": json.dumps(inputs)}
    return TOOL["PEERS"][peer](inputs, row)


def test_every_answer_of_our_peers_is_reproduced():
    if not CASES.exists():
        pytest.skip(f"answers of other tools are kept beside the checkout: no {CASES}")
    rows = [row for row in TOOL["rows"](CASES) if row["peer"] in TOOL["PEERS"]]
    assert len(rows) > 200
    assert [said for row in rows if (said := TOOL["complaint"](row))] == []


@pytest.mark.parametrize(
    ("ours", "theirs", "exactly", "expected"),
    [
        (1.0000009, "1.0", False, True),
        (1.0000011, "1.0", False, False),
        (1.0000009, "1.0", True, False),
        ("3.83 x", "3.83 x", True, True),
        ("3.83 x", "3.84 x", False, False),
        (None, "0", False, False),
        ("1", "1", False, False),
        (0.0, "0", False, True),
    ],
)
def test_answers_agree_within_a_millionth_or_exactly(ours, theirs, exactly, expected):
    assert TOOL["agree"](ours, theirs, exactly=exactly) is expected


def test_the_offset_of_a_region_is_what_its_provider_claimed():
    # 300 W x 100 h = 30 kWh x 0.30 = 9 kg; claimed: all of Google's, Oregon of Amazon's.
    job = {"gpu_watt": 300, "hours": 100, "ci_g_per_kwh": 297, "gpu": "V100"}
    offsets = [
        answers("ML CO2 Impact", provider=provider, region=region, **job)["offset"]
        for provider, region in (("gcp", "us-west1"), ("aws", "us-west-2"), ("aws", "us-east-1"))
    ]
    assert offsets == [9.0, 9.0, 0.0]


def test_the_form_of_green_algorithms_fills_in_what_it_is_not_told():
    # Its first screen: 12 cores of 7.5 W and 64 GB for 12 h: (90 + 23.84) W x 1.56 x 12 h.
    told = {"resolved_CI": 475.0, "resolved_PUE": 1.56, "resolved_tdpCPU": 7.5}
    found = answers("Green Algorithms", **told)
    assert found["energy_needed"] == pytest.approx(2.1310848, rel=1e-9)
    assert found["carbonEmissions"] == pytest.approx(1012.26528, rel=1e-9)


def test_the_listed_making_of_a_server_is_taken_apart_again():
    # FORMULAS of the p4d: 1,576.79 of memory, 100 of a CPU, 1,200 of GPUs, 800 of drives.
    parts = answers("CCF coefficients", instance="p4d.24xlarge")
    named = ("total", "additional_memory", "additional_cpus", "additional_gpus")
    assert [parts[name] for name in named] == [4676.79, 1576.79, 100.0, 1200.0]
    assert parts["additional_storage"] == 800.0


def test_a_graviton_server_has_one_cpu():
    # 1022.21 = 1000 + (32 - 16) GB x 533/384.
    parts = answers("CCF coefficients", instance="a1.large")
    assert (parts["additional_cpus"], parts["additional_memory"]) == (0.0, 22.21)


def test_a_range_of_parameters_gives_a_range_and_a_single_one_does_not():
    given = {
        "version": "ecologits 0.11.3",
        "output_tokens": 100,
        "request_latency_s": 5.0,
        "pue": 1.2,
        "wue": 0.5,
        **{f"if_electricity_mix_{name}": 1.0 for name in ("gwp", "adpe", "pe", "wue")},
    }
    wide = answers(
        "EcoLogits", active_params_b=[10, 20], total_params_b={"min": 30, "max": 60}, **given
    )
    assert wide["energy.min"] < wide["energy.max"]
    single = answers("EcoLogits", active_params_b=10, total_params_b=30, **given)
    assert single["energy.min"] == single["energy.max"] == single["energy"] == wide["energy.min"]


def test_the_same_request_has_another_number_in_another_release():
    # 0.9.1 has 164 kg a GPU where 0.11.3 has 273: 1 GPU and an eighth of a server of 5700 kg.
    request = {"provider": "huggingface_hub", "model": "mistralai/Mistral-7B-Instruct-v0.3"}
    request |= {"output_tokens": 100, "request_latency_s": 1.0, "zone": "FRA"}
    new = answers("EcoLogits", version="ecologits 0.11.3", **request)
    old = answers("EcoLogits", version="ecologits 0.9.1", **request)
    assert new["embodied.gwp"] / old["embodied.gwp"] == pytest.approx(
        (273 + 5700 / 8) / (164 + 5700 / 8), rel=1e-12
    )
    assert new["energy.max"] == pytest.approx(old["energy.max"], rel=1e-12)
    assert old["wcf.max"] > new["wcf.max"]


def test_a_pipeline_s_functional_unit_is_whatever_is_no_parameter():
    # 5.02 g for 100 users.
    assert answers("GSF Impact Framework", carbon=5.02, users=100)["sci"] == pytest.approx(0.0502)
