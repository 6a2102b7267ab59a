"""The commands of a hub's keeping, and `pull`, as a user gives them."""

import json

import pytest

from hub.made import served
from made_runs import intervals, made_run, write_journal
from processes import wattprint
from wattprint.ledger.pulled import PULLED_FROM
from wattprint.ledger.runs import Ledger

RUN = "20260101-120000-aaaaaa"


@pytest.fixture
def machine(tmp_path):
    """The home of a user who has a run."""
    home = tmp_path / "user"
    home.mkdir()
    write_journal(home / ".wattprint", made_run(intervals=intervals(1_000_000)), "completed", 0)
    return home


def said(*arguments, home):
    done = wattprint(*arguments, "--json", home=home)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def login(home, hub):
    home.mkdir(exist_ok=True)
    done = wattprint("login", hub.url, home=home, stdin=hub.token + "\n")
    assert done.returncode == 0, done.stderr


def test_runs_of_a_hub_are_brought_listed_shown_and_not_sent_back(tmp_path, machine):
    with served(tmp_path / "hub") as hub:
        login(machine, hub)
        assert wattprint("push", "--all", home=machine).returncode == 0
        other = tmp_path / "other"
        login(other, hub)
        first, again = (said("pull", "--all", home=other) for _ in range(2))
        assert (first["new"], again["new"], again["same"]) == (1, 0, 1)
        assert said("pull", RUN, home=other)["same"] == 1
        # On the machine itself the run is its own: not doubled, not changed.
        own = said("pull", "--project", "ranker", home=machine)
        assert (own["new"], own["own"]) == (0, 1)
        sent = wattprint("push", "--all", home=other).stdout
        assert sent == "0 rows sent, 0 were there already.\n"
        url = hub.url
    (run,) = said("runs", home=other)["runs"]
    assert (run["id"], run["pulled_from"], run["state"]) == (RUN, url, "completed")
    assert "completed, pulled" in wattprint("runs", home=other).stdout
    assert Ledger(other / ".wattprint").entry(RUN).run.process == {PULLED_FROM: url}
    here, there = (
        said("show", RUN, "--zone", "FR", home=home)["emissions_kg"] for home in (machine, other)
    )
    assert here == there


def test_a_hub_is_backed_up_restored_exported_and_imported(tmp_path, machine):
    home = tmp_path / "hub"
    with served(home) as hub:
        login(machine, hub)
        assert wattprint("push", "--all", home=machine).returncode == 0
        made = said("hub", "backup", tmp_path / "b", home=home)
    assert (made["tables"]["runs"], made["tables"]["intervals"]) == (1, 2)
    copy = f"sqlite:///{tmp_path / 'copy.db'}"
    assert (
        said("hub", "restore", tmp_path / "b", "--database", copy, home=home)["rows"]
        == (made["rows"])
    )
    manifest = said("hub", "export", tmp_path / "out", home=home)
    assert manifest["tables"]["runs"]["rows"] == 1
    other = f"sqlite:///{tmp_path / 'other.db'}"
    arguments = ("hub", "import", tmp_path / "out", "--organisation", "lab", "--database", other)
    first, again = (said(*arguments, home=home) for _ in range(2))
    assert (first["is_new"], first["taken"]["runs"], again["taken"]) == (True, 1, {})
    assert first["token"].startswith("wpt_lab.") and again["token"] is None
    readings = wattprint("hub", "prune", "--intervals-older-than", "1d", home=home).stdout
    assert "2 readings of before 20" in readings and "runs" not in readings.splitlines()[0]
    arguments = ("hub", "prune", "--runs-older-than", "1d")
    assert "readings of before 20" in (words := wattprint(*arguments, home=home).stdout)
    assert " and 1 runs of before 20" in words
    assert said(*arguments, home=home)["is_done"] is False
    done = said(*arguments, "--yes", home=home)
    assert (done["is_done"], done["runs"], done["intervals"]) == (True, 1, 2)
    with served(home, token=hub.token) as hub:
        (row,) = hub.request("GET", "/api/v1/sums/runs")[1]["rows"]
        job = hub.request("POST", "/api/v1/jobs", {"kind": "recompute"})
    assert (row["runs"], row["cpu_j"], job[0]) == (1, 1, 202)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hub", "backup", "b"], "is not there; expected a hub's"),
        (["hub", "restore", "none"], "'none' does not exist"),
        (["hub", "export", "out"], "is not there; expected a hub's"),
        (["hub", "import", "none"], "none is no export; expected a folder"),
        (["hub", "prune"], "nothing is chosen; expected --intervals-older-than"),
        (["hub", "prune", "--intervals-older-than", "400"], "is '400'; expected days: 400d"),
        (["hub", "dance"], "command 'dance' is unknown"),
        (["pull"], "no run is named; expected RUN, --project or --all"),
        (["pull", "--all"], "no hub is known; log in with"),
        (["pull", "x", "--all"], "RUN and --all are both given; expected one"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, arguments, words):
    done = wattprint(*arguments, home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
