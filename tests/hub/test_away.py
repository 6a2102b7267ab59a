"""The database goes away, and comes back: nothing that was acknowledged is lost."""

from hub.made import admin_of, client_of, hub_of, reading
from postgres_server import postgres_server
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
