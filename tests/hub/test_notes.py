"""Tags, notes and exclusions: exact sums, who may what, what the audit log says."""

import random

import pytest

from hub.made import client_of
from hub.members import filled, send, sent, signed_in, sums


@pytest.fixture
def hub(database):
    """A hub with two runs of one day."""
    return filled(database, sent("a", it_kwh=1.0), sent("b", it_kwh=2.0))[0]


@pytest.fixture
def client(hub):
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        yield client


def test_an_excluded_run_leaves_the_sums_exactly_and_comes_back_exactly(hub, client):
    before = sums(hub.database)
    assert client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"}).status_code == 204
    (row,) = client.get("/api/v1/sums/runs").json()["rows"]
    # b alone: 2 kWh of IT are 7,200,000 J; at PUE 2 and 100 g/kWh they emit 400 g.
    assert (row["runs"], row["it_j"], row["location_ug"]) == (1, 7_200_000, 400_000_000)
    assert client.get("/api/v1/runs/a/exclusion").json()["reason"] == "a test"
    assert client.delete("/api/v1/runs/a/exclusion").status_code == 204
    assert sums(hub.database) == before
    assert client.delete("/api/v1/runs/a/exclusion").status_code == 404


def found(client, tag):
    """Ids of the runs that have a tag."""
    runs = client.get("/api/v1/runs", params={"tag": tag}).json()["runs"]
    return sorted(run["id"] for run in runs)


def test_tags_of_a_record_are_tags_of_the_run_until_a_record_replaces_it(hub, client):
    token = hub.tokens.create("acme", "root", "t2", ["admin"])
    tags = {"lr": "0.1", "kind": "job", "words": "no tag: blanks"}
    send(hub, token, sent("c", it_kwh=1.0, tags=tags), sent("d", it_kwh=1.0, tags={"lr": "0.1"}))
    assert (found(client, "lr=0.1"), found(client, "kind=job")) == (["c", "d"], ["c"])
    assert client.put("/api/v1/runs/c/tags/mine").status_code == 204
    send(hub, token, sent("c", it_kwh=1.0, tags={"lr": "0.2"}, duration_s=99_999.0))
    assert client.get("/api/v1/runs/c/tags").json()["tags"] == ["lr=0.2", "mine"]
    assert found(client, "lr=0.1") == ["d"]


def test_another_reason_for_an_exclusion_changes_no_sum_again(hub, client):
    client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
    once = sums(hub.database)
    client.put("/api/v1/runs/a/exclusion", json={"reason": "really a test"})
    assert sums(hub.database) == once
    assert client.get("/api/v1/runs/a/exclusion").json()["reason"] == "really a test"


@pytest.mark.parametrize("seed", range(4))
def test_records_and_exclusions_in_any_order_leave_the_same_sums(database, seed):
    # Of three records of a run the longest holds, of another day: wherever the exclusion falls
    # between them, the sums are those of the other run, and afterwards those of both.
    hub, token = filled(database, sent("b", it_kwh=2.0))
    alone = sums(database)
    records = [
        sent("a", it_kwh=1.0 + i, day=f"2026-05-0{i + 1}", duration_s=10.0 + i) for i in range(3)
    ]
    random.Random(seed).shuffle(records)
    at = 1 + seed % 3
    with client_of(hub, token) as client:
        for i, record in enumerate(records):
            if i == at:
                client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
            send(hub, token, record)
        client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
        assert sums(database) == alone
        client.delete("/api/v1/runs/a/exclusion")
    (of_a,) = set(sums(database)) - set(alone)
    assert 3 * 3_600_000 in of_a  # the third record: 3 kWh of IT


def test_tags_find_runs_and_are_each_there_once(client):
    for _ in range(2):
        assert client.put("/api/v1/runs/a/tags/dataset=imagenet").status_code == 204
    assert client.get("/api/v1/runs/a/tags").json() == {"tags": ["dataset=imagenet"]}
    found = client.get("/api/v1/runs", params={"tag": "dataset=imagenet", "fields": "id"}).json()
    assert found["runs"] == [{"id": "a"}]
    assert client.delete("/api/v1/runs/a/tags/dataset=imagenet").status_code == 204
    assert client.delete("/api/v1/runs/a/tags/dataset=imagenet").status_code == 404
    assert client.put("/api/v1/runs/a/tags/no%20tag").status_code == 422


