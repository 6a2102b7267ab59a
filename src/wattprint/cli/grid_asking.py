"""What the commands below `wattprint grid` share: their options, their services, their cache."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from wattprint.cli.options import Command, with_options
from wattprint.cli.output import say
from wattprint.domain.checks import one_of
from wattprint.domain.errors import HomeError, InputError
from wattprint.domain.series import BASES, KINDS, IntensitySeries
from wattprint.grid.cache import Cache
from wattprint.grid.caller import OpenGate
from wattprint.grid.lookup import Lookup, Wanted, wanted
from wattprint.grid.place import find_place, no_place
from wattprint.grid.profiles import typical_series
from wattprint.grid.providers.base import Provider
from wattprint.grid.providers.typical import Typical
from wattprint.grid.services import Services
from wattprint.grid.settings import Settings, load_settings
from wattprint.ledger.home import home_folder

FALLBACK: Provider = Typical(typical_series)
"""What answers where no service is set up."""


def asking_options(command: Command) -> Command:
    """Add the options that say whom to ask for what."""
    options = (
        click.option(
            "--provider",
            metavar="NAME",
            help="Service to ask. [default: the first one set up that has the zone, else usual "
            "hours]",
        ),
        click.option(
            "--file", "file_", metavar="PATH", help="CSV or Parquet file to read instead."
        ),
        click.option(
            "--kind",
            metavar="average|marginal",
            help="Kind of intensity. [default: average, which footprints use; with --provider "
            "or --file the first that it has]",
        ),
        click.option(
            "--basis",
            metavar="lifecycle|direct",
            help="Basis of the intensity. [default: the provider's first]",
        ),
    )
    return with_options(command, options)


class Asking(NamedTuple):
    """Whom to ask for what, as the options say."""

    provider: str | None
    file_: str | None
    kind: str | None
    basis: str | None


class Grid(NamedTuple):
    """The services and the cache that a command works with."""

    services: Services
    lookup: Lookup
    now_s: float

    def wanted(self, zone: str | None, asking: Asking) -> Wanted:
        """Return what is wanted of whom; without a zone, that of the place that is found.

        Raises:
            InputError: No place, no provider for it, or nothing of that kind and basis.
        """
        if asking.kind is not None:
            one_of("kind", asking.kind, KINDS)
        if asking.basis is not None:
            one_of("basis", asking.basis, BASES)
        candidates = (zone,) if zone is not None else _places()
        *finer, last = candidates
        for candidate in finer:
            try:
                return self._wanted(candidate, asking)
            except InputError:
                continue
        return self._wanted(last, asking)

    def _wanted(self, zone: str, asking: Asking) -> Wanted:
        if asking.provider is not None or asking.file_ is not None:
            provider = self.services.named(asking.provider or "file")
        else:
            provider = self.services.for_zone(zone, kind=asking.kind)
        kind = asking.kind
        if kind is None and asking.provider is None and asking.file_ is None:
            kind = "average"
        return wanted(provider, zone, kind=kind, basis=asking.basis)


def _places() -> tuple[str, ...]:
    place = find_place(folder=Path.cwd(), environment=os.environ).place
    if place is None:
        raise no_place()
    return place.zones


@contextmanager
def opened(
    home: str | None, asking: Asking | None = None, zone: str | None = None
) -> Iterator[Grid]:
    """Yield the services and the cache of a home; without a cache where none can be kept.

    Raises:
        InputError: The settings cannot be used.
    """
    folder = home_folder(home)
    settings = load_settings(folder, os.environ)
    if asking is not None and asking.file_ is not None:
        settings = _with_file(settings, asking, zone)
    try:
        cache: Cache | None = Cache(folder / "cache")
    except HomeError as error:
        say(f"wattprint: nothing is kept: {error}")
        cache = None
    try:
        services = Services(settings, gate=cache or OpenGate(), fallback=FALLBACK)
        yield Grid(services, Lookup(cache, clock_s=time.time), time.time())
    finally:
        if cache is not None:
            cache.close()
            if cache.trouble is not None:
                say(f"wattprint: the cache {cache.file.path} was not of use: {cache.trouble}")


def _with_file(settings: Settings, asking: Asking, zone: str | None) -> Settings:
    """Return settings in which the file is the one that the options name."""
    of = settings.services["file"]
    if asking.provider not in (None, "file"):
        raise InputError(
            f"--file and --provider {asking.provider} are both given", "expected one of them"
        )
    stated = {
        "path": asking.file_,
        "zone": zone,
        "kind": asking.kind,
        "basis": asking.basis,
    }
    given = {**of.given, **{name: text for name, text in stated.items() if text is not None}}
    file = of._replace(given=given, missing=())
    return settings._replace(services={**settings.services, "file": file})


def require_basis(series: IntensitySeries, asking: Asking) -> IntensitySeries:
    """Return a series; refuse one of another kind or basis than was asked for.

    Raises:
        InputError: It is.
    """
    for name, given in (("kind", asking.kind), ("basis", asking.basis)):
        if given is not None and getattr(series, name) != given:
            raise InputError(
                f"{name} {given!r} is not what {series.provider} has of {series.zone}",
                f"it has {series.kind}, {series.basis}",
            )
    return series
