"""CPUs by the kernel's model name."""

import pytest

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError
from wattprint.factors.cpus import CpuTable, cpus, known_cpu
from wattprint.factors.tables import shipped


@pytest.mark.parametrize(
    ("spelling", "name", "tdp_w", "threads"),
    [
        ("AMD EPYC 9654 96-Core Processor", "AMD EPYC 9654", 360, 192),
        ("EPYC 9654", "AMD EPYC 9654", 360, 192),
        ("epyc-9654", "AMD EPYC 9654", 360, 192),
        ("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "Intel Xeon Gold 6230", 125, 40),
        ("Xeon Gold 6230", "Intel Xeon Gold 6230", 125, 40),
        ("Intel(R) Xeon(R) Platinum 8480+", "Intel Xeon Platinum 8480+", 350, 112),
        ("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", "Intel Xeon E5-2620 v3", 85, 12),
        ("13th Gen Intel(R) Core(TM) i9-13900K", "Intel Core i9-13900K", 125, 32),
        ("AMD Ryzen 9 5950X 16-Core Processor", "AMD Ryzen 9 5950X", 105, 32),
    ],
)
def test_a_part_is_found_by_what_the_kernel_and_people_call_it(spelling, name, tdp_w, threads):
    for found in (cpus().find(spelling), known_cpu(spelling)):
        assert (found.name, found.tdp_w, found.threads) == (name, tdp_w, threads)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("AMD EPYC", id="a family"),
        pytest.param("Intel Xeon", id="a larger family"),
        pytest.param("Intel(R) Xeon(R) CPU @ 2.20GHz", id="what a cloud's guests are told"),
    ],
)
def test_a_name_that_fits_several_parts_is_refused_with_some_and_their_watts(name):
    with pytest.raises(AmbiguousNameError, match=r"CPU .* fits \d+ processors; .* more") as refused:
        cpus().find(name)
    assert len(refused.value.nearest) == 8
    assert all(label.endswith(" W)") for label in refused.value.nearest)
    assert known_cpu(name) is None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("AMD EPYC 9655X3D Turbo", "AMD EPYC", id="a part that there is none of"),
        pytest.param("Intel Xeon Gold 6230Z", "Intel Xeon Gold 6230", id="a letter too many"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name, nearest):
    with pytest.raises(
        UnknownNameError, match=r"CPU .* is unknown; expected the kernel"
    ) as refused:
        cpus().find(name)
    assert any(candidate.startswith(nearest) for candidate in refused.value.nearest)
    assert known_cpu(name) is None


@pytest.mark.parametrize("name", ["", "  ", "CPU @ 2.20GHz", "(R)"], ids=repr)
def test_what_names_no_part_at_all_is_refused(name):
    with pytest.raises(UnknownNameError, match="is unknown"):
        cpus().find(name)
    assert known_cpu(name) is None


def test_every_row_of_the_shipped_table_is_found_by_its_name_with_its_watts():
    strays = []
    for row in shipped().rows("cpus"):
        found = cpus().find(row["name"])
        if float(row["tdp_w"]) not in (found.tdp_w, *found.other_tdp_w):
            strays.append((row["name"], row["tdp_w"], found))
    assert strays == []


def row(name, tdp_w, source="vendor_datasheet", **more):
    return {
        "name": name,
        "aliases": "",
        "vendor": "intel",
        "tdp_w": str(tdp_w),
        "cores": "",
        "threads": "",
        "release_year": "",
        "source": source,
        "year": "2020",
        "verified": "no",
        **more,
    }


def test_where_sources_disagree_the_vendor_is_taken_and_the_others_are_kept():
    table = CpuTable(
        [
            row("Xeon Gold 9", 150, "codecarbon", threads="40"),
            row("Intel(R) Xeon(R) Gold 9 CPU", 125),
            row("XEON GOLD 9", 140, "green_algorithms_v3", cores="20"),
            row("Intel Xeon Gold 9", 125, "vendor_or_estimate"),
        ]
    )
    found = table.find("Xeon Gold 9")
    assert (found.tdp_w, found.source) == (125, "vendor_datasheet")
    assert found.other_tdp_w == (140, 150)
    # What the preferred source does not say, another may.
    assert (found.cores, found.threads) == (20, 40)
    assert len(table.entries) == 1


def test_a_whole_name_goes_before_names_that_only_begin_with_it():
    table = CpuTable([row("Xeon Gold 9", 125), row("Xeon Gold 9 R", 150)])
    assert table.find("xeon gold 9").tdp_w == 125
    with pytest.raises(AmbiguousNameError, match="fits 2 processors; expected the name of one\\."):
        table.find("xeon gold")


def test_an_alias_is_as_good_as_a_name():
    table = CpuTable([row("AMD EPYC 9", 200, aliases="EPYC Nine|Genoa 9")])
    assert table.find("genoa 9") == table.find("AMD EPYC 9")