def test_a_run_has_at_most_fifty_tags(client):
    statuses = [client.put(f"/api/v1/runs/a/tags/t{i}").status_code for i in range(51)]
    assert statuses == [204] * 50 + [422]


def test_an_edited_note_is_a_new_version_and_only_its_writer_edits_it(hub, client):
    note = client.post("/api/v1/runs/a/notes", json={"text": "wrong"}).json()["id"]
    for text in ("better", "best"):
        said = {"text": text, "edits": note}
        assert client.post("/api/v1/runs/a/notes", json=said).status_code == 201
    (found,) = client.get("/api/v1/runs/a/notes").json()
    assert (found["id"], found["text"], found["versions"]) == (note, "best", 3)
    token = client.put("/api/v1/members/ann", json={"role": "member"}).json()["token"]
    with client_of(hub, token) as other:
        answer = other.post("/api/v1/runs/a/notes", json={"text": "x", "edits": note})
    assert (answer.status_code, "is not yours" in answer.text) == (422, True)


def test_every_change_is_in_the_audit_log(client):
    client.put("/api/v1/runs/a/tags/x")
    client.delete("/api/v1/runs/a/tags/x")
    client.post("/api/v1/runs/a/notes", json={"text": "said"})
    client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
    client.delete("/api/v1/runs/a/exclusion")
    events = [(one["action"], one["subject"]) for one in client.get("/api/v1/audit").json()]
    names = ["run.tag", "run.untag", "run.note", "run.exclude", "run.include"]
    assert sorted(events) == sorted((name, "ranker/a") for name in names)


def test_a_token_of_another_project_changes_nothing(hub):
    token = hub.tokens.create("acme", "root", "t", ["read", "write:other"])
    with client_of(hub, token) as client:
        assert client.put("/api/v1/runs/a/tags/x").status_code == 403
        assert client.put("/api/v1/runs/a/exclusion", json={"reason": "x"}).status_code == 403
        assert client.post("/api/v1/runs/a/notes", json={"text": "x"}).status_code == 403


def test_a_run_that_two_projects_have_is_named_by_its_project(hub, client):
    send(hub, hub.tokens.create("acme", "root", "t", ["admin"]), sent("a", project="other"))
    assert client.put("/api/v1/runs/a/tags/x").status_code == 409
    assert client.put("/api/v1/runs/a/tags/x?project=other").status_code == 204
    assert client.get("/api/v1/runs/a/tags?project=ranker").json() == {"tags": []}


def test_a_token_that_may_not_read_learns_of_no_other_project_s_run(hub, client):
    root = hub.tokens.create("acme", "root", "t", ["admin"])
    send(hub, root, sent("secret", project="p2"), *(sent("c", project=p) for p in ("p1", "p2")))
    send(hub, root, *(sent("many", project=p) for p in ("p2", "p3")))
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["write:p1"])) as narrow:
        for run, query in (("secret", ""), ("secret", "project=p2"), ("many", ""), ("none", "")):
            answer = narrow.put(f"/api/v1/runs/{run}/tags/t?{query}")
            assert answer.status_code == 404
            assert answer.json()["detail"] == f"Run {run!r} is unknown."
        # Of those that have this id it may write one, and knows of no other.
        assert narrow.put("/api/v1/runs/c/tags/t").status_code == 204
    assert client.get("/api/v1/runs/c/tags?project=p1").json() == {"tags": ["t"]}


def test_a_run_whose_id_a_thousand_projects_share_is_found_by_its_project(hub, client):
    first = [sent("a", project=f"!{number:04}") for number in range(1000)]
    root = hub.tokens.create("acme", "root", "t", ["admin"])
    send(hub, root, *first)
    assert client.put("/api/v1/runs/a/tags/x?project=ranker").status_code == 204
    assert client.put("/api/v1/runs/a/tags/x").status_code == 409
    assert signed_in(hub, root).get("/runs/a?project=ranker").status_code == 200


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_an_exclusion_needs_a_reason(client, reason):
    assert client.put("/api/v1/runs/a/exclusion", json={"reason": reason}).status_code == 422
