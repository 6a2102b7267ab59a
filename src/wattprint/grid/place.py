"""Where work is done, found without telling anybody: and never by a default.

In this order: what is said explicitly, the project's files, the environment; then, only when
asked, the cloud's own facts about the instance and a look-up by IP address.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError, nearest_names
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones
from wattprint.grid.errors import ServiceError
from wattprint.grid.toml_files import read_toml

ZONE_VARIABLE = "WATTPRINT_ZONE"
REGION_VARIABLE = "WATTPRINT_REGION"
_OWN_FILE, _PROJECT_FILE = "wattprint.toml", "pyproject.toml"
_PLACE_KEYS = ("zone", "region")
_REPOSITORY_MARK = ".git"


class Place(NamedTuple):
    """A place that was found."""

    zone: str | None
    """Zone, as it was named."""
    region: str | None
    """Cloud region."""
    source: str
    """Who says so: 'option', a file, a variable, a cloud, a look-up."""

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones that stand for it, the finest one first."""
        if self.zone is not None:
            return (self.zone,)
        found = regions().find(self.region or "")
        return tuple(reversed(found.zones))


class Step(NamedTuple):
    """A place where was looked."""

    source: str
    outcome: str


class Found(NamedTuple):
    """What was found, and where was looked."""

    place: Place | None
    steps: tuple[Step, ...]


Asking = Callable[[], Place]
"""Asks somebody for the place; raises ServiceError if it gets no answer."""


def find_place(
    *,
    zone: str | None = None,
    region: str | None = None,
    folder: Path,
    environment: Mapping[str, str],
    ask_cloud: Asking | None = None,
    ask_ip: Asking | None = None,
) -> Found:
    """Return the place, and every step that led to it.

    Args:
        zone: Zone said explicitly.
        region: Cloud region said explicitly.
        folder: Folder of the project: its files are read, and those above it up to the root of
            its repository.
        environment: Environment variables.
        ask_cloud: Asks the cloud for the region of this instance; None does not ask.
        ask_ip: Asks a service for the country of this address; None does not ask.

    Raises:
        InputError: Somebody names a zone or region that does not exist: that is never passed over.
    """
    steps: list[Step] = []
    for source, zone_said, region_said in _told(zone, region, folder, environment):
        if zone_said is None and region_said is None:
            steps.append(Step(source, "says nothing of a place"))
            continue
        place = _known(Place(zone_said, region_said, source))
        return Found(place, (*steps, Step(source, _words(place))))
    askings = (("cloud instance", ask_cloud, "--ask-cloud"), ("IP look-up", ask_ip, "--ask-ip"))
    for source, ask, option in askings:
        if ask is None:
            steps.append(Step(source, f"not asked; {option} asks"))
            continue
        try:
            place = _known(ask())
        except ServiceError as error:
            steps.append(Step(source, error.cause))
            continue
        return Found(place, (*steps, Step(place.source, _words(place))))
    return Found(None, tuple(steps))


def no_place() -> InputError:
    """Return the refusal of what needs a place and has none."""
    return InputError(
        "no place is given",
        "expected a ZONE, `zone` in wattprint.toml, or WATTPRINT_ZONE; "
        "`wattprint grid where` says where was looked",
    )


def _told(
    zone: str | None, region: str | None, folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield who may say the place, with the zone and region that they say."""
    yield "option", zone, region
    files = list(_project_files(folder))
    if not files:
        yield f"{_OWN_FILE} or {_PROJECT_FILE}", None, None
    for path in files:
        said = _place_table(path)
        yield str(path), said.get("zone"), said.get("region")
    for name in (ZONE_VARIABLE, REGION_VARIABLE):
        said_there = environment.get(name) or None
        is_zone = name == ZONE_VARIABLE
        yield name, said_there if is_zone else None, None if is_zone else said_there


def _project_files(folder: Path) -> Iterator[Path]:
    """Yield the project's files, the nearest first, up to the root of its repository.

    Outside a repository only the folder itself counts: what lies above may be anybody's.
    """
    folder = folder.absolute()
    above = [folder, *folder.parents]
    roots = [i for i, parent in enumerate(above) if (parent / _REPOSITORY_MARK).exists()]
    for parent in above[: roots[0] + 1 if roots else 1]:
        for name in (_OWN_FILE, _PROJECT_FILE):
            if (parent / name).is_file():
                yield parent / name


def _place_table(path: Path) -> Mapping[str, str]:
    """Return zone and region of a project file; of pyproject.toml those of [tool.wattprint]."""
    document: Any = read_toml(path)
    if path.name == _PROJECT_FILE:
        document = document.get("tool", {})
        document = document.get("wattprint", {}) if isinstance(document, Mapping) else {}
    if not isinstance(document, Mapping):
        raise InputError(f"tool.wattprint in {path} is no table", "expected [tool.wattprint]")
    for name, said in document.items():
        if name not in _PLACE_KEYS:
            raise InputError(
                f"{name!r} in {path} is unknown",
                "expected zone or region; keys belong into config.toml of $WATTPRINT_HOME",
                nearest_names(name, _PLACE_KEYS, count=1),
            )
        if not isinstance(said, str) or not said.strip():
            raise InputError(f"{name} in {path} is {said!r}", "expected its name as text")
    return document


def _known(place: Place) -> Place:
    """Return a place whose names exist."""
    try:
        if place.region is not None:
            place = place._replace(region=regions().find(place.region).region)
        if place.zone is not None and ":" not in place.zone:
            zones().find(place.zone)
    except InputError as error:
        raise type(error)(
            f"{error.given} ({place.source})", error.allowed, error.nearest
        ) from error
    return place


def _words(place: Place) -> str:
    said = [f"zone {place.zone}"] if place.zone is not None else []
    if place.region is not None:
        said.append(f"region {place.region} ({regions().find(place.region).zone})")
    return ", ".join(said)
