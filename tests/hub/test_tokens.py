"""Tokens: only their hash is kept, and a check costs next to nothing."""

import stat
import time

import pytest
from sqlalchemy import select

from hub.made import NOW_S, admin_of, client_of, hub_of
from wattprint.domain.errors import InputError
from wattprint.hub import organisations
from wattprint.hub.auth.key import server_key
from wattprint.hub.auth.tokens import REMEMBERED_S, Tokens
from wattprint.hub.storage.errors import StorageFullError
from wattprint.hub.storage.schema import tokens


@pytest.fixture
def hub(database):
    return hub_of(database)


def rows_of(hub):
    with hub.database.reading() as connection:
        return [dict(row) for row in connection.execute(select(tokens)).mappings()]


def test_the_database_has_a_keyed_hash_and_never_the_secret(hub):
    token = admin_of(hub)
    (row,) = rows_of(hub)
    assert token.split(".")[2] not in str(row)
    assert len(row["secret_hash"]) == 64
    assert Tokens(hub.database, b"another key" * 3).check(token) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("acme", "other"),
        lambda token: token + "x",
        lambda token: token + "\n",
        lambda token: token.upper(),
        lambda token: "",
        lambda token: "wpt_acme." + "0" * 16 + "." + "x" * 43,
        lambda token: "wpt_" + "ä" * 60,
    ],
    ids=range(8),
)
def test_a_text_that_is_nearly_a_token_is_none(hub, change):
    token = admin_of(hub)
    admin_of(hub, "other")
    assert hub.tokens.check(token) is not None
    assert hub.tokens.check(change(token)) is None


def test_a_token_that_was_taken_back_is_refused_at_once_here_and_soon_elsewhere(hub):
    token = admin_of(hub)
    clock = hub.wall_clock_s
    elsewhere = Tokens(hub.database, bytes(range(32)), clock_s=clock, wall_clock_s=clock)
    assert elsewhere.check(token) is not None
    assert hub.tokens.revoke("acme", token.split(".")[1])
    assert hub.tokens.check(token) is None
    clock.now_s += REMEMBERED_S + 0.1
    assert elsewhere.check(token) is None


def test_the_last_use_is_noted_whatever_the_clock_does(hub):
    token = admin_of(hub)
    for now_s in (NOW_S, NOW_S - 1e6, NOW_S + 1e6):
        hub.wall_clock_s.now_s = now_s
        hub.tokens._clock_s = hub.wall_clock_s
        hub.tokens._wall_clock_s = hub.wall_clock_s
        hub.tokens.forget()
        hub.tokens.check(token)
        assert rows_of(hub)[0]["last_used_at_ms"] == now_s * 1000


def test_a_check_takes_less_than_a_fifth_of_a_millisecond(hub):
    token = admin_of(hub)
    hub.tokens.check(token)
    best_s = 1.0
    for _ in range(20):  # the best of some: what else the machine does is not the check
        begun_s = time.perf_counter()
        for _ in range(50):
            hub.tokens.check(token)
        best_s = min(best_s, (time.perf_counter() - begun_s) / 50)
    assert best_s < 200e-6


def test_too_many_requests_are_refused_until_time_has_passed(hub):
    token = admin_of(hub)
    hub = hub_of(hub.database, requests_per_s=2.0)
    with client_of(hub, token) as client:
        answers = [client.get("/api/v1/whoami") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429]
        assert answers[-1].headers["retry-after"] == "1"
        hub.limit._clock_s.now_s += 1
        assert client.get("/api/v1/whoami").status_code == 200


def test_the_servers_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "hub.key"
    key = server_key(path, {})
    assert (len(key), server_key(path, {})) == (32, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert server_key(path, {"WATTPRINT_HUB_KEY": "ab" * 32}) == b"\xab" * 32


@pytest.mark.parametrize("text", ["", "short", "zz" * 32])
def test_a_key_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="is no key; expected 64 or more hexadecimal digits"):
        server_key(tmp_path / "hub.key", {"WATTPRINT_HUB_KEY": text})


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "hub.key"
    server_key(path, {})
    path.chmod(0o644)
    with pytest.raises(InputError, match="is open to others; expected mode 0600"):
        server_key(path, {})


def test_no_token_is_made_or_taken_back_that_the_audit_log_does_not_know(database, monkeypatch):
    hub = hub_of(database)
    client = client_of(hub, admin_of(hub))
    made = client.post("/api/v1/tokens", json={"name": "t", "scopes": ["read"]}).json()["token"]
    before = client.get("/api/v1/tokens").json()

    def full(*_said, **_named):
        raise StorageFullError("no room")

    monkeypatch.setattr(organisations, "note", full)
    sent = {"name": "unknown", "scopes": ["read"]}
    assert client.post("/api/v1/tokens", json=sent).status_code == 507
    assert client.delete(f"/api/v1/tokens/{made.split('.')[1]}").status_code == 507
    assert client.get("/api/v1/tokens").json() == before
