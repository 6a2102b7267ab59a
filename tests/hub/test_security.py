"""What attackers try, over every page and form there is: a new one is tried without being named."""

import ast
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import func, select

import wattprint.hub
from hub.browser import Browser, _Forms
from hub.every_route import EVERY, GETS, POSTS, filled, is_page, queries_of
from hub.made import client_of, hub_of, sent_run
from hub.people import PASSWORD, browser_of, organisation, rename, root_of
from wattprint.hub.organisations import set_project, set_team
from wattprint.hub.storage.metadata import METADATA

HUB = Path(wattprint.hub.__file__).parent
SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "</title></textarea></script><b onmouseover=alert(1)>",
)
SQL = (
    "'; DROP TABLE runs; --",
    "' OR '1'='1",
    '" OR ""="',
    "%",
    "\\",
    "\u0000",
    "(SELECT 1)",
    "1e999",
)
PATHS = ("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "/etc/passwd", "....//etc/passwd")


@pytest.fixture
def hub(database):
    """A hub with the organisation acme, which is the hub's own."""
    hub = hub_of(database, public_organisation="acme")
    organisation(hub)
    return hub


@pytest.fixture
def root(hub):
    """The browser of its admin."""
    return browser_of(hub)


class Page(HTMLParser):
    """Finds in a page what runs a script, or would."""

    def __init__(self, text):
        super().__init__()
        self.faults = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.faults += [
            f"{tag} {name}" for name in said if name.startswith("on") or name == "style"
        ]
        if tag in ("iframe", "object", "embed", "base") or (tag == "script" and "src" not in said):
            self.faults.append(tag)
        if tag == "style":
            self.faults.append(tag)
        for name in ("href", "src", "action", "formaction", "data-spec"):
            scheme = urlsplit(said.get(name) or "").scheme
            if scheme not in ("", "http", "https", "mailto", "data"):
                self.faults.append(f"{tag} {name}={said[name]}")


def is_html(answer):
    """Whether an answer is a page."""
    return answer.headers.get("content-type", "").startswith("text/html")


@pytest.mark.parametrize("text", SCRIPTS)
def test_the_reader_of_pages_finds_what_runs_a_script(text):
    assert Page(f'<a href="{text}">' if text.startswith("java") else f"<i title=''>{text}").faults


def filled_with(hub, text):
    """Put a text wherever a tenant may choose one, over the API and by the parts of the hub."""
    set_team(hub.database, root_of(), "search", text, 0)
    set_project(hub.database, root_of(), text, "search", 0)
    rename(hub, "root", text)
    hub.sessions.open("acme", "root", browser=text)
    token = hub.tokens.create("acme", "root", text, ["admin", f"write:{text}"])
    hub.accounts.invitations.make(root_of(), "bob", role="viewer", email=text)
    with client_of(hub, token) as client:
        run = sent_run("r1", name=text, project=text)
        assert client.post("/api/v1/runs:batch", json={"runs": [run, sent_run("r2")]}).is_success
        for what in ({"text": text},):
            assert client.post("/api/v1/runs/r1/notes", json=what).is_success
        assert client.put("/api/v1/runs/r1/exclusion", json={"reason": text}).is_success
        client.put(f"/api/v1/runs/r1/tags/{quote(text, safe='')}")


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_text_that_a_tenant_chose_is_shown_as_a_text(hub, root, text):
    filled_with(hub, text)
    shown = 0
    for route in GETS:
        for path in {filled(route.path), filled(route.path, project=quote(text, safe=""))}:
            answer = root.get(path)
            assert answer.status_code < 500, path
            if is_html(answer):
                assert Page(answer.text).faults == [], path
                shown += "alert(1)" in answer.text
    assert shown >= 4, "pages that show it"


@pytest.mark.parametrize("text", SCRIPTS)
def test_what_is_in_an_address_is_shown_as_a_text(root, text):
    for route in GETS:
        asked = "&".join(f"{name}={quote(text, safe='')}" for name in queries_of(route) | {"q"})
        for path in (f"{filled(route.path)}?{asked}", f"{_each_hole(route.path, text)}?{asked}"):
            answer = root.get(path)
            assert answer.status_code < 500, path
            assert not is_html(answer) or Page(answer.text).faults == [], path


@pytest.mark.parametrize("text", SCRIPTS)
def test_what_is_typed_into_a_form_is_shown_as_a_text(root, text):
    for path, form in forms_of(root):
        answer = root.post(form["action"], dict.fromkeys(form["fields"], text) | key_of(form))
        assert answer.status_code < 500, (path, form["action"])
        assert not is_html(answer) or Page(answer.text).faults == [], form["action"]


def _each_hole(path, text):
    names = [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{")]
    return filled(path, **dict.fromkeys(names, quote(text, safe="")))


def forms_of(browser):
    """All forms on all pages that send something, each once; with the page they are on."""
    found = {}
    for route in GETS:
        answer = browser.get(filled(route.path))
        if is_html(answer):
            forms = _Forms()
            forms.feed(answer.text)
            for form in forms.forms:
                if form["method"] == "post" and form["action"] != "/sign-out":
                    found.setdefault(form["action"], (route.path, form))
    return list(found.values())


def key_of(form):
    """The key that a form carries."""
    return {"form_key": form["fields"].get("form_key", "")}


def test_there_are_forms_to_try(root):
    actions = {form["action"] for _, form in forms_of(root)}
    assert {"/admin/members", "/admin/teams", "/account/tokens", "/sign-in"} <= actions


@pytest.mark.parametrize("text", SQL, ids=repr)
def test_signs_of_sql_are_letters_of_a_text(hub, root, text):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    with client_of(hub, token) as client:
        client.post("/api/v1/runs:batch", json={"runs": [sent_run("r1")]})
        before = counts_of(hub, "runs", "teams", "memberships")
        for method, route in EVERY:
            if method == "GET":
                asked = "&".join(f"{n}={quote(text, safe='')}" for n in queries_of(route))
                for path in (filled(route.path), _each_hole(route.path, text)):
                    ask = root.get if is_page(route) else client.get
                    assert ask(f"{path}?{asked}").status_code < 500, path
    for _, form in forms_of(root):
        answer = root.post(form["action"], dict.fromkeys(form["fields"], text) | key_of(form))
        assert answer.status_code < 500, form["action"]
    after = counts_of(hub, "runs", "teams", "memberships")
    assert all(after[name] >= before[name] for name in before)


def counts_of(hub, *names):
    """How many rows tables have."""
    with hub.database.reading() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(METADATA.tables[name]))
            for name in names
        }


def test_signing_in_takes_no_sql(hub):
    for name in SQL:
        browser = Browser(hub)
        browser.get("/sign-in")
        answer = browser.send("/sign-in", user=f"root{name}", password=PASSWORD)
        assert answer.status_code in (401, 422)
        assert "wattprint_session" not in browser.cookies


@pytest.mark.parametrize("text", PATHS)
def test_no_path_leads_to_a_file(root, text):
    for path in ["/static/{name}", *(route.path for route in GETS if "{" in route.path)]:
        for asked in (_each_hole(path, text), path.split("{")[0] + text):
            answer = root.get(asked)
            assert "root:x:" not in answer.text, asked
            assert answer.status_code < 500, asked


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (None, {}),
        ("", {}),
        ("0" * 64, {}),
        ("of another session", {}),
        ("right", {"sec-fetch-site": "cross-site"}),
        ("right", {"sec-fetch-site": "same-site"}),
    ],
    ids=["none", "empty", "made up", "of another session", "cross-site", "same-site"],
)
def test_no_form_is_taken_that_another_page_sent(hub, root, key, headers):
    keys = {
        "of another session": hub.sessions.form_key(hub.sessions.open("acme", "root")),
        "right": hub.sessions.form_key(root.cookies["wattprint_session"]),
    }
    fields = {} if key is None else {"form_key": keys.get(key, key)}
    before = counts_of(hub, *METADATA.tables)
    for route in POSTS:
        answer = root.post(filled(route.path), fields, **headers)
        assert answer.status_code == 403, route.path
        assert "none of ours" in answer.text or "another origin" in answer.text, route.path
    assert counts_of(hub, *METADATA.tables) == before


