"""Pages of the administration: made to be used without a script, and every deed is audited."""

import json

import pytest
from sqlalchemy import select

from hub.browser import Browser
from hub.made import client_of, hub_of, reading, sent_run
from hub.people import PASSWORD, browser_of, member, organisation
from wattprint.hub.storage.schema import audit, projects, teams


@pytest.fixture
def hub(database):
    """A hub with the organisation acme, which is the hub's own."""
    hub = hub_of(database, public_organisation="acme", public_url="https://hub.example.org")
    organisation(hub)
    return hub


@pytest.fixture
def root(hub):
    """The browser of its admin."""
    return browser_of(hub)


def events_of(hub):
    """Actions and subjects of the audit log, without sessions."""
    with hub.database.reading() as connection:
        found = [(row.action, row.subject) for row in connection.execute(select(audit))]
    return {event for event in found if not event[0].startswith("session")}


def test_an_invitation_is_shown_once_and_leads_to_the_hub_s_own_address(hub, root):
    root.get("/admin/members")
    page = root.send("/admin/members", user="ann", role="maintainer").text
    link = page.split('<code id="link">')[1].split("<")[0]
    assert link.startswith("https://hub.example.org/welcome?code=acme.")
    again = root.get("/admin/members").text
    assert (link in again, "ann" in again) == (False, True)
    ann = Browser(hub, "https://hub.example.org")
    ann.get(link.removeprefix("https://hub.example.org"))
    ann.send("/welcome", name="Ann", password=PASSWORD)
    assert hub.sessions.check(ann.cookies["wattprint_session"]).role == "maintainer"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"user": "root", "role": "member"}, "is admin already"),
        ({"user": "a b", "role": "member"}, "is no name to sign in with"),
        ({"user": "ann", "role": "king"}, "role is &#39;king&#39;"),
        ({"user": "ann", "role": "member", "email": "ann"}, "is none; expected NAME@DOMAIN"),
    ],
)
def test_an_impossible_invitation_is_refused_with_what_was_typed(hub, root, fields, words):
    root.get("/admin/members")
    answer = root.send("/admin/members", **fields)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{fields["user"]}"' in answer.text
    assert events_of(hub) == set()


def test_a_link_is_withdrawn_after_a_question(hub, root):
    root.get("/admin/members")
    page = root.send("/admin/members", user="ann", role="member").text
    code = page.split("welcome?code=")[1].split("<")[0]
    path = f"/admin/invitations/{code.split('.')[1]}/withdraw"
    assert "Withdraw the link of ann?" in root.get(path).text
    assert hub.accounts.invitations.find(code) is not None, "asking changes nothing"
    root.send(path)
    assert hub.accounts.invitations.find(code) is None
    assert ("invitation.withdraw", "ann") in events_of(hub)


def test_a_member_s_role_is_changed_and_its_name_stays(hub, root):
    member(hub, "ann")
    root.get("/admin/members/ann")
    root.send("/admin/members/ann", role="viewer")
    page = root.get("/admin/members").text
    assert ">Ann<" in page
    assert ">viewer<" in page


def test_a_member_gets_a_link_for_a_new_password(hub, root):
    member(hub, "ann")
    root.get("/admin/members/ann")
    page = root.send("/admin/members/ann/link").text
    code = page.split("welcome?code=")[1].split("<")[0]
    assert hub.accounts.invitations.find(code).role is None


def test_a_member_is_removed_after_a_question(hub, root):
    member(hub, "ann")
    cookie = hub.sessions.open("acme", "ann")
    assert "Remove Ann?" in root.get("/admin/members/ann/remove").text
    assert hub.sessions.check(cookie) is not None
    root.send("/admin/members/ann/remove")
    assert hub.sessions.check(cookie) is None
    assert root.get("/admin/members/ann").status_code == 404
    assert ("member.remove", "ann") in events_of(hub)


@pytest.mark.parametrize("deed", ["/admin/members/root/remove", "/admin/members/root"])
def test_the_last_admin_stays(hub, root, deed):
    root.get(deed)
    answer = root.send(deed, role="viewer")
    assert (answer.status_code, "the only admin" in answer.text) == (422, True)


def test_teams_and_projects_are_made_and_moved(hub, root):
    root.get("/admin/teams")
    root.send("/admin/teams", team="search", name="Search & Ranking")
    root.get("/admin/teams")
    page = root.send("/admin/projects", project="org/ranker", team="search").text
    assert "Search &amp; Ranking" in page
    with hub.database.reading() as connection:
        assert connection.scalar(select(teams.c.name)) == "Search & Ranking"
        assert connection.scalar(select(projects.c.team_id)) == "search"
    assert events_of(hub) == {("team.set", "search"), ("project.set", "org/ranker")}


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/admin/teams", {"team": "a b", "name": "x"}),
        ("/admin/teams", {"team": "search", "name": ""}),
        ("/admin/projects", {"project": "", "team": ""}),
        ("/admin/projects", {"project": "ranker", "team": "no-such-team"}),
        ("/admin/projects", {"project": "x" * 201, "team": ""}),
    ],
)
def test_an_impossible_team_or_project_is_refused(hub, root, action, fields):
    root.get("/admin/teams")
    answer = root.send(action, **fields)
    assert (answer.status_code, "expected" in answer.text) == (422, True)
    assert events_of(hub) == set()


