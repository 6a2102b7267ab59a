"""Every route, by every role, scope and another tenant: who gets what."""

import pytest

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from hub.made_models import model
from wattprint.hub.api.app import application
from wattprint.hub.auth.rights import READ, Principal
from wattprint.hub.organisations import set_member

RUNS = {"runs": [sent_run("new", with_footprint=False)]}
READINGS = {"project": "ranker", "intervals": [reading("new")]}
ROUTES = {
    ("GET", "/api/v1/runs"): "read",
    ("GET", "/api/v1/runs/{run}"): "read",
    ("GET", "/api/v1/runs/{run}/intervals"): "read",
    ("POST", "/api/v1/runs:elsewhere"): "read",
    ("GET", "/api/v1/projects"): "read",
    ("GET", "/api/v1/sums/runs"): "read",
    ("GET", "/api/v1/sums/intervals"): "read",
    ("GET", "/api/v1/members"): "read",
    ("GET", "/api/v1/teams"): "read",
    ("GET", "/api/v1/runs/{run}/tags"): "read",
    ("GET", "/api/v1/runs/{run}/notes"): "read",
    ("GET", "/api/v1/runs/{run}/exclusion"): "read",
    ("PUT", "/api/v1/runs/{run}/tags/{tag}"): "write",
    ("DELETE", "/api/v1/runs/{run}/tags/{tag}"): "write",
    ("POST", "/api/v1/runs/{run}/notes"): "write",
    ("PUT", "/api/v1/runs/{run}/exclusion"): "write",
    ("DELETE", "/api/v1/runs/{run}/exclusion"): "write",
    ("POST", "/api/v1/runs:batch"): "write",
    ("POST", "/api/v1/intervals:batch"): "write",
    ("POST", "/api/v1/intervals:parquet"): "write",
    ("GET", "/api/v1/factor-sets"): "read",
    ("GET", "/api/v1/factor-sets/diff"): "read",
    ("POST", "/api/v1/jobs"): "admin",
    ("GET", "/api/v1/jobs"): "admin",
    ("GET", "/api/v1/jobs/{job}"): "admin",
    ("GET", "/api/v1/jobs/{job}/file"): "admin",
    ("DELETE", "/api/v1/jobs/{job}"): "admin",
    ("PUT", "/api/v1/teams/{team}"): "manage",
    ("PUT", "/api/v1/projects/{project}"): "manage",
    ("PUT", "/api/v1/members/{user}"): "admin",
    ("DELETE", "/api/v1/members/{user}"): "admin",
    ("GET", "/api/v1/audit"): "admin",
    ("GET", "/api/v1/whoami"): "known",
    ("GET", "/api/v1/tokens"): "known",
    ("POST", "/api/v1/tokens"): "known",
    ("DELETE", "/api/v1/tokens/{token}"): "known",
    ("GET", "/api/v1/estimate"): "anyone",
    ("GET", "/api/v1/registry/models"): "public",
    ("GET", "/api/v1/registry/models/{model}"): "public",
    ("GET", "/api/v1/registry/models/{model}/badge.svg"): "public",
    ("GET", "/api/v1/registry/models/{model}/citation.bib"): "public",
    ("GET", "/api/v1/registry/models/{model}/citation.txt"): "public",
    ("GET", "/api/v1/registry/tasks"): "public",
    ("GET", "/api/v1/registry/leaderboard"): "public",
    ("GET", "/api/v1/registry/settings"): "public",
    ("GET", "/api/v1/registry/registry.csv"): "public",
    ("GET", "/api/v1/registry/registry.parquet"): "public",
    ("GET", "/api/v1/registry/feed.atom"): "public",
    ("POST", "/api/v1/registry/models"): "write all",
    ("POST", "/api/v1/registry/models:batch"): "write all",
    ("POST", "/api/v1/registry/models:check"): "write all",
    ("POST", "/api/v1/registry/models/{model}/withdraw"): "write all",
    ("GET", "/api/v1/registry/requests"): "write all",
    ("POST", "/api/v1/registry/requests"): "write all",
    ("DELETE", "/api/v1/registry/requests/{request_id}"): "write all",
    ("POST", "/api/v1/registry/models:review"): "manage",
    ("PUT", "/api/v1/registry/settings"): "admin",
    ("GET", "/healthz"): "anyone",
    ("GET", "/readyz"): "anyone",
    ("GET", "/metrics"): "anyone",
}
"""What each route asks for; a route that is not here fails the first test."""
BODIES = {
    "/api/v1/runs:batch": RUNS,
    "/api/v1/intervals:batch": READINGS,
    "/api/v1/runs:elsewhere": {"project": "speech", "runs": ["r1"]},
    "/api/v1/teams/{team}": {"name": "Search"},
    "/api/v1/projects/{project}": {"team": None},
    "/api/v1/members/{user}": {"role": "viewer"},
    "/api/v1/runs/{run}/notes": {"text": "said"},
    "/api/v1/runs/{run}/exclusion": {"reason": "a test"},
    "/api/v1/registry/models": model(),
    "/api/v1/registry/models:batch": {"models": [model()]},
    "/api/v1/registry/models:check": model(),
    "/api/v1/registry/models/{model}/withdraw": {"reason": "a test"},
    "/api/v1/registry/requests": {"model": "made-up/ranker"},
    "/api/v1/registry/models:review": {"ids": ["no-such-model"], "decision": "accepted"},
    "/api/v1/registry/settings": {"is_public": False, "attribution": "Made-up Lab"},
    "/api/v1/jobs": {"kind": "recompute", "format": "json"},
    "/api/v1/tokens": {"name": "one more", "scopes": ["nothing"]},
}
MAY = {
    ("viewer", "admin"): {"read"},
    ("member", "admin"): {"read", "write"},
    ("maintainer", "admin"): {"read", "write", "manage"},
    ("admin", "admin"): {"read", "write", "manage", "admin"},
    ("admin", "read"): {"read"},
    ("admin", "write:ranker"): {"write"},
    ("admin", "write:*"): {"write"},
    ("viewer", "write:*"): set(),
    ("admin", "write:other"): {"write elsewhere"},
}
"""What a role may do with a token of a scope."""
ROOT = Principal("acme", "root", "0" * 16, "admin", frozenset({"admin"}))