def test_every_form_on_every_page_carries_a_key(root):
    assert all(key_of(form)["form_key"] for _, form in forms_of(root))


def test_reading_a_page_changes_nothing(hub, root):
    root.get("/account")
    code = hub.accounts.invitations.make(root_of(), "bob", role="viewer")
    token = hub.tokens.create("acme", "root", "t", ["read"]).split(".")[1]
    before = counts_of(hub, *METADATA.tables)
    for route in GETS:
        root.get(filled(route.path, invitation=code.split(".")[1], token=token, user="root"))
    root.get(f"/welcome?code={code}")
    assert counts_of(hub, *METADATA.tables) == before


def test_every_page_lets_nothing_foreign_in_and_nobody_frame_it(root):
    for route in GETS:
        headers = root.get(filled(route.path)).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, route.path
        assert "unsafe" not in policy and "*" not in policy, route.path
        assert headers["x-frame-options"] == "DENY", route.path
        assert headers["x-content-type-options"] == "nosniff", route.path
        assert headers["referrer-policy"] == "no-referrer", route.path
        assert "server" not in headers and "access-control-allow-origin" not in headers, route.path


def test_a_page_of_a_member_is_kept_by_no_cache(root):
    for route in GETS:
        answer = root.get(filled(route.path))
        if is_html(answer) and route.path.startswith(("/account", "/admin", "/dashboard", "/runs")):
            assert answer.headers["cache-control"] == "no-store", route.path