@pytest.mark.parametrize("base", ["/account", "/admin/tokens"])
def test_a_token_is_made_shown_once_and_taken_back_after_a_question(hub, root, base):
    action = "/account/tokens" if base == "/account" else base
    root.get(base)
    page = root.send(action, name="node 7", scopes="read\nwrite:ranker").text
    token = page.split('<code id="made-token">')[1].split("<")[0]
    assert hub.tokens.check(token).scopes == {"read", "write:ranker"}
    assert token not in root.get(base).text
    path = f"{action}/{token.split('.')[1]}/revoke"
    assert "Take back the token node 7?" in root.get(path).text
    root.send(path)
    assert hub.tokens.check(token) is None
    assert "taken back" in root.get(base).text
    assert {event[0] for event in events_of(hub)} == {"token.create", "token.revoke"}


def test_an_admin_sees_tokens_of_all_and_a_member_one_s_own(hub, root):
    member(hub, "ann")
    hub.tokens.create("acme", "ann", "of ann", ["read"])
    hub.tokens.create("acme", "root", "of root", ["read"])
    assert "of ann" in root.get("/admin/tokens").text
    assert "of root" not in root.get("/admin/tokens?user=ann").text
    anns = browser_of(hub, "ann").get("/account").text
    assert ("of ann" in anns, "of root" in anns) == (True, False)


def test_the_audit_log_is_filtered_by_action_user_and_day(hub, root):
    member(hub, "ann")  # on 1970-01-01
    root.get("/admin/teams")
    root.send("/admin/teams", team="search", name="Search")  # today of the test: 2026-05-28

    def subjects(query):
        return [row.split("<")[0] for row in root.get(f"/admin/audit?{query}").text.split("<td>")]

    assert "search" in subjects("") and "ann" in subjects("")
    assert "ann" not in subjects("action=team.set")
    assert "search" not in subjects("action=member.set")
    assert "search" not in subjects("user=nobody")
    assert "ann" not in subjects("since=1970-01-02")
    assert "ann" in subjects("until=1970-01-01")
    assert root.get("/admin/audit?since=yesterday").status_code == 422


def test_the_audit_log_offers_actions_by_group_and_keeps_one_that_is_not_offered(root):
    page = root.get("/admin/audit?action=run.exclude").text
    assert '<optgroup label="run">' in page
    assert '<option value="run.exclude" selected>' in page
    page = root.get("/admin/audit?action=of+old").text
    assert '<option value="of old" selected>' in page


def test_the_audit_log_is_read_by_pages_and_each_event_is_there_once(hub, root):
    for i in range(120):
        hub.tokens.revoke("acme", "0" * 16)
        hub.wall_clock_s.now_s += i % 2  # two events of one moment, and more
        root.get("/admin/teams")
        root.post("/admin/teams", {"form_key": root.key("/account"), "team": f"t{i}", "name": "T"})
    seen, path = [], "/admin/audit"
    while path:
        page = root.get(path).text
        seen += [part.split("<")[0] for part in page.split("<td>team.set</td>\n<td>")[1:]]
        path = (
            page.split('href="/admin/audit?cursor=')[-1].split('"')[0] if "Earlier" in page else ""
        )
        path = path and f"/admin/audit?cursor={path}"
    assert sorted(seen) == sorted(f"t{i}" for i in range(120))


def test_health_counts_what_is_one_s_own(hub, root):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    with client_of(hub, token) as client:
        client.post("/api/v1/runs:batch", json={"runs": [sent_run("r1"), sent_run("r2")]})
        rows = {"project": "ranker", "intervals": [reading("r1")]}
        assert client.post("/api/v1/intervals:batch", json=rows).status_code == 200
    page = root.get("/admin").text
    assert ("SQLite" in page) is hub.database.is_sqlite
    assert '<dd class="figure">2</dd>' in page, "two runs"
    assert " MB" in page
    organisation(hub, "other")
    others = browser_of(hub, "root", "other").get("/admin").text
    assert ('<dd class="figure">2</dd>' in others, " MB" in others) == (False, False)


def test_maintainers_see_what_they_may_and_no_more(hub):
    member(hub, "max", "maintainer")
    browser = browser_of(hub, "max")
    page = browser.get("/admin").text
    assert "/admin/teams" in page
    assert "/admin/members" not in page
    assert browser.get("/admin/members").status_code == 403


def test_a_list_of_members_goes_on_where_it_ended(hub, root):
    for i in range(205):
        member(hub, f"m{i:03}") if i == 204 else hub.database.write(_joins(f"m{i:03}"))
    first = root.get("/admin/members").text
    assert "m199" in first and "m200" not in first
    after = first.split('href="/admin/members?after=')[1].split('"')[0]
    assert "m204" in root.get(f"/admin/members?after={after}").text


def _joins(user_id):
    from wattprint.hub.auth.invitations import join

    return lambda c: join(c, "acme", user_id, role="viewer", name=user_id, now_ms=0)


def test_details_of_events_are_json_as_they_were_written(hub, root):
    root.get("/admin/teams")
    root.send("/admin/teams", team="search", name="Search")
    with hub.database.reading() as connection:
        (detail,) = connection.scalars(select(audit.c.detail).where(audit.c.action == "team.set"))
    assert json.loads(detail) == {"name": "Search"}
