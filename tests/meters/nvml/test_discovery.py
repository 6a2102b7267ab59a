"""Why NVML is or is not used, and which devices it gives."""

import pytest

from fake_nvml import FakeGpu, FakeMig, FakeNvml, steady
from processes import python
from wattprint.domain.evidence import Method
from wattprint.meters.nvml import discover
from wattprint.meters.nvml_library import NvmlError, NvmlLibrary

CUT = FakeGpu(
    "GPU-cut",
    steady(250.0),
    slices=7,
    migs=(FakeMig("MIG-3g", 3), FakeMig("MIG-1c", 3, 1), FakeMig("MIG-1g", 1)),
)


def is_shut_down(machine):
    try:
        NvmlLibrary(machine.library).device_count()
    except NvmlError as error:
        return error.name == "UNINITIALIZED"
    return False


def test_every_gpu_is_a_device_by_its_uuid(server, opened):
    devices = opened(server).devices
    assert [device.device_id for device in devices] == [
        "nvml:GPU-a1", "nvml:GPU-a2", "nvml:GPU-b1", "nvml:GPU-b2"
    ]  # fmt: skip
    assert {device.component for device in devices} == {"accelerator"}
    assert {device.method for device in devices} == {Method.MEASURED}
    assert devices[2].name == "NVIDIA H200"
    assert devices[0].note == "energy counter, the GPU and its memory, all processes included"


def test_what_is_used_is_told_by_kind(fake):
    found = discover(
        {},
        library=fake(
            FakeGpu("GPU-1", steady(1.0), "NVIDIA H200"),
            FakeGpu("GPU-2", steady(1.0), "NVIDIA H200"),
            FakeGpu("GPU-3", steady(1.0), "Tesla P100", has_counter=False),
        ).library,
    )
    assert found.reason == (
        "energy counter of 2 x NVIDIA H200; power, polled at 10 Hz, of 1 x Tesla P100"
    )
    assert (found.family, found.remedy) == ("nvml", "")
    found.meter.close()


def test_the_visible_ones_are_the_devices_in_their_order(server, opened):
    meter = opened(server, CUDA_VISIBLE_DEVICES="GPU-b2,0")
    assert [device.device_id for device in meter.devices] == ["nvml:GPU-b2", "nvml:GPU-a1"]


def test_what_cuda_may_understand_otherwise_is_in_the_reason(server):
    found = discover({"CUDA_VISIBLE_DEVICES": "0"}, library=server.library)
    assert "energy counter of 1 x NVIDIA A100-SXM4-80GB; " in found.reason
    assert "unless CUDA_DEVICE_ORDER=PCI_BUS_ID" in found.reason
    found.meter.close()


@pytest.mark.parametrize("named", ["", "-1"])
def test_hidden_gpus_are_not_read_and_nvml_is_let_go(server, named):
    found = discover({"CUDA_VISIBLE_DEVICES": named}, library=server.library)
    assert found.meter is None
    assert found.reason.startswith("none of 4 GPUs is visible; CUDA_VISIBLE_DEVICES ends at")
    assert "unset CUDA_VISIBLE_DEVICES" in found.remedy
    assert is_shut_down(server)


@pytest.mark.parametrize(
    ("code", "name", "remedy"),
    [
        (9, "DRIVER_NOT_LOADED (Driver Not Loaded)", "sudo modprobe nvidia"),
        (18, "LIB_RM_VERSION_MISMATCH (Driver/library version mismatch)", "restart the machine"),
        (4, "NO_PERMISSION (Insufficient Permissions)", "sudo usermod"),
        (999, "UNKNOWN (Unknown Error)", "nvidia-smi"),
    ],
)
def test_a_library_that_does_not_start_says_why(fake, code, name, remedy):
    machine = fake(init_code=code)
    found = discover({}, library=machine.library)
    assert found.meter is None
    assert found.reason == f"{machine.library}: nvmlInitWithFlags answered {name}"
    assert remedy in found.remedy


def test_a_machine_without_gpu_is_told_so(fake):
    machine = fake()
    found = discover({}, library=machine.library)
    assert (found.meter, found.reason) == (None, "the driver 550.54.15 shows no GPU")
    assert is_shut_down(machine)


def test_a_machine_without_library_is_told_so():
    found = discover({}, library="/nowhere/libnvidia-ml.so.1")
    assert found.meter is None
    assert found.reason == "/nowhere/libnvidia-ml.so.1 is not there: no NVIDIA driver"


