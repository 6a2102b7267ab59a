"""The servers behind cloud instances, and the instance that a job's accelerators tell."""

from functools import lru_cache
from typing import NamedTuple

from wattprint.factors.instances import Instance, instances
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


def only_instance(provider: str, accelerator: str, count: int) -> Instance | None:
    """Return the provider's instance with that many of an accelerator.

    Returns:
        The instance; None where there is none, or several of different vCPUs or memory.
    """
    fitting = [
        one
        for one in instances().entries
        if one.name.startswith(f"{provider}/")
        and (one.accelerator, one.accelerator_count) == (accelerator, count)
    ]
    sizes = {(one.vcpus, one.memory_gb) for one in fitting}
    return fitting[0] if len(sizes) == 1 else None


def host_of(instance: Instance) -> Host | None:
    """Return the server of an instance's series, if it is known."""
    provider, _, instance_type = instance.name.partition("/")
    series = instance_type.partition(".")[0].partition("-")[0]
    return _hosts().get((provider, series))


@lru_cache(maxsize=1)
def _hosts() -> dict[tuple[str, str], Host]:
    rows = shipped().rows("instance_hosts")
    return {(row["provider"], row["series"]): _host(row) for row in rows}


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
