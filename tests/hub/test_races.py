"""What two do at the same moment comes out as if one had come after the other."""

import pytest

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from hub.races import Held, raced
from hub.test_retention import DAY_MS, pruned, untold
from wattprint.hub import organisations
from wattprint.hub.ingest import store_intervals, store_runs
from wattprint.hub.transfer import import_
from wattprint.hub.transfer.export import export_organisation


@pytest.fixture
def hub(database):
    return hub_of(database)


@pytest.fixture
def client(hub):
    return client_of(hub, admin_of(hub))


OLD = {
    "runs": {"runs": [sent_run("old")]},
    "intervals": {"project": "ranker", "intervals": [reading("old")]},
}
"""A run of the first day of 2026, and a reading: the first pruning deletes both."""


@pytest.mark.parametrize(("path", "module"), [("runs", store_runs), ("intervals", store_intervals)])
def test_what_comes_again_during_the_first_pruning_is_counted_once(
    hub, client, monkeypatch, path, module
):
    for name, sent in OLD.items():
        client.post(f"/api/v1/{name}:batch", json=sent)
    before = client.get(f"/api/v1/sums/{path}").json()
    held = Held(module.kept_since)
    monkeypatch.setattr(module, "kept_since", held)
    answer, _ = raced(
        hub.database,
        held,
        lambda: client.post(f"/api/v1/{path}:batch", json=OLD[path]),
        lambda: pruned(hub, intervals_older_ms=30 * DAY_MS, runs_older_ms=30 * DAY_MS),
    )
    assert answer.json()["verdicts"] == ["duplicate"]
    assert client.get(f"/api/v1/sums/{path}").json() == before


@pytest.mark.parametrize("how", ["removed", "made a viewer"])
def test_of_two_admins_who_end_each_other_at_once_one_stays(hub, client, monkeypatch, how):
    ann = client_of(hub, client.put("/api/v1/members/ann", json={"role": "admin"}).json()["token"])
    held = Held(organisations._keep_an_admin)
    monkeypatch.setattr(organisations, "_keep_an_admin", held)

    def ended(by, user):
        path = f"/api/v1/members/{user}"
        return by.delete(path) if how == "removed" else by.put(path, json={"role": "viewer"})

    first, second = raced(
        hub.database, held, lambda: ended(client, "ann"), lambda: ended(ann, "root")
    )
    # Either is refused as the only admin, or, come later still, as one who is none any more.
    assert (first.is_success, second.status_code in (403, 401, 422)) == (True, True), second.text
    roles = {member["user"]: member["role"] for member in client.get("/api/v1/members").json()}
    assert roles == {"root": "admin"} | ({} if how == "removed" else {"ann": "viewer"})


def test_a_run_that_comes_during_its_import_is_counted_once(hub, client, monkeypatch, tmp_path):
    client.post("/api/v1/runs:batch", json=OLD["runs"])
    before = client.get("/api/v1/sums/runs").json()
    export_organisation(hub.database, "acme", tmp_path / "out", "json", now="", told=untold)
    other = client_of(hub, admin_of(hub, "other"))
    held = Held(import_.locked)
    monkeypatch.setattr(import_, "locked", held)
    _, answer = raced(
        hub.database,
        held,
        lambda: import_.import_organisation(hub.database, tmp_path / "out", "other", told=untold),
        lambda: other.post("/api/v1/runs:batch", json=OLD["runs"]),
    )
    assert other.get("/api/v1/sums/runs").json() == before
    assert answer.json()["verdicts"] == ["duplicate"]
