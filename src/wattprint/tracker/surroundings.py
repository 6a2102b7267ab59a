"""What `wattprint doctor` says of a machine beside its meters: hardware, ledger, software.

Every part is a plain dictionary, ready for JSON. What cannot be found out is None or empty: a
machine without /proc is described too.
"""

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from wattprint._version import __version__
from wattprint.domain.errors import HomeError, WattprintError
from wattprint.factors.cpus import known_cpu
from wattprint.factors.tables import shipped
from wattprint.ledger.home import home_folder
from wattprint.ledger.runs import Ledger
from wattprint.meters.nvml_library import NvmlError, NvmlLibrary, default_library
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.clock import boot_s

_MAKERS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel", "0x1da3": "Intel Gaudi"}
"""Makers of accelerators by PCI vendor. Source: the PCI ID repository, 2026."""
_COMPUTING = ("0x0302", "0x0380", "0x1200")
"""PCI classes 3D controller, other display controller and processing accelerator."""
_DRAWING = "0x0300"
"""PCI class VGA controller: a GPU with a plug for a screen, or a plain screen of a server."""


def machine(host: HostFacts, root: Path = Path("/")) -> dict[str, Any]:
    """Return the hardware as far as the power models depend on it.

    Args:
        host: What /proc says.
        root: Folder in which containers leave their marks.
    """
    cpu = known_cpu(host.cpu_model)
    return {
        "cpu": host.cpu_model,
        "cpu_in_tables": None if cpu is None else cpu.name,
        "cpu_tdp_w": None if cpu is None else cpu.tdp_w,
        "threads": host.threads,
        "sockets": host.sockets,
        "memory_gb": host.memory_bytes / 1e9 or None,
        "is_guest": host.is_guest,
        "container": _container(root),
        "system": sys.platform,
        "kernel": os.uname().release,
    }


def _container(root: Path) -> str:
    """Return the kind of container that this is; empty if it seems to be none."""
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "kubernetes"
    marks = {".dockerenv": "docker", "run/.containerenv": "podman", ".singularity.d": "apptainer"}
    for name, kind in marks.items():
        if (root / name).exists():
            return kind
    return os.environ.get("container", "")  # noqa: SIM112 - as systemd and LXC spell it


def accelerators(
    seen: Mapping[str, str], *, library: str | None, sys_root: Path = Path("/sys")
) -> dict[str, Any]:
    """Return which accelerators there are, and which of them are read.

    Args:
        seen: What is said of each device that is read, by its id.
        library: Path of NVML; None looks for it.
        sys_root: Where sysfs is mounted.
    """
    boards = _boards(library or default_library(os.environ))
    told = " ".join([*seen, *seen.values()])  # a part of a GPU names its GPU
    return {
        "read": len(seen),
        "hidden": [{"id": uuid, "name": name} for uuid, name in boards if uuid not in told],
        "visible_devices": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "on_pci_bus": sorted(_on_pci_bus(sys_root)),
    }


def _boards(library: str | None) -> list[tuple[str, str]]:
    """Return id and name of every GPU that NVML shows, whatever CUDA is told to see."""
    if library is None:
        return []
    try:
        nvml = NvmlLibrary(library)
        nvml.init()
    except (ImportError, OSError):  # a Python without ctypes
        return []
    found = []
    with suppress(NvmlError):
        handles = map(nvml.handle_by_index, range(nvml.device_count()))
        found = [(nvml.uuid(handle), nvml.name(handle)) for handle in handles]
    with suppress(NvmlError):
        nvml.shutdown()
    return found


def _on_pci_bus(root: Path) -> Iterator[str]:
    """Yield the maker of every accelerator on the PCI bus, with or without a driver."""
    for folder in root.glob("bus/pci/devices/*"):
        try:
            vendor, kind = ((folder / name).read_text().strip() for name in ("vendor", "class"))
        except OSError:
            continue
        maker = _MAKERS.get(vendor)
        if maker and (kind[:6] in _COMPUTING or (maker == "NVIDIA" and kind[:6] == _DRAWING)):
            yield maker


def ledger(home: str | None) -> dict[str, Any]:
    """Return where runs are kept, and whether they can be."""
    try:
        folder = home_folder(home)
        runs = len(Ledger(home).run_ids())
        there = next(path for path in (folder / "runs", folder, *folder.parents) if path.exists())
        disk = os.statvfs(there)
    except HomeError as error:
        return {**_NO_LEDGER, "reason": str(error)}
    except OSError as error:
        return {**_NO_LEDGER, "reason": f"home folder {str(home)!r} cannot be used: {error}"}
    is_writable = os.access(there, os.W_OK | os.X_OK)
    return {
        "home": str(folder),
        "is_writable": is_writable,
        "reason": "" if is_writable else f"{there} may not be written",
        "runs": runs,
        "free_bytes": disk.f_bavail * disk.f_frsize,
    }


_NO_LEDGER = {"home": None, "is_writable": False, "reason": "", "runs": None, "free_bytes": None}


def clocks() -> dict[str, Any]:
    """Return whether a sleep of the machine can be told from use."""
    has_boot_clock = hasattr(time, "CLOCK_BOOTTIME")
    return {
        "boot_clock": has_boot_clock,
        "up_s": boot_s(),
        "slept_s": max(0.0, boot_s() - time.monotonic()) if has_boot_clock else None,
    }


def software() -> dict[str, Any]:
    """Return versions, the factor set, and which optional extras are installed."""
    try:
        factor_set: Mapping[str, str] | None = shipped().identity
    except WattprintError:
        factor_set = None
    return {
        "wattprint": __version__,
        "python": sys.version.split()[0],
        "interpreter": sys.executable,
        "factor_set": factor_set,
        "extras": _extras(),
    }


def _extras() -> dict[str, list[str]]:
    """Return what is missing of each extra: nothing, where it is installed."""
    from importlib import metadata  # 28 ms, and needed by nobody else

    try:
        requirements = metadata.requires("wattprint") or []
    except (metadata.PackageNotFoundError, OSError):
        return {}
    missing: dict[str, list[str]] = {}
    for requirement in requirements:
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra\s*==\s*['\"]([\w.-]+)", requirement)
        if name and extra:
            absent = missing.setdefault(extra[1], [])
            try:
                metadata.version(name[0])
            except metadata.PackageNotFoundError:
                absent.append(name[0])
    return missing
