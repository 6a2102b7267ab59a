"""Named methodologies through the front door: footprints, refusals, and what is of no use."""

import pytest

import wattprint
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.estimator.methodologies.ecologits import request_steps
from wattprint.estimator.methodologies.front import estimate_by, job_of
from wattprint.estimator.methodologies.registry import known_methodology, methodologies
from wattprint.factors.tables import sources

P4D = {"accelerator": "A100 SXM4 40GB", "count": 8, "hours": 72, "region": "aws/us-east-1"}
NAMES = [name for name in methodologies() if name != "ecologits"]


def estimate(methodology, **inputs):
    return wattprint.estimate(methodology=methodology, **{**P4D, **inputs})


@pytest.mark.parametrize(
    ("methodology", "kilograms"),
    [
        # 735.35 W x 72 h x 0.37 kg: no power of a GPU.
        ("boavizta", 19.59),
        # (8 x 226.5 W + 96 x 2.305 W) x 72 h x 1.135 x 0.379069 kg.
        ("cloud-carbon-footprint", 62.986),
        # 8 x 400 W x 72 h = 230.4 kWh x 0.37 kg, rounded.
        ("ml-co2-impact", 85.25),
        # (8 x 300 W + 1152 GB x 0.3725 W) x 72 h x 1.2 x 0.42394 kg.
        ("green-algorithms", 103.626),
    ],
)
def test_the_published_figures_of_a_p4d_come_out(methodology, kilograms):
    located = estimate(methodology).emissions_kg.location_based
    assert located.value == pytest.approx(kilograms, rel=1e-4)


def test_cloud_carbon_footprint_adds_the_making_of_the_server():
    # 4676.79 kg x 72 h / 35,040 h, all 96 vCPUs.
    made = estimate("cloud-carbon-footprint").emissions_kg.embodied
    assert made.value == pytest.approx(9.609842, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_footprint_is_exact_cites_its_method_and_can_be_read_back(name):
    footprint = estimate(name)
    result = footprint.evidence[0]
    assert (result.quantity, result.source) == (
        "result_of_methodology",
        methodologies()[name].source,
    )
    assert methodologies()[name].citation in result.note
    assert footprint.emissions_kg.location_based.is_exact
    assert footprint.work["methodology"] == name
    assert Footprint.from_dict(footprint.as_dict()) == footprint


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_source_that_ships(name):
    for evidence in estimate(name, memory_gb=1152, pue=1.3).evidence:
        assert evidence.source in {*sources(), "user", ""}, evidence
        assert evidence.year is not None or evidence.method in (Method.GIVEN, Method.MISSING)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_method_leaves_out_is_missing_from_its_footprint(name):
    footprint = estimate(name)
    for component in methodologies()[name].leaves_out:
        assert footprint.coverage[component] is Method.MISSING, component


def test_without_a_place_there_is_energy_and_no_emissions():
    footprint = wattprint.estimate(
        accelerator="V100", hours=10, cpu="AMD EPYC 7742", methodology="codecarbon"
    )
    # 300 W and half of 225 W for 10 h.
    assert footprint.energy_kwh.it.value == pytest.approx(3.0 + 1.125, rel=1e-12)
    assert footprint.emissions_kg.location_based is None


def test_inputs_of_no_use_are_said():
    footprint = estimate("ml-co2-impact", pue=1.3, memory_gb=64, utilization=0.5)
    assert "given, and of no use to it: memory_gb, pue, utilization" in footprint.evidence[0].note
    assert "of no use" not in estimate("green-algorithms", pue=1.3).evidence[0].note


def test_repeats_are_hours():
    once, thrice = (
        estimate("green-algorithms", repeats=n).emissions_kg.location_based.value for n in (1, 3)
    )
    assert thrice == pytest.approx(3 * once, rel=1e-12)


def test_an_intensity_that_is_stated_is_taken_as_stated():
    # 230.4 kWh x 0.105 kg = 24.192 kg: as typed, the form does not round it.
    footprint = estimate("ml-co2-impact", intensity=105)
    assert footprint.emissions_kg.location_based.value == 24.19


def test_a_load_of_the_cpu_brings_codecarbon_s_cubic_law():
    # 225 W x (0.1 + 0.9 x 0.5^3) x 10 h.
    footprint = wattprint.estimate(
        cpu="AMD EPYC 7742", cpu_utilization=0.5, hours=10, zone="FR", methodology="codecarbon"
    )
    assert footprint.components_kwh.cpu.value == pytest.approx(2.25 * 0.2125, rel=1e-12)


def test_a_gpu_that_green_algorithms_lists_has_its_power_there_and_others_the_data_sheet_s():
    powers = {}
    for part in ("A100 PCIe 40GB", "A100 PCIe 80GB", "A100 SXM4 80GB", "H100 SXM5 80GB"):
        footprint = wattprint.estimate(
            accelerator=part, hours=1, zone="FR", methodology="green-algorithms"
        )
        powers[part] = footprint.components_kwh.accelerator.value * 1000
    # The list has 40 GB at 250 W and 80 GB at 300 W, and no SXM part.
    assert list(powers.values()) == pytest.approx([250, 300, 300, 700], rel=1e-12)


def test_an_instance_may_be_named_in_a_job():
    job = job_of({"instance": "aws/p4d.24xlarge", "hours": 72, "region": "aws/us-east-1"})
    assert (job.work.accelerator_count, job.memory_gb) == (8, 1152.0)
    figure = methodologies()["cloud-carbon-footprint"].apply(job)
    assert figure.terms.operational_kg == pytest.approx(62.986, rel=1e-4)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"methodology": "green-algoritms"},
            r"methodology is 'green-algoritms'; .*'green-algorithms'",
        ),
        ({"methodology": None}, r"methodology is None; expected one of"),
        ({"methodology": "ecologits"}, "ecologits accounts for requests to a language model"),
        (
            {"methodology": "cloud-carbon-footprint", "accelerator": "H100"},
            r"accelerator 'H100' is unknown to Cloud Carbon Footprint",
        ),
        (
            {"methodology": "cloud-carbon-footprint", "region": None, "zone": "FR"},
            "accounts for cloud instances, and no region is given",
        ),
        (
            {"methodology": "boavizta", "count": 3},
            "the server around the accelerators, and it is not known",
        ),
        (
            {"methodology": "ml-co2-impact", "energy_kwh": 5, "energy_at": "it"},
            "computes energy from hardware and hours",
        ),
        ({"methodology": "ml-co2-impact", "hours": -1}, "hours is -1"),
    ],
)
def test_a_job_that_a_method_cannot_account_for_is_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        wattprint.estimate(**{**P4D, **inputs})


