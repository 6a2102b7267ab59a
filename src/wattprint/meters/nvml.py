"""NVIDIA GPUs through NVML: energy counters, or power polled where there is none.

A GPU of Volta or later counts its energy in mJ since the driver was loaded. An older one shows its
power alone, which is polled ten times a second and integrated. A MIG device, a part of a GPU, has
neither: it is charged its slices' share of the GPU's energy, which is a model and marked so.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import fsum
from typing import NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.interval import product
from wattprint.domain.readings import Device
from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.factors.conventions import Convention, convention
from wattprint.meters.base import Discovered, Reading
from wattprint.meters.counter import Counter
from wattprint.meters.cuda_visible import Board, visible_devices
from wattprint.meters.nvml_library import (
    DRIVER_NOT_LOADED,
    LIB_RM_VERSION_MISMATCH,
    LINUX_NAME,
    NO_PERMISSION,
    UNINITIALIZED,
    UNKNOWN,
    Handle,
    NvmlError,
    NvmlLibrary,
    Slices,
    default_library,
)
from wattprint.meters.polled_power import PolledPower

FAMILY = "nvml"
MOST_W = 5000.0
"""More than any GPU draws: the largest of 2026 are specified for 2,700 W. [W]"""
MILLIWATTS_PER_WATT = 1000
MICROJOULES_PER_MILLIJOULE = 1000
COUNTER_PAUSE_S = 0.25
"""A counter loses nothing between two readings, but a GPU may vanish there. [s]"""
POLL_PAUSE_S = 0.1
RETRY_PAUSE_S = 1.0
"""A GPU or a driver that does not answer is not asked for more often. [s]"""
RESTART_PAUSE_S = 10.0
"""NVML that was started again is not started again sooner: it may wake every GPU. [s]"""
RESTART_CODES = frozenset({UNINITIALIZED, DRIVER_NOT_LOADED, LIB_RM_VERSION_MISMATCH, UNKNOWN})
"""Answers after which NVML itself must be started again."""

REMEDIES = {
    NO_PERMISSION: "ls -l /dev/nvidia* names the group that may use the GPUs; "
    "sudo usermod -aG GROUP $USER, then log in again",
    DRIVER_NOT_LOADED: "sudo modprobe nvidia; a container must be started with --gpus all",
    LIB_RM_VERSION_MISMATCH: "restart the machine: its driver was updated while it was in use",
    UNKNOWN: "nvidia-smi says more; a container that lost its GPUs must be started again",
}


class _Gpu:
    """One GPU: its handle, which may be lost and found again, and the energy since opening.

    Raises:
        NvmlError: It has neither an energy counter nor a power sensor that can be read.
    """

    def __init__(self, library: NvmlLibrary, handle: Handle, uuid: str) -> None:
        self._library = library
        self._handle: Handle | NvmlError = handle
        self.uuid = uuid
        self.renew_after_s = float("-inf")
        self._counter: Counter | None = None
        self._power = PolledPower(uuid)
        try:
            library.total_energy_mj(handle)
            self._counter = Counter(uuid, wraps_at_uj=None, most_w=MOST_W)
        except NvmlError:
            library.power_mw(handle)

    @property
    def is_polled(self) -> bool:
        return self._counter is None

    @property
    def accuracy(self) -> Convention:
        return convention("nvml_power" if self.is_polled else "nvml_energy")

    def energy_uj(self, at_s: float) -> int:
        """Return the energy since opening [uJ].

        Raises:
            NvmlError: It cannot be read now.
        """
        handle = self._handle
        if isinstance(handle, NvmlError):
            raise handle.with_traceback(None)  # which would grow with every raise
        if self._counter is None:
            power_mw = self._library.power_mw(handle)
            return self._power.follow(at_s, power_mw / MILLIWATTS_PER_WATT)
        energy_mj = self._library.total_energy_mj(handle)
        return self._counter.follow(at_s, energy_mj * MICROJOULES_PER_MILLIJOULE)

    def lose(self, at_s: float, reason: NvmlError) -> int | None:
        """Note that it cannot be read; return what it used until it went, as far as is known."""
        if self._counter is not None:
            return self._counter.lose(at_s, reason)
        self._power.miss(at_s, reason)
        return None

    def let_go(self, reason: NvmlError) -> None:
        """Give up the handle, which is valid no longer."""
        self._handle = reason

    def renew(self) -> None:
        """Take a new handle, or raise NvmlError and keep the one there is."""
        self._handle = self._library.handle_by_uuid(self.uuid)

    def take_faults(self) -> list[str]:
        return (self._counter or self._power).take_faults()


class _Part(NamedTuple):
    """What is read as one device: a GPU, or some of its slices."""

    device: Device
    gpu: _Gpu
    share: float | None = None
    """Slices of a MIG device over those of its GPU; None for a whole GPU. [ratio]"""

    def reading(self, energy_uj: int | None) -> Reading:
        if energy_uj is None:
            return Reading(None)
        if self.share is None:
            return Reading(energy_uj)
        return Reading(round(energy_uj * self.share), energy_uj / MICROJOULES_PER_JOULE)


class NvmlMeter:
    """Reads GPUs and MIG devices; `discover` opens it.

    Args:
        library: NVML, started already; the meter shuts it down.
        parts: What is read, in the order of the devices.
        of_machine: GPUs that the driver shows, visible to the program or not.
    """

    def __init__(self, library: NvmlLibrary, parts: Sequence[_Part], of_machine: int) -> None:
        self.of_machine = of_machine
        self.used = fsum(1.0 if part.share is None else part.share for part in parts)
        """GPUs that are read, a MIG device as its share of one."""
        self._library = library
        self._parts = tuple(parts)
        self._gpus = {part.gpu.uuid: part.gpu for part in parts}
        self._is_down = False
        self._restart_after_s = float("-inf")
        self._faults: list[str] = []

    @property
    def devices(self) -> Sequence[Device]:
        """The GPUs and MIG devices that the program sees, as CUDA_VISIBLE_DEVICES orders them."""
        return tuple(part.device for part in self._parts)

    @property
    def longest_pause_s(self) -> float:
        """A tenth of a second where a GPU's power must be polled, else a quarter [s]."""
        is_polled = any(gpu.is_polled for gpu in self._gpus.values())
        return POLL_PAUSE_S if is_polled else COUNTER_PAUSE_S

    def read(self, at_s: float) -> Sequence[Reading]:
        """Read every GPU once; one that cannot be read is a fault, and its devices read None."""
        energies_uj = {uuid: self._energy_uj(gpu, at_s) for uuid, gpu in self._gpus.items()}
        return tuple(part.reading(energies_uj[part.gpu.uuid]) for part in self._parts)

    def take_faults(self) -> Sequence[str]:
        """Return what went wrong since this was last asked."""
        faults, self._faults = self._faults, []
        return [*faults, *(text for gpu in self._gpus.values() for text in gpu.take_faults())]

    def close(self) -> None:
        """Shut NVML down; whoever else in this process started it keeps it."""
        if not self._is_down:
            self._is_down = True
            with suppress(NvmlError):
                self._library.shutdown()

    def _energy_uj(self, gpu: _Gpu, at_s: float) -> int | None:
        """Read a GPU; what fails is mended if it can be, and tried once more."""
        try:
            return gpu.energy_uj(at_s)
        except NvmlError as error:
            failure = error
        try:
            mended = self._mend(gpu, failure, at_s)
            energy_uj = gpu.energy_uj(at_s)
        except NvmlError as error:
            return gpu.lose(at_s, error)
        self._faults += [f"{mended} after {failure}"] if mended else []
        return energy_uj

    def _mend(self, gpu: _Gpu, failure: NvmlError, at_s: float) -> str:
        """Start NVML again or take a new handle, unless that was tried a moment ago.

        Returns:
            What was done, if it is worth a word.
        """
        if self._is_down or failure.code in RESTART_CODES:
            if at_s >= self._restart_after_s:
                self._restart(at_s)
                return "NVML was started again"
        elif at_s >= gpu.renew_after_s:
            gpu.renew_after_s = at_s + RETRY_PAUSE_S
            gpu.renew()
        return ""

    def _restart(self, at_s: float) -> None:
        """Shut NVML down and start it, with new handles; NvmlError if it does not start."""
        self.close()
        try:
            self._library.init()
        except NvmlError as error:
            self._restart_after_s = at_s + RETRY_PAUSE_S
            for gpu in self._gpus.values():
                gpu.let_go(error)
            raise
        self._is_down = False
        self._restart_after_s = at_s + RESTART_PAUSE_S
        for gpu in self._gpus.values():
            try:
                gpu.renew()
            except NvmlError as error:
                gpu.let_go(error)


