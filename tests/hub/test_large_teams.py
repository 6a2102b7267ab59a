"""A team of more projects than a statement takes parameters."""

from sqlalchemy import insert

from hub.made import sent_run
from hub.members import filled
from wattprint.hub.run_list import Asked, listed
from wattprint.hub.storage.schema import projects


def test_runs_of_a_team_are_found_whatever_its_size(database):
    filled(database, sent_run("one", project="p0"), sent_run("other", project="elsewhere"))
    # SQLite takes 32,766 parameters, PostgreSQL 65,535.
    of_team = [
        {"org_id": "acme", "project_id": f"p{i}", "team_id": "large", "created_at_ms": 0}
        for i in range(1, 66_000)
    ]
    its = projects.c.project_id == "p0"
    database.write(lambda c: c.execute(insert(projects), of_team))
    database.write(lambda c: c.execute(projects.update().where(its).values(team_id="large")))
    found = listed(database, "acme", Asked(team="large"))
    assert [row["run_id"] for row in found.rows] == ["one"]
