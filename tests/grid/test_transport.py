"""The real transport, over HTTP on this machine: sizes, packing, redirects, and what it says."""

import gzip
import json
import zlib

import pytest

from grid.played import KEY
from grid.standin import Answer, StandIn
from wattprint.grid.secret import Secret
from wattprint.grid.transport import (
    RecordedTransport,
    Request,
    Response,
    TransportError,
    UrllibTransport,
)

SECRET = Secret(KEY)


def transport(**changed):
    return UrllibTransport(**{"use_proxies": False, **changed})


@pytest.fixture
def server():
    with StandIn(lambda seen: Answer(json.dumps(seen.headers | seen.query).encode())) as stand_in:
        yield stand_in


def test_headers_and_secrets_are_sent(server):
    request = Request(
        f"{server.url}/path?zone=DE",
        headers={"Accept": "text/xml"},
        secret_headers={"auth-token": SECRET},
        secret_query={"securityToken": SECRET},
    )
    told = json.loads(transport().send(request).body)
    assert told["accept"] == "text/xml"
    assert told["auth-token"] == told["securityToken"] == KEY
    assert told["zone"] == "DE"
    assert told["user-agent"].startswith("wattprint/")


def test_an_answer_comes_back_whatever_its_status(server):
    server.script.append(Answer(b"no", 418, {"Retry-After": "3"}))
    response = transport().send(Request(server.url))
    assert (response.status, response.body, response.headers["retry-after"]) == (418, b"no", "3")


def test_a_packed_answer_is_unpacked(server):
    server.script.append(Answer(gzip.compress(b"[1, 2]"), 200, {"Content-Encoding": "gzip"}))
    assert transport().send(Request(server.url)).body == b"[1, 2]"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(Answer(b"x" * 2000), "larger than 1,000 bytes", id="large"),
        pytest.param(
            Answer(gzip.compress(b"0" * 10_000_000), 200, {"Content-Encoding": "gzip"}),
            "larger than 1,000 bytes",
            id="a bomb: 10 kB that unfold to 10 MB",
        ),
        pytest.param(
            Answer(b"no gzip", 200, {"Content-Encoding": "gzip"}), "cannot be unpacked", id="gzip"
        ),
        pytest.param(
            Answer(zlib.compress(b"x"), 200, {"Content-Encoding": "br"}), "'br'", id="brotli"
        ),
        pytest.param(Answer(b"half of it", cut=4), "cut off", id="cut"),
        pytest.param(
            Answer(b"5\r\nhel", 200, {"Transfer-Encoding": "chunked"}, cut=6), "cut off", id="chunk"
        ),
    ],
)
def test_an_answer_that_is_not_whole_or_not_wanted_is_told(server, answer, message):
    server.script.append(answer)
    with pytest.raises(TransportError, match=message):
        transport(largest_bytes=1000).send(Request(server.url))


def test_an_answer_that_takes_too_long_in_all_is_not_waited_for(server):
    # Each piece may come in time and the whole never end: a deadline of 0 s is over at the first.
    server.script.append(Answer(b"x" * 100_000))
    with pytest.raises(TransportError, match="no whole answer within 0 s"):
        transport(deadline_s=0.0).send(Request(server.url))


def test_a_redirect_within_the_host_is_followed_with_the_key(server):
    server.script.append(Answer(b"", 302, {"Location": "/new?zone=DE"}))
    request = Request(f"{server.url}/old", secret_headers={"auth-token": SECRET})
    told = json.loads(transport().send(request).body)
    assert (told["auth-token"], told["zone"]) == (KEY, "DE")


def test_a_redirect_to_another_host_is_not_followed_and_the_key_stays():
    with StandIn(lambda _: Answer(b"{}")) as other, StandIn(lambda _: Answer()) as server:
        server.script.append(Answer(b"", 302, {"Location": f"{other.url}/steal"}))
        request = Request(server.url, secret_headers={"auth-token": SECRET})
        with pytest.raises(TransportError, match="points to another host"):
            transport().send(request)
        assert other.seen == []


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "https://127.0.0.1"]
)
def test_a_redirect_to_another_scheme_is_not_followed(server, target):
    server.script.append(Answer(b"", 302, {"Location": target}))
    with pytest.raises(TransportError, match=r"to another host|to no web address"):
        transport().send(Request(server.url))


def test_redirects_in_circles_end(server):
    server.script += [Answer(b"", 302, {"Location": "/a"})] * 9
    with pytest.raises(TransportError, match="redirects in circles"):
        transport().send(Request(f"{server.url}/a"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://127.0.0.1:99999/x"])
def test_no_connection_is_told_without_the_address(url):
    request = Request(url, secret_query={"securityToken": SECRET})
    with pytest.raises(TransportError, match="no connection") as caught:
        transport(connect_s=0.5).send(request)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_request_shows_no_secret():
    request = Request(
        "https://api.example", secret_headers={"a": SECRET}, secret_query={"b": SECRET}
    )
    assert KEY not in repr(request)
    assert KEY not in str(request)


def test_the_double_answers_from_memory_and_keeps_what_was_asked():
    double = RecordedTransport(lambda request: Response(200, {}, request.url.encode()))
    assert double.send(Request("https://api.example/v1")).body == b"https://api.example/v1"
    assert [request.url for request in double.requests] == ["https://api.example/v1"]
