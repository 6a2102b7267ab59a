"""Logging in at an OIDC provider: a real one on this machine, and what a bad one would do."""

from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from hub.browser import Browser
from hub.made import KEY, NOW_S, Clock, hub_of
from hub.people import member, organisation, root_of
from hub.provider import CLIENT, SECRET, PlayedProvider
from wattprint.domain.errors import InputError
from wattprint.hub.auth.oidc import Provider
from wattprint.hub.auth.oidc_fetch import LARGEST_BYTES
from wattprint.hub.auth.oidc_settings import (
    KEYS,
    PREFIX,
    OidcSettings,
    check_endpoint,
    read_oidc_settings,
)
from wattprint.hub.organisations import remove_member

HOME = "http://hub.test"


@pytest.fixture
def played():
    """A provider."""
    provider = PlayedProvider()
    yield provider
    provider.stop()


@pytest.fixture
def hub_with(database, played):
    """A hub that trusts the provider, by settings of a test."""

    def made(**settings):
        settings = OidcSettings(played.issuer, CLIENT, SECRET, organisation="acme", **settings)
        clock = Clock()
        provider = Provider(settings, HOME, KEY, clock_s=clock, wall_clock_s=lambda: NOW_S)
        hub = hub_of(database, provider, public_url=HOME, public_organisation="acme")
        organisation(hub)
        return hub

    return made


def log_in(hub, played, *, there="/account", change_address=lambda text: text):
    """A browser after a log-in at the provider, and the last answer."""
    browser = Browser(hub)
    begun = browser.get(f"/sign-in/oidc?next={there}")
    assert begun.status_code == 303, begun.text
    back = change_address(played.log_in(begun.headers["location"]))
    return browser, browser.get(back)


def who(hub, browser):
    """Who is signed in."""
    return hub.sessions.check(browser.cookies.get("wattprint_session", ""))


@pytest.fixture
def hub(hub_with):
    """A hub that lets in everybody of example.org."""
    return hub_with(email_domains=("example.org",), domain_role="member")


def test_a_log_in_makes_a_member_and_goes_where_one_wanted(hub, played):
    browser, answer = log_in(hub, played)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    principal = who(hub, browser)
    assert (principal.org_id, principal.user_id, principal.role) == (
        "acme",
        "ann@example.org",
        "member",
    )
    assert "wattprint_log_in" not in browser.cookies


def test_a_second_log_in_is_the_same_member(hub, played):
    first, _ = log_in(hub, played)
    played.person["email"] = "ann.new@example.org"
    second, _ = log_in(hub, played)
    assert who(hub, first).user_id == who(hub, second).user_id == "ann@example.org"


def test_the_secret_goes_in_the_form_where_the_provider_wants_it_there(hub, played):
    played.basic = False
    browser, _ = log_in(hub, played)
    assert who(hub, browser) is not None


def test_the_page_of_signing_in_leads_there(hub):
    assert 'href="/sign-in/oidc?next=%2F"' in Browser(hub).get("/sign-in").text


BAD = {
    "another audience": {"change": {"aud": "somebody-else"}},
    "several audiences without a party": {"change": {"aud": [CLIENT, "other"]}},
    "for another party": {"change": {"aud": [CLIENT, "other"], "azp": "other"}},
    "another issuer": {"change": {"iss": "https://evil.test"}},
    "expired": {"change": {"exp": int(NOW_S) - 61}},
    "without an end": {"change": {"exp": None}},
    "of the future": {"change": {"iat": int(NOW_S) + 3600}},
    "another nonce": {"change": {"nonce": "n" * 43}},
    "without a nonce": {"change": {"nonce": None}},
    "without a subject": {"change": {"sub": None}},
    "unsigned": {"header": {"alg": "none"}},
    "signed by an unknown key": {"signs_with": RSAKey.generate_key(2048)},
    "of a key that is not there": {"header": {"alg": "RS256", "kid": "unknown"}},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_word_that_is_not_the_provider_s_to_us_now_is_refused(hub, played, bad):
    for name, value in bad.items():
        setattr(played, name, value)
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "is not accepted" in answer.text or "is for another client" in answer.text


@pytest.mark.parametrize("is_of_key", [True, False], ids=["public key", "client's secret"])
def test_a_word_that_an_hmac_signs_is_refused(hub, played, is_of_key):
    # The confusion of algorithms: everybody knows the public key.
    secret = played.key.as_pem(private=False) if is_of_key else SECRET.encode()
    played.header, played.signs_with = {"alg": "HS256", "kid": played.key.kid}, secret
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)


@pytest.mark.parametrize("state", ["", "x", "a" * 43])
def test_another_state_is_refused(hub, played, state):
    def changed(address):
        kept = [part for part in address.split("&") if not part.startswith("state=")]
        return "&".join([*kept, f"state={state}"])

    browser, answer = log_in(hub, played, change_address=changed)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "not begun in this browser" in answer.text


