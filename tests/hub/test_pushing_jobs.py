"""Accounted jobs from the command line to a hub of its own process: each job once, and whole."""

import json

import pytest

from accounting.made_folder import accounted
from hub.made import served
from processes import wattprint
from wattprint.client.credentials import Credentials, save_credentials


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory):
    return accounted(tmp_path_factory.mktemp("accounted"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory, folder):
    """A running hub that has the jobs, and the home that sent them."""
    home = tmp_path_factory.mktemp("pushing")
    with served(home / "hub") as hub:
        save_credentials(home / ".wattprint", Credentials(hub.url, hub.token))
        done = wattprint("push", "--account", folder, "--project", "cluster", home=home)
        assert done.stdout == "2 rows sent, 0 were there already.\n", done.stderr
        yield hub, home


@pytest.mark.parametrize("others", [("--project", "other"), ("--keep-users",)])
def test_jobs_that_another_project_has_are_refused_and_none_is_sent(hub, folder, others):
    served_hub, home = hub
    done = wattprint("push", "--account", folder, *others, home=home)
    assert done.returncode == 2
    assert "on the hub already, under project 'cluster' (2)" in done.stderr
    _, listed = served_hub.request("GET", "/api/v1/runs")
    assert {run["project"] for run in listed["runs"]} == {"cluster"}


def test_a_token_that_may_not_read_sends_jobs_and_says_what_was_not_checked(hub, folder):
    served_hub, home = hub
    asked = {"name": "writes", "scopes": ["write:cluster"]}
    _, made = served_hub.request("POST", "/api/v1/tokens", asked)
    writing = home / "writing"
    save_credentials(writing / ".wattprint", Credentials(served_hub.url, made["token"]))
    done = wattprint("push", "--account", folder, "--project", "cluster", home=writing)
    assert done.stdout == "0 rows sent, 2 were there already.\n", done.stderr
    assert "Not checked, since this token may not read" in done.stderr


def test_of_a_pulled_job_list_and_show_say_that_the_hub_has_the_figures(hub, tmp_path):
    served_hub, _ = hub
    save_credentials(tmp_path / ".wattprint", Credentials(served_hub.url, served_hub.token))
    assert wattprint("pull", "--project", "cluster", home=tmp_path).returncode == 0
    listed = wattprint("runs", home=tmp_path).stdout
    assert listed.count("completed, pulled") == 1 and listed.count("on the hub") == 2
    (first, *_) = json.loads(wattprint("runs", "--json", home=tmp_path).stdout)["runs"]
    page = f"{served_hub.url}/runs/{first['id']}?project=cluster"
    assert first["figures_at"] == page
    shown = wattprint("show", first["id"], home=tmp_path).stdout
    assert shown.endswith(f"The hub has the figures of this run: {page}\n")
    assert "missing" not in shown


def test_projects_without_a_team_get_the_sites_where_all_their_jobs_are_of_one(tmp_path, folder):
    with served(tmp_path / "hub") as hub:
        save_credentials(tmp_path / ".wattprint", Credentials(hub.url, hub.token))
        done = wattprint("push", "--account", folder, home=tmp_path)
        assert done.stdout == "2 rows sent, 0 were there already.\n", done.stderr
        assert "Project 'assistants' is of the team 'the talkers' on the hub now." in done.stderr
        _, listed = hub.request("GET", "/api/v1/projects")
        teams = {row["project"]: row["team"] for row in listed["projects"]}
        assert teams == {"assistants": "the-talkers", "cluster jobs": None}
        hub.request("PUT", "/api/v1/teams/others", {"name": "Others"})
        hub.request("PUT", "/api/v1/projects/assistants", {"team": "others"})
        assert "is of the team" not in wattprint("push", "--account", folder, home=tmp_path).stderr
