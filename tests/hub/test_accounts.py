"""Accounts: links that let somebody in once, passwords, attempts, sessions that end."""

import argon2
import pytest
from sqlalchemy import select

from hub.browser import Browser
from hub.made import KEY, QUICK, hub_of
from hub.people import PASSWORD, browser_of, give_password, member, organisation, root_of
from wattprint.domain.errors import InputError
from wattprint.hub.auth.attempts import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, Attempts, network_of
from wattprint.hub.auth.passwords import Passwords, checked_password
from wattprint.hub.organisations import remove_member, set_member
from wattprint.hub.storage.account_tables import invitations, passwords, sessions
from wattprint.hub.storage.schema import audit


@pytest.fixture
def hub(database):
    """A hub with the organisation acme, which is the hub's own."""
    hub = hub_of(database, public_organisation="acme")
    organisation(hub)
    return hub


def invited(hub, user_id="ann", **what):
    """The code of a link."""
    return hub.accounts.invitations.make(root_of(), user_id, **{"role": "member", **what})


def accepted(hub, code, **fields):
    """A browser after the form of a link was sent, and the answer."""
    browser = Browser(hub)
    browser.get(f"/welcome?code={code}")
    return browser, browser.send("/welcome", **{"name": "Ann", "password": PASSWORD, **fields})


def actions_of(hub):
    """What the audit log has, in order."""
    statement = select(audit.c.action).order_by(audit.c.at_ms, audit.c.event_id)
    with hub.database.reading() as connection:
        return sorted(connection.scalars(statement))


def test_a_link_makes_a_member_who_is_signed_in_and_works_once(hub):
    code = invited(hub)
    browser, _ = accepted(hub, code)
    principal = hub.sessions.check(browser.cookies["wattprint_session"])
    assert (principal.user_id, principal.role) == ("ann", "member")
    assert Browser(hub).get(f"/welcome?code={code}").status_code == 404
    assert actions_of(hub) == ["invitation.accept", "invitation.make", "session.open"]


def test_opening_a_link_changes_nothing(hub):
    code = invited(hub)
    for _ in range(3):
        assert "member" in Browser(hub).get(f"/welcome?code={code}").text
    with hub.database.reading() as connection:
        assert connection.execute(select(sessions)).first() is None


def test_of_two_who_send_the_form_one_comes_in(hub):
    code = invited(hub)
    first, second = Browser(hub), Browser(hub)
    for browser in (first, second):
        browser.get(f"/welcome?code={code}")
    found = hub.accounts.invitations.find(code)
    assert hub.accounts.invitations.accept(found, "Ann", "hash") is True
    assert hub.accounts.invitations.accept(found, "Eve", "other") is False
    assert second.send("/welcome", name="Eve", password=PASSWORD).status_code == 404


def test_a_link_expires_after_a_day(hub):
    code = invited(hub)
    hub.wall_clock_s.now_s += 24 * 3600 + 1
    answer = Browser(hub).get(f"/welcome?code={code}")
    assert answer.status_code == 404
    assert "has expired" in answer.text


@pytest.mark.parametrize("change", [(-1, "A"), (-1, "B"), (6, "0")])
def test_a_code_with_a_letter_changed_is_none(hub, change):
    code = list(invited(hub))
    code[change[0]] = "C" if code[change[0]] == change[1] else change[1]
    assert hub.accounts.invitations.find("".join(code)) is None


def test_the_database_has_neither_code_nor_password(hub):
    code = invited(hub)
    member(hub, "bob")
    with hub.database.reading() as connection:
        kept = str([list(connection.execute(select(t))) for t in (invitations, passwords)])
    assert code.split(".")[2] not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_a_link_of_a_member_sets_a_new_password_and_ends_sessions(hub):
    member(hub, "ann")
    old = hub.sessions.open("acme", "ann")
    accepted(hub, invited(hub, role=None), password="quite another password")
    assert hub.sessions.check(old) is None
    assert not hub.accounts.passwords.check("acme", "ann", PASSWORD)
    assert hub.accounts.passwords.check("acme", "ann", "quite another password")


def test_a_newer_link_ends_the_one_before(hub):
    first, second = invited(hub), invited(hub)
    assert hub.accounts.invitations.find(first) is None
    assert hub.accounts.invitations.find(second) is not None


