"""Pages: who sees them, forms that are ours, headers, faults told to people."""

import pytest

from hub.browser import Browser
from hub.made import admin_of, hub_of
from wattprint.hub import run_list


@pytest.fixture
def hub(database):
    """A hub with the organisation acme."""
    return hub_of(database)


@pytest.fixture
def token(hub):
    """Its admin's token."""
    return admin_of(hub)


def test_a_token_opens_a_session_whose_cookie_no_script_reads(hub, token):
    browser = Browser(hub)
    answer = browser.sign_in(token)
    assert "root" in answer.text
    assert hub.sessions.check(browser.cookies["wattprint_session"]).org_id == "acme"


def test_the_cookie_is_for_the_server_alone(hub, token):
    browser = Browser(hub)
    browser.get("/sign-in")
    key = browser.page.text.split('name="form_key" value="')[1].split('"')[0]
    answer = browser.post("/sign-in", {"form_key": key, "token": token, "next": "/x"})
    said = [c for c in answer.headers.get_list("set-cookie") if c.startswith("wattprint_session")]
    assert "HttpOnly" in said[0]
    assert "SameSite=lax" in said[0]
    assert answer.headers["location"] == "/x"


def test_signing_out_ends_the_session(hub, token):
    browser = Browser(hub)
    browser.sign_in(token)
    cookie = browser.cookies["wattprint_session"]
    browser.send("/sign-out")
    assert hub.sessions.check(cookie) is None


def test_a_wrong_token_opens_nothing_and_the_page_says_so(hub, token):
    browser = Browser(hub)
    answer = browser.sign_in(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert answer.status_code == 401
    assert "none of this hub" in answer.text
    assert "wattprint_session" not in browser.cookies


@pytest.mark.parametrize("key", ["", "0" * 64, "x"])
def test_a_form_without_our_key_is_refused(hub, token, key):
    browser = Browser(hub)
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"form_key": key, "token": token})
    assert answer.status_code == 403
    assert "none of ours" in answer.text


def test_a_form_sent_by_another_origin_is_refused(hub, token):
    browser = Browser(hub)
    browser.get("/sign-in")
    key = browser.page.text.split('name="form_key" value="')[1].split('"')[0]
    fields = {"form_key": key, "token": token}
    answer = browser.post("/sign-in", fields, **{"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "there",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/\t/evil.test"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(hub, token, there):
    browser = Browser(hub)
    browser.get("/sign-in")
    key = browser.page.text.split('name="form_key" value="')[1].split('"')[0]
    answer = browser.post("/sign-in", {"form_key": key, "token": token, "next": there})
    assert answer.headers["location"] == "/"


def test_a_page_lets_nothing_foreign_in(hub, token):
    headers = Browser(hub).get("/sign-in").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_session_ends_after_twelve_hours(hub, token):
    browser = Browser(hub)
    browser.sign_in(token)
    cookie = browser.cookies["wattprint_session"]
    hub.wall_clock_s.now_s += 12 * 3600 + 1
    assert hub.sessions.check(cookie) is None


def test_a_fault_is_a_page_for_people_and_a_document_for_programs(hub, token):
    browser = Browser(hub)
    assert "<h1>Not found</h1>" in browser.get("/no-such-page").text
    answer = browser.get("/api/v1/no-such-route")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("path", ["/runs", "/api/v1/runs"])
def test_a_fault_of_ours_says_a_number_that_the_log_has_and_nothing_else(
    hub, token, path, monkeypatch, caplog
):
    def failing(*_arguments, **_named):
        raise RuntimeError("wpt_secret")

    browser = Browser(hub)
    browser.sign_in(token)
    monkeypatch.setattr(run_list, "listed", failing)
    answer = browser.get(path, authorization=f"Bearer {token}")
    assert answer.status_code == 500
    number = answer.headers["x-request-id"]
    assert f"its log says more under {number}." in answer.text
    assert "wpt_secret" not in answer.text and "Traceback" not in answer.text
    kinds = {"/runs": "text/html", "/api/v1/runs": "application/problem+json"}
    assert answer.headers["content-type"].startswith(kinds[path])
    assert answer.headers["x-content-type-options"] == "nosniff"
    (logged,) = [one for one in caplog.records if one.name == "wattprint.hub"]
    assert logged.getMessage() == f"request {number} failed"
    assert "RuntimeError: wpt_secret" in logged.exc_text


def test_a_fault_is_shown_to_a_member_as_one(hub, token):
    browser = Browser(hub)
    assert "Sign in" in browser.get("/nowhere").text
    browser.sign_in(token)
    browser.get("/runs")
    for path in ("/runs/unknown-run", "/nowhere"):
        page = browser.get(path)
        assert page.status_code == 404
        assert ("Sign out" in page.text, "Sign in" in page.text) == (True, False)


def test_files_of_ours_are_kept_by_browsers(hub, token):
    browser = Browser(hub)
    page = browser.get("/sign-in").text
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = browser.get(style)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"]
)
def test_no_file_outside_of_ours_is_served(hub, token, path):
    assert Browser(hub).get(path).status_code == 404
