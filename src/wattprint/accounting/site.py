"""`site.toml`: what a log does not say of the machines it is of, and of their place."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.accounting.coefficients import METERED_AT
from wattprint.domain.checks import number, one_of, text, whole_number
from wattprint.domain.errors import InputError, UnknownNameError, nearest_names
from wattprint.estimator.embodied import LIFETIME_INPUTS
from wattprint.estimator.host import NO_HOST
from wattprint.estimator.market import MARKET_INPUTS
from wattprint.estimator.place import PLACE_INPUTS
from wattprint.estimator.work import MEMORY_TYPES
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import find_cpu
from wattprint.factors.machines import machine_class
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST_BYTES = 4 * 1024 * 1024
MACHINE_KEYS = (
    "accelerator",
    "accelerators_per_node",
    "accelerator_power_w",
    "utilization",
    "cpu",
    "cpu_count",
    "cpus_per_node",
    "threads_per_core",
    "memory_gb_per_node",
    "memory_type",
    "host",
    "static_w",
    "supply_efficiency",
    "metered",
    *LIFETIME_INPUTS,
)
"""What can be said of machines: of the whole site, of a cluster, or of a partition."""
PLACE_KEYS = tuple(name for name in PLACE_INPUTS if name != "year")
"""What can be said of their place, by the names that every front door takes."""
WHERE = ("zone", "region", "intensity")
"""What says where: one of them said closer by replaces them all."""
TOGETHER = (
    (WHERE, WHERE),
    (("intensity",), ("basis", "grid_source")),  # which choose among intensities of a zone
    (MARKET_INPUTS, MARKET_INPUTS),
)
"""What said closer by goes before what of a level farther off."""
SITE_KEYS = ("name", "timezone", "cluster")


class Site(NamedTuple):
    """A description of clusters, as it was said."""

    said: Mapping[str, Any] = {}
    """What holds everywhere: of `MACHINE_KEYS` and `PLACE_KEYS`."""
    clusters: Mapping[str, Mapping[str, Any]] = {}
    """What holds in a cluster."""
    partitions: Mapping[tuple[str, str], Mapping[str, Any]] = {}
    """What holds in a partition, by cluster ('' for any) and partition."""
    accelerators: Mapping[str, str] = {}
    """Full name of what the log calls an accelerator."""
    projects: Mapping[str, str] = {}
    """Project of an account."""
    teams: Mapping[str, str] = {}
    """Team of an account."""
    name: str = ""
    timezone: str = "UTC"
    cluster: str = ""
    """Name of the cluster where the log has none."""

    def of(self, cluster: str, partition: str) -> dict[str, Any]:
        """Return what holds for a partition: what is said closest to it goes first."""
        levels = (
            self.said,
            self.clusters.get(cluster, {}),
            self.partitions.get(("", partition), {}),
            self.partitions.get((cluster, partition), {}),
        )
        found: dict[str, Any] = {}
        for level in levels:
            found = {**_beside(level, found), **level}
        return found

    def describes(self, cluster: str, partition: str) -> bool:
        """Tell whether anything is said of this partition, or of all of its cluster."""
        is_said = (cluster, partition) in self.partitions or ("", partition) in self.partitions
        whole = {**self.said, **self.clusters.get(cluster, {})}
        return is_said or any(name in whole for name in ("cpu", "accelerator", "host"))

    def with_place(self, **said: Any) -> "Site":
        """Return the site with what is said now of its place, which goes before all levels."""
        given = {name: amount for name, amount in said.items() if amount is not None}
        if not given:
            return self
        _checked("option", given)

        def less(level: Mapping[str, Any]) -> dict[str, Any]:
            return {name: said for name, said in _beside(given, level).items() if name not in given}

        return self._replace(
            said={**less(self.said), **given},
            clusters={name: less(level) for name, level in self.clusters.items()},
            partitions={name: less(level) for name, level in self.partitions.items()},
        )


def _beside(closer: Mapping[str, Any], farther: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a level farther off still holds beside one that is closer."""
    gone = {
        name
        for said, replaced in TOGETHER
        if any(one in closer for one in said)
        for name in replaced
    }
    return {name: said for name, said in farther.items() if name not in gone}