@pytest.mark.parametrize(
    ("user", "role", "words"),
    [
        ("root", "member", "is admin already"),
        ("new", None, "is no member"),
        ("new", "king", "role is 'king'"),
        ("a b", "member", "is no name to sign in with"),
        ("<b>", "member", "is no name to sign in with"),
    ],
)
def test_an_impossible_invitation_is_refused_by_name(hub, user, role, words):
    with pytest.raises(InputError, match=f"{words}.*; expected"):
        hub.accounts.invitations.make(root_of(), user, role=role)


def test_a_refused_password_leaves_the_link_as_it_is(hub):
    code = invited(hub)
    _, answer = accepted(hub, code, password="short")
    assert (answer.status_code, "has 5 characters" in answer.text) == (422, True)
    assert hub.accounts.invitations.find(code) is not None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "has 11 characters"),
        ("", "has 0 characters"),
        ("Annabel-Smith", "is your name"),
        ("x" * 501, "too long"),
    ],
)
def test_a_password_that_cannot_be_is_refused_without_being_told(password, words):
    with pytest.raises(InputError, match=words) as refusal:
        checked_password(password, ["annabel-smith"])
    assert not password or password not in str(refusal.value)


def test_letters_that_look_the_same_are_the_same_password(hub):
    give_password(hub, "root", password="caf\u00e9 au lait noir")
    assert hub.accounts.passwords.check("acme", "root", "cafe\u0301 au lait noir")


def test_passwords_are_hashed_with_the_library_s_own_parameters(database):
    made = Passwords(database).hashed(PASSWORD, [])
    own = argon2.PasswordHasher()
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not own.check_needs_rehash(made)


def test_a_hash_of_weaker_parameters_is_renewed_at_sign_in(hub, database):
    before = Passwords(database, hasher=argon2.PasswordHasher(1, 16, 1))
    with database.reading() as connection:
        weak = connection.scalar(select(passwords.c.password_hash))
    assert before.check("acme", "root", PASSWORD)
    with database.reading() as connection:
        renewed = connection.scalar(select(passwords.c.password_hash))
    assert ("m=8," in weak, "m=16," in renewed) == (True, True)


class CountingHasher:
    """Hashes and counts: what takes the time of a check is one verification."""

    def __init__(self):
        self.verified = []

    def hash(self, password):
        return QUICK.hash(password)

    def verify(self, expected, password):
        self.verified.append(expected)
        return QUICK.verify(expected, password)

    def check_needs_rehash(self, expected):
        return False


@pytest.mark.parametrize("user", ["root", "nobody", "", "' OR 1=1 --"])
def test_an_unknown_name_costs_the_same_verification_as_a_known_one(hub, database, user):
    hasher = CountingHasher()
    checked = Passwords(database, hasher=hasher)
    assert checked.check("acme", user, "wrong password") is False
    assert len(hasher.verified) == 1


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(hub):
    wrong, unknown = Browser(hub), Browser(hub)
    first = wrong.sign_in_as("root", "wrong password").text.replace("root", "")
    second = unknown.sign_in_as("nobody", "wrong password").text.replace("nobody", "")
    without_keys = [page.split("<main")[1] for page in (first, second)]
    without_keys = [
        "".join(line for line in page.split("\n") if "form_key" not in line)
        for page in without_keys
    ]
    assert without_keys[0] == without_keys[1]
    assert "The name or the password is wrong." in first


def test_name_and_password_open_a_session_that_may_do_all_the_role_may(hub):
    browser = Browser(hub)
    assert "Your account" in browser.sign_in_as("root", PASSWORD).text
    principal = hub.sessions.check(browser.cookies["wattprint_session"])
    assert principal.may("admin")


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_an_account_is_tried_ten_times_whether_it_is_there_or_not(hub, user):
    browser = Browser(hub)
    statuses = [browser.sign_in_as(user, "wrong password").status_code for _ in range(11)]
    assert statuses == [401] * MOST_OF_ACCOUNT + [429]
    assert browser.sign_in_as(user, PASSWORD).status_code == 429, "nor with the right one"
    hub.wall_clock_s.now_s += 15 * 60
    assert browser.sign_in_as(user, "wrong password").status_code == 401