class _Instance(NamedTuple):
    """A MIG device as it was found."""

    uuid: str
    name: str
    slices: Slices


class _Found(NamedTuple):
    """A GPU as it was found."""

    board: Board
    handle: "Handle | None"
    trouble: str = ""
    """Why there is no handle."""
    is_in_mig_mode: bool = False
    slices: int = 0
    instances: tuple[_Instance, ...] = ()


def discover(environ: Mapping[str, str], *, library: str | None = None) -> Discovered:
    """Open the GPUs that a program sees, or say why none is read.

    Args:
        environ: Its environment variables: those of CUDA that name devices, and where to look
            for the library. Normally `os.environ`.
        library: Path of NVML; None looks for it.
    """
    path = library or default_library(environ)
    if path is None or not (path == LINUX_NAME or os.path.exists(path)):  # noqa: PTH110 - as there
        return Discovered(FAMILY, None, f"{path or LINUX_NAME} is not there: no NVIDIA driver")
    try:
        nvml = NvmlLibrary(path)
        nvml.init()
    except NvmlError as error:
        return _unused(f"{path}: {error}", error.code)
    except (OSError, ImportError) as error:  # ImportError: a Python that was built without ctypes
        return _unused(f"{path} cannot be loaded: {error}")
    try:
        found = _opened(nvml, environ)
    except NvmlError as error:
        found = _unused(str(error), error.code)
    if found.meter is None:
        with suppress(NvmlError):
            nvml.shutdown()
    return found


