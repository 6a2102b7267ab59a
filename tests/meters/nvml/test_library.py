"""Our binding of NVML against the vendor's, both on the same fake library."""

import ctypes
import inspect

import pynvml
import pytest

from fake_nvml import FakeGpu, FakeMig, FakeNvml, steady
from processes import python
from wattprint.meters import nvml_library
from wattprint.meters.nvml_library import NvmlError, NvmlLibrary, Slices, default_library

MIG_GPU = FakeGpu(
    "GPU-mig", steady(250.0), slices=7, migs=(FakeMig("MIG-x", 3, 1), FakeMig("MIG-y", 2))
)


@pytest.fixture
def machine(fake):
    plain = FakeGpu("GPU-1", steady(300.0), "Tesla P100", has_counter=False)
    machine = fake(MIG_GPU, plain)
    machine.set_time(10.0)
    return machine


@pytest.fixture
def ours(machine):
    library = NvmlLibrary(machine.library)
    library.init()
    yield library
    library.shutdown()


@pytest.fixture
def oracle(machine, monkeypatch):
    """The vendor's package; it loads the driver's library unless it has one already."""
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(machine.library))
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    pynvml.nvmlInitWithFlags(pynvml.NVML_INIT_FLAG_NO_GPUS)
    yield pynvml
    pynvml.nvmlShutdown()


def test_codes_and_names_are_the_vendors():
    theirs = {
        code: name.removeprefix("NVML_ERROR_")
        for name, code in vars(pynvml).items()
        if name.startswith("NVML_ERROR_")
    }
    assert {code: theirs[code] for code in nvml_library.CODE_NAMES} == nvml_library.CODE_NAMES
    constants = inspect.getmembers(nvml_library, lambda value: type(value) is int)
    codes = {name: code for name, code in constants if name in theirs.values()}
    assert len(codes) == 10
    assert codes == {name: theirs_code for theirs_code, name in theirs.items() if name in codes}
    assert pynvml.NVML_SUCCESS == nvml_library.SUCCESS
    assert pynvml.NVML_INIT_FLAG_NO_GPUS == nvml_library.INIT_FLAG_NO_GPUS
    assert pynvml.NVML_DEVICE_UUID_V2_BUFFER_SIZE == nvml_library.TEXT_BYTES


def test_the_layout_of_attributes_is_the_vendors(ours):
    theirs = pynvml.c_nvmlDeviceAttributes
    layout = [(name, getattr(theirs, name).offset) for name, _ in theirs._fields_]
    mine = ours._attributes
    assert [(name, getattr(mine, name).offset) for name, _ in mine._fields_] == layout
    assert ctypes.sizeof(mine) == ctypes.sizeof(theirs)


def test_the_answers_about_the_machine_are_the_vendors(ours, oracle):
    assert ours.driver_version() == oracle.nvmlSystemGetDriverVersion() == "550.54.15"
    assert ours.device_count() == oracle.nvmlDeviceGetCount() == 2


@pytest.mark.parametrize("index", [0, 1])
def test_the_answers_about_a_gpu_are_the_vendors(ours, oracle, index):
    mine, theirs = ours.handle_by_index(index), oracle.nvmlDeviceGetHandleByIndex(index)
    assert ours.uuid(mine) == oracle.nvmlDeviceGetUUID(theirs)
    assert ours.name(mine) == oracle.nvmlDeviceGetName(theirs)
    assert ours.power_mw(mine) == oracle.nvmlDeviceGetPowerUsage(theirs)
    assert ours.is_in_mig_mode(mine) == oracle.nvmlDeviceGetMigMode(theirs)[0]
    assert ours.most_mig_devices(mine) == oracle.nvmlDeviceGetMaxMigDeviceCount(theirs)
    assert ours.uuid(ours.handle_by_uuid(ours.uuid(mine))) == ours.uuid(mine)


def test_the_energy_counter_is_the_vendors(ours, oracle):
    theirs = oracle.nvmlDeviceGetTotalEnergyConsumption(oracle.nvmlDeviceGetHandleByIndex(0))
    # Beyond 32 bits it still fits: 987,654,321 mJ and 10 s of 250 W.
    assert ours.total_energy_mj(ours.handle_by_index(0)) == theirs == 987_654_321 + 2_500_000


def test_an_energy_beyond_32_bits_is_whole(fake):
    machine = fake(FakeGpu("GPU-1", steady(0.0), counter_starts_at_mj=2**40 + 3))
    library = NvmlLibrary(machine.library)
    library.init()
    assert library.total_energy_mj(library.handle_by_index(0)) == 2**40 + 3
    library.shutdown()


def test_the_answers_about_a_mig_device_are_the_vendors(ours, oracle):
    mine = ours.mig_handle_by_index(ours.handle_by_index(0), 0)
    parent = oracle.nvmlDeviceGetHandleByIndex(0)
    theirs = oracle.nvmlDeviceGetMigDeviceHandleByIndex(parent, 0)
    assert ours.uuid(mine) == oracle.nvmlDeviceGetUUID(theirs) == "MIG-x"
    attributes = oracle.nvmlDeviceGetAttributes_v2(theirs)
    counts = (attributes.gpuInstanceSliceCount, attributes.computeInstanceSliceCount)
    assert ours.slices(mine) == Slices(*counts) == Slices(3, 1)


