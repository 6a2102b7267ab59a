"""The fake library, compiled once, and fakes made of it."""

import itertools

import pytest

from fake_nvml import FakeGpu, FakeNvml, NoCompilerError, build, steady
from wattprint.meters.nvml import discover


def _built(folder, **options):
    try:
        return build(folder, **options)
    except NoCompilerError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def nvml_build(tmp_path_factory):
    return _built(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def old_nvml_build(tmp_path_factory):
    return _built(tmp_path_factory.mktemp("old_nvml"), is_old_driver=True)


@pytest.fixture
def fake(nvml_build, tmp_path):
    """Make a fake of some GPUs, in the test's time."""
    numbers = itertools.count()
    return lambda *gpus, **options: FakeNvml(
        nvml_build, tmp_path / f"fake{next(numbers)}", gpus, **options
    )


@pytest.fixture
def opened():
    """Open the meter of a fake, which is closed at the end of the test."""
    meters = []

    def open_meter(fake, **environ):
        found = discover(environ, library=fake.library)
        assert found.meter is not None, found.reason
        meters.append(found.meter)
        return found.meter

    yield open_meter
    for meter in meters:
        meter.close()


@pytest.fixture
def server(fake):
    """Four GPUs of two kinds."""
    kinds = ("NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB", "NVIDIA H200", "NVIDIA H200")
    uuids = ("GPU-a1", "GPU-a2", "GPU-b1", "GPU-b2")
    pairs = zip(uuids, kinds, strict=True)
    return fake(*(FakeGpu(uuid, steady(100.0), name) for uuid, name in pairs))