@pytest.fixture
def hub(database):
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        client.post("/api/v1/runs:batch", json={"runs": [sent_run("r1")]})
        client.post(
            "/api/v1/intervals:batch", json={"project": "ranker", "intervals": [reading("r1")]}
        )
    return hub


QUERIES = {
    "/api/v1/estimate": "?power_w=300&hours=100&intensity=500",
    "/api/v1/registry/leaderboard": "?task=text-ranking",
    "/api/v1/factor-sets/diff": f"?from={'0' * 64}&to={'1' * 64}",
    "/api/v1/intervals:parquet": "?project=ranker",
}
"""What a route must be asked with."""


def filled(path):
    names = {"run": "r1", "team": "search", "project": "ranker", "user": "somebody", "tag": "x"}
    more = {"model": "no-such-model", "request_id": "0" * 16, "job": "0" * 16}
    return path.format(**names, **more, token="0" * 16) + QUERIES.get(path, "")


def statuses(hub, token):
    """The status of every route for a token."""
    with client_of(hub, token) as client:
        return {
            (method, path): client.request(method, filled(path), json=BODIES.get(path)).status_code
            for method, path in ROUTES
        }


def test_every_route_is_in_the_table(hub):
    described = client_of(hub).get("/api/v1/openapi.json").json()["paths"]
    served = {(m.upper(), path) for path, methods in described.items() for m in methods}
    assert served == set(ROUTES)


def test_without_a_token_only_the_keepers_routes_answer(hub):
    for (method, path), status in statuses(hub, None).items():
        # `public` is so once an organisation publishes its registry.
        expected = 200 if ROUTES[method, path] == "anyone" else 401
        assert status == expected, (method, path)


@pytest.mark.parametrize(("role", "scope"), MAY, ids="-".join)
def test_a_token_may_do_what_its_role_and_its_scope_allow(hub, role, scope):
    set_member(hub.database, ROOT, "ann", role=role, name="Ann", now_ms=0)
    token = hub.tokens.create("acme", "ann", "test", [scope])
    for (method, path), status in statuses(hub, token).items():
        needed = ROUTES[method, path].replace("public", "read")
        may = MAY[role, scope]
        of_all = {"write all"} if "write" in may and scope in ("admin", "write:*") else set()
        is_allowed = needed in {*may, *of_all, "known", "anyone"}
        # A token that may not read is not told that a run is another project's: it is unknown.
        is_unknown = status == 404 and scope == "write:other" and "{run}" in path
        # An unknown scope, token or member is refused for that and no other reason.
        assert (status != 403 and not is_unknown) is is_allowed, (method, path, status)
        assert status < 500 and status != 401