@pytest.mark.parametrize(
    ("ask_ours", "ask_theirs"),
    [
        pytest.param(
            lambda ours: ours.total_energy_mj(ours.handle_by_index(1)),
            lambda theirs: theirs.nvmlDeviceGetTotalEnergyConsumption(
                theirs.nvmlDeviceGetHandleByIndex(1)
            ),
            id="not supported",
        ),
        pytest.param(
            lambda ours: ours.handle_by_uuid("GPU-none"),
            lambda theirs: theirs.nvmlDeviceGetHandleByUUID("GPU-none"),
            id="not found",
        ),
        pytest.param(
            lambda ours: ours.handle_by_index(7),
            lambda theirs: theirs.nvmlDeviceGetHandleByIndex(7),
            id="invalid argument",
        ),
    ],
)
def test_a_refusal_is_the_vendors(ours, oracle, ask_ours, ask_theirs):
    with pytest.raises(pynvml.NVMLError) as theirs:
        ask_theirs(oracle)
    with pytest.raises(NvmlError) as mine:
        ask_ours(ours)
    assert mine.value.code == theirs.value.value


def test_an_error_carries_code_name_and_function(ours):
    with pytest.raises(NvmlError) as caught:
        ours.handle_by_uuid("GPU-none")
    error = caught.value
    assert (error.code, error.name) == (6, "NOT_FOUND")
    assert error.function == "nvmlDeviceGetHandleByUUID"
    assert str(error) == "nvmlDeviceGetHandleByUUID answered NOT_FOUND (Not Found)"
    assert isinstance(error, OSError)


def test_a_code_that_is_not_known_keeps_its_number():
    assert str(NvmlError(77, "nvmlInit_v2")) == "nvmlInit_v2 answered error 77"


def test_nvml_is_shut_down_as_often_as_it_was_started(machine):
    first, second = NvmlLibrary(machine.library), NvmlLibrary(machine.library)
    first.init()
    second.init()
    first.shutdown()
    assert second.device_count() == 2
    second.shutdown()
    with pytest.raises(NvmlError, match="UNINITIALIZED"):
        second.device_count()


def test_what_an_old_driver_does_not_have_is_an_answer(old_nvml_build, tmp_path):
    machine = FakeNvml(old_nvml_build, tmp_path / "old", [FakeGpu("GPU-1", steady(200.0))])
    library = NvmlLibrary(machine.library)
    library.init()  # nvmlInit_v2, for want of nvmlInitWithFlags
    handle = library.handle_by_index(0)
    with pytest.raises(NvmlError) as caught:
        library.total_energy_mj(handle)
    assert caught.value.code == nvml_library.FUNCTION_NOT_FOUND
    assert "not in this driver" in str(caught.value)
    assert library.power_mw(handle) == 200_000
    library.shutdown()


def test_what_is_no_library_cannot_be_loaded(tmp_path):
    path = tmp_path / "libnvidia-ml.so.1"
    path.write_text("no library")
    with pytest.raises(OSError, match="libnvidia-ml"):
        NvmlLibrary(str(path))


@pytest.mark.parametrize(
    "sign",
    [
        "usr/lib/wsl/lib/libnvidia-ml.so.1",
        "usr/lib64/libnvidia-ml.so.1",
        "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
    ],
)
def test_a_library_in_a_known_folder_is_found(tmp_path, sign):
    path = tmp_path / sign
    path.parent.mkdir(parents=True)
    path.touch()
    assert default_library({}, root=tmp_path, platform="linux") == str(path)


def test_the_folders_of_the_user_come_first(tmp_path):
    path = tmp_path / "mine" / "libnvidia-ml.so.1"
    path.parent.mkdir()
    path.touch()
    environ = {"LD_LIBRARY_PATH": f"/nowhere::{path.parent}"}
    assert default_library(environ, root=tmp_path, platform="linux") == str(path)


@pytest.mark.parametrize("sign", ["dev/nvidiactl", "dev/dxg", "proc/driver/nvidia"])
def test_where_a_driver_shows_the_loader_is_asked(tmp_path, sign):
    (tmp_path / sign).mkdir(parents=True)
    assert default_library({}, root=tmp_path, platform="linux") == "libnvidia-ml.so.1"


def test_where_the_loader_knows_the_library_it_is_asked(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "ld.so.cache").write_bytes(b"\0libc.so.6\0libnvidia-ml.so.1\0")
    assert default_library({}, root=tmp_path, platform="linux") == "libnvidia-ml.so.1"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_there_is_no_sign_nothing_is_loaded(tmp_path, platform):
    assert default_library({}, root=tmp_path, platform=platform) is None


def test_windows_keeps_it_in_its_system_folder(tmp_path):
    path = tmp_path / "System32" / "nvml.dll"
    path.parent.mkdir()
    path.touch()
    assert default_library({"WINDIR": str(tmp_path)}, platform="win32") == str(path)


def test_neither_importing_nor_a_machine_without_nvml_loads_ctypes(tmp_path):
    script = """
import sys
from wattprint.meters.nvml import discover
found = discover({}, library="/nowhere/libnvidia-ml.so.1")
print(found.meter, "ctypes" in sys.modules, found.reason, sep="|")
"""
    done = python(script, home=tmp_path)
    reason = "/nowhere/libnvidia-ml.so.1 is not there: no NVIDIA driver"
    assert (done.stdout, done.stderr) == (f"None|False|{reason}\n", "")