def test_attempts_are_counted_for_all_worker_processes(hub, database):
    others = [Attempts(database, KEY, wall_clock_s=hub.wall_clock_s) for _ in range(2)]
    waits = [others[i % 2].take("acme", "root", "192.0.2.1") for i in range(11)]
    assert waits == [0] * 10 + [900]


def test_an_address_that_tries_many_accounts_is_stopped(hub):
    attempts = hub.accounts.attempts
    waits = [attempts.take("acme", f"user{i}", "2001:db8::1") for i in range(MOST_OF_ADDRESS)]
    assert not any(waits)
    assert attempts.take("other", "root", "2001:db8::ffff") == 900, "its network counts as one"
    assert attempts.take("acme", "root", "2001:db8:0:1::1") == 0


@pytest.mark.parametrize(
    ("user", "address"),
    [("root", "192.0.2.{}"), ("user{}", "192.0.2.1")],
    ids=["account", "address"],
)
def test_an_attempt_that_is_refused_writes_nothing(hub, user, address):
    attempts = hub.accounts.attempts
    most = MOST_OF_ACCOUNT if user == "root" else MOST_OF_ADDRESS
    waits = [attempts.take("acme", user.format(i), address.format(i)) for i in range(most)]
    assert waits == [0] * most
    before = hub.database.changes
    assert attempts.take("acme", user.format("x"), address.format(1)) == 900
    assert hub.database.changes == before
    hub.wall_clock_s.now_s += 900
    assert attempts.take("acme", user.format("x"), address.format(1)) == 0


@pytest.mark.parametrize(
    ("method", "path", "cookie"),
    [
        ("GET", "/sign-in", ""),
        ("POST", "/sign-in", ""),
        ("GET", "/welcome?code=x", ""),
        ("POST", "/welcome", ""),
        ("GET", "/", ""),
        ("GET", "/dashboard", "acme." + "0" * 16 + "." + "A" * 43),
    ],
)
def test_who_has_no_session_is_limited_by_the_address(database, method, path, cookie):
    browser = Browser(hub_of(database, requests_per_s=0.5))  # one at once
    if cookie:
        browser.cookies.set("wattprint_session", cookie, "hub.test")
    ask = browser.get if method == "GET" else lambda path: browser.post(path, {"form_key": "none"})
    statuses = [ask(path).status_code for _ in range(2)]
    assert statuses[0] in (200, 303, 403, 404)
    assert statuses[1] == 429


def test_who_signs_in_well_uses_up_no_attempts(hub):
    for _ in range(MOST_OF_ADDRESS + 1):
        assert hub.accounts.attempts.take("acme", "root", "192.0.2.1") == 0
        hub.accounts.attempts.passed("acme", "root", "192.0.2.1")


def test_the_table_of_attempts_tells_nobody_s_name_or_address(hub, database):
    from wattprint.hub.storage.account_tables import sign_in_attempts

    hub.accounts.attempts.take("acme", "root", "192.0.2.1")
    with database.reading() as connection:
        kept = str(list(connection.execute(select(sign_in_attempts))))
    assert "root" not in kept
    assert "192.0.2.1" not in kept


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_address(address, expected):
    assert network_of(address) == expected


def test_a_changed_password_ends_all_other_sessions(hub):
    mine, other = browser_of(hub), hub.sessions.open("acme", "root")
    mine.get("/account")
    answer = mine.send("/account/password", present=PASSWORD, password="another long password")
    assert answer.status_code == 200
    assert hub.sessions.check(other) is None
    assert hub.accounts.passwords.check("acme", "root", "another long password")


def test_without_the_present_password_none_is_changed(hub):
    browser = browser_of(hub)
    browser.get("/account")
    answer = browser.send("/account/password", present="wrong", password="another long password")
    assert (answer.status_code, "present password is another" in answer.text) == (422, True)
    assert hub.accounts.passwords.check("acme", "root", PASSWORD)


def test_the_present_password_cannot_be_guessed_at_an_open_screen(hub):
    browser = browser_of(hub)
    for _ in range(MOST_OF_ACCOUNT + 1):
        browser.get("/account")
        answer = browser.send("/account/password", present="wrong", password="another password")
    assert "tried too often" in answer.text


