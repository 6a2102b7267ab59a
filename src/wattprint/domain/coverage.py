"""What a footprint counts and what it does not."""

from collections.abc import Mapping

from wattprint.domain.evidence import Method

COMPONENTS = (
    "accelerator",
    "cpu",
    "memory",
    "static",
    "storage",
    "network",
    "supply_losses",
    "facility_overhead",
    "embodied",
    "water",
)
"""Every part of a footprint that must be accounted for or said to be missing."""

CHIP_COMPONENTS = ("accelerator", "cpu", "memory")
"""Those that software meters see."""

NODE_COMPONENTS = (*CHIP_COMPONENTS, "static", "supply_losses")
"""Those of the machine itself, at its plug."""

IT_COMPONENTS = (*NODE_COMPONENTS, "storage", "network")
"""Those inside the energy of the IT equipment at the wall."""


def coverage(**methods: Method) -> dict[str, Method]:
    """Return a method for every component: those given, `missing` for all others.

    >>> coverage(accelerator=Method.MODELLED)["water"]
    <Method.MISSING: 'missing'>
    """
    unknown = set(methods) - set(COMPONENTS)
    if unknown:
        raise KeyError(f"{sorted(unknown)} are no components; expected some of {COMPONENTS}.")
    return {name: methods.get(name, Method.MISSING) for name in COMPONENTS}


def missing(methods: Mapping[str, Method]) -> tuple[str, ...]:
    """Return the components that are not counted, in the order of `COMPONENTS`."""
    return tuple(name for name in COMPONENTS if methods[name] is Method.MISSING)
