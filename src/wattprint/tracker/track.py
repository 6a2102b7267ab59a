"""The front door for tracked work: a `with` statement, a decorator."""

import functools
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

from wattprint._version import __version__
from wattprint.domain.checks import no_unknown_keywords, number, one_of
from wattprint.domain.errors import InputError
from wattprint.domain.run import STAGES, RunRecord
from wattprint.ledger import JournalWriter, home_folder, runs_folder
from wattprint.meters import boot_id, host_facts, start_ticks
from wattprint.tracker.discovery import discover_meters
from wattprint.tracker.run import Clock, Opened, Run

Function = TypeVar("Function", bound=Callable[..., Any])

SHORTEST_INTERVAL_S = 0.1
DEFAULT_PROJECT = "default"


def track(
    *,
    project: str = DEFAULT_PROJECT,
    name: str | None = None,
    stage: str | None = None,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    pue: float | str | None = None,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    interval_s: float = 10.0,
    home: str | os.PathLike[str] | None = None,
    **unknown: Any,
) -> Run:
    """Measure the energy of the code in a `with` statement, and keep it in the local ledger.

    Args:
        project: What the run belongs to.
        name: Name of the run; its id without one.
        stage: Life stage: data, search, pretrain, finetune, evaluate or inference.
        zone: Country, state or grid zone. Without a place there is energy and no emissions; one
            can be given later, when the run is shown.
        region: Cloud region, 'provider/name'.
        intensity: Carbon intensity, instead of the zone's. [gCO2e/kWh]
        pue: Power usage effectiveness, or 'provider'. [ratio]
        parent: Id of the run that this one is part of.
        tags: Further words about the run.
        interval_s: Time between readings. [s, 0.1 or more]
        home: Home folder of the ledger; None takes $WATTPRINT_HOME, else ~/.wattprint.
        **unknown: Refused, with the nearest keyword.

    Returns:
        The run, not yet started: `with` starts and stops it, or call start() and stop().

    Raises:
        InputError: Anything given that is unknown, impossible or contradictory, or a home folder
            that cannot be used. Once this function has returned, the run raises nothing.
    """
    known = [key for key in locals() if key != "unknown"]
    no_unknown_keywords("track", unknown, known)
    number("interval_s", interval_s, at_least=SHORTEST_INTERVAL_S)
    if stage is not None:
        one_of("stage", stage, STAGES)
    place = _checked_place(zone=zone, region=region, intensity=intensity, pue=pue)
    folder = runs_folder(home_folder(home), create=True)
    started = RunRecord(
        run_id="",
        project=_text("project", project),
        name="" if name is None else _text("name", name),
        started_at="",
        stage=stage,
        parent=parent,
        tags=_tags(tags or {}),
        place=place,
        interval_s=interval_s,
    )
    clock = Clock()
    return Run(lambda: _open(started, folder, clock), interval_s=interval_s, clock=clock)


def _text(quantity: str, given: Any) -> str:
    if isinstance(given, str) and given.strip() and given.isprintable():
        return given
    raise InputError(f"{quantity} is {given!r}", "expected printable text")


def _tags(tags: Mapping[Any, Any]) -> dict[str, str]:
    if not isinstance(tags, Mapping):
        raise InputError(f"tags is {tags!r}", "expected a mapping such as {'team': 'search'}")
    return {_text("a tag's key", key): str(value) for key, value in tags.items()}


def _checked_place(**place: Any) -> dict[str, Any]:
    """Return what was said of the place, after the estimator has accepted it."""
    said = {name: given for name, given in place.items() if given is not None}
    if said:
        from wattprint.estimator import find_place  # loads the factors: not without a place

        find_place(**said)
    return said


def _open(started: RunRecord, folder: Path, clock: Clock) -> Opened:
    """Open the meters and the journal of a run that starts now."""
    from wattprint.factors.tables import shipped

    discovered = discover_meters(os.getpid())
    meters = {found.family: found.meter for found in discovered if found.meter is not None}
    started_s = clock.epoch_s()
    run_id = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started_s)) + f"-{os.urandom(3).hex()}"
    header = started._replace(
        run_id=run_id,
        name=started.name or run_id,
        started_at=_rfc3339(started_s),
        host={**host_facts()._asdict(), "system": sys.platform},
        process={"pid": os.getpid(), "boot_id": boot_id(), "start_ticks": start_ticks(os.getpid())},
        meters=tuple(
            {"family": found.family, "used": found.meter is not None, "reason": found.reason}
            for found in discovered
        ),
        factor_set=shipped().identity,
        software={"wattprint": __version__, "python": sys.version.split()[0]},
        devices=tuple(device for meter in meters.values() for device in meter.devices),
    )
    return Opened(header, meters, JournalWriter(folder, header))


def _rfc3339(epoch_s: float) -> str:
    whole_s, fraction = divmod(epoch_s, 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s)) + f".{int(fraction * 1e3):03d}Z"


@overload
def tracked(function: Function) -> Function: ...
@overload
def tracked(**settings: Any) -> Callable[[Function], Function]: ...
def tracked(
    function: Function | None = None, **settings: Any
) -> Function | Callable[[Function], Function]:
    """Track every call of a function as a run of its own.

    Args:
        function: The function, when used as `@tracked`.
        **settings: What `track` takes, when used as `@tracked(project="ranker")`.

    Raises:
        InputError: As `track`, when the function is defined rather than when it is called.
    """
    if function is None:
        track(**settings)  # refuses a wrong setting now, not hours later
        return lambda function: _tracking(function, settings)
    return _tracking(function, settings)


def _tracking(function: Function, settings: Mapping[str, Any]) -> Function:
    @functools.wraps(function)
    def tracking(*args: Any, **kwargs: Any) -> Any:
        with track(**{"name": function.__qualname__, **settings}):
            return function(*args, **kwargs)

    return tracking  # type: ignore[return-value]  # wraps keeps the signature, mypy cannot see it
