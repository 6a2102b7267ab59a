"""Accelerators by any common spelling."""

import pytest

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError
from wattprint.factors.accelerators import AcceleratorTable, accelerators

CERTAIN = {
    "NVIDIA V100 SXM2 16GB": ["Tesla V100-SXM2-16GB", "V100 SXM2", "V100 SXM2 16 GB"],
    "NVIDIA V100 SXM2 32GB": ["Tesla V100-SXM2-32GB", "v100 sxm2 32g", "NVIDIA V100-SXM2-32GB"],
    "NVIDIA V100 PCIe 16GB": ["Tesla V100-PCIE-16GB"],
    "NVIDIA V100 PCIe 32GB": ["Tesla V100-PCIE-32GB", "V100 PCI-E 32GB"],
    "NVIDIA V100S PCIe 32GB": ["Tesla V100S-PCIE-32GB", "V100S"],
    "NVIDIA A100 SXM4 40GB": ["A100 SXM4 40GB", "NVIDIA A100-SXM4-40GB", "A100-SXM-40GB"],
    "NVIDIA A100 SXM4 80GB": ["NVIDIA A100-SXM4-80GB", "A100 80GB SXM4", "a100 sxm 80 gb"],
    "NVIDIA A100 PCIe 40GB": ["NVIDIA A100-PCIE-40GB", "A100 PCIe 40GB"],
    "NVIDIA A100 PCIe 80GB": ["NVIDIA A100 80GB PCIe", "a100-pcie-80gb"],
    "NVIDIA H100 SXM5 80GB": ["NVIDIA H100 80GB HBM3", "H100 SXM5", "H100 SXM", "h100-sxm5-80gb"],
    "NVIDIA H100 PCIe 80GB": ["NVIDIA H100 PCIe", "H100-PCIE-80GB"],
    "NVIDIA H100 NVL 94GB": ["NVIDIA H100 NVL"],
    "NVIDIA P100 PCIe 16GB": ["Tesla P100-PCIE-16GB"],
    "NVIDIA P100 SXM2 16GB": ["Tesla P100-SXM2-16GB", "P100 SXM2"],
    "NVIDIA K80": ["Tesla K80", "k80", "NVIDIA Tesla K80 accelerator"],
    "NVIDIA K40": ["Tesla K40m"],
    "NVIDIA T4": ["Tesla T4", "T4", "nvidia-tesla-t4"],
    "NVIDIA L4": ["NVIDIA L4"],
    "NVIDIA L40S": ["L40S", "nvidia l40s"],
    "NVIDIA A10G": ["NVIDIA A10G"],
    "NVIDIA GeForce RTX 2080 Ti": ["RTX 2080 Ti", "GeForce RTX 2080 Ti", "2080Ti", "rtx2080ti"],
    "NVIDIA GeForce RTX 3090": ["NVIDIA GeForce RTX 3090", "rtx3090", "RTX-3090", "3090"],
    "NVIDIA GeForce RTX 3090 Ti": ["GeForce RTX 3090 Ti"],
    "NVIDIA GeForce RTX 4090": ["NVIDIA GeForce RTX 4090", "4090"],
    "NVIDIA GeForce RTX 4090 Laptop GPU": ["NVIDIA GeForce RTX 4090 Laptop GPU", "RTX 4090 Mobile"],
    "NVIDIA GeForce GTX 1080 Ti": ["GeForce GTX 1080 Ti", "gtx1080ti", "1080 Ti"],
    "NVIDIA GeForce GTX 1080": ["GTX 1080"],
    "NVIDIA GeForce GTX TITAN X": ["GeForce GTX TITAN X"],
    "NVIDIA TITAN X (Pascal)": ["NVIDIA TITAN X (Pascal)"],
    "NVIDIA TITAN Xp": ["TITAN Xp"],
    "NVIDIA TITAN RTX": ["TITAN RTX", "NVIDIA TITAN RTX"],
    "NVIDIA Quadro RTX 6000": ["Quadro RTX 6000"],
    "NVIDIA RTX A6000": ["NVIDIA RTX A6000", "A6000"],
    "NVIDIA RTX 6000 Ada Generation": ["NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"],
    "AMD Instinct MI300X": ["MI300X", "AMD Instinct MI300X"],
    "AMD Instinct MI250X": ["AMD Instinct MI250X", "mi250x"],
    "AMD Radeon RX 7900 XTX": ["Radeon RX 7900 XTX", "RX 7900XTX"],
    "Google TPU v3": ["TPU v3", "TPUv3", "Google TPU v3 chip"],
    "Google TPU v4": ["tpu-v4"],
    "Intel Gaudi 2": ["Gaudi2", "Intel Gaudi 2"],
    "Graphcore IPU Mk2": ["GC200"],
}
"""Part, and spellings that can be no part of another power."""

