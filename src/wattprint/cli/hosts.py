"""The machine around the chips, by the name that a user gives: of a class or of a profile."""

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.domain.node_profile import NodeProfile
from wattprint.estimator.host import NO_HOST
from wattprint.factors.machines import machine_classes
from wattprint.ledger.profiles import Profiles


def host_named(name: str | None, home: str | None = None) -> str | NodeProfile | None:
    """Return a class by its name, a calibrated profile itself, and None for None.

    Args:
        name: Name of a class or of a profile, or 'none'.
        home: Home folder of the profiles; None takes $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        UnknownNameError: Neither a class nor a profile is named so.
    """
    if name is None or name == NO_HOST or name in machine_classes():
        return name
    profiles = Profiles(home)
    known = profiles.names()
    if name in known:
        return profiles.find(name)
    classes = sorted(machine_classes())
    calibrated = f", or a profile: {', '.join(known)}" if known else ""
    raise UnknownNameError(
        f"host {name!r} is unknown",
        f"expected one of {NO_HOST}, " + ", ".join(classes) + calibrated,
        nearest_names(name, [*classes, *known], count=1),
    )
