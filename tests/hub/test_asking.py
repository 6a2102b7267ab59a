"""A wrong word, a word twice, or HEAD: the hub says so, or answers as to GET."""

import pytest

from hub.made import admin_of, client_of, hub_of, sent_run


@pytest.fixture
def client(database):
    """An admin of a hub with one run."""
    hub = hub_of(database)
    made = client_of(hub, admin_of(hub))
    made.post("/api/v1/runs:batch", json={"runs": [sent_run("a")]})
    return made


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("runs?outcome=bad", "'completed', 'failed', 'interrupted' or 'running'"),
        ("runs?stage=foo", "'pretrain'"),
        ("sums/runs?by=day&by=team", "parameter 'by' is there 2 times; expected it once"),
    ],
)
def test_a_word_that_no_run_can_have_and_a_word_twice_are_refused(client, query, words):
    answer = client.get(f"/api/v1/{query}")
    assert answer.status_code == 422
    assert words in answer.text


def test_the_words_that_a_run_has_find_it(client):
    assert len(client.get("/api/v1/runs?outcome=completed").json()["runs"]) == 1
    assert client.get("/api/v1/runs?outcome=running&stage=pretrain").json()["runs"] == []


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/api/v1/runs", "/api/v1/openapi.json", "/", "/models", "/api/v1/nowhere"],
)
def test_head_is_get_without_its_body(client, path):
    got, headed = client.get(path), client.request("HEAD", path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    for name in ("content-type", "content-length", "etag"):
        assert headed.headers.get(name) == got.headers.get(name), name


def test_head_needs_the_rights_of_get_and_is_none_for_what_only_takes_post(client):
    assert client.request("HEAD", "/api/v1/runs:batch").status_code == 405
    client.headers.clear()
    assert client.request("HEAD", "/api/v1/runs").status_code == 401
