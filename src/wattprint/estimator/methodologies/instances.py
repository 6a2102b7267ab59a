"""Cloud instances that hold a job's accelerators, and what is known of their servers."""

from functools import lru_cache
from typing import NamedTuple

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
    vcpus: int
    memory_gb: float
    host: Host | None
    source: str
    year: int

    @property
    def name(self) -> str:
        """'aws/p4d.24xlarge'."""
        return f"{self.provider}/{self.instance_type}"


def only_instance(provider: str, accelerator: str, count: int) -> Instance | None:
    """Return the provider's instance with that many of an accelerator, if only one has them."""
    fitting = [
        row
        for row in shipped().rows("cloud_instances")
        if (row["provider"], row["accelerator_name"]) == (provider, accelerator)
        and int(row["accelerator_count"]) == count
    ]
    return _instance(fitting[0]) if len(fitting) == 1 else None


def _instance(row: Row) -> Instance:
    return Instance(
        row["provider"],
        row["instance_type"],
        int(row["vcpus"]),
        float(row["memory_gb"]),
        _hosts().get((row["provider"], _series(row["instance_type"]))),
        row["source"],
        int(row["year"]),
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
