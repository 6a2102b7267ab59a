"""A fake libnvidia-ml.so.1: GPUs with scripted power curves, in the test's time or in real time.

    library = build(folder)                               # once: compiles tests/native/nvml.c
    fake = FakeNvml(library, tmp_path, [FakeGpu("GPU-1", steady(300.0))])
    found = discover({}, library=fake.library)            # or NvmlLibrary(fake.library), pynvml
    fake.set_time(60.0)                                   # test time stands until it is set
    fake.energy_j("GPU-1", 0.0, 60.0)                     # 18,000 J: the truth, computed here

Each FakeNvml has its own copy of the library, and the copy its script and clock beside it: the
library's path is all that a reader needs, in this process or in another, and two fakes know nothing
of each other. A program that looks for NVML by itself finds it with `fake.environment`, the
variables to start it with.

With `starts_at_s` the script runs in real time: a time of `time.monotonic()` at which its own clock
is 0. Nothing needs to be set then, and `fake.now_s()` is the script's time.

What goes wrong is scripted too. A GPU `fails` from one time to another: every call about it answers
the given code. At a `restart` the driver goes away and comes back: all calls answer UNINITIALIZED
until NVML is started again, which fails with the restart's code until the driver is back; energy
counters then begin at 0, and handles taken before are refused. With `init_code` NVML never starts.

The script's lines, for whoever reads the C (times in s, powers in W):
    clock test | clock START          driver VERSION         init_code CODE
    restart FROM TO CODE              gpu UUID COUNTER POWER STARTS_AT_MJ PERIOD SLICES NAME
    power AT WATTS                    fails FROM TO CODE     mig UUID GPU_SLICES COMPUTE_SLICES NAME
the last three belong to the gpu above them.
"""

import mmap
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent / "native" / "nvml.c"
NAME = "libnvidia-ml.so.1"
GPU_IS_LOST = 15
DRIVER_NOT_LOADED = 9
FOR_EVER_S = 1e12


class NoCompilerError(OSError):
    """There is no C compiler on this machine."""


class Curve(NamedTuple):
    """Power over time: straight lines between points; two points at one time are a jump."""

    points: tuple[tuple[float, float], ...]
    """Time and power, the first at time 0; the last power is held. [s, W]"""
    period_s: float = 0.0
    """Time after which it begins again, not before the last point; 0 if it never does. [s]"""

    def energy_j(self, from_s: float, to_s: float) -> float:
        """Return the energy between two times: areas of trapezoids, cut to them. [J]."""
        return sum(self._piece_j(piece, from_s, to_s) for piece in self._pieces(to_s))

    def _pieces(self, until_s: float) -> Iterator[tuple[float, float, float, float]]:
        """Yield start, end and powers of every straight line that begins before a time."""
        last_s, last_w = self.points[-1]
        shift_s = 0.0
        while shift_s < until_s:
            round_s = self.period_s or max(last_s, until_s)
            for (a_s, a_w), (b_s, b_w) in pairwise([*self.points, (round_s, last_w)]):
                yield a_s + shift_s, b_s + shift_s, a_w, b_w
            shift_s += round_s

    @staticmethod
    def _piece_j(piece: tuple[float, float, float, float], from_s: float, to_s: float) -> float:
        begin_s, end_s, begin_w, end_w = piece
        low_s, high_s = max(begin_s, from_s), min(end_s, to_s)
        if low_s >= high_s:
            return 0.0
        slope = (end_w - begin_w) / (end_s - begin_s)
        middle_w = begin_w + slope * ((low_s + high_s) / 2 - begin_s)
        return middle_w * (high_s - low_s)


def steady(power_w: float) -> Curve:
    """One power for ever."""
    return Curve(((0.0, power_w),))


def bursts(low_w: float, high_w: float, *, each_s: float = 1.0) -> Curve:
    """Low, high, low, high, with jumps between."""
    points = ((0.0, low_w), (each_s, low_w), (each_s, high_w), (2 * each_s, high_w))
    return Curve(points, 2 * each_s)


def ramp(from_w: float, to_w: float, *, lasts_s: float) -> Curve:
    """A straight line, and its last power from then on."""
    return Curve(((0.0, from_w), (lasts_s, to_w)))


class FakeMig(NamedTuple):
    """A MIG device: a compute instance in a GPU instance."""

    uuid: str
    gpu_slices: int
    compute_slices: int = 0
    """0: all of the GPU instance."""
    name: str = "NVIDIA A100-SXM4-80GB MIG"


