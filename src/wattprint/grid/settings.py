"""Which services are set up, and with which keys: $WATTPRINT_HOME/config.toml and environment.

    [grid]
    providers = ["gb", "electricitymaps"]

    [grid.electricitymaps]
    key = "..."

A variable such as WATTPRINT_ELECTRICITYMAPS_KEY goes before the file. The file must be for its
owner alone (mode 0600): it holds keys.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wattprint.domain.errors import InputError, nearest_names
from wattprint.domain.series import BASES, KINDS
from wattprint.grid.providers import carbon_aware_sdk, electricitymaps, entsoe, files, gb, watttime
from wattprint.grid.providers.electricitymaps import GRANULARITIES_S, VERSIONS
from wattprint.grid.secret import Secret
from wattprint.grid.toml_files import read_private_toml

FILE_NAME = "config.toml"
ORDER_VARIABLE = "WATTPRINT_GRID_PROVIDERS"


class Setting(NamedTuple):
    """One setting of a service."""

    name: str
    default: str | None = None
    """None: the service is not set up without it."""
    is_secret: bool = False
    allowed: Sequence[str] = ()
    """The words it may be; empty for any text."""
    is_optional: bool = False


_URL = "base_url"
SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    electricitymaps.NAME: (
        Setting("key", is_secret=True),
        Setting(_URL, electricitymaps.BASE_URL),
        Setting("version", VERSIONS[0], allowed=VERSIONS),
        Setting("granularity", "hourly", allowed=tuple(GRANULARITIES_S)),
    ),
    watttime.NAME: (
        Setting("username", is_secret=True),
        Setting("password", is_secret=True),
        Setting(_URL, watttime.BASE_URL),
    ),
    gb.NAME: (Setting(_URL, gb.BASE_URL),),
    entsoe.NAME: (Setting("key", is_secret=True), Setting(_URL, entsoe.BASE_URL)),
    carbon_aware_sdk.NAME: (
        Setting(_URL),
        Setting("kind", allowed=KINDS),
        Setting("basis", allowed=BASES),
    ),
    files.NAME: (
        Setting("path"),
        Setting("zone", is_optional=True),
        Setting("kind", allowed=KINDS, is_optional=True),
        Setting("basis", allowed=BASES, is_optional=True),
        Setting("timezone", is_optional=True),
    ),
}
"""Settings of every service; those without a default must be given."""


class ServiceSettings(NamedTuple):
    """What is set of one service."""

    name: str
    given: Mapping[str, str]
    """Settings that are no secret, defaults included."""
    secrets: Mapping[str, Secret]
    missing: tuple[str, ...]
    """Names of what must be given and is not."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that would set what is missing."""
        return tuple(variable(self.name, name) for name in self.missing)


class Settings(NamedTuple):
    """What is set of all services."""

    services: Mapping[str, ServiceSettings]
    order: tuple[str, ...]
    """Services that may be asked without being named, the preferred one first."""


def variable(service: str, setting: str) -> str:
    """Return the environment variable of a setting.

    >>> variable("carbon-aware-sdk", "base_url")
    'WATTPRINT_CARBON_AWARE_SDK_BASE_URL'
    """
    return f"WATTPRINT_{service}_{setting}".upper().replace("-", "_")


