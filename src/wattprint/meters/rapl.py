"""Intel and AMD package and DRAM energy through Linux powercap (RAPL).

Every zone is a folder with `name`, `energy_uj` (a counter) and `max_energy_range_uj` (where it
wraps). Packages are counted, and the DRAM beside them; `core` and `uncore` are parts of their
package and `psys` contains all of it, so none of these is added. Since CVE-2020-8694 the kernel
gives the counters to root only: fine readings of power betray what others compute.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device
from wattprint.factors.conventions import convention
from wattprint.meters.base import Discovered, Reading
from wattprint.meters.counter import Counter
from wattprint.meters.procfs import small_file

DEFAULT_ROOT = Path("/sys/class/powercap")

MOST_W = {"cpu": 2_000.0, "memory": 1_000.0}
"""Power that no package, and no package's DRAM, reaches: over twice the largest of 2025. [W]"""

USUAL_RANGES_UJ = (65_532_610_987, 65_712_999_613, 262_143_328_850)
"""Where counters of 32 bits in units of 15.3 and 61 uJ wrap, as kernels say it. [uJ]"""

LONGEST_PAUSE_S = 0.5
"""What a reset hides, or a wrap without a range, is then at most this long. [s]"""

LOOK_AGAIN_S = 10.0
"""How often it looks for zones that have come or gone. [s]"""


MASKED = """The zones of this machine lead nowhere: a container hides them, as Docker does.
Give it the host's under another name:
  docker run -v /sys:/host/sys:ro -e WATTPRINT_POWERCAP=/host/sys/class/powercap ..."""

NO_DRIVER = """If this is a machine of its own, load the driver:
  sudo modprobe intel_rapl_msr        (for AMD too; kernel 5.8 or later)"""

ROOT_ONLY = """Kernels give RAPL to root only, because fine readings of power betray what others
compute (CVE-2020-8694): on a machine that you share, ask whoever runs it. One of:
- until the next boot, for every user:
    sudo chmod a+r {root}/intel-rapl*:*/energy_uj
- for good, for the users of one group (log in again afterwards):
    sudo groupadd --force --system powercap && sudo usermod --append --groups powercap "$USER"
    echo 'ACTION=="add", SUBSYSTEM=="powercap", KERNEL=="intel-rapl*:*", \
RUN+="/bin/chgrp powercap /sys%p/energy_uj", RUN+="/bin/chmod g+r /sys%p/energy_uj"' \
| sudo tee /etc/udev/rules.d/70-powercap.rules
    sudo udevadm control --reload && sudo udevadm trigger --action=add --subsystem-match=powercap
- for one interpreter, which may then read every file of the machine whoever starts it:
    sudo install --mode=750 --group="$(id -gn)" "$(readlink -f "$(command -v python3)")" \
/usr/local/bin/python3-metering
    sudo setcap cap_dac_read_search=ep /usr/local/bin/python3-metering"""


class _Found(NamedTuple):
    """A package or DRAM, and the folder in which its counter is read."""

    label: str
    folder: str
    refusal: OSError | ValueError | None
    """Why its counter could not be read when it was found; None if it could."""

    @property
    def component(self) -> str:
        return "memory" if self.label.endswith("-dram") else "cpu"

    @property
    def is_closed(self) -> bool:
        """Whether it is no use to ask again, as where only root may read."""
        closed = (errno.EACCES, errno.EPERM, errno.ENOENT)
        return isinstance(self.refusal, OSError) and self.refusal.errno in closed


class _Zone:
    """One package or DRAM that is read."""

    def __init__(self, found: _Found) -> None:
        self.label = found.label
        self.folder = found.folder
        range_uj = _number_or_none(f"{found.folder}/max_energy_range_uj")
        most_w = MOST_W[found.component]
        self.counter = Counter(
            found.label,
            wraps_at_uj=range_uj or None,
            most_w=most_w,
            usual_ranges_uj=USUAL_RANGES_UJ,
        )

    def read(self, at_s: float) -> Reading:
        try:
            shown_uj = _number(f"{self.folder}/energy_uj")
        except (OSError, ValueError) as error:
            self.counter.miss(at_s, error)
            return Reading(None)
        return Reading(self.counter.follow(at_s, shown_uj))


