"""Runs that are measured within another one: listed like all others, and in no sum twice."""

import random

import pytest

from hub.made import client_of
from hub.members import filled, send, sent, signed_in, sums
from wattprint.hub.storage.migrate import migrate


def within(run_id, **more):
    """A run that was tracked within the launcher."""
    process = {"pid": 7, "boot_id": "b", "within": "launcher"}
    return sent(run_id, process=process, parent="launcher", **more)


LAUNCHER = sent("launcher", it_kwh=5.0)
TRIALS = [within("t1", it_kwh=2.0), within("t2", it_kwh=1.0)]
REMOTE = sent("remote", it_kwh=4.0, parent="launcher")


@pytest.mark.parametrize("seed", range(3))
def test_sums_count_the_run_around_alone_whichever_comes_first(database, seed):
    rows = [LAUNCHER, *TRIALS, REMOTE]
    random.Random(seed).shuffle(rows)
    hub, token = filled(database)
    for row in (*rows, *rows):
        send(hub, token, row)
    with client_of(hub, token) as client:
        (row,) = client.get("/api/v1/sums/runs").json()["rows"]
        # 5 kWh of the launcher, the trials' 3 among them, and 4 kWh elsewhere: 9 x 3.6 MJ.
        assert (row["runs"], row["it_j"]) == (2, 32_400_000)
        listed = client.get("/api/v1/runs", params={"fields": "id,within"}).json()["runs"]
    around = {"launcher": None, "remote": None, "t1": "launcher", "t2": "launcher"}
    assert {row["id"]: row["within"] for row in listed} == around


def test_a_longer_record_and_an_exclusion_of_such_a_run_change_no_sum(database):
    hub, token = filled(database, LAUNCHER, *TRIALS)
    before = sums(database)
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        send(hub, token, within("t1", it_kwh=3.0, duration_s=20.0))
        client.put("/api/v1/runs/t1/exclusion", json={"reason": "a test"})
        assert sums(database) == before
        send(hub, token, within("t1", it_kwh=4.0, duration_s=30.0))
        client.delete("/api/v1/runs/t1/exclusion")
        assert sums(database) == before


@pytest.mark.parametrize("named", ["../x", "a", 5, None])
def test_an_id_that_none_can_have_or_its_own_is_refused_by_its_field(database, named):
    hub, token = filled(database)
    with client_of(hub, token) as client:
        row = sent("a", process={"within": named})
        answer = client.post("/api/v1/runs:batch", json={"runs": [row]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/runs/0/record/process/within"


def test_pages_say_where_it_is_counted(database):
    hub, token = filled(database, LAUNCHER, *TRIALS, within("t3", project="lone"))
    browser = signed_in(hub, token)
    text = browser.get("/runs/t1?project=ranker").text
    assert 'measured within <a href="/runs/launcher?project=ranker">' in text
    text = browser.get("/dashboard?period=all&project=ranker").text
    assert "2 runs are measured within others" in text
    assert "3 runs are measured within others" in browser.get("/dashboard?period=all").text


def test_the_page_of_a_run_whose_launcher_is_not_here_says_so(database):
    hub, token = filled(database, TRIALS[0])
    browser = signed_in(hub, token)
    text = browser.get("/runs/t1?project=ranker").text
    assert "within run launcher, which is not in this hub until it is sent too" in text
    text = browser.get("/dashboard?period=all").text
    assert "1 run is measured within others" in text
    assert "1 run is in no figure of this page, because the run that measured it was not" in text
    send(hub, token, LAUNCHER)
    assert "was not sent" not in browser.get("/dashboard?period=all").text


def test_a_step_back_and_forth_changes_no_sum_then_or_later(database):
    hub, token = filled(database, LAUNCHER, *TRIALS)
    before = sums(database)
    migrate(database, "0009")
    migrate(database)
    assert sums(database) == before
    send(hub, token, within("t1", it_kwh=3.0, duration_s=20.0))
    assert sums(database) == before
    with client_of(hub, token) as client:
        said = client.get("/api/v1/runs/t1/exclusion").json()
    assert said["reason"] == "measured within launcher"