class FakeGpu(NamedTuple):
    """A GPU of the script."""

    uuid: str
    curve: Curve
    name: str = "NVIDIA A100-SXM4-80GB"
    has_counter: bool = True
    has_power: bool = True
    counter_starts_at_mj: int = 987_654_321
    fails: tuple[tuple[float, float, int], ...] = ()
    """From, to, and the code that calls about it answer; GPU_IS_LOST for a lost one. [s]"""
    slices: int = 0
    """Slices that MIG devices are cut from; 0: not in MIG mode."""
    migs: tuple[FakeMig, ...] = ()

    def lines(self) -> list[str]:
        """Return its lines of the script."""
        flags = f"{self.has_counter:d} {self.has_power:d} {self.counter_starts_at_mj}"
        return [
            f"gpu {self.uuid} {flags} {self.curve.period_s!r} {self.slices} {self.name}",
            *(f"power {at_s!r} {power_w!r}" for at_s, power_w in self.curve.points),
            *(f"fails {from_s!r} {to_s!r} {code}" for from_s, to_s, code in self.fails),
            *(
                f"mig {mig.uuid} {mig.gpu_slices} {mig.compute_slices or mig.gpu_slices} {mig.name}"
                for mig in self.migs
            ),
        ]


def build(folder: Path, *, is_old_driver: bool = False) -> Path:
    """Compile the library into a folder, and return its path.

    Args:
        folder: An empty folder.
        is_old_driver: Leave out what a driver of 2014 did not have: energy counters, MIG,
            nvmlInitWithFlags.

    Raises:
        NoCompilerError: There is neither cc nor gcc.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoCompilerError("no C compiler")
    library = folder / NAME
    flags = ["-DOLD_DRIVER", "-Wno-unused-function"] if is_old_driver else []
    command = [compiler, "-std=c99", "-O1", "-Wall", "-Wextra", *flags, "-shared"]
    subprocess.run(
        [*command, "-fPIC", str(SOURCE), "-o", str(library), "-lm", "-ldl"], check=True, timeout=60
    )
    return library


class FakeNvml:
    """A copy of the library with its script.

    Args:
        library: What `build` returned.
        folder: Folder for the copy; one fake a folder.
        gpus: The GPUs, in the order of the PCI bus.
        restarts: From, to, and what starting NVML answers in between. [s]
        init_code: What starting NVML always answers; 0 for success.
        starts_at_s: Time of `time.monotonic()` at which the script begins; None for test time.
    """

    def __init__(
        self,
        library: Path,
        folder: Path,
        gpus: Sequence[FakeGpu],
        *,
        restarts: Sequence[tuple[float, float, int]] = (),
        init_code: int = 0,
        starts_at_s: float | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.gpus = {gpu.uuid: gpu for gpu in gpus}
        self.library = str(shutil.copy(library, folder / NAME))
        self.environment = {"LD_LIBRARY_PATH": str(folder)}
        self._starts_at_s = starts_at_s
        self._clock: mmap.mmap | None = None
        if starts_at_s is None:
            path = folder / f"{NAME}.clock"
            path.write_bytes(bytes(8))
            with path.open("r+b") as file:
                self._clock = mmap.mmap(file.fileno(), 8)
        lines = [
            "clock test" if starts_at_s is None else f"clock {starts_at_s!r}",
            "driver 550.54.15",
            f"init_code {init_code}",
            *(f"restart {from_s!r} {to_s!r} {code}" for from_s, to_s, code in restarts),
            *(line for gpu in gpus for line in gpu.lines()),
        ]
        (folder / f"{NAME}.script").write_text("\n".join([*lines, ""]))

    def set_time(self, at_s: float) -> None:
        """Set the script's clock, where it is the test's."""
        if self._clock is None:
            raise ValueError("the script runs in real time; expected starts_at_s=None.")
        self._clock[:] = struct.pack("d", at_s)

    def now_s(self) -> float:
        """Return the script's time. [s]."""
        if self._clock is None:
            return time.monotonic() - (self._starts_at_s or 0.0)
        return float(struct.unpack("d", self._clock[:])[0])

    def energy_j(self, uuid: str, from_s: float, to_s: float) -> float:
        """Return what a GPU truly used between two times of the script. [J]."""
        return self.gpus[uuid].curve.energy_j(from_s, to_s)
