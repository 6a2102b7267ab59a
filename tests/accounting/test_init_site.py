"""A first site.toml, written from a log: it reads back, and changes no figure."""

import sys

import pytest

import wattprint
from made_logs import MEASURED, MODELLED, sacct_log
from wattprint.accounting.factors_table import factored
from wattprint.accounting.init_site import init_site, key_text, site_text, value_text
from wattprint.accounting.site import Site, read_site, site_of
from wattprint.domain.jobs import Kind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KINDS = (
    Kind(1, partition_name="cpu", jobs=3, elapsed_s=7200, most_cpus_per_node=64),
    Kind(2, partition_name="gpu", accelerator="a100", jobs=1, most_gpus_per_node=8),
    Kind(3, partition_name="mixed", accelerator="v100", jobs=1, most_gpus_per_node=4),
    Kind(4, partition_name="mixed", accelerator="k80", jobs=1, most_gpus_per_node=2),
    Kind(5, partition_name="mixed", jobs=1, most_cpus_per_node=900, most_memory_gb_per_node=1e5),
    Kind(6, "south", "big mem.q", jobs=1, most_cpus_per_node=256, most_memory_gb_per_node=4096),
    Kind(7, partition_name="odd", accelerator="no such chip", jobs=1, most_gpus_per_node=4),
)


def test_a_description_that_nobody_touched_changes_no_factor():
    site = site_of(tomllib.loads(init_site(KINDS)))
    for kind in KINDS:
        assert factored(kind, 2024, site).coefficients == factored(kind, 2024, Site()).coefficients


def test_it_gives_the_totals_of_no_description_at_all(tmp_path):
    log = sacct_log(tmp_path / "sacct.txt", *MEASURED, *MODELLED)
    kinds = (
        Kind(1, partition_name="cpu", jobs=3, most_cpus_per_node=8),
        Kind(2, partition_name="gpu", accelerator="a100", jobs=1, most_gpus_per_node=2),
    )
    (tmp_path / "site.toml").write_text(init_site(kinds), encoding="utf-8")
    plain = wattprint.account(log, zone="DE").total
    assert wattprint.account(log, zone="DE", site=tmp_path / "site.toml").total == plain


def test_every_partition_has_a_table_and_what_was_seen_stands_in_it():
    text = init_site(KINDS)
    tables = [line for line in text.splitlines() if line.startswith("[")]
    assert tables[:4] == ["[partitions.cpu]", "[partitions.gpu]", "[partitions.mixed]",
                          "[partitions.odd]"]  # fmt: skip
    assert '[clusters.south.partitions."big mem.q"]' in tables
    assert "# 3 jobs, 2 h; at most of one machine: 64 CPUs" in text
    assert '\naccelerator = "a100"' in text and "\naccelerators_per_node = 8" in text


def test_what_would_change_a_figure_is_a_comment():
    table = init_site(KINDS).partition("[partitions.mixed]")[2].partition("\n[")[0]
    assert all(line.startswith("#") for line in table.strip().splitlines())
    assert '# accelerators in the log: "v100", "k80"' in table


def test_names_that_the_tables_do_not_know_are_asked_for():
    text = init_site(KINDS)
    assert '[accelerators]\n# "no such chip" = "A100 SXM4 80GB"' in text


@pytest.mark.parametrize(
    "name", ["gpu", "a-b_1", "big mem.q", 'quo"te', "back\\slash", "tab\there", "ü", ""]
)
def test_any_name_reads_back_as_itself(name):
    document = f"[{key_text(name)}]\nvalue = {value_text(name)}\n"
    assert tomllib.loads(document) == {name: {"value": name}}


def test_a_whole_description_reads_back_as_itself(tmp_path):
    site = site_of(
        {
            "zone": "DE",
            "pue": 1.3,
            "timezone": "Europe/Berlin",
            "cluster": "north",
            "contract": ["60%@0"],
            "clusters": {
                "south": {
                    "region": "aws/us-east-1",
                    "partitions": {"q.1": {"cpu": "AMD EPYC 7763"}},
                }
            },
            "partitions": {"gpu": {"accelerators_per_node": 4}},
            "projects": {"acc 1": 'the "big" one'},
        }
    )
    path = tmp_path / "site.toml"
    path.write_text(site_text(site), encoding="utf-8")
    assert read_site(path) == site