def test_one_s_sessions_are_listed_and_ended_one_by_one(hub):
    browser, other = browser_of(hub), hub.sessions.open("acme", "root", browser="Firefox 145")
    assert "Firefox 145" in browser.get("/account").text
    browser.send(f"/account/sessions/{other.split('.')[1]}/end")
    assert hub.sessions.check(other) is None
    assert hub.sessions.check(browser.cookies["wattprint_session"]) is not None


def test_all_other_sessions_end_at_once(hub):
    browser, others = browser_of(hub), [hub.sessions.open("acme", "root") for _ in range(3)]
    browser.get("/account")
    browser.send("/account/sessions/end-others")
    assert [hub.sessions.check(other) for other in others] == [None] * 3
    assert hub.sessions.check(browser.cookies["wattprint_session"]) is not None


def test_a_session_of_somebody_else_cannot_be_ended(hub):
    member(hub, "ann")
    anns = hub.sessions.open("acme", "ann")
    browser = browser_of(hub)
    key = browser.key("/account")
    answer = browser.post(f"/account/sessions/{anns.split('.')[1]}/end", {"form_key": key})
    assert answer.status_code == 404
    assert hub.sessions.check(anns) is not None


def test_signing_in_ends_the_session_that_was_there(hub):
    browser = browser_of(hub)
    before = browser.cookies["wattprint_session"]
    browser.sign_in_as("root", PASSWORD)
    assert browser.cookies["wattprint_session"] != before
    assert hub.sessions.check(before) is None


def test_a_changed_role_ends_sessions_and_an_unchanged_one_does_not(hub):
    member(hub, "ann")
    cookie = hub.sessions.open("acme", "ann")
    set_member(hub.database, root_of(), "ann", role="member", name="Ann B", now_ms=0)
    assert hub.sessions.check(cookie) is not None
    set_member(hub.database, root_of(), "ann", role="viewer", name="Ann B", now_ms=0)
    assert hub.sessions.check(cookie) is None


def test_who_was_removed_and_comes_again_begins_anew(hub):
    member(hub, "ann")
    cookie, token = (
        hub.sessions.open("acme", "ann"),
        hub.tokens.create("acme", "ann", "t", ["read"]),
    )
    code = invited(hub, role=None)
    remove_member(hub.database, root_of(), "ann", 0)
    set_member(hub.database, root_of(), "ann", role="member", name="Ann", now_ms=0)
    hub.tokens.forget()
    assert hub.sessions.check(cookie) is None
    assert hub.tokens.check(token) is None
    assert not hub.accounts.passwords.check("acme", "ann", PASSWORD)
    assert hub.accounts.invitations.find(code) is None


def test_a_session_of_a_token_may_do_no_more_than_the_token(hub):
    browser = Browser(hub)
    browser.sign_in(hub.tokens.create("acme", "root", "dashboard on the wall", ["read"]))
    assert browser.get("/account").status_code == 200
    for path in ("/admin", "/admin/members", "/admin/tokens", "/admin/audit"):
        assert browser.get(path).status_code == 403, path
    browser.get("/account")
    answer = browser.send("/account/password", present=PASSWORD, password="another long password")
    assert "may not change the account" in answer.text
    browser.get("/account")
    answer = browser.send("/account/tokens", name="more", scopes="admin")
    assert "is more than you may" in answer.text


def test_a_token_that_may_not_read_shows_no_pages(hub):
    browser = Browser(hub)
    browser.get("/sign-in")
    answer = browser.send("/sign-in", token=hub.tokens.create("acme", "root", "t", ["write:*"]))
    assert (answer.status_code, "wattprint_session" in browser.cookies) == (403, False)


def test_a_token_that_is_taken_back_ends_the_sessions_it_opened(hub):
    browser, token = Browser(hub), hub.tokens.create("acme", "root", "t", ["admin"])
    browser.sign_in(token)
    hub.tokens.revoke("acme", token.split(".")[1])
    assert hub.sessions.check(browser.cookies["wattprint_session"]) is None


def test_a_member_of_another_organisation_signs_in_by_its_name(hub):
    organisation(hub, "other")
    browser = Browser(hub)
    browser.get("/sign-in?organisation=other")
    browser.send("/sign-in", user="root", password=PASSWORD)
    assert hub.sessions.check(browser.cookies["wattprint_session"]).org_id == "other"
