"""The table of accelerators: families, and the part that a bare name means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from factor_build.tables import (
    Inputs,
    Row,
    Table,
    grouped,
    joined_aliases,
    normal,
    split_aliases,
)

ACCELERATOR_COLUMNS = (
    "name family family_default aliases vendor kind segment tdp_w tdp_note memory_gb memory_type "
    "release_date tflops_fp32 tflops_fp16 tflops_bf16 tflops_fp8 process_nm die_mm2 "
    "source year verified"
)

# Words that a person leaves out when naming a chip. "Quadro" is not among them: a Quadro RTX 6000
# and an RTX 6000 Ada are different parts. "Radeon" goes only where RX follows: "VII" says nothing.
FAMILY_NOISE = re.compile(
    r"""
      \b(?:GeForce|Tesla|Instinct|GRID|Habana|Data\ Center\ GPU)\b
    | \bRadeon(?=\ RX\b)
    | \b\d+(?:\.\d+)?\ ?GB\b                          # memory size
    | \b(?:PCIe|SXM\d?|NVL|OAM)\b                     # form factor
    | (?:\ Max-Q)?\ (?:Server|Workstation)\ Edition$  # form factor, too
    | \ (?:Edition|Generation)$
    | (?<=\ Laptop)\ GPU$
    """,
    re.VERBOSE,
)
# Names whose last word tells variants of one chip apart and is no form factor elsewhere.
FAMILY_EXCEPTIONS = {
    "Cambricon MLU270-S4": "MLU270",
    "Cambricon MLU290-M5": "MLU290",
    "Cambricon MLU370-S4": "MLU370",
    "Cambricon MLU370-X4": "MLU370",
    "Cambricon MLU370-X8": "MLU370",
    "NVIDIA A800 PCIe 40GB Active": "A800",
    "NVIDIA GB200 GPU": "GB200",
    "Qualcomm Cloud AI 100 Pro": "Cloud AI 100",
    "Qualcomm Cloud AI 100 Standard": "Cloud AI 100",
    "Qualcomm Cloud AI 100 Ultra": "Cloud AI 100",
}
# Families of which no row carries the bare name as an alias.
FAMILY_DEFAULTS = {
    "A800": "NVIDIA A800 SXM4 80GB",  # as with A100: the module that clusters are built of
    "GB200": "NVIDIA GB200",  # the superchip, as sold and hired; its single GPU is named so
    "GH200": "NVIDIA GH200 96GB",  # the first version; the 144 GB one came a year later
}


def accelerators(inputs: Inputs) -> Table:
    rows = [*inputs.shippable("accelerators"), *inputs.entered("accelerators")]
    for row in rows:
        row["year"] = row["release_date"][:4]
        row["family"] = family_of(row["name"], row["vendor"])
    for (family,), members in grouped(rows, "family").items():
        mark_default(family, members)
    return Table("accelerators.csv", tuple(ACCELERATOR_COLUMNS.split()), rows, ("name",))


def family_of(name: str, vendor: str) -> str:
    """The bare name that a person writes: an 'NVIDIA A100 SXM4 80GB' is an 'A100'."""
    if name in FAMILY_EXCEPTIONS:
        return FAMILY_EXCEPTIONS[name]
    brand, _, product = name.partition(" ")
    bare = product if brand.lower() == vendor else name
    return " ".join(FAMILY_NOISE.sub("", bare).split())


def mark_default(family: str, members: Sequence[Row]) -> None:
    """Mark the row that the bare name means; the name then stands in `family`, no more an alias."""
    default = meant_by(family, members)
    for row in members:
        row["family_default"] = "1" if row is default else "0"
        others = (a for a in split_aliases(row["aliases"]) if normal(a) != normal(family))
        row["aliases"] = joined_aliases(others, name=row["name"])


def meant_by(family: str, members: Sequence[Row]) -> Row | None:
    """The default of a family, or None where the rows leave it open (`check_families` tells)."""
    if len(members) == 1:
        return members[0]
    bare = normal(family)
    chosen = [row for row in members if row["name"] == FAMILY_DEFAULTS.get(family)]
    named = [row for row in members if bare in map(normal, split_aliases(row["aliases"]))]
    plain = [row for row in members if normal(row["name"]).endswith(bare)]
    candidates = chosen or named or plain
    return candidates[0] if len(candidates) == 1 else None
