"""Intel and AMD package and DRAM energy through Linux powercap (RAPL).

Every zone is a folder with `name`, `energy_uj` (a counter) and `max_energy_range_uj` (where it
wraps). Packages are counted, and the DRAM beside them; `core` and `uncore` are parts of their
package and `psys` contains all of it, so neither is added.
"""

from collections.abc import Sequence
from pathlib import Path

from wattprint.domain.evidence import Method
from wattprint.domain.formulas.energy import counter_energy_uj
from wattprint.domain.run import Device
from wattprint.factors.conventions import convention
from wattprint.meters.base import Discovered, Reading

DEFAULT_ROOT = Path("/sys/class/powercap")


class _Zone:
    """One powercap zone: follows its counter through wraps and unreadable moments."""

    def __init__(self, folder: Path, name: str, wraps_at_uj: int | None) -> None:
        self.name = name
        self._counter = folder / "energy_uj"
        self._wraps_at_uj = wraps_at_uj
        self._previous_uj = int(self._counter.read_text())
        self._total_uj = 0

    def read(self, faults: list[str]) -> Reading:
        """Return energy since opening. A read that fails loses nothing: the next spans it."""
        try:
            current_uj = int(self._counter.read_text())
            used = counter_energy_uj(self._previous_uj, current_uj, wraps_at_uj=self._wraps_at_uj)
        except (OSError, ValueError) as error:
            faults.append(f"{self.name} could not be read: {error}")
            return Reading(None)
        self._previous_uj = current_uj
        if used is None:
            faults.append(f"{self.name} went back without a known range: counter reset, gap lost")
        else:
            self._total_uj += used
        return Reading(self._total_uj)


class RaplMeter:
    """Reads the packages and DRAM below a powercap root.

    Args:
        root: Folder that holds the zones, normally `/sys/class/powercap`.

    Raises:
        OSError: A counter cannot be read; the path says which.
    """

    def __init__(self, root: Path = DEFAULT_ROOT) -> None:
        self._zones: list[_Zone] = []
        self._devices: list[Device] = []
        self._faults: list[str] = []
        seen: set[str] = set()
        for folder in sorted(root.glob("intel-rapl*:*"), key=_registers_first):
            label = _label(folder)
            if label is not None and label not in seen:
                seen.add(label)
                self._zones.append(_Zone(folder, label, _range_uj(folder)))
                self._devices.append(_device(label))

    @property
    def devices(self) -> Sequence[Device]:
        """One device a package, one a package's DRAM."""
        return tuple(self._devices)

    def read(self, at_s: float) -> Sequence[Reading]:  # noqa: ARG002 - counters need no clock
        """Read every counter."""
        return tuple(zone.read(self._faults) for zone in self._zones)

    def take_faults(self) -> Sequence[str]:
        """Return what could not be read since this was last asked."""
        faults, self._faults = self._faults, []
        return faults


def _registers_first(folder: Path) -> tuple[bool, str]:
    """Put 'intel-rapl:*' before 'intel-rapl-mmio:*', the same package through another door."""
    return folder.name.startswith("intel-rapl-mmio"), folder.name


def _label(folder: Path) -> str | None:
    """Return 'package-0' or 'package-0-dram'; None for zones that must not be added."""
    name = (folder / "name").read_text().strip()
    if name.startswith("package-"):
        return name
    if name == "dram":
        # 'intel-rapl:0:2' lies in 'intel-rapl:0'; the class folder lists both side by side.
        parent = folder.parent / folder.name.rpartition(":")[0]
        return f"{(parent / 'name').read_text().strip()}-dram"
    return None


def _range_uj(folder: Path) -> int | None:
    try:
        return int((folder / "max_energy_range_uj").read_text())
    except (OSError, ValueError):
        return None


def _device(label: str) -> Device:
    is_dram = label.endswith("-dram")
    accuracy = convention("rapl_dram" if is_dram else "rapl_package")
    return Device(
        device_id=f"rapl:{label}",
        component="memory" if is_dram else "cpu",
        name=label,
        method=Method.MEASURED,
        low_ratio=accuracy.amount.low,
        high_ratio=accuracy.amount.high,
        source=accuracy.source,
        source_year=accuracy.year,
        note="RAPL counter of the whole package, all processes included",
    )


def discover(root: Path = DEFAULT_ROOT) -> Discovered:
    """Open RAPL, or say why it is not used."""
    if not root.is_dir():
        return Discovered("rapl", None, f"{root} does not exist: no powercap on this machine")
    try:
        meter = RaplMeter(root)
    except PermissionError as error:
        reason = f"{error.filename} is readable by root only"
        return Discovered("rapl", None, reason)
    except (OSError, ValueError) as error:
        return Discovered("rapl", None, f"a powercap zone could not be read: {error}")
    if not meter.devices:
        return Discovered("rapl", None, f"{root} holds no package")
    names = ", ".join(device.name for device in meter.devices)
    return Discovered("rapl", meter, f"counters of {names}")
