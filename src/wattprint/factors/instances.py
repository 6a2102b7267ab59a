"""Cloud instances with accelerators, by name."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.factors.tables import Row, optional_float, optional_int, shipped


class Instance(NamedTuple):
    """A provider's instance type."""

    name: str
    """'aws/p4d.24xlarge'"""
    accelerator: str | None
    accelerator_count: int
    vcpus: int | None
    memory_gb: float | None
    source: str


class InstanceTable:
    """Look-up of instance types."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_name = {instance.name: instance for instance in map(_instance, rows)}

    @property
    def entries(self) -> tuple[Instance, ...]:
        """All instance types."""
        return tuple(self._by_name.values())

    def find(self, name: str) -> Instance:
        """Return the instance 'provider/type'; a type without its provider if only one has it.

        Raises:
            UnknownNameError: No such instance, or one that several providers have.
        """
        asked = name.strip().casefold()
        fitting = [
            instance
            for key, instance in self._by_name.items()
            if asked in (key.casefold(), key.casefold().partition("/")[2])
        ]
        if len(fitting) == 1:
            return fitting[0]
        raise UnknownNameError(
            f"instance {name!r} is " + ("not unique" if fitting else "unknown"),
            "instances look like 'aws/p4d.24xlarge' (`wattprint factors list instance`)",
            [instance.name for instance in fitting] or nearest_names(name, self._by_name),
        )


def _instance(row: Row) -> Instance:
    return Instance(
        f"{row['provider']}/{row['instance_type']}",
        row["accelerator_name"] or None,
        optional_int(row["accelerator_count"]) or 0,
        optional_int(row["vcpus"]),
        optional_float(row["memory_gb"]),
        row["source"],
    )


@lru_cache(maxsize=1)
def instances() -> InstanceTable:
    """Return the instances of the shipped factor set."""
    return InstanceTable(shipped().rows("cloud_instances"))
