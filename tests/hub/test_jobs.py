"""Jobs are done once, by one worker, whoever is killed and however clocks jump."""

import io
import json
import threading
import zipfile

import pytest

from hub.made import NOW_S, Clock, admin_of, client_of, hub_of, reading, sent_run
from wattprint.hub.jobs import store
from wattprint.hub.jobs.store import claim, find_job, open_jobs
from wattprint.hub.jobs.worker import CancelledError, Going, JobWorker


@pytest.fixture
def hub(database, tmp_path):
    return hub_of(database, files_folder=str(tmp_path / "files"))


@pytest.fixture
def client(hub):
    client = client_of(hub, admin_of(hub))
    client.post("/api/v1/runs:batch", json={"runs": [sent_run("a"), sent_run("b")]})
    return client


def asked(client, **said):
    answer = client.post("/api/v1/jobs", json={"kind": "recompute", **said})
    assert answer.status_code == 202, answer.text
    return answer.json()["job"]


def worker_of(hub, clock_s):
    return JobWorker(hub.database, hub.settings.job_files, hub.now_ms, clock_s=clock_s)


def test_an_export_is_made_and_fetched(client, hub):
    job = asked(client, kind="export", format="json")
    assert client.get(f"/api/v1/jobs/{job}").json()["state"] == "queued"
    assert client.get(f"/api/v1/jobs/{job}/file").status_code == 404
    assert worker_of(hub, Clock()).do_next()
    found = client.get(f"/api/v1/jobs/{job}").json()
    assert (found["state"], found["done"]) == ("done", found["total"])
    answer = client.get(found["result"]["file"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        names, rows = set(pack.namelist()), pack.read("runs.jsonl").splitlines()
        everything = b"".join(map(pack.read, names))
    assert [json.loads(row)["run_id"] for row in rows] == ["a", "b"]
    assert not {"tokens.jsonl", "sessions.jsonl", "passwords.jsonl"} & names
    assert (
        client.headers["Authorization"].split(".")[1].encode()
        not in everything.replace(b'"token_id"', b"")
        or b"secret_hash" not in everything
    )
    with client_of(hub, admin_of(hub, "other")) as other:
        assert other.get(f"/api/v1/jobs/{job}/file").status_code == 404
        assert other.get("/api/v1/jobs").json() == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "export", "project": "x"}, "expected it with kind 'recompute' alone"),
        ({"kind": "recompute", "format": "json"}, "expected it with kind 'export' alone"),
        ({"kind": "dance"}, "/kind"),
    ],
    ids=str,
)
def test_a_job_that_is_none_is_refused_by_its_field(client, said, words):
    answer = client.post("/api/v1/jobs", json=said)
    assert (answer.status_code, words in answer.text) == (422, True)


def test_no_more_jobs_wait_than_are_sensible(client):
    for _ in range(store.MOST_OPEN):
        asked(client)
    answer = client.post("/api/v1/jobs", json={"kind": "recompute"})
    assert (answer.status_code, "10 jobs wait" in answer.json()["detail"]) == (422, True)


