"""A described job as methodologies see it: the checked description, and what it names looked up."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Footprint
from wattprint.estimator.methodologies.hosts import Host, host_of, only_instance
from wattprint.estimator.work import Work
from wattprint.factors.accelerators import Accelerator, accelerators
from wattprint.factors.cpus import Cpu, cpus
from wattprint.factors.instances import Instance
from wattprint.factors.regions import Region, regions
from wattprint.factors.zones import zones


class Job(NamedTuple):
    """A job with everything that a methodology may ask of it. Build it with `described_job`."""

    work: Work
    ours: Footprint
    """Its footprint by Wattprint's own method."""
    given: tuple[str, ...]
    """Names of the inputs that were given."""
    accelerator: Accelerator | None
    cpu: Cpu | None
    instance: Instance | None
    """As given, else the only one of the region's provider with these accelerators."""
    region: Region | None
    zone: str | None
    """Code of the zone that was given."""
    pue: float | None
    """A PUE that was given as a number."""

    @property
    def device_hours(self) -> float:
        """Accelerator hours of all repeats [device-h]."""
        return self.work.device_hours * self.work.repeats

    @property
    def wall_hours(self) -> float:
        """Hours by the clock of all repeats [h]."""
        return self.work.wall_hours * self.work.repeats

    @property
    def host(self) -> Host | None:
        """The server behind the instance, if it is known."""
        return None if self.instance is None else host_of(self.instance)

    @property
    def vcpus(self) -> int | None:
        """Number of vCPUs of the instance."""
        return None if self.instance is None else self.instance.vcpus

    @property
    def memory_gb(self) -> float | None:
        """Memory as given, else that of the instance [GB]."""
        if self.work.memory_gb is not None:
            return self.work.memory_gb
        return None if self.instance is None else self.instance.memory_gb

    @property
    def country(self) -> str | None:
        """ISO code of the country that it runs in."""
        if self.region is not None:
            return self.region.country
        return None if self.zone is None else self.zone.partition("-")[0]

    @property
    def places(self) -> tuple[str, ...]:
        """Zones that it lies in, the smallest first."""
        if self.region is not None:
            return (*self.region.zones, self.region.country)
        return () if self.zone is None else (self.zone, self.zone.partition("-")[0])

    def our(self, quantity: str) -> Evidence | None:
        """Return a figure of our own footprint by its name."""
        return next((e for e in self.ours.evidence if e.quantity == quantity), None)

    def device_power_w(self, method: str) -> float:
        """Return the full power of one accelerator: as given, else its TDP [W].

        Raises:
            InputError: The job names none, or an energy in its place.
        """
        if self.work.power_w is not None:
            return self.work.power_w
        if self.accelerator is None or self.work.energy_kwh is not None:
            raise InputError(
                f"{method} computes energy from hardware and hours, and these are not given",
                "expected an accelerator (or power_w) and hours",
            )
        if self.accelerator.tdp_w is None:
            raise InputError(
                f"{method} needs the power of {self.accelerator.name!r}, and none is published",
                "expected power_w beside it",
            )
        return self.accelerator.tdp_w


def described_job(
    inputs: Mapping[str, Any],
    work: Work,
    ours: Footprint,
    *,
    given: tuple[str, ...],
    instance: Instance | None = None,
) -> Job:
    """Look up what a checked description names.

    Args:
        inputs: The inputs of `estimate` as they were given.
        work: The same, checked.
        ours: Its footprint by Wattprint's own method.
        given: Names of the inputs that differ from their defaults.
        instance: Cloud instance, where it was named.
    """
    part = None if work.accelerator is None else accelerators().find(work.accelerator).accelerator
    region = None if inputs.get("region") is None else regions().find(inputs["region"])
    zone = None if inputs.get("zone") is None else zones().find(inputs["zone"]).zone
    if instance is None and part is not None and region is not None:
        instance = only_instance(region.provider, part.name, work.accelerator_count)
    return Job(
        work=work,
        ours=ours,
        given=given,
        accelerator=part,
        cpu=None if work.cpu is None else cpus().find(work.cpu),
        instance=instance,
        region=region,
        zone=zone,
        pue=None if isinstance(inputs.get("pue"), str | None) else float(inputs["pue"]),
    )
