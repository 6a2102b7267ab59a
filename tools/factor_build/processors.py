"""The table of processors: one name a part, whatever its sources call it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factor_build.tables import BuildError, Inputs, Row, Table, joined_aliases, split_aliases

CPU_COLUMNS = "name aliases vendor tdp_w cores threads release_year source year verified"

VENDOR_NAMES = {
    "amd": "AMD",
    "ampere": "Ampere",
    "apple": "Apple",
    "aws": "AWS",
    "intel": "Intel",
    "nvidia": "NVIDIA",
}
# "AMD 6th Gen AMD PRO A10-8700B APU" is sold as "AMD PRO A10-8700B".
GENERATION = re.compile(r"^(?:AMD )?[67]th Gen (?:AMD )?(.*?)(?: APU)?$")
# "6376" or "255e" names neither maker nor line. Most have a full row too ("AMD Opteron 6376").
BARE_MODEL_NUMBER = re.compile(r"^[A-Z]?\d+[A-Za-z]{0,2}(?: [A-Z]{2})?$")
NOT_A_PART = frozenset(
    {
        "ARMv8 Processor rev 0 (v8l)",  # an instruction set, as /proc/cpuinfo prints it
        "TL-52",  # numbers of some Turion, given without maker or line
        "TL-60",
        "TL-64",
    }
)
# Given name -> name and vendor as the maker has them.
CPU_CORRECTIONS = {
    "AMD 7552": ("AMD EPYC 7552", "amd"),  # 48 cores and 200 W, as that EPYC has
    "Rasberry Pi 4": ("Raspberry Pi 4", "raspberry_pi"),
}
# Other parts, which upstream joined because the names differ by a dot or a space only: a Celeron
# 220 takes 19 W, a Celeron at 2.20 GHz 73 W; an Opteron X2170 takes 25 W, an Opteron X2 170 110 W.
FALSE_ALIASES = frozenset({"AMD Opteron X2170", "Intel Celeron 220"})


def cpus(inputs: Inputs) -> Table:
    kept: dict[tuple[str, str], Row] = {}
    for row in map(harmonised_cpu, [*inputs.shippable("cpus"), *inputs.entered("cpus")]):
        if not row["name"]:
            inputs.drop("cpus", f"{row['source']}: the name tells no part")
            continue
        first = kept.setdefault((row["name"], row["source"]), row)
        if first is not row:
            join_cpu(first, row)
            inputs.drop("cpus", f"{row['source']}: the same part and power under a second name")
    return Table("cpus.csv", tuple(CPU_COLUMNS.split()), [*kept.values()], ("name", "source"))


def harmonised_cpu(row: Row) -> Row:
    """The row under a name that starts with its vendor; under no name where it tells no part."""
    given = " ".join(row["name"].split())  # upstream has no-break and double spaces
    name, vendor = CPU_CORRECTIONS.get(given, (given, row["vendor"]))
    if match := GENERATION.match(name):
        name, vendor = f"AMD {match[1]}", "amd"
    name = name.removesuffix(" SoC")
    if name in NOT_A_PART or (not vendor and BARE_MODEL_NUMBER.match(name)):
        return {**row, "name": ""}
    brand = VENDOR_NAMES.get(vendor, "")
    if not name.startswith(brand):
        name = f"{brand} {name}"
    aliases = cpu_aliases([given, *split_aliases(row["aliases"])], name=name)
    year = row["release_year"] or row["year"]
    return {**row, "name": name, "vendor": vendor, "aliases": aliases, "year": year}


def cpu_aliases(given: Iterable[str], *, name: str) -> str:
    tidy = (" ".join(alias.split()) for alias in given)
    telling = (a for a in tidy if a not in FALSE_ALIASES and not BARE_MODEL_NUMBER.match(a))
    return joined_aliases(telling, name=name)


def join_cpu(first: Row, second: Row) -> None:
    if float(first["tdp_w"]) != float(second["tdp_w"]):
        powers = f"{first['tdp_w']} W and {second['tdp_w']} W"
        raise BuildError(f"cpus.csv: {first['source']} gives {first['name']} {powers}")
    aliases = split_aliases(f"{first['aliases']}|{second['aliases']}")
    first["aliases"] = joined_aliases(aliases, name=first["name"])