def test_an_answer_in_another_browser_is_refused(hub, played):
    # Log-in CSRF: the attacker's own answer, opened by the victim.
    begun = Browser(hub).get("/sign-in/oidc")
    victim = Browser(hub)
    answer = victim.get(played.log_in(begun.headers["location"]))
    assert (answer.status_code, who(hub, victim)) == (403, None)


def test_an_answer_is_taken_once(hub, played):
    browser = Browser(hub)
    back = played.log_in(browser.get("/sign-in/oidc").headers["location"])
    cookie = browser.cookies["wattprint_log_in"]
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403
    browser.cookies.set("wattprint_log_in", cookie, "hub.test")
    assert browser.get(back).status_code == 503, "the provider takes its code once"


def test_a_cookie_that_somebody_wrote_is_refused(hub, played):
    browser = Browser(hub)
    back = played.log_in(browser.get("/sign-in/oidc").headers["location"])
    text, seal = browser.cookies["wattprint_log_in"].split(".")
    for forged in (f"{text[:-4]}AAAA.{seal}", f"{text}.{'0' * 64}", "", "."):
        browser.cookies.set("wattprint_log_in", forged, "hub.test")
        assert browser.get(back).status_code == 403


def test_the_answer_of_another_provider_is_refused(hub, played):
    def mixed_up(address):
        return address.replace("iss=http", "iss=https%3A%2F%2Fevil.test%2F")

    browser, answer = log_in(hub, played, change_address=mixed_up)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "Another provider answered" in answer.text


def test_who_says_no_at_the_provider_stays_out(hub, played):
    def refused(address):
        return address.replace("code=", "error=access_denied&was=")

    browser, answer = log_in(hub, played, change_address=refused)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "did not let you in" in answer.text


def test_a_new_key_of_the_provider_is_found(hub, played):
    log_in(hub, played)
    played.new_key()
    browser, _ = log_in(hub, played)
    assert who(hub, browser) is None, "looked for again after 10 s at the earliest"
    hub.accounts.provider._clock_s.now_s += 11
    browser, _ = log_in(hub, played)
    assert who(hub, browser) is not None
    assert played.asked.count("/keys") == 2


def test_description_and_keys_are_kept(hub, played):
    for _ in range(3):
        log_in(hub, played)
    assert played.asked.count("/.well-known/openid-configuration") == 1
    assert played.asked.count("/keys") == 1


def test_a_provider_that_is_away_is_said_and_passwords_still_work(hub, played):
    played.stop()
    browser = Browser(hub)
    answer = browser.get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert browser.send("/sign-in", user="root", password="four plain words here", next="/account")
    assert who(hub, browser).user_id == "root"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"issuer": "https://evil.test"}, "calls itself by another name"),
        ({"authorization_endpoint": "http://evil.test/a"}, "names no safe authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "names no safe"),
        ({"authorization_endpoint": None}, "names no safe"),
        ({"padding": "x" * LARGEST_BYTES}, "is too large"),
    ],
    ids=["another issuer", "plain http", "a script", "none", "too large"],
)
def test_a_description_that_cannot_be_trusted_is_refused(hub, played, more, words):
    played.more = more
    answer = Browser(hub).get("/sign-in/oidc")
    assert (answer.status_code, words in answer.text) == (503, True)


def test_the_token_endpoint_is_not_followed_elsewhere(hub, played):
    played.more = {"token_endpoint": "http://192.0.2.1/token"}
    _, answer = log_in(hub, played)
    assert (answer.status_code, "names no safe token_endpoint" in answer.text) == (503, True)


def test_the_first_role_of_a_claim_that_fits_holds(hub_with, played):
    hub = hub_with(role_claim="groups", roles=(("ops", "admin"), ("staff", "viewer")))
    played.person["groups"] = ["staff", "ops"]
    browser, _ = log_in(hub, played)
    assert who(hub, browser).role == "admin"


def test_who_left_the_group_stays_out(hub_with, played):
    hub = hub_with(role_claim="groups", roles=(("staff", "viewer"),))
    played.person["groups"] = ["staff"]
    log_in(hub, played)
    played.person["groups"] = []
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "may not enter any more" in answer.text


def test_claims_that_only_userinfo_tells_are_asked_for_there(hub_with, played):
    hub = hub_with(role_claim="groups", roles=(("staff", "maintainer"),))
    played.in_userinfo = {"groups": ["staff"]}
    browser, _ = log_in(hub, played)
    assert who(hub, browser).role == "maintainer"


@pytest.mark.parametrize(
    "person",
    [
        {"email": "ann@elsewhere.org"},
        {"email": "ann@example.org", "email_verified": False},
        {"email": "ann@example.org", "email_verified": None},
        {"email": "a@example.org@evil.test"},
        {"email": "ann@example.org.evil.test"},
    ],
    ids=lambda person: "-".join(map(str, person.values())),
)
def test_only_a_verified_address_of_the_domain_lets_in(hub, played, person):
    played.person |= person
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "Nobody has invited you" in answer.text


