"""A hub as a user starts it: what it prints once, and what its log never holds."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from hub.made import free_port, served
from processes import DEADLINE_S, wattprint

PASSWORD = "four plain words here"


class Person:
    """A browser over the network, without a script."""

    def __init__(self, url):
        self.url = url
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        self.text = ""

    def get(self, path):
        """Open a page."""
        with self._opener.open(self.url + path, timeout=DEADLINE_S) as answer:
            self.text = answer.read().decode()
        return self.text

    def post(self, path, **fields):
        """Send the form of the open page."""
        key = re.search(r'name="form_key" value="(\w+)"', self.text)[1]
        body = urllib.parse.urlencode({"form_key": key, **fields}).encode()
        with self._opener.open(self.url + path, body, timeout=DEADLINE_S) as answer:
            self.text = answer.read().decode()
        return self.text

    def secrets(self):
        """What its cookies hold."""
        return [cookie.value.rpartition(".")[2] for cookie in self.jar]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The hub's home."""
    return tmp_path_factory.mktemp("used")


@pytest.fixture(scope="module")
def used(home):
    """A served hub after its first admin came in by the link; and all secrets of that."""
    with served(home) as hub:
        log = hub.log.read_text()
        code = re.search(r"/welcome\?code=(\S+)", log)[1]
        person = Person(hub.url)
        person.get(f"/welcome?code={code}")
        person.post("/welcome", code=code, name="Ann", password=PASSWORD)
        yield hub, person, code, log


def test_the_link_of_the_first_start_lets_the_admin_in_once(used):
    hub, person, code, _ = used
    assert "admin of default" in person.get("/account")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        Person(hub.url).get(f"/welcome?code={code}")


def test_no_secret_is_in_the_log(used):
    hub, person, code, printed = used
    known = [PASSWORD, code, hub.token, *person.secrets()]
    person.get("/account")
    page = person.post("/account/tokens", name="node 7", scopes="read")
    known.append(re.search(r"wpt_[\w.-]+", page)[0])
    person.get("/admin/members")
    page = person.post("/admin/members", user="bob", role="viewer", email="")
    known.append(re.search(r"code=([\w.-]+)", page)[1])
    other = Person(hub.url)
    other.get("/sign-in?next=%2Faccount")
    other.post("/sign-in", user="admin", password=PASSWORD, next="/account")
    known += other.secrets()
    other.get(f"/calculator?q={hub.token}")
    hub.request("GET", "/api/v1/whoami")
    log = hub.log.read_text().removeprefix(printed)
    assert log.count('"route": "/sign-in"') == 2
    for secret in known:
        assert secret not in log
        assert secret.rpartition(".")[2] not in log


def test_a_second_start_prints_no_secret(used, home, tmp_path):
    hub, *_ = used
    with served(tmp_path, "--home", home / ".wattprint", token=hub.token) as again:
        log = again.log.read_text()
    assert "wpt_" not in log
    assert "welcome?code" not in log


def test_the_command_makes_a_link_that_the_hub_takes(used, home):
    hub, *_ = used
    done = wattprint("hub", "invite", "bob", "--role", "member", "--public-url", hub.url, home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{hub.url}/welcome?code=default.")
    person = Person(hub.url)
    assert "bob" in person.get(done.stdout.strip().removeprefix(hub.url))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["admin", "--role", "member"], "user 'admin' is admin already; expected no role"),
        (["bob"], "user 'bob' is no member; expected a role"),
        (["bob", "--role", "king"], "role is 'king'; expected one of"),
        (["bob", "--role", "viewer", "--organisation", "x"], "organisation 'x' is unknown"),
    ],
)
def test_the_command_refuses_what_cannot_be(used, home, arguments, words):
    done = wattprint("hub", "invite", *arguments, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_the_command_needs_a_hub(tmp_path):
    done = wattprint("hub", "invite", "bob", "--role", "viewer", home=tmp_path)
    assert done.returncode == 2
    assert "holds no hub; expected" in done.stderr


def test_a_provider_s_settings_that_others_can_read_stop_the_start(used, home):
    file = home / ".wattprint" / "hub" / "oidc.toml"
    file.write_text('issuer = "https://id.example.org"\nclient_secret = "s3cret"\n')
    file.chmod(0o644)
    done = wattprint("serve", "--port", free_port(), home=home)
    assert done.returncode == 2
    assert "has mode 0644" in done.stderr and "s3cret" not in done.stderr