ASSUMED = {
    "NVIDIA V100 SXM2 16GB": ["V100", "Tesla V100", "nvidia-tesla-v100"],
    "NVIDIA V100 SXM2 32GB": ["V100 32GB"],
    "NVIDIA A100 SXM4 40GB": ["A100", "NVIDIA A100", "A100-40"],
    "NVIDIA A100 SXM4 80GB": ["a100-80g", "nvidia-a100-80gb"],
    "NVIDIA H100 SXM5 80GB": ["H100", "H100-80GB"],
    "NVIDIA P100 PCIe 16GB": ["P100"],
}
"""Part, and spellings that another part of another power carries too."""


def spellings(table):
    pairs = [(spelling, part) for part, those in table.items() for spelling in those]
    return pytest.mark.parametrize(("spelling", "part"), pairs)


@spellings(CERTAIN)
def test_a_spelling_that_fits_one_power_is_certain(spelling, part):
    match = accelerators().find(spelling)
    assert match.accelerator.name == part
    assert not match.is_assumed


@spellings(ASSUMED)
def test_a_spelling_that_fits_several_powers_is_assumed(spelling, part):
    match = accelerators().find(spelling)
    assert match.accelerator.name == part
    assert match.is_assumed


def test_these_spellings_are_more_than_sixty():
    assert sum(map(len, CERTAIN.values())) + sum(map(len, ASSUMED.values())) >= 60


def test_a_bare_family_lists_the_other_parts_with_their_watts():
    match = accelerators().find("A100")
    labels = [candidate.label for candidate in match.candidates]
    assert match.accelerator.label == "NVIDIA A100 SXM4 40GB (400 W)"
    assert "NVIDIA A100 PCIe 40GB (250 W)" in labels
    assert "NVIDIA A100 PCIe 80GB (300 W)" in labels
    assert "NVIDIA A100 SXM4 64GB (power not published)" in labels
    assert match.accelerator not in match.candidates


@pytest.mark.parametrize("entry", accelerators().entries, ids=lambda entry: entry.name)
def test_every_name_and_alias_stands_for_its_own_row(entry):
    table = accelerators()
    found = {
        spelling: table.find(spelling).accelerator for spelling in (entry.name, *entry.aliases)
    }
    assert found == dict.fromkeys(found, entry)
    # A full name is certain, however much the family has in common.
    assert not table.find(entry.name).candidates


