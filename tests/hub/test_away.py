"""The database goes away, and comes back: nothing that was acknowledged is lost."""

import threading

import pytest

from hub.made import admin_of, client_of, hub_of, reading, sent_run, served
from postgres_server import postgres_server
from processes import WHOLE_PROOF
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate


def post(client, number):
    rows = [reading(f"r{number}", start_s=10 * i) for i in range(10)]
    body = {"project": "ranker", "intervals": rows}
    return client.post("/api/v1/intervals:batch", json=body)


def test_postgresql_is_killed_and_what_was_acknowledged_is_there_once():
    with postgres_server() as server:
        database = Database(server.create("hub"))
        migrate(database)
        hub = hub_of(database)
        client = client_of(hub, admin_of(hub))
        assert post(client, 1).status_code == 200
        server.kill()
        away = post(client, 2)
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert client.get("/readyz").status_code == 503
        again = server.started_again()
        try:
            assert post(client, 1).json()["counts"] == {"duplicate": 10}
            assert post(client, 2).json()["counts"] == {"created": 10}
            (row,) = client.get("/api/v1/sums/intervals").json()["rows"]
            assert row["intervals"] == 20
        finally:
            database.close()
            again.stop()


def test_postgresql_is_killed_under_load_and_what_was_acknowledged_is_there_once(tmp_path):
    rows, number, taken = 20, 0, set()
    with postgres_server() as first:
        server, url = first, first.create("hub")
        with served(tmp_path, "--database", url) as hub:
            for _ in range(10 if WHOLE_PROOF else 2):
                killer = threading.Timer(0.3, server.kill)
                killer.start()
                status = 200
                while status == 200:  # 503 is an answer too: nothing of it is promised
                    body = [reading(f"r{number}", start_s=10 * i) for i in range(rows)]
                    path = "/api/v1/intervals:batch"
                    document = {"project": "ranker", "intervals": body}
                    status, _ = hub.request("POST", path, document)
                    taken |= {number} if status == 200 else set()
                    number += 1
                assert status == 503
                killer.join()
                server = server.started_again()
            (row,) = hub.request("GET", "/api/v1/sums/intervals")[1]["rows"]
        stored = int(server.sql("SELECT count(*) FROM intervals", "hub"))
        its = server.sql("SELECT DISTINCT run_id FROM intervals", "hub").split()
        server.stop()
    # A batch of which the answer was lost may be there too: at most one of each kill, and whole.
    assert {f"r{i}" for i in taken} <= set(its)
    assert stored == row["intervals"] == rows * len(its)


@pytest.mark.parametrize("jump_s", [-(10**9), 10**9], ids=["set back", "set forward"])
def test_a_clock_that_jumps_changes_no_row_and_no_sum(database, jump_s):
    hub = hub_of(database)
    client = client_of(hub, admin_of(hub))
    runs = {"runs": [sent_run("a"), sent_run("b")]}
    assert post(client, 1).status_code == client.post("/api/v1/runs:batch", json=runs).status_code
    hub.wall_clock_s.now_s += jump_s
    assert post(client, 1).json()["counts"] == {"duplicate": 10}
    assert client.post("/api/v1/runs:batch", json=runs).json()["counts"] == {"duplicate": 2}
    assert post(client, 2).json()["counts"] == {"created": 10}
    (row,) = client.get("/api/v1/sums/intervals").json()["rows"]
    (sums,) = client.get("/api/v1/sums/runs").json()["rows"]
    assert (row["intervals"], sums["runs"], sums["cpu_j"]) == (20, 2, 2)


def test_an_sqlite_file_of_its_largest_size_is_full_and_reading_goes_on(tmp_path):
    # 120 pages of 4 KiB: the tables take about a third.
    database = Database(f"sqlite:///{tmp_path}/hub.db", largest_pages=120)
    migrate(database)
    hub = hub_of(database)
    client = client_of(hub, admin_of(hub))
    number = 0
    while (answer := post(client, number)).status_code == 200:
        number += 1
    assert (answer.status_code, answer.json()["title"]) == (507, "No room is left")
    (row,) = client.get("/api/v1/sums/intervals").json()["rows"]
    assert row["intervals"] == 10 * number > 0
    database.close()