def test_of_many_workers_one_has_a_job(client, hub):
    asked(client)
    (job,) = open_jobs(hub.database)
    won, start = [], threading.Barrier(4)

    def try_it(name):
        start.wait()
        if claim(hub.database, job, name, 0):
            won.append(name)

    threads = [threading.Thread(target=try_it, args=[f"w{i}"]) for i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(won) == 1


def test_a_killed_workers_job_is_taken_over_and_a_living_ones_is_not(client, hub):
    job_id, clock = asked(client), Clock(0.0)
    (queued,) = open_jobs(hub.database)
    killed = claim(hub.database, queued, "killed", 0)
    other = worker_of(hub, clock)
    assert not other.do_next()
    clock.now_s += store.LEASE_S - 1
    alive = store.beat(hub.database, killed, 1, 2)
    assert not other.do_next()  # it has just been heard of
    clock.now_s += store.LEASE_S - 1
    assert not other.do_next()
    clock.now_s += 2
    assert other.do_next()
    assert find_job(hub.database, "acme", job_id).state == "done"
    # Whoever comes back finds that the job is not its own, and changes nothing.
    assert store.beat(hub.database, alive, 2, 2) is None
    assert not store.end(hub.database, alive, "failed", 0)


def test_a_wall_clock_that_jumps_gives_no_job_to_two_and_none_to_nobody(client, hub):
    job_id, clock = asked(client), Clock(0.0)
    (queued,) = open_jobs(hub.database)
    claim(hub.database, queued, "killed", hub.now_ms())
    other = worker_of(hub, clock)
    for jump_s in (10 * 365 * 86_400, -20 * 365 * 86_400):
        hub.wall_clock_s.now_s = NOW_S + jump_s
        assert not other.do_next()
    clock.now_s += store.LEASE_S + 1
    assert other.do_next()
    assert find_job(hub.database, "acme", job_id).state == "done"


def test_a_job_is_cancelled_while_it_waits_and_while_it_goes_on(client, hub):
    waiting, going = asked(client), asked(client)
    assert client.delete(f"/api/v1/jobs/{waiting}").status_code == 204
    assert client.get(f"/api/v1/jobs/{waiting}").json()["state"] == "cancelled"
    assert client.delete(f"/api/v1/jobs/{waiting}").status_code == 409
    (job,) = open_jobs(hub.database)
    mine = claim(hub.database, job, "w", 0)
    assert client.delete(f"/api/v1/jobs/{going}").status_code == 204
    told = Going(hub.database, mine, threading.Event(), Clock())
    with pytest.raises(CancelledError):
        told.told(1, 2)
    assert told.job.is_cancelled == 1
    actions = [event["action"] for event in client.get("/api/v1/audit").json()]
    assert actions.count("job.cancel") == 2 and "job.recompute" in actions


def test_a_worker_that_is_asked_to_stop_puts_its_job_back(client, hub):
    job_id = asked(client)
    row = sent_run("c")
    row["footprint"]["factor_set"] = {"version": "1.0.0", "sha256": "a" * 64}
    client.post("/api/v1/runs:batch", json={"runs": [row]})
    stopping = worker_of(hub, Clock())
    stopping.stop()
    assert stopping.do_next()
    job = find_job(hub.database, "acme", job_id)
    assert (job.state, job.attempts, job.worker) == ("queued", 0, "")
    assert worker_of(hub, Clock()).do_next()
    assert find_job(hub.database, "acme", job_id).state == "done"


def test_a_job_that_ends_every_worker_is_given_up(client, hub):
    job_id = asked(client)
    for _ in range(store.MOST_ATTEMPTS):
        (job,) = open_jobs(hub.database)
        claim(hub.database, job, "killed", 0)
    clock = Clock(0.0)
    worker = worker_of(hub, clock)
    worker.do_next()
    clock.now_s += store.LEASE_S + 1
    assert worker.do_next()
    job = find_job(hub.database, "acme", job_id)
    assert (job.state, job.error) == ("failed", "it was begun 5 times, and never ended")


def test_a_clock_that_jumps_loses_and_doubles_no_row(client, hub):
    for jump_s in (0, 40 * 365 * 86_400, -30 * 365 * 86_400):
        hub.wall_clock_s.now_s = NOW_S + jump_s
        rows = {"project": "ranker", "intervals": [reading("a")]}
        verdict = client.post("/api/v1/intervals:batch", json=rows).json()["verdicts"]
        assert verdict == (["created"] if jump_s == 0 else ["duplicate"])
        sent = {"runs": [sent_run("a")]}
        assert client.post("/api/v1/runs:batch", json=sent).json()["verdicts"] == ["duplicate"]
    (row,) = client.get("/api/v1/sums/intervals").json()["rows"]
    assert (row["intervals"], row["energy_uj"]) == (1, 1_000_000)
