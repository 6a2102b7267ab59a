"""The API does what its description says; whatever it is asked, nothing is a fault of the hub."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from hub.made import admin_of, client_of, hub_of, sent_run, served
from hub.test_rights import ROUTES
from processes import WHOLE_PROOF
from wattprint.hub.api.examples import INTERVALS_BODY, RUNS_BODY

REFUSED_BY_SENSE = {
    "POST /api/v1/runs:batch": "a record must be one that can be accounted for",
    "POST /api/v1/intervals:batch": "an interval must end after it began",
    "GET /api/v1/runs": "a cursor is of the list that gave it, and fields have names",
    "PUT /api/v1/projects/{project}": "a team must be there",
    "GET /api/v1/estimate": "hardware and places have names",
    "POST /api/v1/intervals:parquet": "a file of Parquet has five columns",
    "POST /api/v1/jobs": "a project is of one kind of job, a format of another",
    "GET /api/v1/factor-sets/diff": "a cursor is of the list that gave it",
    "POST /api/v1/runs/{run}/notes": "a note that is edited must be one's own",
    "POST /api/v1/registry/models": "figures must fit each other, and links lead to the web",
    "POST /api/v1/registry/models:check": "links lead to the web, and figures have units",
    "POST /api/v1/registry/models:batch": "a table must be one of models",
    "POST /api/v1/registry/models:review": "a rejection needs a reason",
    "GET /api/v1/registry/models": "a cursor is of the list that gave it",
    "GET /api/v1/registry/leaderboard": "a task must have scores",
}
"""Routes that refuse what the shape of their description would allow, and why."""


@schemathesis.serializer("application/vnd.apache.parquet")
def as_parquet(_context, text):
    """What stands in for a file: letters that are none, which a hub has to refuse."""
    return text if isinstance(text, bytes) else str(text).encode()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with served(tmp_path_factory.mktemp("described") / "home") as hub:
        hub.request("POST", "/api/v1/runs:batch", RUNS_BODY)
        hub.request("POST", "/api/v1/intervals:batch", INTERVALS_BODY)
        yield hub


def test_every_route_keeps_to_its_description(hub):
    description = schemathesis.openapi.from_url(f"{hub.url}/api/v1/openapi.json")
    operations = [found.ok() for found in description.get_all_operations()]
    assert {found.label for found in operations} == {" ".join(route) for route in ROUTES}
    for operation in operations:
        left_out = [positive_data_acceptance] if operation.label in REFUSED_BY_SENSE else []
        if operation.label.startswith("GET /api/v1/registry"):
            left_out.append(ignored_auth)  # one that was published, as another route does: anybody
        for mode in GenerationMode:
            ask(hub, operation, mode, left_out)


def ask(hub, operation, mode, left_out):
    """Ask a route what it should take, or what it should refuse, by all of schemathesis' checks."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=100 if WHOLE_PROOF else 4,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    def asked(case):
        headers = {"Authorization": f"Bearer {hub.token}"}
        answer = case.call(headers=headers)
        case.validate_response(answer, headers=headers, excluded_checks=left_out)

    with suppress(Unsatisfiable):  # a route without parameters cannot be asked wrongly
        asked()


def test_a_walk_from_route_to_route_meets_no_fault(hub):
    description = schemathesis.openapi.from_url(f"{hub.url}/api/v1/openapi.json")

    class Walk(description.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"headers": {"Authorization": f"Bearer {hub.token}"}}

        def validate_response(self, response, case, **_more):
            case.validate_response(response, checks=[not_a_server_error])

    Walk.run(
        settings=settings(
            max_examples=200 if WHOLE_PROOF else 6,
            stateful_step_count=6,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )
    )


def test_a_parameter_that_a_route_does_not_have_is_refused(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        answer = client.get("/api/v1/runs?porject=ranker")
        assert answer.status_code == 422
        assert "parameter is 'porject'" in answer.json()["detail"]
        assert "Nearest: 'project'" in answer.json()["detail"]


def test_the_examples_are_taken_as_they_stand(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        document = client.get("/api/v1/openapi.json").json()
        assert document["openapi"].startswith("3.1")
        for path in ("/api/v1/runs:batch", "/api/v1/intervals:batch"):
            body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            assert client.post(path, json=body["example"]).json()["verdicts"] == ["created"]


def test_a_list_is_read_by_pages_and_by_what_is_new(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        runs = [
            sent_run(f"r{i}", started_at=f"2026-01-0{1 + i // 2}T00:00:00Z", with_footprint=False)
            for i in range(5)
        ]
        client.post("/api/v1/runs:batch", json={"runs": runs})
        for sort, expected in (
            ("started_at_ms", ["r0", "r1", "r2", "r3", "r4"]),
            ("-started_at_ms", ["r4", "r3", "r2", "r1", "r0"]),
        ):
            found, more = [], {"sort": sort, "limit": 2, "fields": "id"}
            while True:
                page = client.get("/api/v1/runs", params=more)
                found += [run["id"] for run in page.json()["runs"]]
                if page.json()["next"] is None:
                    break
                more["cursor"] = page.json()["next"]
            assert found == expected
        tag = page.headers["etag"]
        again = client.get("/api/v1/runs", params=more, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        wrong = {"sort": "started_at_ms", "cursor": more["cursor"]}
        assert (
            "expected the `next` of this very list" in client.get("/api/v1/runs", params=wrong).text
        )
        unknown = client.get("/api/v1/runs", params={"fields": "id,colour"})
        assert "field 'colour' is unknown" in unknown.json()["detail"]


def test_sums_go_by_team_as_projects_do(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        runs = [sent_run("a", project="x", joules=3.0), sent_run("b", project="y", joules=4.0)]
        client.post("/api/v1/runs:batch", json={"runs": runs})
        client.put("/api/v1/teams/search", json={"name": "Search"})
        assert client.put("/api/v1/projects/x", json={"team": "search"}).status_code == 204
        rows = client.get("/api/v1/sums/runs", params={"by": "team"}).json()["rows"]
        assert {row["team"]: row["cpu_j"] for row in rows} == {"search": 3, None: 4}
        answer = client.put("/api/v1/projects/y", json={"team": "nobody"})
        assert (answer.status_code, "team 'nobody' is unknown" in answer.text) == (422, True)