def read_site(path: Path) -> Site:
    """Read and check a description.

    Raises:
        InputError: It cannot be read, is no TOML, or says something unknown or impossible: the
            message names the table and the key.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise _unreadable(path, f"it is larger than {LARGEST_BYTES // 1024**2} MB")
        document = tomllib.loads(content.decode("utf-8-sig"))  # some editors write a mark first
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"it is no TOML ({error})") from None
    except InputError:
        raise
    except (ValueError, RecursionError):  # bytes, numbers and tables that no reader takes
        raise _unreadable(path, "it is no TOML in UTF-8") from None
    return site_of(document)


def site_of(document: Mapping[str, Any]) -> Site:
    """Return the site that a TOML document describes.

    Raises:
        InputError: An unknown table or key, or a value outside what its key allows.
    """
    tables = ("clusters", "partitions", "accelerators", "projects", "teams")
    said = {name: amount for name, amount in document.items() if name not in tables}
    own = {name: text(name, said.pop(name)) for name in SITE_KEYS if name in said}
    clusters, partitions = {}, _partitions("", document.get("partitions", {}))
    for cluster, level in _table("clusters", document.get("clusters", {})).items():
        table = dict(_table(f"clusters.{cluster}", level))
        partitions.update(_partitions(cluster, table.pop("partitions", {})))
        clusters[cluster] = _checked(f"[clusters.{cluster}]", table)
    return Site(
        said=_checked("site", said, also=(*SITE_KEYS, *tables)),
        clusters=clusters,
        partitions=partitions,
        accelerators=_names("accelerators", document),
        projects=_names("projects", document),
        teams=_names("teams", document),
        name=own.get("name", ""),
        timezone=_timezone(own.get("timezone", "UTC")),
        cluster=own.get("cluster", ""),
    )


def _partitions(cluster: str, tables: Any) -> dict[tuple[str, str], Mapping[str, Any]]:
    where = f"clusters.{cluster}.partitions" if cluster else "partitions"
    return {
        (cluster, name): _checked(f"[{where}.{name}]", _table(f"{where}.{name}", level))
        for name, level in _table(where, tables).items()
    }


def _table(name: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"{name} is {given!r}", f"expected a table: [{name}]")
    return given


def _names(name: str, document: Mapping[str, Any]) -> dict[str, str]:
    table = _table(name, document.get(name, {}))
    texts = {key: text(f"{name}.{key}", given) for key, given in table.items()}
    if name == "accelerators":
        return {key: _known(f"{name}.{key}", "accelerator", said) for key, said in texts.items()}
    return texts


def _timezone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownNameError(
            f"timezone {name!r} is unknown",
            "expected a name of the IANA time zone database, such as 'Europe/Berlin'",
            nearest_names(name, available_timezones(), count=1),
        ) from None
    return name


_LIMITS: Mapping[str, tuple[float, float]] = {
    "accelerator_power_w": (0, 1e5),
    "utilization": (0, 1),
    "memory_gb_per_node": (0.01, 1e6),
    "static_w": (0, 1e5),
    "supply_efficiency": (0.01, 1),
    "lifetime_years": (0.1, 50),
    "lifetime_use": (0.01, 1),
}
_WHOLE: Mapping[str, tuple[int, int]] = {
    "accelerators_per_node": (1, 1024),
    "cpu_count": (1, 1024),
    "cpus_per_node": (1, 65_536),
    "threads_per_core": (1, 2),
}


_NUMBERS = ("intensity", "market_intensity", "residual_mix", "grid_water")
_NUMBER_OR_WORD = ("pue", "wue")
_WORDS = ("basis", "grid_source", "water_kind")


def _checked(where: str, said: Mapping[str, Any], also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Check one level; limits of what concerns the place are checked when it is looked up."""
    known = (*MACHINE_KEYS, *PLACE_KEYS, *also)
    for name, given in said.items():
        label = f"{where} {name}"
        if name not in (*MACHINE_KEYS, *PLACE_KEYS):
            raise UnknownNameError(
                f"{label} is unknown",
                "expected one of " + ", ".join(sorted(known)),
                nearest_names(name, known, count=1),
            )
        if name in _LIMITS:
            least, most = _LIMITS[name]
            number(label, given, at_least=least, at_most=most)
        elif name in _WHOLE:
            fewest, greatest = _WHOLE[name]
            whole_number(label, given, at_least=fewest, at_most=greatest)
        elif name == "metered":
            one_of(label, given, METERED_AT)
        elif name == "memory_type":
            one_of(label, given, MEMORY_TYPES)
        elif name in _FIND:
            _known(label, name, text(label, given))
        else:
            _check_type(label, name, given)
    return dict(said)


def _check_type(label: str, name: str, given: Any) -> None:
    is_word = name in _WORDS or (name in _NUMBER_OR_WORD and isinstance(given, str))
    if is_word:
        text(label, given)
    elif name in _NUMBERS or name in _NUMBER_OR_WORD:
        number(label, given)
    elif name == "contract":
        for contract in given if isinstance(given, list) else [given]:
            text(label, contract)


_FIND: Mapping[str, Callable[[str], object]] = {
    "accelerator": lambda name: accelerators().find(name),
    "cpu": find_cpu,
    "host": lambda name: name == NO_HOST or machine_class(name),
    "zone": lambda name: zones().find(name),
    "region": lambda name: regions().find(name),
}


def _known(label: str, name: str, given: str) -> str:
    """Return a name if the tables have it; else the refusal says where it was said."""
    try:
        _FIND[name](given)
    except InputError as error:
        raise type(error)(
            f"{label} is {given!r}: {error.given}", error.allowed, error.nearest
        ) from None
    return given


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(f"{path} cannot be read: {why}", "expected a TOML file; see docs/account.md")
