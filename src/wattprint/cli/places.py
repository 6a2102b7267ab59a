"""The place of some work where the command line does not say it: project files, environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PLACE = ("zone", "region", "intensity")
"""Any of these says where work was done."""


def found_place(said: Mapping[str, Any]) -> dict[str, str]:
    """Return zone or region as the project or the environment names it; empty where it is said.

    Nothing is asked of the network, and nothing is assumed.

    Args:
        said: What the command line says of the place.

    Raises:
        InputError: A file or variable names a place that does not exist.
    """
    if any(said.get(name) is not None for name in PLACE):
        return {}
    from wattprint.grid.place import find_place  # tables and TOML, only without a place

    place = find_place(folder=Path.cwd(), environment=os.environ).place
    if place is None:
        return {}
    return {"zone": place.zone} if place.zone is not None else {"region": place.region or ""}
