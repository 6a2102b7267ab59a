"""What the machines of a partition are taken for, and that nothing of it goes unsaid."""

import pytest

from wattprint.accounting.factors_table import factored
from wattprint.accounting.machine import Machine
from wattprint.accounting.machine_shape import Seen
from wattprint.accounting.naming import UNKNOWN_ACCELERATOR, known_name
from wattprint.accounting.reference import Job, job_footprint
from wattprint.accounting.site import site_of
from wattprint.domain.evidence import BY_USER, Method
from wattprint.domain.jobs import Kind
from wattprint.factors.accelerators import accelerators
from wattprint.factors.tables import sources


def machine(said=None, spellings=None, **seen):
    return Machine(said or {}, Seen(**seen), spellings)


@pytest.mark.parametrize(
    ("said", "seen", "host"),
    [
        ({}, {}, "2-socket-server"),
        ({}, {"accelerators_per_node": 2}, "2-socket-server"),
        ({}, {"accelerators_per_node": 4}, "8-accelerator-server"),
        ({"accelerators_per_node": 8}, {"accelerators_per_node": 1}, "8-accelerator-server"),
        ({"host": "workstation"}, {"accelerators_per_node": 8}, "workstation"),
        ({}, {"instance": "aws/p4d.24xlarge"}, "8-accelerator-server"),
        ({}, {"instance": "aws/no-such.large"}, "cloud-vm"),
    ],
)
def test_the_class_of_a_machine_follows_from_what_is_known(said, seen, host):
    assert machine(said, **seen).host_class == host


@pytest.mark.parametrize(
    ("said", "logged", "name"),
    [
        pytest.param(None, "a100", "NVIDIA A100 SXM4 40GB", id="the family's usual part"),
        pytest.param(None, "nvidia_a100-sxm4-80gb", "NVIDIA A100 SXM4 80GB", id="as Slurm has it"),
        pytest.param("A100 SXM4 80GB", "a100", "NVIDIA A100 SXM4 80GB", id="the site says more"),
        pytest.param("A100 SXM4 80GB", "h100", "NVIDIA H100 SXM5 80GB", id="the log is right"),
        pytest.param(
            "A100 SXM4 80GB", "gpu_type_7", "NVIDIA A100 SXM4 80GB", id="a word of theirs"
        ),
        pytest.param("A100 SXM4 80GB", "", "NVIDIA A100 SXM4 80GB", id="nothing logged"),
        pytest.param(None, "gpu_type_7", UNKNOWN_ACCELERATOR.name, id="nobody says"),
        pytest.param(None, "a100_3g.20gb", "NVIDIA A100 SXM4 40GB", id="a part of one"),
    ],
)
def test_an_accelerator_is_named_by_the_site_and_corrected_by_the_log(said, logged, name):
    found = machine({"accelerator": said} if said else {}, accelerator=logged)
    assert found.accelerator.name.startswith(name)


@pytest.mark.parametrize(
    ("logged", "name"),
    [
        ("a100_3g.20gb", "a100"),
        ("nvidia_a100_1g.5gb", "nvidia_a100"),
        ("h100_mig-1g.10gb", "h100"),
        ("nvidia_a100_80gb_pcie_2g.20gb", "nvidia_a100_80gb_pcie"),
        ("1g.5gb", None),
        ("", None),
        ("shard", None),
    ],
)
def test_a_part_of_an_accelerator_has_the_name_of_the_whole(logged, name):
    assert known_name(logged) == name


def test_a_spelling_of_the_site_goes_before_all():
    found = machine({"accelerator": "A100"}, {"big": "NVIDIA H100 SXM5 80GB"}, accelerator="big")
    assert found.accelerator.family == "H100"


def test_a_contradiction_is_said_in_the_evidence():
    site = site_of({"accelerator": "A100 SXM4 80GB"})
    found = factored(Kind(1, accelerator="h100", most_gpus_per_node=4), 2024, site)
    naming = next(row for row in found.evidence if row.quantity == "accelerator")
    assert "the site says 'A100 SXM4 80GB', the log 'h100': the log's" in naming.note
    assert found.accelerator.startswith("NVIDIA H100")


def test_a_name_that_nobody_knows_is_said_to_be_missing():
    found = factored(Kind(1, accelerator="xyz", most_gpus_per_node=1), 2024, site_of({}))
    naming = next(row for row in found.evidence if row.quantity == "accelerator")
    assert (naming.method, naming.amount) == (Method.MISSING, None)
    assert "the log calls it 'xyz'" in naming.note


def test_the_log_of_an_accelerator_without_published_power_ends_nothing():
    part = next(part for part in accelerators().entries if part.tdp_w is None)
    found = factored(Kind(1, accelerator=part.name, most_gpus_per_node=1), 2024, site_of({}))
    # The convention for what is not published: 300 W.
    assert found.coefficients.accelerator_w.value == 300
    assert found.accelerator == part.name
    assert "accelerator_tdp" in [row.quantity for row in found.evidence]


