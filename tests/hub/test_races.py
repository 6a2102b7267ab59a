"""What two do at the same moment comes out as if one had come after the other."""

import pytest

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from hub.races import Held, raced
from hub.test_retention import DAY_MS, pruned
from wattprint.hub.ingest import store_intervals, store_runs


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
