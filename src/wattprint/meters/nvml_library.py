"""NVIDIA's management library (NVML), as far as a meter needs it: a binding over ctypes.

NVML comes with the driver, so it is looked for on the machine and never shipped. ctypes and the
library are loaded when an `NvmlLibrary` is made, not before; ctypes lets go of the interpreter's
lock during each call, so that a slow driver does not stop the training.

Names, codes and layouts are those of NVIDIA's NVML API Reference Guide (2026).
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import ctypes

SUCCESS = 0
UNINITIALIZED = 1
INVALID_ARGUMENT = 2
NOT_SUPPORTED = 3
NO_PERMISSION = 4
NOT_FOUND = 6
DRIVER_NOT_LOADED = 9
FUNCTION_NOT_FOUND = 13
GPU_IS_LOST = 15
LIB_RM_VERSION_MISMATCH = 18
UNKNOWN = 999

CODE_NAMES = {
    UNINITIALIZED: "UNINITIALIZED",
    INVALID_ARGUMENT: "INVALID_ARGUMENT",
    NOT_SUPPORTED: "NOT_SUPPORTED",
    NO_PERMISSION: "NO_PERMISSION",
    5: "ALREADY_INITIALIZED",
    NOT_FOUND: "NOT_FOUND",
    7: "INSUFFICIENT_SIZE",
    8: "INSUFFICIENT_POWER",
    DRIVER_NOT_LOADED: "DRIVER_NOT_LOADED",
    10: "TIMEOUT",
    11: "IRQ_ISSUE",
    12: "LIBRARY_NOT_FOUND",
    FUNCTION_NOT_FOUND: "FUNCTION_NOT_FOUND",
    14: "CORRUPTED_INFOROM",
    GPU_IS_LOST: "GPU_IS_LOST",
    16: "RESET_REQUIRED",
    17: "OPERATING_SYSTEM",
    LIB_RM_VERSION_MISMATCH: "LIB_RM_VERSION_MISMATCH",
    19: "IN_USE",
    20: "MEMORY",
    21: "NO_DATA",
    23: "INSUFFICIENT_RESOURCES",
    25: "ARGUMENT_VERSION_MISMATCH",
    26: "DEPRECATED",
    27: "NOT_READY",
    28: "GPU_NOT_FOUND",
    29: "INVALID_STATE",
    UNKNOWN: "UNKNOWN",
}
"""nvmlReturn_t without its prefix NVML_ERROR_; those of virtual GPUs and of clocks are left out."""

INIT_FLAG_NO_GPUS = 1
"""A machine without a GPU is an answer and not an error."""

TEXT_BYTES = 96
"""Room for the longest name, UUID or version: NVML_DEVICE_UUID_V2_BUFFER_SIZE. [bytes]"""

ATTRIBUTES = (
    "multiprocessorCount",
    "sharedCopyEngineCount",
    "sharedDecoderCount",
    "sharedEncoderCount",
    "sharedJpegCount",
    "sharedOfaCount",
    "gpuInstanceSliceCount",
    "computeInstanceSliceCount",
)
"""The fields of nvmlDeviceAttributes_t that are unsigned int; memorySizeMB follows them."""

LINUX_NAME = "libnvidia-ml.so.1"
LINUX_FOLDERS = (
    "usr/lib/wsl/lib",  # Windows Subsystem for Linux: not among the loader's folders
    "usr/lib64",
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "run/opengl-driver/lib",  # NixOS
)
LINUX_DRIVER = ("proc/driver/nvidia", "dev/nvidiactl", "dev/dxg")
"""What a loaded driver shows, the last one under WSL."""
WINDOWS_PATHS = (
    ("WINDIR", "System32/nvml.dll"),
    ("PROGRAMFILES", "NVIDIA Corporation/NVSMI/nvml.dll"),  # drivers before 2019
)

Handle: TypeAlias = "ctypes.c_void_p"
"""A device as NVML knows it; valid until it is shut down."""


class NvmlError(OSError):
    """What an NVML function answered when it did not succeed.

    Args:
        code: Its nvmlReturn_t.
        function: The function that was called.
        words: What NVML says about the code, if it says something.
    """

    def __init__(self, code: int, function: str, words: str = "") -> None:
        self.code = code
        self.name = CODE_NAMES.get(code, f"error {code}")
        self.function = function
        super().__init__(f"{function} answered {self.name}" + (f" ({words})" if words else ""))


class Slices(NamedTuple):
    """Size of a MIG device, in slices of its GPU."""

    gpu_instance: int
    """Of the GPU instance that it lies in, which it may share with others."""
    compute_instance: int
    """Of its own."""


def default_library(
    environ: Mapping[str, str], *, root: Path = Path("/"), platform: str = sys.platform
) -> str | None:
    """Return what to load as NVML, or None where there is no sign of it.

    Looking costs less than loading ctypes, which a machine without such a GPU never needs.

    Args:
        environ: Environment variables: folders of libraries, on Windows those of the system.
        root: Root of the file system.
        platform: `sys.platform`.
    """
    if platform == "win32":
        paths = [Path(environ.get(base, ""), name) for base, name in WINDOWS_PATHS]
        return next((str(path) for path in paths if path.exists()), None)
    if platform != "linux":
        return None
    # An empty entry means the current folder to the loader; nobody keeps a driver there.
    searched = [Path(name) for name in environ.get("LD_LIBRARY_PATH", "").split(":") if name]
    for folder in [*searched, *(root / name for name in LINUX_FOLDERS)]:
        if os.path.exists(folder / LINUX_NAME):  # noqa: PTH110 - a closed folder is no error to it
            return str(folder / LINUX_NAME)
    has_driver = any((root / path).exists() for path in LINUX_DRIVER)
    return LINUX_NAME if has_driver or _is_known_to_loader(root) else None


def _is_known_to_loader(root: Path) -> bool:
    with suppress(OSError):
        return LINUX_NAME.encode() in (root / "etc/ld.so.cache").read_bytes()
    return False


class NvmlLibrary:
    """NVML, loaded from a path.

    Every method but `__init__` raises NvmlError. A function that an old driver does not have is
    one that answers FUNCTION_NOT_FOUND.

    Args:
        path: Path of the library, or a name that the loader finds.

    Raises:
        OSError: It cannot be loaded; the text says why.
    """

    def __init__(self, path: str) -> None:
        import ctypes

        self._c = ctypes
        self._library = ctypes.CDLL(path)

        class Attributes(ctypes.Structure):
            _fields_ = (
                *((name, ctypes.c_uint) for name in ATTRIBUTES),
                ("memorySizeMB", ctypes.c_ulonglong),
            )

        self._attributes = Attributes

    def init(self) -> None:
        """Start NVML; it counts how often, and each time asks for its own `shutdown`."""
        try:
            self._call("nvmlInitWithFlags", self._c.c_uint(INIT_FLAG_NO_GPUS))
        except NvmlError as error:
            if error.code != FUNCTION_NOT_FOUND:
                raise
            self._call("nvmlInit_v2")  # drivers before 396

    def shutdown(self) -> None:
        """Let go of NVML."""
        self._call("nvmlShutdown")

    def driver_version(self) -> str:
        """Return the driver's version, e.g. '550.54.15'."""
        return self._text("nvmlSystemGetDriverVersion")

    def device_count(self) -> int:
        """Return how many GPUs there are; those that a container hides are not among them."""
        return self._number("nvmlDeviceGetCount_v2")

    def handle_by_index(self, index: int) -> Handle:
        """Return a GPU by its place in the order of the PCI bus."""
        return self._handle("nvmlDeviceGetHandleByIndex_v2", self._c.c_uint(index))

    def handle_by_uuid(self, uuid: str) -> Handle:
        """Return a GPU or a MIG device by its UUID."""
        return self._handle("nvmlDeviceGetHandleByUUID", uuid.encode())

    def uuid(self, handle: Handle) -> str:
        """Return the UUID of a GPU ('GPU-...') or MIG device ('MIG-...')."""
        return self._text("nvmlDeviceGetUUID", handle)

    def name(self, handle: Handle) -> str:
        """Return the name of a device, e.g. 'NVIDIA A100-SXM4-80GB'."""
        return self._text("nvmlDeviceGetName", handle)

    def total_energy_mj(self, handle: Handle) -> int:
        """Return what a GPU used since its driver was loaded; Volta and later [mJ]."""
        return self._number("nvmlDeviceGetTotalEnergyConsumption", handle, is_long=True)

    def power_mw(self, handle: Handle) -> int:
        """Return the power of a GPU and its memory: now, or the mean of the last second [mW]."""
        return self._number("nvmlDeviceGetPowerUsage", handle)

    def is_in_mig_mode(self, handle: Handle) -> bool:
        """Tell whether a GPU is cut into MIG devices."""
        current, pending = self._c.c_uint(), self._c.c_uint()
        references = self._c.byref(current), self._c.byref(pending)
        self._call("nvmlDeviceGetMigMode", handle, *references)
        return bool(current.value)

    def most_mig_devices(self, handle: Handle) -> int:
        """Return into how many MIG devices a GPU can be cut: the number of its slices."""
        return self._number("nvmlDeviceGetMaxMigDeviceCount", handle)

    def mig_handle_by_index(self, handle: Handle, index: int) -> Handle:
        """Return a MIG device of a GPU; NOT_FOUND where there is none at that place."""
        index_c = self._c.c_uint(index)
        return self._handle("nvmlDeviceGetMigDeviceHandleByIndex", handle, index_c)

    def slices(self, mig_handle: Handle) -> Slices:
        """Return the size of a MIG device."""
        found = self._attributes()
        self._call("nvmlDeviceGetAttributes_v2", mig_handle, self._c.byref(found))
        return Slices(found.gpuInstanceSliceCount, found.computeInstanceSliceCount)

    def words(self, code: int) -> str:
        """Return what NVML says about a code."""
        try:
            function = self._library.nvmlErrorString
        except AttributeError:
            return ""
        function.restype = self._c.c_char_p
        return (function(self._c.c_int(code)) or b"").decode(errors="replace")

    def _call(self, function: str, *arguments: Any) -> None:
        try:
            code = getattr(self._library, function)(*arguments)
        except AttributeError:
            raise NvmlError(FUNCTION_NOT_FOUND, function, "not in this driver") from None
        if code != SUCCESS:
            raise NvmlError(code, function, self.words(code))

    def _number(self, function: str, *arguments: Any, is_long: bool = False) -> int:
        found: Any = self._c.c_ulonglong() if is_long else self._c.c_uint()
        self._call(function, *arguments, self._c.byref(found))
        return int(found.value)

    def _text(self, function: str, *arguments: Any) -> str:
        found = self._c.create_string_buffer(TEXT_BYTES)
        self._call(function, *arguments, found, self._c.c_uint(TEXT_BYTES))
        return found.value.decode(errors="replace")

    def _handle(self, function: str, *arguments: Any) -> Handle:
        found = self._c.c_void_p()
        self._call(function, *arguments, self._c.byref(found))
        return found