def _unused(reason: str, code: int | None = None) -> Discovered:
    return Discovered(FAMILY, None, reason, "" if code is None else REMEDIES.get(code, ""))


def _opened(nvml: NvmlLibrary, environ: Mapping[str, str]) -> Discovered:
    """Open the visible devices of a library that is started."""
    found = [_found(nvml, i) for i in range(nvml.device_count())]
    if not found:
        return _unused(f"the driver {nvml.driver_version()} shows no GPU")
    visible = visible_devices(environ, [gpu.board for gpu in found])
    remarks = list(visible.remarks)
    if not visible.uuids:
        remedy = "unset CUDA_VISIBLE_DEVICES, or name in it the GPUs that the run uses"
        reason = "; ".join([f"none of {len(found)} GPUs is visible", *remarks])
        return Discovered(FAMILY, None, reason, remedy)
    gpus: dict[str, _Gpu] = {}
    parts = []
    for uuid in visible.uuids:
        try:
            parts.append(_part(nvml, uuid, found, gpus))
        except NvmlError as error:
            remarks.append(f"{uuid} is not read: {error}")
        except LookupError as error:
            remarks.append(f"{uuid} is not read: {error.args[0]}")
    if not parts:
        return _unused("; ".join(remarks))
    return Discovered(
        FAMILY, NvmlMeter(nvml, parts, len(found)), "; ".join([*_ways(parts), *remarks])
    )