@pytest.mark.parametrize(
    ("origin", "settings", "is_secure"),
    [
        ("http://hub.test", {}, False),
        ("https://hub.test", {}, True),
        ("http://hub.test", {"public_url": "https://hub.test"}, True),
    ],
    ids=["http", "https", "http behind a proxy of https"],
)
def test_cookies_are_for_this_server_alone(database, origin, settings, is_secure):
    hub = hub_of(database, public_organisation="acme", **settings)
    organisation(hub)
    browser = Browser(hub, origin)
    visitor = browser.get("/sign-in").headers["set-cookie"]
    mark = visitor.split("=", 1)[1].split(";")[0]
    fields = {"form_key": hub.sessions.form_key(mark), "user": "root", "password": PASSWORD}
    headers = {"cookie": f"wattprint_visitor={mark}"}
    session = browser.post("/sign-in", fields, **headers).headers["set-cookie"]
    for cookie in (visitor, session):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert ("secure" in parts) is is_secure
        assert not any(part.startswith("domain") for part in parts)


def test_a_session_that_an_attacker_planted_is_not_the_victim_s(hub):
    attackers = hub.sessions.open("acme", "root", scopes=["read"])
    for planted in (attackers, "acme." + "0" * 16 + "." + "A" * 43, "x"):
        victim = Browser(hub)
        victim.cookies.set("wattprint_session", planted, "hub.test")
        victim.sign_in_as("root", PASSWORD)
        assert victim.cookies["wattprint_session"] != planted
        assert hub.sessions.check(planted) is None


def test_the_key_of_before_signing_in_is_none_afterwards(hub):
    browser = Browser(hub)
    before = browser.key()
    browser.sign_in_as("root", PASSWORD)
    answer = browser.post("/account/name", {"form_key": before, "name": "Eve"})
    assert answer.status_code == 403


ELSEWHERE = ("https://evil.test/", "//evil.test", "/\\evil.test", "\\/evil.test", "http:evil.test")


@pytest.mark.parametrize("there", ELSEWHERE)
def test_no_address_sends_a_browser_elsewhere(hub, root, there):
    for route in GETS:
        asked = "&".join(f"{name}={quote(there, safe='')}" for name in queries_of(route))
        answer = root.get(f"{filled(route.path)}?{asked}")
        assert "evil.test" not in answer.headers.get("location", "").partition("next=")[0]
    for _, form in forms_of(root):
        named = {name: there for name in form["fields"] if name in ("next", "back")}
        answer = root.post(form["action"], form["fields"] | named | key_of(form))
        assert "evil.test" not in answer.headers.get("location", ""), form["action"]


def test_no_page_believes_what_a_request_calls_the_hub(database):
    hub = hub_of(database, public_organisation="acme", public_url="https://hub.example.org")
    organisation(hub)
    browser = browser_of(hub)
    for route in GETS:
        for name in ("host", "x-forwarded-host"):
            answer = browser.get(filled(route.path), **{name: "evil.test"})
            said = answer.text + answer.headers.get("location", "")
            assert "evil.test" not in said, (route.path, name)


SECRET_NAMES = ("secret_hash", "secret", "seal", "form_key", "password", "password_hash", "state")


def unsafe_comparisons(source):
    """Lines that compare a secret with == or !=, which takes longer the more of it is right."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(
            isinstance(op, ast.Eq | ast.NotEq) for op in node.ops
        ):
            for side in (node.left, *node.comparators):
                name = getattr(side, "attr", getattr(side, "id", ""))
                is_column = ast.unparse(side).split(".")[-2:-1] == ["c"]
                if name in SECRET_NAMES and not is_column:
                    found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", sorted(HUB.glob("auth/*.py")), ids=lambda path: path.name)
def test_secrets_are_compared_in_constant_time(path):
    assert unsafe_comparisons(path.read_text("utf-8")) == []


def test_every_part_that_checks_a_secret_compares_it_so():
    for name in ("auth/secret_texts", "auth/oidc", "pages/visitor", "registry/requests"):
        assert "hmac.compare_digest(" in (HUB / f"{name}.py").read_text("utf-8"), name
    for name in ("auth/tokens", "auth/sessions", "auth/invitations"):
        assert "self._hashes.is_of(" in (HUB / f"{name}.py").read_text("utf-8"), name


@pytest.mark.parametrize(
    "source", ["row.secret_hash == sent", "if seal != made: pass", "password == expected"]
)
def test_the_reader_of_comparisons_finds_a_fault(source):
    assert len(unsafe_comparisons(source)) == 1


def test_a_form_that_is_too_large_is_refused(root):
    key = root.key("/account")
    answer = root.post("/account/name", {"form_key": key, "name": "x" * 1_100_000})
    assert answer.status_code == 413


def test_a_form_of_many_fields_is_refused(root):
    key = root.key("/account")
    fields = {"form_key": key, **{f"f{i}": "" for i in range(600)}}
    assert root.post("/account/name", fields).status_code in (400, 413, 422)
