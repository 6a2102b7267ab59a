"""A cloud instance by name: what it adds to a description of work."""

from collections.abc import Mapping
from typing import Any

from wattprint.domain.checks import text, whole_number
from wattprint.domain.errors import ContradictionError
from wattprint.estimator.host import NO_HOST
from wattprint.estimator.work import LARGEST
from wattprint.factors.accelerators import accelerators
from wattprint.factors.instances import Instance, instances
from wattprint.factors.machines import AROUND_ACCELERATORS, PER_VCPU

AROUND_MACHINE = ("it", "facility")
"""Where an energy is measured that holds the machine whole."""


def with_instance(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description with what its instance says in place of what was not said.

    An instance with accelerators is a share of a server that is built around them, by its
    accelerators: `count` may be a part of them, or those of several such instances, and the memory
    follows. Any other instance is its vCPUs of a server.

    Args:
        inputs: Inputs of `estimate`, an unsaid one None.

    Raises:
        UnknownNameError: No such instance.
        ContradictionError: An accelerator or a host that is not the instance's, machines, or an
            energy that holds its machine.
    """
    if inputs.get("instance") is None:
        return dict(inputs)
    found = instances().find(text("instance", inputs["instance"]))
    if inputs.get("host") not in (None, NO_HOST):
        raise ContradictionError(
            f"host is {inputs['host']!r} beside instance {found.name!r}",
            "the instance says which machine it is: give one of the two",
        )
    if inputs.get("energy_kwh") is not None and inputs.get("energy_at") in AROUND_MACHINE:
        raise ContradictionError(
            f"instance is {found.name!r} beside energy_kwh at {inputs['energy_at']!r}",
            "the energy given already contains its machine: give one of the two",
        )
    said = dict(inputs)
    if found.accelerator is not None:
        _refuse_hosts(said, found)
        if said.get("power_w") is None or said.get("accelerator") is not None:
            said["accelerator"] = accelerator_of(found, said.get("accelerator"))
        said["count"] = said["count"] if said.get("count") is not None else found.accelerator_count
        return {**said, "host": AROUND_ACCELERATORS, "memory_gb": _memory(said, found)}
    vcpus = said["vcpus"] if said.get("vcpus") is not None else found.vcpus
    return {**said, "host": PER_VCPU, "vcpus": vcpus, "memory_gb": _memory(said, found)}


def accelerator_of(instance: Instance, named: str | None) -> str | None:
    """Return the accelerator of an instance; a name beside it may say less, and no other one.

    Raises:
        UnknownNameError: No such accelerator.
        ContradictionError: A name that the instance's accelerator does not fit.
    """
    if named is None or instance.accelerator is None:
        return named or instance.accelerator
    match = accelerators().find(text("accelerator", named))
    if instance.accelerator not in [part.name for part in (match.accelerator, *match.candidates)]:
        raise ContradictionError(
            f"accelerator is {named!r} beside instance {instance.name!r}",
            f"the instance has {instance.accelerator}: give one of the two",
        )
    return instance.accelerator


def _refuse_hosts(said: Mapping[str, Any], instance: Instance) -> None:
    if said.get("hosts") is not None:
        raise ContradictionError(
            f"hosts is {said['hosts']!r} beside instance {instance.name!r}",
            f"it is counted by its accelerators: give count, {2 * instance.accelerator_count} "
            "for two of them",
        )


def _memory(said: Mapping[str, Any], instance: Instance) -> float | None:
    given: float | None = said.get("memory_gb")
    is_inside = said.get("energy_kwh") is not None and said.get("energy_at") != "accelerator"
    if given is not None or is_inside or instance.memory_gb is None:
        return given
    if not instance.accelerator_count:
        return instance.memory_gb
    count = whole_number("count", said["count"], at_least=1, at_most=int(LARGEST))
    return instance.memory_gb * count / instance.accelerator_count