def test_every_family_has_one_default_that_a_name_of_it_stands_for():
    entries = accelerators().entries
    defaults = [entry.family for entry in entries if entry.is_family_default]
    assert sorted(defaults) == sorted({entry.family for entry in entries})


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("A1000", "A100", id="one digit too many"),
        pytest.param("HL-225", "Gaudi2 HL-225H", id="a letter short"),
        pytest.param("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "NVIDIA A100 SXM4 40GB", id="a slice"),
        pytest.param("RTX 3099", "RTX 3090", id="a digit off"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name, nearest):
    with pytest.raises(
        UnknownNameError, match=r"accelerator .* is unknown; .*--power-w"
    ) as refused:
        accelerators().find(name)
    assert nearest in refused.value.nearest


@pytest.mark.parametrize("name", ["", "   ", "GPU", "NVIDIA", "RTX", "🙂"], ids=repr)
def test_what_names_no_part_at_all_is_refused(name):
    with pytest.raises(UnknownNameError, match="is unknown"):
        accelerators().find(name)


def row(name, family, aliases="", default="1", tdp_w="300", **more):
    return {
        "name": name,
        "family": family,
        "family_default": default,
        "aliases": aliases,
        "vendor": "nvidia",
        "kind": "gpu",
        "tdp_w": tdp_w,
        "tdp_note": "",
        "memory_gb": "",
        "memory_type": "",
        "source": "vendor_datasheet",
        "year": "2024",
        "verified": "no",
        "segment": "datacentre",
        "process_nm": "7",
        "die_mm2": "",
        **more,
    }


SUPERCHIP = row("NVIDIA S200", "S200", tdp_w="2700")
ITS_GPU = row("NVIDIA S200 GPU", "S200 GPU", tdp_w="1200")
"""'GPU' tells nothing of most names, so that both of these are the word 's200'."""


@pytest.mark.parametrize("rows", [(SUPERCHIP, ITS_GPU), (ITS_GPU, SUPERCHIP)], ids=["a", "b"])
def test_a_spelling_that_two_parts_share_is_neither(rows):
    table = AcceleratorTable(rows)
    assert table.find("NVIDIA S200").accelerator.tdp_w == 2700
    assert table.find("nvidia s200 gpu").accelerator.tdp_w == 1200
    with pytest.raises(AmbiguousNameError, match="'s200' fits several families") as refused:
        table.find("S200")
    assert set(refused.value.nearest) == {"NVIDIA S200 (2700 W)", "NVIDIA S200 GPU (1200 W)"}


def test_no_two_parts_of_the_shipped_table_share_a_name():
    names = [entry.name.casefold() for entry in accelerators().entries]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("S200", "NVIDIA S200 SXM 40GB", id="the default of its family"),
        pytest.param("S200 40GB", "NVIDIA S200 SXM 40GB", id="the default where it fits"),
        pytest.param("S200 80GB", "NVIDIA S200 SXM 80GB", id="else the one least unlike it"),
        pytest.param("S200 PCIe", "NVIDIA S200 PCIe 80GB", id="the only one that fits"),
        pytest.param("S200 80", "NVIDIA S200 SXM 80GB", id="a size without its unit"),
    ],
)
def test_part_of_a_name_stands_for_the_variant_closest_to_the_default(text, name):
    table = AcceleratorTable(
        [
            row("NVIDIA S200 PCIe 80GB", "S200", default="0", tdp_w="300", memory_gb="80"),
            row("NVIDIA S200 SXM 80GB", "S200", default="0", tdp_w="400", memory_gb="80"),
            row("NVIDIA S200 SXM 40GB", "S200", tdp_w="400", memory_gb="40"),
        ]
    )
    assert table.find(text).accelerator.name == name


@pytest.mark.parametrize(
    ("others", "is_assumed"),
    [
        pytest.param(["300"], False, id="another variant of the same power"),
        pytest.param(["350"], True, id="one of another power"),
        pytest.param([""], False, id="one whose power is not published"),
        pytest.param(["", "350"], True, id="both"),
        pytest.param([], False, id="none"),
    ],
)
def test_a_family_is_assumed_only_where_the_power_is_in_doubt(others, is_assumed):
    variants = [
        row(f"NVIDIA S200 {i}TB", "S200", default="0", tdp_w=watts)
        for i, watts in enumerate(others)
    ]
    table = AcceleratorTable([row("NVIDIA S200 9TB", "S200"), *variants])
    assert table.find("S200").is_assumed is is_assumed
