"""Cards, tables and accounted jobs from the command line into a hub of its own process."""

import json

import pytest

from hub.made import served
from processes import wattprint
from wattprint.client.credentials import Credentials, save_credentials

TABLE = (
    "name,hardware,count,hours,zone,trained_in,emissions,emissions_unit\n"
    "made-up/a,A100 SXM4 80GB,8,72,FR,2023,12.3,kg\n"
    "made-up/b,A100 SXM4 80GB,8,72,FR,2023,12.3,g\n"
)
CARD = "---\nco2_eq_emissions:\n  emissions: 1230.5\n  source: codecarbon\n---\n"
LOG = (
    "JobID|User|Account|Partition|State|Start|End|ElapsedRaw|NCPUS|TotalCPU|ReqMem\n"
    "1|ann|lab|cpu|COMPLETED|2024-01-01T00:00:00|2024-01-01T01:00:00|3600|8|08:00:00|16G\n"
    "2|ben|lab|cpu|FAILED|2024-01-02T00:00:00|2024-01-02T01:00:00|3600|8|04:00:00|16G\n"
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A running hub, and a home that has logged in to it."""
    home = tmp_path_factory.mktemp("pushing")
    with served(home / "hub") as hub:
        save_credentials(home / ".wattprint", Credentials(hub.url, hub.token))
        yield hub, home


def test_tables_and_cards_are_submitted_with_the_reason_of_each_refusal(hub, tmp_path):
    served_hub, home = hub
    (tmp_path / "models.csv").write_text(TABLE)
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "good.md").write_text(CARD)
    (tmp_path / "cards" / "none.md").write_text("# nothing\n")
    files = (tmp_path / "models.csv", tmp_path / "cards")
    done = wattprint("registry", "submit", *files, "--accept", home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 created, 2 refused; 2 accepted.\n"
    assert "models.csv line 3: /footprints/0/emissions" in done.stderr
    assert "none.md line 1: the card cannot be taken" in done.stderr
    again = wattprint("registry", "submit", *files, "--json", home=home)
    assert json.loads(again.stdout)["counts"] == {"duplicate": 2, "refused": 2}
    _, listed = served_hub.request("GET", "/api/v1/registry/models?sort=name")
    assert [found["name"] for found in listed["models"]] == ["good", "made-up/a"]


def test_a_card_whose_unit_is_in_doubt_is_counted_as_odd(hub, tmp_path):
    served_hub, home = hub
    (tmp_path / "half.md").write_text("---\nco2_eq_emissions: 0.5\n---\n")
    done = wattprint("registry", "submit", tmp_path / "half.md", home=home)
    assert done.stdout == "1 created.\n", done.stderr
    assert "1 are stored with something odd about them" in done.stderr
    path = "/api/v1/registry/models?state=submitted"
    _, listed = served_hub.request("GET", path)
    assert [found["warnings"] for found in listed["models"] if found["name"] == "half"] == [1]


def test_accounted_jobs_become_runs_once_and_without_names_of_people(hub, tmp_path):
    served_hub, home = hub
    (tmp_path / "sacct.txt").write_text(LOG)
    out = tmp_path / "out"
    done = wattprint("account", tmp_path / "sacct.txt", "--zone", "FR", "--out", out, home=home)
    assert done.returncode == 0, done.stderr
    done = wattprint("push", "--account", out, home=home)
    assert done.stdout == "2 rows sent, 0 were there already.\n", done.stderr
    done = wattprint("push", "--account", out, home=home)
    assert done.stdout == "0 rows sent, 2 were there already.\n", done.stderr
    _, listed = served_hub.request("GET", "/api/v1/runs?project=cluster%20jobs")
    outcomes = {run["name"]: run["outcome"] for run in listed["runs"]}
    assert outcomes == {"job 1": "completed", "job 2": "failed"}
    total = json.loads((out / "summary.json").read_text())["total"]
    sent_ug = sum(run["location_ug"] for run in listed["runs"])
    assert sent_ug / 1e9 == pytest.approx(total["location_kg"]["value"], rel=1e-9)
    _, run = served_hub.request("GET", f"/api/v1/runs/{listed['runs'][0]['id']}")
    assert "ann" not in json.dumps(run["record"]["tags"])
    assert run["record"]["place"] == {"zone": "FR"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("push", "--account", "nowhere"), "holds no summary.json"),
        (("push", "--keep-users"), "without --account"),
        (("push", "--account", "x", "--all"), "more than one of"),
        (("registry", "submit", "model.pdf"), "is no table or card"),
    ],
)
def test_wrong_input_is_one_line(hub, arguments, words):
    done = wattprint(*arguments, home=hub[1])
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert words in line