def load_settings(home: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings of all services.

    Args:
        home: $WATTPRINT_HOME.
        environment: Environment variables.

    Returns:
        The settings. `order` is what `providers` or WATTPRINT_GRID_PROVIDERS lists; without
        either, the services that were given a key, an address or a path.

    Raises:
        InputError: A file that others can read, that is no TOML, or a setting that is none.
    """
    table = _grid_table(home / FILE_NAME)
    sections = {name: table[name] for name in table if name != "providers"}
    services = {name: _service(name, _section(sections, name), environment) for name in SETTINGS}
    listed = _order(table, environment)
    order = (
        listed
        if listed is not None
        else tuple(
            name
            for name, service in services.items()
            if not service.missing and _is_given(name, _section(sections, name), environment)
        )
    )
    return Settings(services, order)


def _is_given(name: str, section: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Whether somebody set up a service on purpose; that it needs no key is no purpose."""
    return bool(section) or any(environment.get(variable(name, s.name)) for s in SETTINGS[name])


def _grid_table(path: Path) -> Mapping[str, Any]:
    """Return the table [grid] of the file; an empty one where there is no file."""
    document = read_private_toml(path)
    table = document.get("grid", {})
    if not isinstance(table, Mapping):
        raise InputError(f"grid in {path} is {type(table).__name__}", "expected a table [grid]")
    for name in table:
        if name != "providers" and name not in SETTINGS:
            raise InputError(
                f"grid.{name} in {path} is unknown",
                "expected providers, or a table of " + ", ".join(SETTINGS),
                nearest_names(name, SETTINGS, count=1),
            )
    return table


def _section(sections: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = sections.get(name, {})
    if not isinstance(section, Mapping):
        raise InputError(f"grid.{name} is no table", f"expected [grid.{name}] and settings below")
    known = [setting.name for setting in SETTINGS[name]]
    for key in section:
        if key not in known:
            raise InputError(
                f"grid.{name}.{key} is unknown",
                "expected " + ", ".join(known),
                nearest_names(key, known, count=1),
            )
    return section


def _service(
    name: str, section: Mapping[str, Any], environment: Mapping[str, str]
) -> ServiceSettings:
    given: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    missing = []
    for setting in SETTINGS[name]:
        text = environment.get(variable(name, setting.name)) or section.get(setting.name)
        text = setting.default if text is None else text
        if text is None:
            if not setting.is_optional:
                missing.append(setting.name)
        elif setting.is_secret:
            secrets[setting.name] = _secret(f"{name}.{setting.name}", text)
        else:
            given[setting.name] = _checked(f"{name}.{setting.name}", text, setting)
    if _URL in given:
        given[_URL] = _checked_url(f"{name}.{_URL}", given[_URL], has_secrets=bool(secrets))
    return ServiceSettings(name, given, secrets, tuple(missing))


def _secret(name: str, text: object) -> Secret:
    if isinstance(text, str) and text.strip() and text.isprintable() and text.isascii():
        return Secret(text.strip())
    # What it is instead may still be a key with a slip in it: it is not shown.
    raise InputError(f"{name} is no key", "expected printable ASCII text on one line")


def _checked(name: str, text: object, setting: Setting) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{name} is {text!r}", "expected text")
    if setting.allowed and text not in setting.allowed:
        raise InputError(
            f"{name} is {text!r}",
            "expected one of " + ", ".join(setting.allowed),
            nearest_names(text, setting.allowed, count=1),
        )
    return text.strip()


def _checked_url(name: str, url: str, *, has_secrets: bool) -> str:
    """Return an address; a key goes over https, or to this machine alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    is_plain = parts.username is None and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not host or not is_plain or not url.isascii():
        raise InputError(
            f"{name} is no address that is taken",
            "expected https://host/path without user, password or query",
        )
    if has_secrets and parts.scheme == "http" and not _is_this_machine(host):
        raise InputError(f"{name} is http://{host}, where a key could be read", "expected https://")
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _order(table: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[str, ...] | None:
    given = environment.get(ORDER_VARIABLE)
    listed: Any = table.get("providers") if given is None else given.split(",")
    if listed is None:
        return None
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise InputError(f"grid.providers is {listed!r}", "expected a list of names")
    names = [name.strip() for name in listed if name.strip()]
    for name in names:
        require_service(name)
    return tuple(dict.fromkeys(names))


def require_service(name: str, known: Sequence[str] = tuple(SETTINGS)) -> str:
    """Return the name of a service; refuse one that there is not."""
    if name in known:
        return name
    raise InputError(
        f"provider {name!r} is unknown",
        "expected one of " + ", ".join(known),
        nearest_names(name, known, count=1),
    )