def test_every_accelerator_and_every_instance_gives_factors():
    from wattprint.factors.instances import instances

    for part in accelerators().entries:
        kind = Kind(1, accelerator=part.name, most_gpus_per_node=1)
        assert factored(kind, 2024, site_of({})).coefficients.accelerator_w.value > 0, part.name
    for instance in instances().entries:
        found = factored(Kind(1, instance=instance.name), 2024, site_of({})).coefficients
        assert found.accelerators_of_machine == instance.accelerator_count, instance.name


def test_a_utilization_of_the_site_holds_for_accelerators_nobody_names():
    # 300 W by convention, half of it.
    assert machine({"utilization": 0.5}, accelerators_per_node=1).accelerator_w.value == 150


def test_a_described_cpu_shares_its_power_over_the_cpus_of_the_log():
    # Two EPYC 7742 of 225 W over 256 threads, or over 128 cores where the log counts these.
    of_threads = machine({"cpu": "AMD EPYC 7742"})
    assert (of_threads.cpus_per_node, of_threads.threads_per_core) == (256, 2)
    assert of_threads.cpu_w.value == pytest.approx(450 / 256)
    of_cores = machine({"cpu": "AMD EPYC 7742", "threads_per_core": 1})
    assert (of_cores.cpus_per_node, of_cores.threads_per_core) == (128, 1)
    assert of_cores.cpu_w.value == pytest.approx(450 / 128)
    by_count = machine({"cpu": "AMD EPYC 7742", "cpus_per_node": 128})
    assert by_count.threads_per_core == 1


def test_a_core_of_a_cpu_nobody_describes_draws_what_its_threads_do():
    # 4.2 W a thread by convention, two threads a core.
    assert machine({}).cpu_w.value == pytest.approx(4.2)
    assert machine({"threads_per_core": 1}).cpu_w.value == pytest.approx(8.4)


def test_half_a_server_of_accelerators_has_half_of_its_static_power():
    # 1,300 W over 8: 162.5 W each, whether there are 8 in a node or 4; over its 128 CPUs the half.
    for per_node in (4, 8):
        found = factored(Kind(1, most_gpus_per_node=per_node), 2024, site_of({})).coefficients
        assert found.static_w_per_accelerator == 162.5
        assert found.static_w_per_cpu == pytest.approx(1300 * per_node / 8 / 128)


def whole_of(name, cpus):
    """Return the energy of a cloud machine's hour, counted in the log by its CPUs or not at all."""
    of = factored(Kind(1, instance=name, most_cpus_per_node=cpus or 1), 2024, site_of({}))
    return job_footprint(Job(3600, cpus=cpus), of.coefficients)


def test_every_vcpu_of_a_cloud_has_its_own_static_power_and_making():
    # 0.8 W a vCPU by the class, whether one or eight are there.
    one, eight = whole_of("aws/unknown.large", 1.0), whole_of("aws/unknown.large", 8.0)
    assert eight.parts_kwh["static"].value == pytest.approx(8 * 0.8 / 1000)
    assert eight.parts_kwh["static"].value == pytest.approx(8 * one.parts_kwh["static"].value)
    assert eight.embodied_g.value == pytest.approx(8 * one.embodied_g.value)


def test_a_cpu_said_of_a_cloud_is_shared_by_its_threads_and_not_by_those_of_the_instance():
    found = machine({"cpu": "AMD EPYC 7742"}, instance="aws/unknown.large", cpus_per_node=4)
    assert found.cpu_w.value == pytest.approx(225 / 128)


def test_a_site_that_wants_no_machine_around_the_chips_is_told_what_is_missing():
    found = factored(Kind(1, most_gpus_per_node=8), 2024, site_of({"host": "none"}))
    missing = {row.quantity for row in found.evidence if row.method is Method.MISSING}
    assert {"static_power", "supply_efficiency", "host_embodied"} <= missing
    assert found.coefficients.static_w_per_accelerator == 0


@pytest.mark.parametrize(
    "kind",
    [
        Kind(1),
        Kind(1, accelerator="a100", most_gpus_per_node=8),
        Kind(1, accelerator="xyz", most_gpus_per_node=1),
        Kind(1, instance="aws/p4d.24xlarge", region="aws/us-east-1"),
    ],
)
def test_every_figure_has_a_source_or_is_said_to_be_missing(kind):
    site = site_of({"zone": "DE", "cpu": "AMD EPYC 7742", "lifetime_years": 5})
    for row in factored(kind, 2024, site).evidence:
        known = row.source == BY_USER or row.source in sources()
        assert known or row.method is Method.MISSING, row


def test_a_region_that_the_tables_do_not_have_leaves_energy_and_says_so():
    found = factored(Kind(1, region="aws/mars-1"), 2024, site_of({}))
    assert found.coefficients.location_g_per_kwh is None
    assert any("'aws/mars-1'" in row.note for row in found.evidence)


def test_the_region_of_the_log_is_the_place_where_the_site_says_none():
    of_log = factored(Kind(1, region="aws/us-east-1"), 2024, site_of({"pue": 1.2}))
    of_site = factored(Kind(1, region="aws/us-east-1"), 2024, site_of({"intensity": 7}))
    assert of_log.coefficients.location_g_per_kwh.value > 100
    assert of_site.coefficients.location_g_per_kwh.value == 7
