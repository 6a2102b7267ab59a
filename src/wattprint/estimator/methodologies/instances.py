"""Cloud instances that hold a job's accelerators, and what is known of their servers."""

from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.factors.tables import Row, optional_float, shipped


class Host(NamedTuple):
    """The server behind a series of instances; None where nothing is published."""

    cpu_architecture: str
    cpu_model: str
    cpu_tdp_w: float | None
    cpu_count: int
    """CPU packages of the whole server."""
    server_vcpus: int
    """vCPUs of the whole server: those of the largest instance."""
    ssds: float
    source: str
    year: int


class Instance(NamedTuple):
    """A provider's machine with accelerators."""

    provider: str
    instance_type: str
    accelerator_name: str
    accelerator_count: int
    vcpus: int
    memory_gb: float
    host: Host | None

    @property
    def name(self) -> str:
        """'aws/p4d.24xlarge'."""
        return f"{self.provider}/{self.instance_type}"


def only_instance(provider: str, accelerator: str, count: int) -> Instance | None:
    """Return the provider's instance with that many of an accelerator.

    Returns:
        The instance; None where there is none, or several of different vCPUs or memory.
    """
    fitting = [
        one
        for one in _instances().values()
        if (one.provider, one.accelerator_name, one.accelerator_count)
        == (provider, accelerator, count)
    ]
    sizes = {(one.vcpus, one.memory_gb) for one in fitting}
    return fitting[0] if len(sizes) == 1 else None


def named_instance(name: str) -> Instance:
    """Return an instance by its name, 'aws/p4d.24xlarge'.

    Raises:
        UnknownNameError: No such instance.
    """
    found = _instances().get(name.strip().casefold())
    if found is None:
        raise UnknownNameError(
            f"instance {name!r} is unknown",
            "instances look like 'aws/p4d.24xlarge' (`wattprint factors list instance`)",
            nearest_names(name, _instances()),
        )
    return found


@lru_cache(maxsize=1)
def _instances() -> dict[str, Instance]:
    return {one.name: one for one in map(_instance, shipped().rows("cloud_instances"))}


def _instance(row: Row) -> Instance:
    return Instance(
        row["provider"],
        row["instance_type"],
        row["accelerator_name"],
        int(row["accelerator_count"]),
        int(row["vcpus"]),
        float(row["memory_gb"]),
        _hosts().get((row["provider"], _series(row["instance_type"]))),
    )


def _series(instance_type: str) -> str:
    return instance_type.partition(".")[0].partition("-")[0]


@lru_cache(maxsize=1)
def _hosts() -> dict[tuple[str, str], Host]:
    return {
        (row["provider"], row["series"]): _host(row) for row in shipped().rows("instance_hosts")
    }


def _host(row: Row) -> Host:
    return Host(
        row["cpu_architecture"],
        row["cpu_model"],
        optional_float(row["cpu_tdp_w"]),
        int(row["cpu_count"]),
        int(row["server_vcpus"]),
        optional_float(row["ssd_count"]) or 0.0,
        row["source"],
        int(row["year"]),
    )
