"""Type of the memory from a firmware's table, made byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.meters.memory_type import memory_type


def device(kind, *, size_mb=16384, texts=b"DIMM 0\0Maker\0\0"):
    """A memory device as SMBIOS 2.3 has it: 27 bytes, size at 0x0C and type at 0x12."""
    formatted = bytearray(0x1B)
    formatted[0:4] = bytes([17, 0x1B, 0x40, 0])
    formatted[0x0C:0x0E] = size_mb.to_bytes(2, "little")
    formatted[0x12] = kind
    return bytes(formatted) + texts


BIOS = bytes([0, 6, 0, 0, 1, 2]) + b"A vendor\0Version 17\0\0"
END = bytes([127, 4, 0xFF, 0xFE]) + b"\0\0"
DDR4, DDR5, LPDDR5 = 0x1A, 0x22, 0x23


@pytest.fixture
def seen(tmp_path):
    def read(*structures):
        path = tmp_path / "firmware/dmi/tables/DMI"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(structures))
        return memory_type(tmp_path)

    return read


@pytest.mark.parametrize(
    ("structures", "kind"),
    [
        pytest.param([BIOS, device(DDR4), device(DDR4), END], "ddr4", id="two modules"),
        pytest.param([BIOS, device(DDR5, texts=b"\0\0"), END], "ddr5", id="without texts"),
        pytest.param([device(LPDDR5), END], "lpddr", id="low power"),
        pytest.param([device(0x18), END], "ddr3", id="old"),
        pytest.param([device(DDR4), device(DDR5, size_mb=0), END], "ddr4", id="an empty slot"),
        pytest.param([device(DDR4), device(DDR5), END], None, id="two types"),
        pytest.param([device(0x07), END], None, id="a guest's RAM"),
        pytest.param([BIOS, END, device(DDR4)], None, id="behind the end"),
        pytest.param([device(DDR4)[:0x10]], None, id="torn"),
        pytest.param([], None, id="empty"),
    ],
)
def test_the_type_is_that_of_the_modules_that_are_there(seen, structures, kind):
    assert seen(*structures) == kind


def test_a_machine_whose_firmware_cannot_be_read_says_nothing(tmp_path):
    assert memory_type(tmp_path) is None


@given(st.binary(max_size=300))
def test_whatever_the_table_holds_it_does_no_harm(tmp_path_factory, table):
    root = tmp_path_factory.mktemp("sys")
    (root / "firmware/dmi/tables").mkdir(parents=True)
    (root / "firmware/dmi/tables/DMI").write_bytes(table)
    assert memory_type(root) in {None, "ddr3", "ddr4", "ddr5", "lpddr"}