class RaplMeter:
    """Reads packages and DRAM below a powercap root; energy counts from the first reading.

    Nothing is held open between two readings: the work that is tracked may close all files. A
    package that comes while it runs is a device from then on, if packages are what it reads, and
    its DRAM likewise; a component that a model stands in for stays with the model.

    Args:
        root: Folder that holds the zones, normally `/sys/class/powercap`.

    Raises:
        OSError: The root cannot be listed.
    """

    def __init__(self, root: Path = DEFAULT_ROOT) -> None:
        self._root = os.fspath(root)
        self._zones: list[_Zone] = []
        self._devices: list[Device] = []
        self._faults: list[str] = []
        self._look_again_s: float | None = None
        self._names = _zone_names(self._root)
        every = _found_in(self._root, self._names)
        self._components = {found.component for found in every if not found.is_closed}
        self.closed = tuple(found for found in every if found.component not in self._components)
        """What is there, and belongs to a component of which nothing can be read."""
        for found in every:
            self._add(found)

    @property
    def devices(self) -> Sequence[Device]:
        """One device a package, one a package's DRAM; one found later comes last."""
        return tuple(self._devices)

    @property
    def longest_pause_s(self) -> float:
        """Time [s] after which it must be read again, however long the run's interval is."""
        return LONGEST_PAUSE_S

    def read(self, at_s: float) -> Sequence[Reading]:
        """Read every counter, and now and then look for zones that have come or gone."""
        if self._look_again_s is None:
            self._look_again_s = at_s + LOOK_AGAIN_S
        elif at_s >= self._look_again_s:
            self._look_again_s = at_s + LOOK_AGAIN_S
            self._look_again()
        return tuple(zone.read(at_s) for zone in self._zones)

    def take_faults(self) -> Sequence[str]:
        """Return what went wrong since this was last asked: a change of state, said once."""
        faults, self._faults = self._faults, []
        return faults + [text for zone in self._zones for text in zone.counter.take_faults()]

    def close(self) -> None:
        """Nothing is held open."""

    def _add(self, found: _Found) -> bool:
        if found.component not in self._components:
            return False
        self._zones.append(_Zone(found))
        self._devices.append(_device(found))
        return True

    def _look_again(self) -> None:
        try:
            names = _zone_names(self._root)
        except OSError:
            return  # its zones cannot be read either, and each says so
        if names == self._names:
            return
        self._names = names
        known = {zone.label: zone for zone in self._zones}
        for found in _found_in(self._root, names):
            zone = known.get(found.label)
            if zone is not None:
                if _label(self._root, zone.folder.rpartition("/")[2]) != found.label:
                    zone.folder = found.folder  # it came back under another number
            elif self._add(found):
                self._faults.append(f"{found.label} was found: its energy counts from here on")


def _zone_names(root: str) -> Sequence[str]:
    """Return the names of all zones, 'intel-rapl:*' before 'intel-rapl-mmio:*'.

    The latter are the same packages through another door, used where it is the only one.
    """
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries]
    zones = (name for name in names if name.startswith("intel-rapl") and ":" in name)
    return sorted(zones, key=lambda name: (name.startswith("intel-rapl-mmio"), name))


def _found_in(root: str, names: Sequence[str]) -> Sequence[_Found]:
    """Return the packages and DRAM among zones, each through the first door that opens."""
    by_label: dict[str, _Found] = {}
    for name in names:
        label = _label(root, name)
        if label is None or (label in by_label and by_label[label].refusal is None):
            continue
        found = _Found(label, f"{root}/{name}", _refusal(f"{root}/{name}/energy_uj"))
        if label not in by_label or found.refusal is None:
            by_label[label] = found
    return tuple(by_label.values())


