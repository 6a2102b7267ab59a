"""Every page and form, by every role, without a session, and from another tenant."""

import pytest
from sqlalchemy import select

from hub.browser import Browser
from hub.every_route import EVERY, GETS, POSTS, filled, is_page
from hub.made import client_of, hub_of, sent_run
from hub.members import filled as members_filled
from hub.members import member_of, signed_in
from hub.people import ROLES, browser_of, member, organisation, root_of
from wattprint.hub.organisations import set_project, set_team
from wattprint.hub.storage.schema import memberships, tokens

PAGES = {
    ("GET", "/"): "anyone",
    ("GET", "/account"): "read",
    ("POST", "/account/name"): "read",
    ("POST", "/account/password"): "read",
    ("POST", "/account/sessions/end-others"): "read",
    ("POST", "/account/sessions/{session}/end"): "read",
    ("POST", "/account/tokens"): "read",
    ("GET", "/account/tokens/{token}/revoke"): "read",
    ("POST", "/account/tokens/{token}/revoke"): "read",
    ("GET", "/admin"): "manage",
    ("GET", "/admin/audit"): "admin",
    ("GET", "/admin/factor-sets"): "admin",
    ("POST", "/admin/factor-sets/recompute"): "admin",
    ("GET", "/admin/invitations/{invitation}/withdraw"): "admin",
    ("POST", "/admin/invitations/{invitation}/withdraw"): "admin",
    ("GET", "/admin/members"): "admin",
    ("POST", "/admin/members"): "admin",
    ("GET", "/admin/members/{user}"): "admin",
    ("POST", "/admin/members/{user}"): "admin",
    ("POST", "/admin/members/{user}/link"): "admin",
    ("GET", "/admin/members/{user}/remove"): "admin",
    ("POST", "/admin/members/{user}/remove"): "admin",
    ("POST", "/admin/projects"): "manage",
    ("GET", "/admin/teams"): "manage",
    ("POST", "/admin/teams"): "manage",
    ("GET", "/admin/tokens"): "admin",
    ("POST", "/admin/tokens"): "admin",
    ("GET", "/admin/tokens/{token}/revoke"): "admin",
    ("POST", "/admin/tokens/{token}/revoke"): "admin",
    ("GET", "/calculator"): "anyone",
    ("GET", "/calculator/cpus"): "anyone",
    ("GET", "/charts/leaderboard"): "anyone",
    ("GET", "/compare"): "read",
    ("GET", "/compare/chart.json"): "read",
    ("GET", "/dashboard"): "read",
    ("GET", "/dashboard/charts/{name}.json"): "read",
    ("GET", "/leaderboards"): "anyone",
    ("GET", "/leaderboards/{task:path}"): "anyone",
    ("GET", "/methods"): "anyone",
    ("GET", "/methods/pictures/{name}"): "anyone",
    ("GET", "/methods/sources"): "anyone",
    ("GET", "/methods/{name:path}"): "anyone",
    ("GET", "/models"): "anyone",
    ("GET", "/models/review"): "manage",
    ("POST", "/models/review"): "manage",
    ("POST", "/models/review/plain"): "manage",
    ("POST", "/models/review/settings"): "admin",
    ("GET", "/models/submit"): "write",
    ("POST", "/models/submit"): "write",
    ("POST", "/models/submit/card"): "write",
    ("GET", "/models/{model}"): "anyone",
    ("POST", "/models/{model}/withdraw"): "write",
    ("GET", "/request/{link}"): "anyone",
    ("POST", "/request/{link}"): "anyone",
    ("GET", "/requests"): "write",
    ("POST", "/requests"): "write",
    ("POST", "/requests/{request_id}/revoke"): "write",
    ("GET", "/runs"): "read",
    ("GET", "/runs.csv"): "read",
    ("GET", "/runs/{run}"): "read",
    ("GET", "/runs/{run}/charts/intensity.json"): "read",
    ("GET", "/runs/{run}/charts/power.json"): "read",
    ("POST", "/runs/{run}/exclude"): "write",
    ("GET", "/runs/{run}/footprint.json"): "read",
    ("POST", "/runs/{run}/include"): "write",
    ("GET", "/runs/{run}/live"): "read",
    ("POST", "/runs/{run}/notes"): "write",
    ("GET", "/runs/{run}/record.json"): "read",
    ("POST", "/runs/{run}/tags"): "write",
    ("POST", "/runs/{run}/untag"): "write",
    ("GET", "/sign-in"): "anyone",
    ("POST", "/sign-in"): "anyone",
    ("GET", "/sign-in/oidc"): "anyone",
    ("GET", "/sign-in/oidc/callback"): "anyone",
    ("POST", "/sign-out"): "anyone",
    ("GET", "/sweeps"): "read",
    ("GET", "/welcome"): "anyone",
    ("POST", "/welcome"): "anyone",
    ("GET", "/zones"): "anyone",
    ("GET", "/zones/map.json"): "anyone",
    ("GET", "/zones/{code}"): "anyone",
    ("GET", "/zones/{code}/hours.json"): "anyone",
    ("GET", "/zones/{code}/years.json"): "anyone",
}
"""What each page and form asks for; one that is not here fails the first test."""
MAY = {
    "viewer": {"read"},
    "member": {"read", "write"},
    "maintainer": {"read", "write", "manage"},
    "admin": {"read", "write", "manage", "admin"},
}


