"""Batches of many rows, which PostgreSQL is given by COPY: stored once and as they came."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from wattprint.hub.storage.bulk import insert_new
from wattprint.hub.storage.errors import StorageError
from wattprint.hub.storage.schema import footprints, projects, runs

COUNT = 50


@pytest.fixture
def client(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        yield client


def sent(count=COUNT, **changes):
    """Runs of as many projects."""
    return [sent_run(f"r{i}", project=f"p{i}", **changes) for i in range(count)]


def posted(client, rows):
    """What became of runs whose bodies are spread over lines, with tabs."""
    body = json.dumps({"runs": rows}, indent="\t", ensure_ascii=False).replace("\n", "\r\n")
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/v1/runs:batch", content=body.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_documents_are_stored_as_they_came_whatever_is_in_them(client, database):
    odd = {"note": 'tab \t, line \n, back\\slash, \\N, \\., quote ", Zürich, \u2028, \x1f'}
    posted(client, sent(tags=odd))
    with database.reading() as connection:
        found = connection.execute(select(runs.c.record).order_by(runs.c.project_id)).scalars()
        documents = connection.execute(select(footprints.c.document)).scalars().all()
        records = found.all()
    assert "\r\n\t" in records[0] and len(records) == len(documents) == COUNT
    assert all(json.loads(record)["tags"] == odd for record in records)
    assert json.loads(documents[0])["schema"] == "wattprint.footprint/1"


def test_what_is_there_is_found_again_among_what_is_new(client):
    first = sent()
    assert posted(client, first)["counts"] == {"created": COUNT}
    longer = sent_run("r0", project="p0", duration_s=11.0)
    later = sent(2 * COUNT)
    assert posted(client, [longer, *later[1:]])["counts"] == {
        "replaced": 1,
        "duplicate": COUNT - 1,
        "created": COUNT,
    }
    assert posted(client, later[:COUNT])["counts"] == {"older": 1, "duplicate": COUNT - 1}


def test_readings_of_many_rows_are_stored_once(client):
    rows = [reading(start_s=10 * i) for i in range(COUNT)]
    body = {"project": "ranker", "intervals": rows}
    for verdict in ("created", "duplicate"):
        answer = client.post("/api/v1/intervals:batch", json=body)
        assert answer.json()["counts"] == {verdict: COUNT}


@pytest.mark.parametrize("count", [7, 600])
def test_new_rows_are_told_from_those_that_are_there_wherever_these_stand(database, count):
    def inserted(some):
        return database.write(lambda connection: insert_new(connection, projects, some))

    for there in ([], [0], [6], [3, 4], [0, 2, 5, 6], [*range(7)]):
        rows = [(f"org {there}", f"p{i:04}", None, 1) for i in range(count)]
        before = [rows[i * count // 7] for i in there]
        assert inserted(before) == {row[:2] for row in before}
        assert inserted(rows) == {row[:2] for row in rows} - {row[:2] for row in before}
        assert inserted(rows) == set()
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(projects)) == 6 * count


def test_the_same_rows_at_once_are_stored_once(client, database):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: posted(client, sent()), range(4)))
    created = sum(answer["counts"].get("created", 0) for answer in answers)
    with database.reading() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (runs, footprints, projects)
        ]
    assert created == COUNT and counts == [COUNT] * 3


def test_a_copy_that_the_server_refuses_is_a_fault_of_storage_and_leaves_nothing(database):
    if database.is_sqlite:
        pytest.skip("SQLite knows no COPY")
    rows = [("o", f"p{i:03}", None, None if i == 40 else 1) for i in range(COUNT)]
    with pytest.raises(StorageError, match="refused: NotNullViolation"):
        database.write(lambda connection: insert_new(connection, projects, rows))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(projects)) == 0
