"""Which tool wrote a file, and which words of hardware and places mean what."""

import pytest

from importers.sources import SOURCES
from wattprint.domain.errors import InputError
from wattprint.domain.imported import KINDS as KNOWN
from wattprint.importers.hardware_words import hardware_in
from wattprint.importers.kinds import KINDS, kind_of
from wattprint.importers.places import zone_in, zone_of


def test_every_kind_of_the_format_has_a_parser():
    assert {kind.kind for kind in KINDS} == set(KNOWN) == set(SOURCES)


@pytest.mark.parametrize("kind", SOURCES)
def test_a_file_is_known_by_what_is_in_it(kind):
    _, text = SOURCES[kind]
    assert kind_of("file", text).kind == kind


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ("JobID|State|Elapsed\n1|COMPLETED|1", "a cluster's job log"),
        ("UID|User|JobIDRaw|State\n", "a cluster's job log"),
        ("job_id,user,partition\n", "a cluster's job log"),
        ("01/31/2026 18:00:00;E;12.server;user=x", "a PBS accounting log"),
        ('{"apiVersion": "batch/v1", "kind": "JobList"}', "a list of Kubernetes objects"),
        ('{"status":"success","data":{"resultType":"matrix"}}', "a Prometheus answer"),
        ("; Version: 2.2\n", "a log in the Standard Workload Format"),
        ("bill/PayerAccountId,lineItem/UsageType\n", "a cloud bill"),
    ],
)
def test_a_log_of_a_cluster_is_sent_to_the_command_that_reads_it(head, label):
    with pytest.raises(InputError, match=f"{label}; `wattprint account` reads it"):
        kind_of("log", head)


def test_a_file_of_no_kind_is_refused_with_the_kinds():
    with pytest.raises(InputError, match=r"'notes.txt' is of no kind .* CodeCarbon"):
        kind_of("notes.txt", "dear diary")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        ("../../.git/annex/objects/x/y/MD5E-s9--0.csv/MD5E-s9--0.csv", "git annex get"),
    ],
)
def test_a_pointer_is_refused_with_the_command_that_fetches_the_file(head, said):
    with pytest.raises(InputError, match=f"'emissions.csv' is a pointer of .*{said}"):
        kind_of("emissions.csv", head)


def test_a_markdown_file_is_a_card_whose_emissions_are_looked_for():
    assert kind_of("README.md", "# A model\n\nNo metadata.\n").kind == "model-card"


@pytest.mark.parametrize(
    ("words", "name", "devices"),
    [
        ("8x NVIDIA A100", "NVIDIA A100 SXM4 40GB", 8),
        ("384 A100 80GB GPUs", "NVIDIA A100 SXM4 80GB", 384),
        ("1 v100 GPU", "NVIDIA V100 SXM2 16GB", 1),
        ("NVIDIA A100 (40GB) x4", "NVIDIA A100 SXM4 40GB", 4),
        ("2080 Ti", "NVIDIA GeForce RTX 2080 Ti", None),
        ("RTX 8000", "NVIDIA Quadro RTX 8000", None),
        ("TPU v3-8", "Google TPU v3", 4),
        ("A100 PCIe 40/80GB", "NVIDIA A100 PCIe 40GB", None),
        ("1 - T4 GPU", "NVIDIA T4", 1),
        (
            "4 x Intel Core i7-9750H (CPU), 2 x NVIDIA GeForce GTX 1650 (GPU)",
            "NVIDIA GeForce GTX 1650",
            2,
        ),
        ("AMD EPYC 7763 + 4x NVIDIA A100", "NVIDIA A100 SXM4 40GB", 4),
        ("GPU (NVIDIA Tesla K80 GPU)", "NVIDIA K80", None),
        ("2 x NVIDIA A100 and 4 x NVIDIA V100", None, 2),
    ],
)
def test_accelerators_are_counted_as_people_write_them(words, name, devices):
    found = hardware_in(words)
    assert (found.accelerator, found.devices) == (name, devices)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("T4 GPU,12 hours", 12.0),
        ("P100 for about 1.5 hours", 1.5),
        ("Tesla T4, 2 days", 48.0),
        ("NVIDIA A100 80GB", None),
    ],
)
def test_words_of_hardware_may_say_for_how_long_it_worked(words, hours):
    found = hardware_in(words)
    assert found.accelerator is not None
    assert found.hours == hours


@pytest.mark.parametrize(
    ("words", "devices", "hours"),
    [
        ("V100, 1,200 hours", None, 1200.0),
        ("A100 1,5 hours", None, 1.5),
        ("8 A100 for 1,024 hours", 8, 1024.0),
        ("V100, 1,5 days", None, 36.0),  # 1.5 x 24
        ("A100 for 1_200.5 hours", None, 1200.5),
        ("8 x A100 for 1.500,5 hours", 8, None),  # may be 1,500.5: unreadable, and so not said
        ("A100 for 1,2,3 hours", None, None),
    ],
)
def test_a_comma_within_a_number_of_hours_is_part_of_it(words, devices, hours):
    found = hardware_in(words)
    assert found.accelerator is not None
    assert (found.devices, found.hours) == (devices, hours)


def test_a_cpu_is_found_beside_other_words():
    found = hardware_in("8 CPUs and 0 GPUs, 16Gb ram, Cpu model: Intel(R) Core(TM) i7-10510U CPU")
    assert (found.cpu, found.accelerator) == ("Intel Core i7-10510U", None)


def test_a_number_before_a_cpu_counts_its_threads_and_is_left_out():
    found = hardware_in("12 CPU (i7-9750H CPU @ 2.60GHz)")
    assert (found.cpu, found.devices, found.accelerator) == ("Intel Core i7-9750H", None, None)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Orsay, France", "FR"),
        ("USA, Virginia", "US-VA"),
        ("East USA", "US"),
        ("Leiden, The Netherlands", "NL"),
        ("catalonia, Spain", "ES"),
        ("Barcelona", None),
        ("Georgia", None),
        ("in the cloud", None),
    ],
)
def test_a_place_in_words_is_its_country_or_a_state_of_it(words, zone):
    assert zone_in(words) == zone


def test_a_province_counts_within_its_country_alone():
    assert zone_of("CAN", "Ontario") == "CA-ON"
    assert zone_of("FRA", "Ontario") == "FR"
    assert zone_of("USA", "Georgia") == "US-GA"
    assert zone_of("Atlantis", "Ontario") is None
