"""Type of the main memory, as the firmware describes it; as a rule root alone may read that."""

from collections.abc import Iterator
from pathlib import Path

from wattprint.meters.host import DEFAULT_SYS_ROOT

# SMBIOS specification 3.7 (DMTF DSP0134, 2023): structures, sec. 6.1; memory device, sec. 7.18.
_MEMORY_DEVICE = 17
_END_OF_TABLE = 127
_HEADER_BYTES = 4
_SIZE_AT, _TYPE_AT = 0x0C, 0x12
_TYPES = {
    0x18: "ddr3",
    0x1A: "ddr4",
    0x1B: "lpddr",
    0x1C: "lpddr",
    0x1D: "lpddr",
    0x1E: "lpddr",
    0x22: "ddr5",
    0x23: "lpddr",
}


def memory_type(sys_root: Path = DEFAULT_SYS_ROOT) -> str | None:
    """Return `ddr3`, `ddr4`, `ddr5` or `lpddr`; None where it cannot be read or is another."""
    try:
        table = (sys_root / "firmware/dmi/tables/DMI").read_bytes()
    except OSError:
        return None
    found = {kind for kind in map(_type_of, _memory_devices(table)) if kind is not None}
    return found.pop() if len(found) == 1 else None


def _memory_devices(table: bytes) -> Iterator[bytes]:
    """Yield the formatted part of each memory device."""
    at = 0
    while at + _HEADER_BYTES <= len(table):
        kind, length = table[at], table[at + 1]
        if kind == _END_OF_TABLE or length < _HEADER_BYTES:
            return
        if kind == _MEMORY_DEVICE:
            yield table[at : at + length]
        # Its texts follow, and two zero bytes end them.
        end = table.find(b"\0\0", at + length)
        if end < 0:
            return
        at = end + 2


def _type_of(device: bytes) -> str | None:
    """Return the type of a module; None for an empty slot or a type of another kind."""
    if len(device) <= _TYPE_AT or device[_SIZE_AT : _SIZE_AT + 2] == b"\0\0":
        return None
    return _TYPES.get(device[_TYPE_AT])