def _found(nvml: NvmlLibrary, index: int) -> _Found:
    """Look at a GPU; one that does not answer keeps its place in the order."""
    try:
        handle = nvml.handle_by_index(index)
        uuid, name = nvml.uuid(handle), nvml.name(handle)
    except NvmlError as error:
        return _Found(Board(f"GPU at index {index}", ""), None, str(error))
    try:
        is_in_mig_mode = nvml.is_in_mig_mode(handle)
        slices = nvml.most_mig_devices(handle) if is_in_mig_mode else 0
    except NvmlError:  # before Ampere
        is_in_mig_mode, slices = False, 0
    instances = tuple(_instances(nvml, handle, slices))
    board = Board(uuid, name, [instance.uuid for instance in instances])
    return _Found(board, handle, "", is_in_mig_mode, slices, instances)


def _instances(nvml: NvmlLibrary, handle: Handle, slices: int) -> list[_Instance]:
    instances = []
    for i in range(slices):
        with suppress(NvmlError):  # a place without a MIG device answers NOT_FOUND
            mig = nvml.mig_handle_by_index(handle, i)
            instances.append(_Instance(nvml.uuid(mig), nvml.name(mig), nvml.slices(mig)))
    return instances


def _part(nvml: NvmlLibrary, uuid: str, found: Sequence[_Found], gpus: dict[str, _Gpu]) -> _Part:
    """Open a visible device; `gpus` holds those that are open, and takes what is opened."""
    whole = next(gpu for gpu in found if uuid in (gpu.board.uuid, *gpu.board.mig_uuids))
    if whole.handle is None:
        raise LookupError(whole.trouble)
    gpu = gpus.get(whole.board.uuid) or _Gpu(nvml, whole.handle, whole.board.uuid)
    gpus[gpu.uuid] = gpu
    if uuid == gpu.uuid:
        return _Part(_gpu_device(gpu, whole), gpu)
    instance = next(instance for instance in whole.instances if instance.uuid == uuid)
    # Of a GPU instance that several compute instances share, each is charged its own slices: the
    # shares of a GPU never add up to more than the GPU.
    slices = min(instance.slices) or instance.slices.gpu_instance
    return _Part(_mig_device(gpu, instance, slices, whole), gpu, slices / whole.slices)


def _gpu_device(gpu: _Gpu, whole: _Found) -> Device:
    notes = [
        "power polled at 10 Hz" if gpu.is_polled else "energy counter",
        "the GPU and its memory, all processes included",
        *(["all its MIG devices included"] if whole.is_in_mig_mode else []),
    ]
    return Device(
        device_id=f"{FAMILY}:{gpu.uuid}",
        component="accelerator",
        name=whole.board.name,
        method=Method.MEASURED,
        low_ratio=gpu.accuracy.amount.low,
        high_ratio=gpu.accuracy.amount.high,
        source=gpu.accuracy.source,
        source_year=gpu.accuracy.year,
        note=", ".join(notes),
    )


def _mig_device(gpu: _Gpu, instance: _Instance, slices: int, whole: _Found) -> Device:
    shared = convention("nvml_mig_share")
    interval = product(gpu.accuracy.amount, shared.amount)
    way = "power polled at 10 Hz" if gpu.is_polled else "energy counter"
    return Device(
        device_id=f"{FAMILY}:{instance.uuid}",
        component="accelerator",
        name=instance.name,
        method=Method.MODELLED,
        low_ratio=interval.low,
        high_ratio=interval.high,
        source=shared.source,
        source_year=shared.year,
        note=f"{slices} of {whole.slices} slices of {gpu.uuid} ({way}): its energy is shared by "
        "slices, whatever each of them did",
        activity_unit="GPU_J",
    )


def _ways(parts: Sequence[_Part]) -> list[str]:
    """Say what is read, and how: 'energy counter of 2 x NVIDIA A100-SXM4-80GB'."""
    counts: dict[str, int] = {}
    for part in parts:
        way = "power, polled at 10 Hz, of" if part.gpu.is_polled else "energy counter of"
        way = f"share by slices of the {way}" if part.share is not None else way
        text = f"{way} {{}} x {part.device.name}"
        counts[text] = counts.get(text, 0) + 1
    return [text.format(count) for text, count in counts.items()]