def test_what_is_no_library_is_a_reason(tmp_path):
    path = tmp_path / "libnvidia-ml.so.1"
    path.write_text("no library")
    found = discover({}, library=str(path))
    assert found.meter is None
    assert found.reason.startswith(f"{path} cannot be loaded: ")


def test_a_gpu_without_any_sensor_is_left_out_and_named(fake):
    blind = FakeGpu("GPU-blind", steady(1.0), has_counter=False, has_power=False)
    found = discover({}, library=fake(blind, FakeGpu("GPU-1", steady(1.0))).library)
    assert [device.device_id for device in found.meter.devices] == ["nvml:GPU-1"]
    assert "GPU-blind is not read: nvmlDeviceGetPowerUsage answered NOT_SUPPORTED" in found.reason
    found.meter.close()
    machine = fake(blind)
    assert discover({}, library=machine.library).meter is None
    assert is_shut_down(machine)


def test_a_gpu_that_does_not_answer_keeps_its_index(fake):
    lost = FakeGpu("GPU-lost", steady(1.0), fails=((0.0, 1e9, 15),))
    machine = fake(lost, FakeGpu("GPU-1", steady(1.0)))
    found = discover({"CUDA_VISIBLE_DEVICES": "1"}, library=machine.library)
    assert [device.device_id for device in found.meter.devices] == ["nvml:GPU-1"]
    found.meter.close()
    found = discover({}, library=machine.library)
    assert "GPU at index 0 is not read: nvmlDeviceGetHandleByIndex_v2 answered GPU_IS_LOST" in (
        found.reason
    )
    found.meter.close()


def test_a_gpu_in_mig_mode_counts_whole_where_nothing_is_named(fake, opened):
    (device,) = opened(fake(CUT)).devices
    assert (device.device_id, device.method) == ("nvml:GPU-cut", Method.MEASURED)
    assert device.note.endswith("all its MIG devices included")


def test_a_mig_device_is_modelled_with_a_wide_interval(fake, opened):
    (device,) = opened(fake(CUT), CUDA_VISIBLE_DEVICES="MIG-3g").devices
    assert (device.device_id, device.method) == ("nvml:MIG-3g", Method.MODELLED)
    assert device.note.startswith("3 of 7 slices of GPU-cut (energy counter): ")
    # The share's 0.27 to 2.87 and the counter's 5 %, in quadrature of logarithms:
    # exp(-hypot(ln 0.27, ln 0.95)) = 0.26973, exp(hypot(ln 2.87, ln 1.05)) = 2.87324.
    assert device.low_ratio == pytest.approx(0.26973, rel=1e-4)
    assert device.high_ratio == pytest.approx(2.87324, rel=1e-4)
    assert device.activity_unit == "GPU_J"


def test_a_measured_figure_has_the_interval_and_the_source_of_its_kind(fake, opened):
    machine = fake(FakeGpu("GPU-1", steady(1.0)), FakeGpu("GPU-2", steady(1.0), has_counter=False))
    counted, polled = opened(machine).devices
    assert (counted.low_ratio, counted.high_ratio) == pytest.approx((0.95, 1.05), rel=1e-12)
    assert (polled.low_ratio, polled.high_ratio) == pytest.approx((0.9, 1.1), rel=1e-12)
    assert (counted.source, polled.source) == ("nvml_reference", "yang_2024")
    assert polled.note.startswith("power polled at 10 Hz")


def test_an_old_driver_is_polled(old_nvml_build, tmp_path, opened):
    machine = FakeNvml(old_nvml_build, tmp_path / "old", [FakeGpu("GPU-1", steady(1.0))])
    assert opened(machine).longest_pause_s == pytest.approx(0.1, rel=1e-12)


def test_closing_lets_nvml_go_and_leaves_it_to_others(server):
    other = NvmlLibrary(server.library)
    other.init()
    meter = discover({}, library=server.library).meter
    meter.close()
    assert other.device_count() == 4
    meter.close()
    assert other.device_count() == 4
    other.shutdown()
    assert is_shut_down(server)


def test_a_program_finds_the_library_by_itself_and_prints_nothing(server, tmp_path):
    script = """
import os
from wattprint.meters.nvml import discover
found = discover(os.environ)
readings = found.meter.read(0.0)
found.meter.close()
assert [reading.energy_uj for reading in readings] == [0, 0, 0, 0], readings
"""
    done = python(script, home=tmp_path, **server.environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