@pytest.fixture
def hub(database):
    """A hub with two organisations; acme is the hub's own, and has somebody in each role."""
    hub = hub_of(database, public_organisation="acme")
    organisation(hub)
    for role in ROLES:
        member(hub, f"the-{role}", role)
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        client.post("/api/v1/runs:batch", json={"runs": [sent_run("r1")]})
    return hub


def asked(browser, hub, method, path, cookie):
    """The answer to a person with a session's cookie, or without one."""
    browser.cookies.clear()
    if cookie:
        browser.cookies.set("wattprint_session", cookie, "hub.test")
    else:
        browser.cookies.set("wattprint_visitor", "v" * 32, "hub.test")
    if method == "GET":
        return browser.get(path)
    return browser.post(path, {"form_key": hub.sessions.form_key(cookie or "v" * 32)})


def goes_to_sign_in(answer):
    """Whether a browser was sent to sign in first."""
    return answer.headers.get("location", "").startswith("/sign-in?next=")


def is_refused(answer):
    """Whether the role, or the token of the session, did not allow it."""
    return answer.status_code == 403 and "does not allow this</h1>" in answer.text


def test_every_page_is_in_the_table():
    served = {(method, route.path) for method, route in EVERY if is_page(route)}
    assert served == set(PAGES)


def test_every_route_that_is_no_page_is_described():
    # Those of the description are in the table of tests/hub/test_rights.py.
    described = {"/api/v1/openapi.json"}
    found = {r.path for _, r in EVERY if not is_page(r) and not r.include_in_schema}
    assert found == described


def test_without_a_session_only_the_pages_for_anyone_are_there(hub):
    browser = Browser(hub)
    for (method, path), needed in PAGES.items():
        answer = asked(browser, hub, method, filled(path), None)
        assert goes_to_sign_in(answer) is (needed != "anyone"), (method, path, answer.status_code)
        assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_a_session_may_do_what_its_role_allows(hub, role):
    browser, user = Browser(hub), f"the-{role}"
    for (method, path), needed in PAGES.items():
        cookie = hub.sessions.open("acme", user)
        answer = asked(browser, hub, method, filled(path), cookie)
        is_allowed = needed in {*MAY[role], "anyone"}
        assert is_refused(answer) is not is_allowed, (method, path, answer.status_code)
        assert not goes_to_sign_in(answer), (method, path)
        assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("scopes", [["read"], ["read", "write:ranker"]], ids="-".join)
def test_a_session_of_a_token_may_not_administer(hub, scopes):
    browser = Browser(hub)
    for (method, path), needed in PAGES.items():
        if needed in ("manage", "admin"):
            cookie = hub.sessions.open("acme", "root", scopes=scopes)
            answer = asked(browser, hub, method, filled(path), cookie)
            assert is_refused(answer), (method, path, answer.status_code)


SCOPES = (["admin"], ["read"], ["read", "write:ranker"])


@pytest.mark.parametrize("mine", SCOPES, ids="-".join)
@pytest.mark.parametrize("its", SCOPES, ids="-".join)
def test_a_session_takes_back_no_token_that_may_do_more(hub, mine, its):
    token = hub.tokens.create("acme", "root", "zebra", its)
    browser = session_browser(hub, mine)
    may = mine == ["admin"] or set(its) <= set(mine)
    path = f"/account/tokens/{token.split('.')[1]}/revoke"
    assert ("zebra" in browser.get("/account").text) is may
    assert browser.get(path).status_code == (200 if may else 404)
    answer = browser.post(path, {"form_key": browser.key("/account")})
    assert answer.status_code == (303 if may else 404)
    assert (hub.tokens.check(token) is None) is may


