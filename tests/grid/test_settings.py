"""Settings: files for their owner alone, variables before them, and every slip refused."""

import pytest

from grid.played import KEY
from wattprint.domain.errors import InputError
from wattprint.grid.settings import SETTINGS, load_settings, variable

FULL = f"""
[grid]
providers = ["gb", "electricitymaps"]
[grid.electricitymaps]
key = "{KEY}"
version = "v4"
"""


def written(home, text, mode=0o600):
    path = home / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return home


def test_without_anything_nothing_is_set_up_and_nothing_is_asked(tmp_path):
    settings = load_settings(tmp_path / "absent", {})
    assert settings.order == ()
    assert settings.services["gb"].missing == ()
    assert settings.services["electricitymaps"].missing == ("key",)
    assert settings.services["electricitymaps"].variables == ("WATTPRINT_ELECTRICITYMAPS_KEY",)


def test_a_file_sets_services_and_their_order(tmp_path):
    settings = load_settings(written(tmp_path, FULL), {})
    assert settings.order == ("gb", "electricitymaps")
    service = settings.services["electricitymaps"]
    assert service.secrets["key"].reveal() == KEY
    assert service.given["version"] == "v4"
    assert service.given["base_url"] == "https://api.electricitymaps.com"


def test_a_variable_goes_before_the_file(tmp_path):
    environment = {
        "WATTPRINT_ELECTRICITYMAPS_KEY": "other",
        "WATTPRINT_GRID_PROVIDERS": "entsoe, gb",
    }
    settings = load_settings(written(tmp_path, FULL), environment)
    assert settings.services["electricitymaps"].secrets["key"].reveal() == "other"
    assert settings.order == ("entsoe", "gb")


def test_a_key_sets_up_its_service_and_what_needs_none_waits_to_be_named(tmp_path):
    assert load_settings(tmp_path, {"WATTPRINT_ENTSOE_KEY": KEY}).order == ("entsoe",)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    with pytest.raises(InputError, match=rf"mode {mode:04o}.*chmod 600 ") as caught:
        load_settings(written(tmp_path, FULL, mode), {})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[grid", "is no TOML", id="toml"),
        pytest.param(f'[grid.electricitymaps]\nkey = "{KEY}', "is no TOML", id="half a key"),
        pytest.param("grid = 3", r"expected a table \[grid\]", id="no table"),
        pytest.param("[grid.watttim]", "Nearest: 'watttime'", id="service"),
        pytest.param("[grid.gb]\nbaseurl = 'x'", "expected base_url", id="setting"),
        pytest.param("[grid.electricitymaps]\nkey = 3", "is no key", id="number"),
        pytest.param("[grid.electricitymaps]\nkey = 'a\tb'", "is no key", id="tab"),
        pytest.param("[grid.electricitymaps]\nversion = 'v9'", "expected one of v3, v4", id="word"),
        pytest.param("[grid]\nproviders = 'gb'", "expected a list of names", id="list"),
        pytest.param("[grid]\nproviders = ['uk']", "provider 'uk' is unknown", id="provider"),
        pytest.param("[grid.gb]\nbase_url = 'ftp://x'", "no address", id="scheme"),
        pytest.param("[grid.gb]\nbase_url = 'https://me:pw@x'", "no address", id="password"),
        pytest.param("[grid.gb]\nbase_url = 'https://x?token=1'", "no address", id="query"),
        pytest.param("[grid.gb]\nbase_url = 'https://x:port'", "no address", id="port"),
    ],
)
def test_a_slip_is_refused_by_name_and_without_what_may_be_a_key(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        load_settings(written(tmp_path, text), {})
    assert KEY not in str(caught.value) and "pw@" not in str(caught.value)


def test_a_key_does_not_go_over_plain_http_except_to_this_machine(tmp_path):
    given = {"WATTPRINT_ENTSOE_KEY": KEY}
    with pytest.raises(InputError, match=r"http://api\.example, where a key could be read"):
        load_settings(tmp_path, {**given, "WATTPRINT_ENTSOE_BASE_URL": "http://api.example"})
    for host in ("127.0.0.1:8000", "localhost", "[::1]:8000"):
        load_settings(tmp_path, {**given, "WATTPRINT_ENTSOE_BASE_URL": f"http://{host}"})


def test_other_tables_of_the_file_are_anothers(tmp_path):
    assert load_settings(written(tmp_path, "[hub]\nurl = 'x'"), {}).order == ()


@pytest.mark.parametrize("service", SETTINGS)
def test_every_setting_has_its_own_variable(service):
    names = [variable(service, setting.name) for setting in SETTINGS[service]]
    assert len(set(names)) == len(names)
    assert all(name.startswith("WATTPRINT_") and name.replace("_", "").isalnum() for name in names)
