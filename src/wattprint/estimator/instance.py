"""A cloud instance by name: what it adds to a description of work."""

from collections.abc import Mapping
from typing import Any

from wattprint.domain.checks import text
from wattprint.domain.errors import ContradictionError
from wattprint.estimator.host import NO_HOST
from wattprint.factors.instances import instances
from wattprint.factors.machines import AROUND_ACCELERATORS, PER_VCPU


def with_instance(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description with what its instance says in place of what was not said.

    An instance with accelerators is a share of a server that is built around them, by its
    accelerators; any other is its vCPUs of a server.

    Args:
        inputs: Inputs of `estimate`, an unsaid one None.

    Raises:
        UnknownNameError: No such instance.
        ContradictionError: An accelerator, number or host that is not the instance's.
    """
    if inputs.get("instance") is None:
        return dict(inputs)
    found = instances().find(text("instance", inputs["instance"]))
    if inputs.get("host") not in (None, NO_HOST):
        raise ContradictionError(
            f"host is {inputs['host']!r} beside instance {found.name!r}",
            "the instance says which machine it is: give one of the two",
        )
    said = dict(inputs)
    if found.accelerator is not None and said.get("power_w") is None:
        said["accelerator"] = said.get("accelerator") or found.accelerator
    if found.accelerator is not None:
        said["count"] = said["count"] if said.get("count") is not None else found.accelerator_count
        return {**said, "host": AROUND_ACCELERATORS, "memory_gb": _memory(said, found.memory_gb)}
    vcpus = said["vcpus"] if said.get("vcpus") is not None else found.vcpus
    return {**said, "host": PER_VCPU, "vcpus": vcpus, "memory_gb": _memory(said, found.memory_gb)}


def _memory(said: Mapping[str, Any], memory_gb: float | None) -> float | None:
    given: float | None = said.get("memory_gb")
    is_inside = said.get("energy_kwh") is not None and said.get("energy_at") != "accelerator"
    return given if given is not None or is_inside else memory_gb