@pytest.mark.parametrize("mine", SCOPES, ids="-".join)
def test_a_session_of_a_narrow_token_ends_itself_alone(hub, mine):
    browser, other = session_browser(hub, mine), hub.sessions.open("acme", "root", browser="zebra")
    may, ids = mine == ["admin"], [other.split(".")[1]]
    ids.append(browser.cookies["wattprint_session"].split(".")[1])
    key = {"form_key": browser.key("/account")}
    assert ("zebra" in browser.get("/account").text) is may
    statuses = [browser.post(f"/account/sessions/{one}/end", key).status_code for one in ids[:1]]
    statuses.append(browser.post("/account/sessions/end-others", key).status_code)
    assert statuses == ([303, 303] if may else [404, 403])
    assert (hub.sessions.check(other) is None) is may
    assert browser.post(f"/account/sessions/{ids[1]}/end", key).status_code == 303


def session_browser(hub, scopes):
    """A browser in which root is signed in by a token of scopes."""
    browser = Browser(hub)
    cookie = hub.sessions.open("acme", "root", scopes=scopes)
    browser.cookies.set("wattprint_session", cookie, "hub.test")
    return browser


def test_nothing_of_one_tenant_shows_to_another(hub):
    member(hub, "ann")
    set_team(hub.database, root_of(), "search", "zebra team", 0)
    set_project(hub.database, root_of(), "zebra project", "search", 0)
    token = hub.tokens.create("acme", "root", "zebra token", ["admin"])
    hub.sessions.open("acme", "root", browser="zebra browser")
    hub.accounts.invitations.make(root_of(), "zebra", role="member")
    with client_of(hub, token) as client:
        rows = [sent_run("r1", name="zebra run"), sent_run("r2", project="zebra/2")]
        assert client.post("/api/v1/runs:batch", json={"runs": rows}).status_code == 200
    organisation(hub, "other")
    mine, theirs = browser_of(hub), browser_of(hub, "root", "other")
    seen = {r.path for r in GETS if "zebra" in mine.get(filled(r.path)).text}
    assert {"/admin/members", "/admin/teams", "/admin/tokens", "/account"} <= seen
    for route in GETS:
        assert "zebra" not in theirs.get(filled(route.path)).text, route.path


def test_nobody_changes_what_is_of_another_tenant(hub):
    member(hub, "ann")
    organisation(hub, "other")
    token = hub.tokens.create("acme", "ann", "of ann", ["read"]).split(".")[1]
    session = hub.sessions.open("acme", "ann")
    code = hub.accounts.invitations.make(root_of(), "bob", role="viewer")
    ids = {"token": token, "session": session.split(".")[1], "invitation": code.split(".")[1]}
    before = state_of(hub)
    browser = Browser(hub)
    for route in POSTS:
        if "{" in route.path and not route.path.startswith(("/request/", "/models/")):
            cookie = hub.sessions.open("other", "root")
            answer = asked(browser, hub, "POST", filled(route.path, **ids), cookie)
            assert answer.status_code in (404, 422), route.path
    assert state_of(hub) == before
    assert hub.sessions.check(session) is not None
    assert hub.accounts.invitations.find(code) is not None


def state_of(hub):
    """Members and tokens of acme."""
    with hub.database.reading() as connection:
        return [
            sorted(map(str, connection.execute(select(table).where(table.c.org_id == "acme"))))
            for table in (memberships, tokens)
        ]


def title_of(answer):
    """What a page that refuses says first."""
    return answer.text.split("<h1>")[1].split("</h1>")[0]


def test_a_refusal_says_whether_role_token_or_form_is_why(database):
    hub, root = members_filled(database)
    viewer = member_of(hub, "viewer")
    answer = viewer.get("/models/submit")
    assert (answer.status_code, title_of(answer)) == (403, "Your role does not allow this")
    assert "Your role is viewer; expected one that may send runs." in answer.text
    reader = signed_in(hub, hub.tokens.create("acme", "root", "t", ["read"]))
    answer = reader.get("/models/submit")
    assert title_of(answer) == "The token you signed in with does not allow this"
    assert "a token of the scope read; expected one that may send runs." in answer.text
    browser = signed_in(hub, root)
    answer = browser.post("/models/submit", {"form_key": "0" * 64})
    assert (answer.status_code, title_of(answer)) == (403, "This form cannot be taken")
    assert "The form is too old" in answer.text
