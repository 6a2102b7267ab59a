"""What kind of machine this is: chassis, battery, and the CPUs that a program may use.

Source: DMTF, SMBIOS Reference Specification 3.7 (2023), as Linux shows it in /sys/class/dmi/id;
Linux kernel, Documentation/ABI/testing/sysfs-class-power and admin-guide/cgroup-v2.rst (cpu.max).
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

DEFAULT_SYS_ROOT = Path("/sys")


class MachineFacts(NamedTuple):
    """What sysfs says of the machine; None where it says nothing."""

    chassis_type: int | None
    """SMBIOS chassis type, e.g. 3 for a desktop, 10 for a notebook, 23 for a rack server."""
    has_battery: bool
    """Whether the machine itself, and not a mouse, runs on a battery."""
    threads_allowed: float
    """Hardware threads that this process may use, by its affinity and its control group."""


def machine_facts(sys_root: Path = DEFAULT_SYS_ROOT) -> MachineFacts:
    """Read the machine's facts; what cannot be read is left out.

    Args:
        sys_root: Where sysfs is mounted.
    """
    return MachineFacts(
        _number(sys_root / "class/dmi/id/chassis_type"),
        _has_battery(sys_root / "class/power_supply"),
        min(float(_affinity()), _quota(sys_root / "fs/cgroup/cpu.max")),
    )


def _has_battery(folder: Path) -> bool:
    with suppress(OSError):
        for supply in folder.iterdir():
            # A mouse has a battery too: its scope is Device, that of a laptop System or unsaid.
            if _text(supply / "type") == "Battery" and _text(supply / "scope") != "Device":
                return True
    return False


def _affinity() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not on macOS
        return os.cpu_count() or 1


def _quota(path: Path) -> float:
    """Return the CPUs that the control group may use at once; without a limit, as many as exist.

    A container sees its own group at the root; elsewhere the root has no such file.
    """
    quota, _, period = _text(path).partition(" ")
    try:
        return int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return float("inf")


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isascii() and text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
