"""What SQLite makes of the pages' statements. It plans without statistics: the indexes decide."""

import re
import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

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


@pytest.fixture(scope="module")
def hub(sqlite_template, tmp_path_factory):
    """A hub on SQLite; PostgreSQL plans by statistics, and of a few runs it reads all."""
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("plans"))
    database = Database(f"sqlite:///{file}")
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
    """Lines of a plan: which index reads a table, and what of it is known."""
    with hub.database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row[-1] for row in plan]


def plans_of_page(hub, page, words):
    """Statements with some words that a page runs, and their plans."""
    browser = signed_in(hub, hub.tokens.create("acme", "root", "t", ["admin"]))
    hub.database.changes += 1  # no answer of an earlier test is held
    with statements() as found:
        assert browser.get(page).status_code == 200
    plans = [(pair[0], plan_of(hub, *pair)) for pair in found if words in pair[0]]
    assert plans
    return plans


@pytest.mark.parametrize("page", PAGES)
def test_runs_are_found_by_what_is_known_of_them_and_never_all_looked_at(hub, page):
    for statement, plan in plans_of_page(hub, page, " FROM runs "):
        for line in plan:
            if re.search(r"\b(SCAN|SEARCH) runs\b", line):
                assert "SCAN" not in line, (line, statement)
                for known in ("run_id", "parent_id"):
                    if re.search(rf"WHERE .*\bruns\.{known} (=|IN)", statement):
                        assert f"{known}=?" in line, (line, statement)


@pytest.mark.parametrize("order", ["duration", "-energy", "emissions", "-started"])
def test_the_runs_of_a_parent_come_sorted_from_an_index(hub, order):
    page = f"/runs?parent=search&sort={order}"
    for _, plan in plans_of_page(hub, page, "runs.parent_id = ?"):
        assert "runs_of_parent" in str(plan) and "FOR ORDER BY" not in str(plan), plan


def test_of_a_sweep_that_two_projects_share_each_looks_at_its_own_runs_alone(hub):
    for _, plan in plans_of_page(hub, "/sweeps?project=speech", " AS runs_1 "):
        lines = [line for line in plan if "runs_1" in line]
        assert lines and all("project_id=? AND started_at_ms>?" in line for line in lines), lines