def _label(root: str, name: str) -> str | None:
    """Return 'package-0' or 'package-0-dram'; None for zones that must not be added."""
    try:
        label = _word(f"{root}/{name}/name")
        if label.startswith("package-"):
            return label
        if label == "dram":
            # 'intel-rapl:0:2' lies in 'intel-rapl:0'; the class folder lists both side by side.
            package = name.rpartition(":")[0]
            return f"{_word(f'{root}/{package}/name')}-dram"
    except OSError:
        pass  # a zone without a name: gone since it was listed, or masked in a container
    return None


def _refusal(path: str) -> OSError | ValueError | None:
    try:
        _number(path)
    except (OSError, ValueError) as error:
        return error
    return None


def _number(path: str) -> int:
    text = _word(path)
    if not text.isdecimal():
        raise ValueError(f"{path} says {text!r}; expected a whole number, 0 or more")
    return int(text)


def _number_or_none(path: str) -> int | None:
    try:
        return _number(path)
    except (OSError, ValueError):
        return None


def _word(path: str) -> str:
    return small_file(path).decode(errors="replace").strip()


def _device(found: _Found) -> Device:
    accuracy = convention("rapl_dram" if found.component == "memory" else "rapl_package")
    return Device(
        device_id=f"rapl:{found.label}",
        component=found.component,
        name=found.label,
        method=Method.MEASURED,
        low_ratio=accuracy.amount.low,
        high_ratio=accuracy.amount.high,
        source=accuracy.source,
        source_year=accuracy.year,
        note="RAPL counter of the whole package, all processes included",
    )


def discover(root: Path = DEFAULT_ROOT, *, is_guest: bool = False) -> Discovered:
    """Open RAPL, or say why it is not used and what would help.

    Args:
        root: Folder that holds the zones.
        is_guest: Whether a hypervisor runs below, whose business the counters are.
    """
    try:
        meter = RaplMeter(root)
    except FileNotFoundError:
        return _without_zones(f"{root} does not exist: no powercap on this machine", is_guest)
    except OSError as error:
        return Discovered("rapl", None, f"{root} cannot be listed: {error.strerror}")
    refusals = _refusals(root, meter.closed)
    is_denied = any(isinstance(found.refusal, PermissionError) for found in meter.closed)
    remedy = ROOT_ONLY.format(root=root) if is_denied else ""
    if meter.devices:
        names = ", ".join(device.name for device in meter.devices)
        reason = f"counters of {names}" + (f"; not used: {refusals}" if refusals else "")
        return Discovered("rapl", meter, reason, remedy)
    if refusals:
        return Discovered("rapl", None, refusals, remedy)
    return _without_packages(root, is_guest)


def _refusals(root: Path, closed: Sequence[_Found]) -> str:
    """Say why zones are not read, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for found in closed:
        is_denied = isinstance(found.refusal, PermissionError)
        reason = "readable by root only" if is_denied else f"not readable ({found.refusal})"
        by_reason.setdefault(reason, []).append(found.label)
    return "; ".join(
        f"{', '.join(labels)} in {root}: {reason}" for reason, labels in by_reason.items()
    )


def _without_zones(reason: str, is_guest: bool) -> Discovered:
    if is_guest:
        return Discovered("rapl", None, f"{reason}, which is a guest of a hypervisor")
    return Discovered("rapl", None, reason, NO_DRIVER)


def _without_packages(root: Path, is_guest: bool) -> Discovered:
    names = _zone_names(os.fspath(root))
    if names and not any(os.path.exists(f"{root}/{name}") for name in names):  # noqa: PTH110
        return Discovered("rapl", None, f"the zones in {root} lead nowhere", MASKED)
    return _without_zones(f"{root} holds no package", is_guest)
