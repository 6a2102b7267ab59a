"""What SQLite makes of the pages' statements. It plans without statistics: the indexes decide."""

import re
import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from hub.made import client_of
from hub.members import filled, sent, signed_in
from wattprint.hub.storage.database import Database

PAGES = (
    "/runs/search?project=ranker",
    "/runs/b?project=speech",
    "/runs?parent=search&sort=-energy",
    "/runs?parent=search&sort=duration",
    "/runs?outcome=failed",
    "/runs?project=ranker&outcome=failed",
    "/compare?run=ranker/a&run=speech/b",
    "/sweeps",
    "/sweeps?project=speech",
    "/dashboard",
)


@pytest.fixture
def hub(sqlite_template, tmp_path):
    """A hub on SQLite; PostgreSQL plans by statistics, and of a few runs it reads all."""
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}")
    rows = [
        sent("search", day="2026-05-01"),
        sent("a", day="2026-05-02", parent="search"),
        sent("b", day="2026-05-03", parent="search", project="speech", it_kwh=2.0),
        sent("c", day="2026-05-04", parent="search", outcome="failed"),
    ]
    yield filled(database, *rows)[0]
    database.close()


@contextmanager
def statements():
    """Statements that are run meanwhile, with their parameters."""
    found = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        found.append((" ".join(statement.split()), parameters))

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", note)


def plan_of(hub, statement, parameters):
    """Lines of a plan that read runs: the index, and what of it is known."""
    with hub.database.reading() as connection:
        lines = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        words = [row[-1] for row in lines]
    return [line for line in words if re.search(r"\b(SCAN|SEARCH) runs\b", line)]


@pytest.mark.parametrize("page", PAGES)
def test_runs_are_found_by_what_is_known_of_them_and_never_all_looked_at(hub, page):
    browser = signed_in(hub, hub.tokens.create("acme", "root", "t", ["admin"]))
    with statements() as found:
        assert browser.get(page).status_code == 200
    of_runs = [pair for pair in found if " FROM runs " in pair[0]]
    assert of_runs
    for statement, parameters in of_runs:
        for line in plan_of(hub, statement, parameters):
            assert "SCAN" not in line, (line, statement)
            for known in ("run_id", "parent_id"):
                if re.search(rf"WHERE .*\bruns\.{known} (=|IN)", statement):
                    assert f"{known}=?" in line, (line, statement)


@pytest.mark.parametrize("order", ["duration_ms", "-it_j", "location_ug", "-started_at_ms"])
def test_the_runs_of_a_parent_come_sorted_from_an_index(hub, order):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    with client_of(hub, token) as client, statements() as found:
        answer = client.get(f"/api/v1/runs?parent=search&sort={order}&limit=2")
        assert len(answer.json()["runs"]) == 2
    asked = [pair for pair in found if "runs.parent_id = ?" in pair[0]]
    assert asked
    for statement, parameters in asked:
        with hub.database.reading() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            words = " ".join(row[-1] for row in plan)
        assert "runs_of_parent" in words and "TEMP B-TREE" not in words, words