def test_nothing_of_one_tenant_shows_to_another(hub):
    other = admin_of(hub, "other")
    with client_of(hub, other) as client:
        for method, path in ROUTES:
            if method == "GET" and path.startswith("/api/v1"):
                text = client.get(filled(path)).text
                assert not any(word in text for word in ("acme", "ranker", 'r1"')), path
        assert client.get("/api/v1/runs/r1").status_code == 404
        assert client.post("/api/v1/runs:batch", json={"runs": [sent_run("r1")]}).json()[
            "verdicts"
        ] == ["created"], "the same id is another run elsewhere"
    (row,) = (
        client_of(hub, hub.tokens.create("acme", "root", "t", ["read"]))
        .get("/api/v1/sums/runs")
        .json()["rows"]
    )
    assert row["runs"] == 1


def test_a_token_of_another_tenant_cannot_be_taken_back(hub):
    mine = hub.tokens.create("acme", "root", "mine", ["read"])
    with client_of(hub, admin_of(hub, "other")) as client:
        assert client.delete(f"/api/v1/tokens/{mine.split('.')[1]}").status_code == 404
    assert hub.tokens.check(mine) is not None


def test_no_token_makes_one_that_may_do_more(hub):
    token = hub.tokens.create("acme", "root", "t", ["read", "write:ranker"])
    with client_of(hub, token) as client:
        for scopes, status in (
            (["read"], 201),
            (["write:ranker"], 201),
            (["write:*"], 403),
            (["write:other"], 403),
            (["read", "admin"], 403),
        ):
            answer = client.post("/api/v1/tokens", json={"name": "t", "scopes": scopes})
            assert answer.status_code == status, scopes


def token_id(token):
    """The id that a token is listed by."""
    return token.split(".")[1]


REVOKES = {
    "admin": {"admin", "read", "write:ranker", "write:other", "itself"},
    "read": {"read", "itself"},
    "write:ranker": {"write:ranker", "itself"},
    "write:*": {"write:ranker", "write:other", "itself"},
}
"""Which of its owner's tokens one of a scope lists and takes back."""


@pytest.mark.parametrize("role", ["admin", "member"])
@pytest.mark.parametrize("scope", REVOKES)
def test_a_token_lists_and_takes_back_what_it_could_have_made_and_itself(hub, role, scope):
    set_member(hub.database, ROOT, "ann", role=role, name="Ann", now_ms=0)
    scopes = ("admin", "read", "write:ranker", "write:other")
    others = {one: hub.tokens.create("acme", "ann", one, [one]) for one in scopes}
    foreign = hub.tokens.create("acme", "root", "foreign", ["read"])
    mine = hub.tokens.create("acme", "ann", "itself", [scope])
    sees_all = (role, scope) == ("admin", "admin")
    with client_of(hub, mine) as client:
        listed = {found["name"] for found in client.get("/api/v1/tokens").json()}
        assert listed - {"test"} == REVOKES[scope] | ({"foreign"} if sees_all else set())
        for name, token in {**others, "foreign": foreign, "itself": mine}.items():
            may = name in REVOKES[scope] or (name == "foreign" and sees_all)
            answer = client.delete(f"/api/v1/tokens/{token_id(token)}")
            assert answer.status_code == (204 if may else 404), name
            assert (hub.tokens.check(token) is None) is may, name


def test_a_viewer_takes_back_a_token_of_the_time_before(hub):
    set_member(hub.database, ROOT, "ann", role="viewer", name="Ann", now_ms=0)
    old = hub.tokens.create("acme", "ann", "old", ["write:*"])
    with client_of(hub, hub.tokens.create("acme", "ann", "t", ["admin"])) as client:
        assert client.delete(f"/api/v1/tokens/{token_id(old)}").status_code == 204
    again = hub.tokens.create("acme", "ann", "old", ["write:*"])
    with client_of(hub, again) as client:
        assert client.delete(f"/api/v1/tokens/{token_id(again)}").status_code == 204


def test_a_member_who_leaves_can_do_nothing_more_and_the_last_admin_stays(hub):
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        token = client.put("/api/v1/members/ann", json={"role": "member"}).json()["token"]
        assert hub.tokens.check(token).may(READ)
        assert client.delete("/api/v1/members/ann").status_code == 204
        assert hub.tokens.check(token) is None
        answer = client.delete("/api/v1/members/root")
        assert (answer.status_code, "the only admin" in answer.json()["detail"]) == (422, True)
        actions = [event["action"] for event in client.get("/api/v1/audit").json()]
    assert sorted(actions) == ["member.remove", "member.set"]


def test_the_application_is_made_of_the_routes_alone(hub):
    assert client_of(hub).get("/docs").status_code == 404
    assert application(hub) is not None
