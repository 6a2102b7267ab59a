"""Runs that another project has already: asked by their ids, told by counts."""

import pytest

from hub.made import admin_of, client_of, hub_of, sent_run


@pytest.fixture
def client(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        sent = [sent_run("a"), sent_run("b"), sent_run("b", project="speech")]
        client.post("/api/v1/runs:batch", json={"runs": sent})
        yield client


def elsewhere(client, project, *run_ids):
    asked = {"project": project, "runs": list(run_ids)}
    return client.post("/api/v1/runs:elsewhere", json=asked).json()


def test_runs_of_other_projects_are_counted_and_those_of_the_same_are_not(client):
    assert elsewhere(client, "new", "a", "b", "c") == {"projects": {"ranker": 2, "speech": 1}}
    assert elsewhere(client, "ranker", "a", "b") == {"projects": {"speech": 1}}
    assert elsewhere(client, "ranker", "a", "a") == {"projects": {}}


def test_a_thousand_ids_are_asked_for_at_once_and_no_more(client):
    ids = [f"j{i}" for i in range(999)]
    assert elsewhere(client, "new", *ids, "b") == {"projects": {"ranker": 1, "speech": 1}}
    assert elsewhere(client, "new", *ids, "b", "c")["status"] == 422
