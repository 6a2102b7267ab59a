"""The tables that named methodologies read: their own constants, as they publish them."""

from __future__ import annotations

from factor_build.tables import Inputs, Table

KEYS = {
    "ccf_power": "edition provider processor kind",
    "ccf_regions": "provider region",
    "ecologits_mixes": "version zone",
    "ecologits_models": "version provider model",
    "ecologits_providers": "kind provider",
    "ecologits_video": "version model",
    "green_algorithms_gpus": "name",
    "instance_hosts": "provider series",
    "methodologies": "name",
}
"""Hand-entered table and the columns that tell its rows apart."""


def methodology_tables(inputs: Inputs) -> list[Table]:
    return [_entered(inputs, name, key) for name, key in KEYS.items()]


def _entered(inputs: Inputs, name: str, key: str) -> Table:
    rows = list(inputs.entered(name))
    return Table(f"{name}.csv", tuple(rows[0]), rows, tuple(key.split()))
