"""`wattprint serve` refuses at the start, in a line, what it cannot serve."""

import socket
from http.client import HTTPConnection

import pytest

from hub.made import free_port, served
from processes import wattprint


def refused(*arguments, home):
    """The one line that is said."""
    done = wattprint("serve", *arguments, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_a_port_that_is_taken_is_named_and_nothing_is_said_to_be_served(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused("--port", port, home=tmp_path)
    assert f"port {port} of 127.0.0.1 is taken" in line
    assert "--port" in line.partition("expected")[2]
    assert not (tmp_path / ".wattprint" / "hub" / "hub.db").exists()


@pytest.mark.parametrize("url", ["foo", "ftp://hub.example.org", "https://", "https://a b", "//x"])
def test_an_address_that_no_browser_opens_is_refused(tmp_path, url):
    line = refused("--public-url", url, "--port", free_port(), home=tmp_path)
    assert f"public URL {url!r} is no address" in line


def test_a_file_of_something_else_is_named_and_stays_as_it_is(tmp_path):
    file = tmp_path / "notes.db"
    file.write_text("no database\n")
    line = refused("--database", f"sqlite:///{file}", "--port", free_port(), home=tmp_path)
    assert "notes.db' is no SQLite database" in line
    assert file.read_text() == "no database\n"


def test_a_server_answers_head_with_the_length_of_get(tmp_path):
    with served(tmp_path / "home") as hub:
        connection = HTTPConnection(hub.url.removeprefix("http://"), timeout=30)
        lengths = []
        for method in ("GET", "HEAD", "HEAD"):  # twice, as one connection stays in step
            connection.request(method, "/api/v1/openapi.json")
            answer = connection.getresponse()
            lengths.append((answer.status, answer.headers["content-length"], len(answer.read())))
        connection.close()
    assert lengths[0][0] == 200
    assert lengths[1:] == [(200, lengths[0][1], 0)] * 2
