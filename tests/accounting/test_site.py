"""What a description of a site says, at which level, and what it may not say."""

import pytest

from wattprint.accounting.site import MACHINE_KEYS, PLACE_KEYS, Site, read_site, site_of
from wattprint.domain.errors import InputError, UnknownNameError

SAID = {
    "accelerator": "NVIDIA A100 SXM4 80GB",
    "accelerators_per_node": 8,
    "accelerator_power_w": 300.0,
    "utilization": 0.7,
    "cpu": "AMD EPYC 7742",
    "cpu_count": 2,
    "cpus_per_node": 256,
    "threads_per_core": 2,
    "memory_gb_per_node": 512.5,
    "memory_type": "ddr4",
    "host": "2-socket-server",
    "static_w": 90,
    "supply_efficiency": 0.94,
    "metered": "cpus",
    "lifetime_years": 5,
    "lifetime_use": 0.8,
    "zone": "DE",
    "region": "aws/eu-central-1",
    "intensity": 30.5,
    "pue": 1.2,
    "wue": 0.3,
    "basis": "direct",
    "grid_source": "ember",
    "market_intensity": 0,
    "contract": ["60%@0"],
    "residual_mix": 500,
    "grid_water": 2.0,
    "water_kind": "withdrawal",
}
LEVELS = {
    "site": lambda said: said,
    "cluster": lambda said: {"clusters": {"c": said}},
    "partition": lambda said: {"partitions": {"p": said}},
    "partition of the cluster": lambda said: {"clusters": {"c": {"partitions": {"p": said}}}},
}


def test_every_key_is_tried_here():
    assert set(SAID) == {*MACHINE_KEYS, *PLACE_KEYS}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("key", SAID)
def test_every_key_is_taken_at_every_level(key, level):
    site = site_of(LEVELS[level]({key: SAID[key]}))
    assert site.of("c", "p") == {key: SAID[key]}


def test_what_is_said_closest_goes_first():
    levels = {
        "static_w": 1,
        "partitions": {"p": {"static_w": 3}},
        "clusters": {"c": {"static_w": 2, "partitions": {"p": {"static_w": 4}}}},
    }
    site = site_of(levels)
    asked = [("x", "x"), ("c", "x"), ("x", "p"), ("c", "p")]
    assert [site.of(*of)["static_w"] for of in asked] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("farther", "closer", "left"),
    [
        ({"zone": "DE", "pue": 1.2}, {"region": "aws/us-east-1"}, {"pue": 1.2}),
        ({"region": "aws/us-east-1"}, {"zone": "DE"}, {}),
        # The basis chooses among intensities of a zone, and an intensity is one.
        ({"zone": "DE", "basis": "direct"}, {"intensity": 20}, {}),
        ({"zone": "DE", "basis": "direct"}, {"zone": "FR"}, {"basis": "direct"}),
        ({"contract": ["60%@0"], "residual_mix": 500}, {"market_intensity": 20}, {}),
    ],
)
def test_a_closer_place_replaces_the_farther_whole(farther, closer, left):
    site = site_of({**farther, "partitions": {"p": closer}})
    assert site.of("", "p") == {**left, **closer}
    assert site_of(farther).with_place(**closer).of("", "p") == {**left, **closer}


def test_what_is_said_now_of_the_place_goes_before_all_levels():
    site = site_of(
        {
            "zone": "DE",
            "pue": 1.2,
            "clusters": {"c": {"zone": "FR", "partitions": {"p": {"region": "aws/us-east-1"}}}},
            "partitions": {"p": {"pue": 1.4}},
        }
    ).with_place(zone="PL", pue=None)
    assert [site.of(*of)["zone"] for of in (("", ""), ("c", ""), ("c", "p"))] == ["PL"] * 3
    assert "region" not in site.of("c", "p")
    assert site.of("c", "p")["pue"] == 1.4


def test_nothing_said_now_changes_nothing():
    site = site_of({"zone": "DE"})
    assert site.with_place(zone=None) is site


