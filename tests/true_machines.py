"""Machines whose true energy is known: scripted powercap zones and GPUs, and what goes wrong.

    machine = MACHINES["counter reset"].built(folder, nvml_build)
    machine.move(12.5)                 # all counters now show what they would at 12.5 s
    machine.true_j(0.0, 12.5)          # what a tracker should have found by then

A machine plays in the test's time, or in real time when `built` is told when it starts; then
`move` is called often by whoever keeps the powercap files going.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fake_nvml import FOR_EVER_S, GPU_IS_LOST, Curve, FakeGpu, FakeNvml, bursts, ramp, steady

LASTS_S = 95.0
"""Longer than six intervals of 15 s, and no multiple of one. [s]"""
USUAL_RANGE_UJ = 262_143_328_850
"""What Intel's packages show: 2^32 steps of 61 uJ. [uJ]"""


class Zone(NamedTuple):
    """A powercap zone of the script."""

    folder: str
    name: str
    curve: Curve
    starts_at_uj: int = 50_000_000_000
    range_uj: int = USUAL_RANGE_UJ
    has_range_file: bool = True
    resets_s: tuple[float, ...] = ()
    unreadable_s: tuple[float, float] = (0.0, 0.0)
    counts: bool = True
    """Whether its energy is part of the truth: a core is in its package already."""

    def counter_uj(self, at_s: float) -> int:
        """Return what it shows."""
        passed = [reset_s for reset_s in self.resets_s if reset_s <= at_s]
        begun_s, begun_uj = (passed[-1], 0) if passed else (0.0, self.starts_at_uj)
        used_uj = round(self.curve.energy_j(begun_s, at_s) * 1e6)
        return (begun_uj + used_uj) % (self.range_uj + 1)


class Machine(NamedTuple):
    """The script of a machine."""

    zones: tuple[Zone, ...] = ()
    gpus: tuple[FakeGpu, ...] = ()
    tolerance: float = 0.005
    """What a tracker may be off by. [ratio]"""

    def built(
        self, folder: Path, nvml_build: Path | None, *, starts_at_s: float | None = None
    ) -> "BuiltMachine":
        """Make its files; `starts_at_s` is a time of `time.monotonic()`, None for test time."""
        return BuiltMachine(self, folder, nvml_build, starts_at_s)


class BuiltMachine:
    """A machine's files, and its truth."""

    def __init__(
        self, script: Machine, folder: Path, nvml_build: Path | None, starts_at_s: float | None
    ) -> None:
        self.script = script
        self.powercap = folder / "powercap"
        self.powercap.mkdir(parents=True)
        for zone in script.zones:
            path = self.powercap / zone.folder
            path.mkdir()
            (path / "name").write_text(f"{zone.name}\n")
            if zone.has_range_file:
                (path / "max_energy_range_uj").write_text(f"{zone.range_uj}\n")
        self.nvml = None
        if script.gpus and nvml_build is not None:
            self.nvml = FakeNvml(nvml_build, folder, script.gpus, starts_at_s=starts_at_s)
        self._is_test_time = starts_at_s is None
        self.move(0.0)

    @property
    def nvml_library(self) -> str:
        """Path of the machine's NVML; one that is not there if it has no GPU."""
        return self.nvml.library if self.nvml else str(self.powercap / "no-nvml")

    def move(self, at_s: float) -> None:
        """Let all counters show what they would at a time of the script. [s]."""
        for zone in self.script.zones:
            path = self.powercap / zone.folder / "energy_uj"
            from_s, to_s = zone.unreadable_s
            if from_s <= at_s < to_s:
                path.unlink(missing_ok=True)
            elif self._is_test_time:
                path.write_text(f"{zone.counter_uj(at_s)}\n")
            else:  # somebody may be reading
                fresh = path.with_suffix(".new")
                fresh.write_text(f"{zone.counter_uj(at_s)}\n")
                fresh.replace(path)
        if self.nvml is not None and self._is_test_time:
            self.nvml.set_time(at_s)

    def true_j(self, from_s: float, to_s: float) -> float:
        """Return what the machine truly used, a lost GPU until it was lost. [J]."""
        zones = [zone.curve.energy_j(from_s, to_s) for zone in self.script.zones if zone.counts]
        gpus = [
            gpu.curve.energy_j(from_s, min([to_s, *(lost_s for lost_s, _, _ in gpu.fails)]))
            for gpu in self.script.gpus
        ]
        return sum(zones) + sum(gpus)


def _package(curve: Curve, **more: object) -> tuple[Zone, ...]:
    return (Zone("intel-rapl:0", "package-0", curve, **more),)  # type: ignore[arg-type]


def _two_sockets() -> tuple[Zone, ...]:
    zones: list[Zone] = []
    for i, (package_w, dram_w) in enumerate(((140.0, 18.0), (90.0, 12.0))):
        at = f"intel-rapl:{i}"
        zones += [
            Zone(at, f"package-{i}", steady(package_w)),
            Zone(f"{at}:0", "core", steady(package_w * 0.7), counts=False),
            Zone(f"{at}:1", "uncore", steady(package_w * 0.1), counts=False),
            Zone(f"{at}:2", "dram", steady(dram_w), range_uj=65_532_610_987),
        ]
    return (*zones, Zone("intel-rapl:2", "psys", steady(400.0), counts=False))


def _gpus(curves: Sequence[Curve], **more: object) -> tuple[FakeGpu, ...]:
    return tuple(
        FakeGpu(f"GPU-{i:08d}-0000-4000-8000-000000000000", curve, **more)  # type: ignore[arg-type]
        for i, curve in enumerate(curves)
    )


MACHINES = {
    "steady": Machine(_package(steady(65.0))),
    "bursts of 1 s": Machine(_package(bursts(8.0, 120.0))),
    "wrap": Machine(_package(steady(150.0), starts_at_uj=USUAL_RANGE_UJ - 6_000_000_000)),
    "wraps every 7 s": Machine(_package(steady(150.0), starts_at_uj=0, range_uj=1_000_000_000)),
    "wrap, range unreadable": Machine(
        _package(steady(150.0), starts_at_uj=USUAL_RANGE_UJ - 6_000_000_000, has_range_file=False)
    ),
    "two sockets, DRAM, psys": Machine(_two_sockets()),
    "MMIO twin": Machine(
        (
            *_package(steady(45.0)),
            Zone("intel-rapl-mmio:0", "package-0", steady(45.0), counts=False),
        )
    ),
    "unreadable for 1.5 s": Machine(_package(bursts(20.0, 80.0), unreadable_s=(29.2, 30.7))),
    "counter reset": Machine(_package(steady(80.0), resets_s=(47.3,))),
    "4 GPUs": Machine(
        gpus=_gpus(
            (steady(300.0), bursts(70.0, 400.0), ramp(60.0, 350.0, lasts_s=90.0), steady(55.0))
        )
    ),
    "GPU without counter": Machine(
        gpus=_gpus((bursts(70.0, 400.0), steady(250.0)), has_counter=False), tolerance=0.02
    ),
    "GPU lost": Machine(gpus=_gpus((steady(300.0),), fails=((52.6, FOR_EVER_S, GPU_IS_LOST),))),
}
"""The truth table: every kind of counter, and everything that goes wrong with one."""