def test_an_invitation_to_the_address_lets_in_and_is_used(hub_with, played):
    hub = hub_with()
    assert log_in(hub, played)[1].status_code == 403
    hub.accounts.invitations.make(root_of(), "ann", role="maintainer", email="Ann@Example.org")
    browser, _ = log_in(hub, played)
    assert (who(hub, browser).user_id, who(hub, browser).role) == ("ann", "maintainer")
    assert hub.accounts.invitations.open_of("acme") == []
    assert who(hub, log_in(hub, played)[0]).user_id == "ann"


def test_a_name_alone_is_nobody_s_account(hub, played):
    member(hub, "ann@example.org", "admin")
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)
    assert "There is a member" in answer.text


def test_a_link_with_the_address_joins_a_member_and_the_log_in(hub_with, played):
    hub = hub_with()
    member(hub, "ann", "admin")
    hub.accounts.invitations.make(root_of(), "ann", email="ann@example.org")
    browser, _ = log_in(hub, played)
    assert (who(hub, browser).user_id, who(hub, browser).role) == ("ann", "admin")


def test_who_was_removed_comes_in_by_an_invitation_alone(hub, played):
    log_in(hub, played)
    remove_member(hub.database, root_of(), "ann@example.org", 0)
    assert log_in(hub, played)[1].status_code == 403
    hub.accounts.invitations.make(
        root_of(), "ann@example.org", role="viewer", email="ann@example.org"
    )
    browser, _ = log_in(hub, played)
    assert who(hub, browser).role == "viewer"


def test_a_log_in_of_before_is_not_of_a_new_member_of_that_name(hub, played):
    log_in(hub, played)
    remove_member(hub.database, root_of(), "ann@example.org", 0)
    member(hub, "ann@example.org", "admin")
    browser, answer = log_in(hub, played)
    assert (answer.status_code, who(hub, browser)) == (403, None)


def test_without_a_provider_there_is_no_such_page(database):
    hub = hub_of(database)
    assert Browser(hub).get("/sign-in/oidc").status_code == 404
    assert "sign-in/oidc" not in Browser(hub).get("/sign-in").text


FILE = """
issuer = "https://id.example.org"
client_id = "wattprint"
client_secret = "from the file"
role_claim = "groups"
email_domains = ["example.org"]
[roles]
ops = "admin"
staff = "member"
"""


@pytest.fixture
def file(tmp_path):
    """A file of settings, which only its owner can read."""
    path = tmp_path / "oidc.toml"
    path.touch(mode=0o600)
    path.write_text(FILE)
    return path


def test_settings_come_from_a_file_and_variables_hold_over_it(file):
    variables = {
        "WATTPRINT_HUB_OIDC_CLIENT_SECRET": "from a variable",
        "WATTPRINT_HUB_OIDC_ROLES": "lab=maintainer, staff=viewer",
    }
    found = read_oidc_settings(file, {})
    assert (found.client_secret, found.roles[0]) == ("from the file", ("ops", "admin"))
    found = read_oidc_settings(file, variables)
    assert found.client_secret == "from a variable"
    assert found.roles == (("lab", "maintainer"), ("staff", "viewer"))


def test_a_secret_comes_from_a_file_of_its_own(file, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("of its own\n")
    file.write_text(
        FILE.replace('client_secret = "from the file"', f'client_secret_file = "{secret}"')
    )
    assert read_oidc_settings(file, {}).client_secret == "of its own"


def test_no_text_of_the_settings_holds_the_secret(file):
    found = read_oidc_settings(file, {})
    assert "from the file" not in f"{found} {found!r}"


def test_a_file_that_others_can_read_is_refused(file):
    file.chmod(0o644)
    with pytest.raises(InputError, match="has mode 0644"):
        read_oidc_settings(file, {})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("client_id", "clientid"), "'clientid' is unknown"),
        (('client_secret = "from the file"', ""), "client_secret is missing"),
        (("https://id", "http://id"), "is not safe"),
        (("https://id.example.org", "id"), "is none"),
        (('"admin"', '"king"'), "role is 'king'"),
        (('role_claim = "groups"', ""), "roles is without role_claim"),
        (('"wattprint"', "7"), "client_id is no text"),
        (('["example.org"]', "7"), "email_domains is no list"),
        (("client_id", 'scopes = "email"\nclient_id'), "scopes is without openid"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_setting_that_cannot_be_is_refused_by_name(file, change, words):
    file.write_text(FILE.replace(*change))
    with pytest.raises(InputError, match=f"{words}.*; expected") as refusal:
        read_oidc_settings(file, {})
    assert "from the file" not in str(refusal.value)


def test_without_settings_there_is_no_provider(tmp_path):
    assert read_oidc_settings(tmp_path / "none.toml", {}) is None


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "https://u:p@example.org", "ftp://example.org", "https://", None, 7],
)
def test_an_address_that_is_not_safe_is_refused(url):
    with pytest.raises(InputError, match="OIDC address"):
        check_endpoint(url)


def test_the_guide_has_every_setting_and_its_variable():
    guide = (Path(__file__).parents[2] / "docs" / "hub.md").read_text("utf-8")
    for key in KEYS:
        assert f"`{key}`" in guide
        assert f"`{PREFIX}{key.upper()}`" in guide