def test_names_of_the_site_are_kept_apart_from_its_machines():
    site = site_of(
        {
            "name": "Alba",
            "timezone": "Europe/Berlin",
            "cluster": "alba",
            "accelerators": {"big": "NVIDIA A100 SXM4 80GB"},
            "projects": {"acc": "ranker"},
            "teams": {"acc": "search"},
        }
    )
    assert (site.name, site.timezone, site.cluster) == ("Alba", "Europe/Berlin", "alba")
    assert (site.projects, site.teams) == ({"acc": "ranker"}, {"acc": "search"})
    assert site.of("alba", "p") == {}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"acelerator": "A100"}, "site acelerator is unknown.*Nearest: .*accelerator"),
        ({"partition": {"p": {}}}, "site partition is unknown.*Nearest: .*partitions"),
        ({"partitions": {"p": {"cpus": 4}}}, r"\[partitions.p\] cpus is unknown"),
        ({"clusters": {"c": {"teams": {}}}}, r"\[clusters.c\] teams is unknown"),
        ({"partitions": [{"name": "p"}]}, "partitions is .*expected a table"),
        ({"partitions": {"p": 3}}, "partitions.p is 3.*expected a table"),
        ({"clusters": {"c": {"partitions": 3}}}, "clusters.c.partitions is 3"),
        ({"accelerators": {"a": 1}}, "accelerators.a is 1"),
        ({"accelerators": {"a": "B999"}}, "accelerators.a is 'B999'.*unknown"),
        ({"zone": "DEX"}, "site zone is 'DEX'.*unknown"),
        ({"partitions": {"p": {"host": "toaster"}}}, r"\[partitions.p\] host is 'toaster'"),
        ({"cpu": "abacus"}, "site cpu is 'abacus'"),
        ({"region": "aws/mars-1"}, "site region is 'aws/mars-1'"),
        ({"cpu": ["AMD EPYC 7742"]}, "site cpu is .*expected its name as text"),
        ({"pue": [1.2]}, r"site pue is \[1.2\]"),
        ({"intensity": "low"}, "site intensity is 'low'"),
        ({"contract": [1]}, "site contract is 1"),
        ({"basis": {}}, "site basis is {}"),
        ({"zone": {"DE": 1}}, "site zone is .*expected its name as text"),
        ({"timezone": "Europe/Berlln"}, "timezone 'Europe/Berlln' is unknown.*Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "timezone .* is unknown"),
        ({"timezone": 2}, "timezone is 2"),
        ({"metered": "socket"}, "site metered is 'socket'.*chips, cpus, ignore, wall"),
        ({"memory_type": "ddr9"}, "site memory_type is 'ddr9'.*ddr5"),
        ({"threads_per_core": 4}, "site threads_per_core is 4.*from 1 to 2"),
        ({"cpus_per_node": 0}, "site cpus_per_node is 0"),
        ({"accelerators_per_node": True}, "site accelerators_per_node is True"),
        ({"accelerators_per_node": 1.5}, "site accelerators_per_node is 1.5"),
        ({"utilization": 70}, "site utilization is 70"),
        ({"supply_efficiency": 0}, "site supply_efficiency is 0"),
        ({"static_w": float("nan")}, "site static_w is nan"),
        ({"accelerator_power_w": "400 W"}, "site accelerator_power_w is '400 W'"),
        ({"lifetime_years": 500}, "site lifetime_years is 500"),
        ({"lifetime_use": 85}, "site lifetime_use is 85"),
    ],
)
def test_what_a_site_cannot_say_is_refused_by_name(document, message):
    with pytest.raises(InputError, match=message):
        site_of(document)


def test_an_override_that_is_none_is_refused():
    with pytest.raises(UnknownNameError, match="option zone is 'DEX'"):
        Site().with_place(zone="DEX")


def written(path, content):
    path.write_bytes(content)
    return path


def test_a_file_is_read_whatever_mark_its_editor_put_first(tmp_path):
    site = read_site(written(tmp_path / "site.toml", b'\xef\xbb\xbfzone = "DE"\n'))
    assert site.of("", "") == {"zone": "DE"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"zone = DE", "it is no TOML", id="no quotes"),
        pytest.param(b'zone = "\xff\xfe"', "UTF-8", id="not UTF-8"),
        pytest.param(b"\x00" * 100, "it is no TOML", id="binary"),
        pytest.param(b"a = " + b"[" * 100_000, "cannot be read", id="deep"),
        pytest.param(b"static_w = " + b"9" * 10_000, "cannot be read", id="a number too long"),
        pytest.param(b'zone = "DE"\n' + b"#" * 5_000_000, "larger than 4 MB", id="huge"),
        pytest.param(b"pue = 2024-01-01", "pue", id="a date"),
    ],
)
def test_a_hostile_file_is_refused_by_its_name(tmp_path, content, message):
    path = written(tmp_path / "site.toml", content)
    with pytest.raises(InputError, match=message):
        read_site(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none.toml cannot be read: No such file"):
        read_site(tmp_path / "none.toml")
