"""Accounted jobs from the command line to a hub of its own process: each job once, and whole."""

import pytest

from hub.made import served
from processes import wattprint
from wattprint.client.credentials import Credentials, save_credentials

LOG = (
    "JobID|User|Account|Partition|State|Start|End|ElapsedRaw|NCPUS|TotalCPU|ReqMem|AllocTRES|"
    "ConsumedEnergyRaw\n"
    "1|ann|vision|gpu|COMPLETED|2024-01-01T00:00:00|2024-01-01T01:00:00|3600|8|08:00:00|16G|"
    "cpu=8,gres/gpu:a100=2|\n"
    "2|ben|speech|cpu|FAILED|2024-01-02T00:00:00|2024-01-02T10:00:00|36000|8|40:00:00|16G|"
    "cpu=8|14400000\n"
)
SITE = (
    'zone = "DE"\npue = 1.3\n'
    '[partitions.gpu]\naccelerator = "A100 SXM4 80GB"\naccelerators_per_node = 8\n'
    '[projects]\nspeech = "assistants"\n'
    '[teams]\nspeech = "talkers"\n'
)


@pytest.fixture(scope="module")
def accounted(tmp_path_factory):
    """The folder of two accounted jobs: one modelled, one metered by its scheduler."""
    folder = tmp_path_factory.mktemp("accounted")
    (folder / "sacct.txt").write_text(LOG)
    (folder / "site.toml").write_text(SITE)
    asked = ("account", folder / "sacct.txt", "--site", folder / "site.toml")
    done = wattprint(*asked, "--out", folder / "out", home=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def hub(tmp_path_factory, accounted):
    """A running hub that has the jobs, and the home that sent them."""
    home = tmp_path_factory.mktemp("pushing")
    with served(home / "hub") as hub:
        save_credentials(home / ".wattprint", Credentials(hub.url, hub.token))
        done = wattprint("push", "--account", accounted, "--project", "cluster", home=home)
        assert done.stdout == "2 rows sent, 0 were there already.\n", done.stderr
        yield hub, home


@pytest.mark.parametrize("others", [("--project", "other"), ("--keep-users",)])
def test_jobs_that_another_project_has_are_refused_and_none_is_sent(hub, accounted, others):
    served_hub, home = hub
    done = wattprint("push", "--account", accounted, *others, home=home)
    assert done.returncode == 2
    assert "on the hub already, under project 'cluster' (2)" in done.stderr
    _, listed = served_hub.request("GET", "/api/v1/runs")
    assert {run["project"] for run in listed["runs"]} == {"cluster"}


def test_a_token_that_may_not_read_sends_jobs_and_says_what_was_not_checked(hub, accounted):
    served_hub, home = hub
    asked = {"name": "writes", "scopes": ["write:cluster"]}
    _, made = served_hub.request("POST", "/api/v1/tokens", asked)
    writing = home / "writing"
    save_credentials(writing / ".wattprint", Credentials(served_hub.url, made["token"]))
    done = wattprint("push", "--account", accounted, "--project", "cluster", home=writing)
    assert done.stdout == "0 rows sent, 2 were there already.\n", done.stderr
    assert "Not checked, since this token may not read" in done.stderr