REQUESTS = {"parameters_b": 70, "output_tokens": 1000, "requests": 1e6, "zone": "FR", "pue": 1.2}


def test_requests_under_ecologits_are_gpus_server_pue_and_making():
    footprint = estimate_by("ecologits", {**REQUESTS, "prompt_tokens": 50})
    # 4 GPUs x 8.0388e-5 kWh; 86.9 s of half a server of 1.2 kW over 64 requests: 2.2639e-4 kWh.
    steps = request_steps(70, 70, 1000)
    assert footprint.energy_kwh.accelerator.value == pytest.approx(1e6 * 4 * 8.03883e-5, rel=1e-5)
    assert footprint.energy_kwh.facility.value == pytest.approx(
        1e6 * steps.it_energy_kwh * 1.2, rel=1e-12
    )
    # France has 41.44 g/kWh there, and making is 86.9 s of 3942 kg over 3 years and 64 requests.
    located = footprint.emissions_kg.location_based.value
    assert located == pytest.approx(1e6 * steps.it_energy_kwh * 1.2 * 0.04144, rel=1e-12)
    made_kg = 1e6 * steps.generation_latency_s * 3942 / (94_608_000 * 64)
    assert footprint.emissions_kg.embodied.value == pytest.approx(made_kg, rel=1e-12)
    assert "of no use to it: prompt_tokens" in footprint.evidence[0].note


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pue": None}, "ecologits needs the PUE of the model's provider; expected a pue"),
        ({"output_tokens": -1}, "output_tokens is -1; expected"),
        ({"parameters_b": 0}, "parameters_b is 0; expected"),
        ({"zone": "Atlantis"}, "zone 'Atlantis' is unknown"),
    ],
)
def test_requests_that_cannot_be_accounted_for_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        estimate_by("ecologits", {**REQUESTS, **changed})


def test_a_region_s_requests_are_charged_at_its_country_and_without_a_place_at_nothing():
    region = estimate_by("ecologits", {**REQUESTS, "zone": None, "region": "aws/us-east-1"})
    assert region.evidence[4].amount.value == pytest.approx(384.4, rel=1e-12)
    bare = estimate_by("ecologits", {**REQUESTS, "zone": None})
    assert bare.emissions_kg.location_based is None


def test_our_own_method_is_a_name_too():
    assert known_methodology("wattprint") == "wattprint"
    assert wattprint.estimate(**P4D, methodology="wattprint") == wattprint.estimate(**P4D)
