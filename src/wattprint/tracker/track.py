"""The front door for tracked work."""

import os
from collections.abc import Mapping, Sequence

from wattprint.domain.checks import no_unknown_keywords, number, one_of
from wattprint.domain.errors import InputError

TYPE_CHECKING = False  # type checkers read it as true; see docs/decisions/0003-start-up.md
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from wattprint.domain.node_profile import NodeProfile
    from wattprint.meters.base import Meter
    from wattprint.tracker.pushing import Pushing
    from wattprint.tracker.run import Run

SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 0.1, 86_400.0
DEFAULT_PROJECT = "default"
PARENT_RUN = "WATTPRINT_PARENT_RUN"
"""Environment variable in which `wattprint track` tells its command which run it is part of."""


def track(
    *,
    project: str = DEFAULT_PROJECT,
    name: str | None = None,
    stage: str | None = None,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    pue: float | str | None = None,
    host: "str | NodeProfile | None" = None,
    hosts: float | None = None,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    interval_s: float = 10.0,
    meters: "Sequence[Meter] | None" = None,
    home: str | os.PathLike[str] | None = None,
    push: bool = False,
    **unknown: object,
) -> "Run":
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
        host: Class of the machine around the chips, for its static power and supply losses:
            `laptop`, `workstation`, `1-socket-server`, `2-socket-server`,
            `8-accelerator-server`, `cloud-vm`, `none` for the chips alone, or a calibrated
            `NodeProfile`. Without it, the newest profile of this machine, else what its facts tell.
        hosts: Share of the machine that the run has; without it, what is set aside for it.
        parent: Id of the run that this one is part of; by default the `wattprint track` that
            started this program, if one did.
        tags: Further words about the run.
        interval_s: Time between readings. [s, 0.1 to 86400]
        meters: Meters to read instead of those of this machine: a power meter of your own that
            has what `wattprint.meters.base.Meter` asks for, or a recorded run in a `ReplayMeter`.
        home: Home folder of the ledger; None takes $WATTPRINT_HOME, else ~/.wattprint.
        push: Send the run to the hub of `wattprint login`, each minute and at its end, by a process
            of its own that the work never waits for. What the hub does not take now waits on disk.
        **unknown: Refused, with the nearest keyword.

    Returns:
        The run, not yet started: `with` starts and stops it, or call start() and stop().

    Raises:
        InputError: Anything given that is unknown, impossible or contradictory, or a home folder
            that cannot be used. Once this function has returned, the run raises nothing.
    """
    known = [key for key in locals() if key != "unknown"]
    # What a run needs loads when there is one, not when this name is imported.
    from wattprint.domain.run import STAGES, RunRecord
    from wattprint.ledger.home import home_folder, runs_folder
    from wattprint.ledger.profiles import Profiles
    from wattprint.tracker.clock import Clock
    from wattprint.tracker.opening import open_run
    from wattprint.tracker.run import Run

    no_unknown_keywords("track", unknown, known)
    interval_s = number(
        "interval_s", interval_s, at_least=SHORTEST_INTERVAL_S, at_most=LONGEST_INTERVAL_S
    )
    if stage is not None:
        one_of("stage", stage, STAGES)
    described = RunRecord(
        run_id="",
        project=_text("project", project),
        name="" if name is None else _text("name", name),
        started_at="",
        stage=stage,
        parent=_parent(parent),
        tags=_tags(tags or {}),
        place=_checked_place(zone=zone, region=region, intensity=intensity, pue=pue),
        host=_checked_host(host, hosts),
        interval_s=interval_s,
    )
    folder = runs_folder(home_folder(home), create=True)
    pushing = _pushing(folder.parent) if push else None
    clock, given = Clock(), None if meters is None else _meters(meters)
    profiles = None if host is not None else lambda machine: Profiles(home).for_machine(machine)
    return Run(
        lambda: open_run(described, folder, clock, given, profiles),
        interval_s=interval_s,
        clock=clock,
        pushing=pushing,
    )


def _pushing(home: "Path") -> "Pushing":
    """Return what sends the run; refused where no hub is known."""
    from wattprint.client.credentials import load_credentials  # the two that load a subprocess
    from wattprint.tracker.pushing import Pushing

    load_credentials(home)
    return Pushing(home)


def _text(quantity: str, given: object) -> str:
    if isinstance(given, str) and given.strip() and given.isprintable():
        return given
    raise InputError(f"{quantity} is {given!r}", "expected printable text")


def _parent(given: str | None) -> str | None:
    if given is not None:
        return _text("parent", given)
    told = os.environ.get(PARENT_RUN, "")
    return told if told.isprintable() and told.strip() else None


def _meters(meters: "Sequence[Meter]") -> "Sequence[Meter]":
    asked = ("devices", "longest_pause_s", "read", "take_faults", "close")
    if not isinstance(meters, Sequence):
        raise InputError(f"meters is {meters!r}", _METERS)
    for meter in meters:
        lacking = [name for name in asked if not hasattr(meter, name)]
        if lacking:
            raise InputError(f"meters holds {meter!r} without {', '.join(lacking)}", _METERS)
    return meters


_METERS = "expected a list of meters, such as [ReplayMeter(wattprint.load('last'))]"


def _tags(tags: object) -> dict[str, str]:
    if not isinstance(tags, Mapping):
        raise InputError(f"tags is {tags!r}", "expected a mapping such as {'team': 'search'}")
    return {_text("a tag's key", key): str(value) for key, value in tags.items()}


def _checked_host(host: "str | NodeProfile | None", hosts: float | None) -> "dict[str, Any]":
    """Return what was said of the machine around the chips, after the estimator accepted it."""
    if host is None and hosts is None:
        return {}
    # These load the factors: only when asked.
    from wattprint.domain.node_profile import NodeProfile
    from wattprint.estimator.host_class import host_of_run

    host_of_run({"node": {}}, host=host, hosts=hosts)
    said: dict[str, Any] = {} if hosts is None else {"hosts": float(hosts)}
    if isinstance(host, NodeProfile):
        return {"profile": host.as_dict(), "said": said}
    return {"said": said if host is None else {"host": host, **said}}


def _checked_place(**place: "Any") -> "dict[str, Any]":
    """Return what was said of the place, after the estimator has accepted it."""
    said = {name: given for name, given in place.items() if given is not None}
    if said:
        from wattprint.estimator.place import find_place  # loads the factors: not without a place

        find_place(**said)
    # Plain floats, because numpy's numbers are accepted and JSON has no word for them.
    return {name: given if isinstance(given, str) else float(given) for name, given in said.items()}
