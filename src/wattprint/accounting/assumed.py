"""What machines were taken for, partition by partition, and what would make it better."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wattprint.accounting.factors_table import Factored, machine_of, place_said
from wattprint.accounting.site import Site
from wattprint.accounting.summary import Hardware
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.jobs import Kind

IN_PLACE_OF = {
    "accelerator_tdp": "accelerator",
    "cpu_tdp_per_thread": "cpu",
    "memory_power": "memory_type",
    "pue": "pue",
    "carbon_intensity": "zone",
}
"""Figure that may be an assumption, or missing -> key of site.toml that replaces it."""


class Share(NamedTuple):
    """Jobs of a kind, and their energy."""

    jobs: int
    energy_kwh: float


def hardware(
    kinds: Iterable[Kind], factors: Sequence[Factored], shares: Mapping[int, Share], site: Site
) -> tuple[Hardware, ...]:
    """Return what the machines of every partition were taken for, most energy first.

    Args:
        kinds: Where and on what the jobs ran.
        factors: What was used for them.
        shares: Jobs and energy of each kind.
        site: What was said of the machines.
    """
    total_kwh = sum(share.energy_kwh for share in shares.values()) or 1.0
    by_partition: dict[tuple[str, str], list[Kind]] = {}
    for kind in kinds:
        by_partition.setdefault((kind.cluster, kind.partition_name), []).append(kind)
    evidence = {one.coefficients.kind: one for one in factors}
    found = [
        _of_partition(
            sorted(some, key=lambda kind: -shares.get(kind.kind, Share(0, 0.0)).energy_kwh),
            evidence,
            shares,
            site,
            total_kwh,
        )
        for some in by_partition.values()
    ]
    return tuple(sorted(found, key=lambda one: (-one.energy_share, one.cluster, one.partition)))


def _of_partition(
    kinds: Sequence[Kind],
    factors: Mapping[int, Factored],
    shares: Mapping[int, Share],
    site: Site,
    total_kwh: float,
) -> Hardware:
    """Describe a partition by the kind of job that used most energy there."""
    first = kinds[0]
    machine = machine_of(first, site)
    of_kinds = [shares.get(kind.kind, Share(0, 0.0)) for kind in kinds]
    names = [factors[k.kind].accelerator for k in kinds if has_accelerators(k, site)]
    return Hardware(
        cluster=first.cluster,
        partition=first.partition_name,
        jobs=sum(share.jobs for share in of_kinds),
        energy_share=sum(share.energy_kwh for share in of_kinds) / total_kwh,
        machine=machine.host_class,
        accelerators=tuple(dict.fromkeys(names)),
        cpus_per_node=machine.cpus_per_node,
        accelerators_per_node=machine.accelerators_of_node,
        memory_gb_per_node=machine.memory_gb_per_node,
        assumed=tuple(dict.fromkeys(key for k in kinds for key in _assumed(k, factors, site))),
    )


def has_accelerators(kind: Kind, site: Site) -> bool:
    """Tell whether jobs of this kind had accelerators."""
    return kind.most_gpus_per_node > 0 or machine_of(kind, site).accelerators_of_node > 0


def _assumed(kind: Kind, factors: Mapping[int, Factored], site: Site) -> Iterable[str]:
    for figure in factors[kind.kind].evidence:
        key = IN_PLACE_OF.get(figure.quantity)
        if key is None or not _is_open(figure):
            continue
        if key == "accelerator" and not has_accelerators(kind, site):
            continue
        yield key


def _is_open(figure: Evidence) -> bool:
    return figure.method in (Method.ASSUMED, Method.MISSING)


def charged_place(kind: Kind, site: Site) -> tuple[str | None, str | None, str | None]:
    """Return zone, region and basis by which a kind was charged; an intensity hides them."""
    said = place_said(kind, site)
    if said.get("intensity") is not None:
        return None, None, None
    return said.get("zone"), said.get("region"), said.get("basis")
