"""Which GPUs CUDA shows to a program: CUDA_VISIBLE_DEVICES, read as CUDA reads it.

Entries are indices, UUIDs or beginnings of UUIDs, separated by commas. The first one that is none
of these ends the list: what stands behind it is not visible. Where CUDA would refuse a list or use
less of it than it names, the devices named are counted, because they are set aside for the run.

Source: NVIDIA, CUDA Programming Guide 13 (2026), section 5.2.1, Device Enumeration and Properties.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

PCI_ORDER = "PCI_BUS_ID"
LONGEST_INDEX = 4
"""Digits of an index: no machine has 10,000 GPUs."""


class Board(NamedTuple):
    """A GPU as a list of visible devices may name it, in the order of the PCI bus."""

    uuid: str
    name: str
    mig_uuids: Sequence[str] = ()


class Visible(NamedTuple):
    """The devices that a program sees."""

    uuids: tuple[str, ...]
    """Of GPUs and MIG devices, in the order in which they are named, each once."""
    remarks: tuple[str, ...]
    """What the list says that CUDA understands otherwise than it looks."""


def visible_devices(environ: Mapping[str, str], boards: Sequence[Board]) -> Visible:
    """Return the devices that CUDA shows to a program with these environment variables.

    Args:
        environ: Environment variables of the program.
        boards: The GPUs of the machine or container, in the order of the PCI bus.

    >>> boards = [Board("GPU-1a", "V100"), Board("GPU-2b", "V100")]
    >>> visible_devices({"CUDA_VISIBLE_DEVICES": "GPU-2,0"}, boards).uuids
    ('GPU-2b', 'GPU-1a')
    """
    variable, entries = _named(environ)
    if entries is None:
        return Visible(tuple(board.uuid for board in boards), ())
    uuids: list[str] = []
    remarks: list[str] = []
    for i, entry in enumerate(entries):
        found = _device(entry, boards)
        if len(found) != 1:
            why = "fits several devices" if found else "is no device of this machine"
            remarks.append(f"{variable} ends at its entry {i}, {entry!r}: it {why}")
            break
        if found[0] in uuids:
            remarks.append(f"{variable} names {found[0]} twice, which CUDA refuses: counted once")
        else:
            uuids.append(found[0])
    if _order_is_in_doubt(entries, boards, environ.get("CUDA_DEVICE_ORDER", "")):
        remarks.append(
            f"{variable} is read in the order of the PCI bus, and CUDA puts the fastest GPU first: "
            f"its indices may mean others unless CUDA_DEVICE_ORDER={PCI_ORDER}"
        )
    if sum(uuid.startswith("MIG-") for uuid in uuids) > 1:
        remarks.append("a program sees the first MIG device of a list alone: all are counted")
    return Visible(*_without_parts(uuids, boards, remarks))


def _named(environ: Mapping[str, str]) -> tuple[str, list[str] | None]:
    """Return the variable that names devices, and its entries; None if all are visible."""
    named = environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return "CUDA_VISIBLE_DEVICES", [entry.strip() for entry in named.split(",")]
    # A container that was given a MIG device sees its GPU too, and names the part in this one.
    given = environ.get("NVIDIA_VISIBLE_DEVICES", "")
    return "NVIDIA_VISIBLE_DEVICES", given.split(",") if given.startswith("MIG-") else None


def _device(entry: str, boards: Sequence[Board]) -> list[str]:
    """Return the UUIDs that an entry fits: one if it is right."""
    if _is_index(entry):
        return [board.uuid for board in boards[int(entry) :][:1]]
    if not entry.startswith(("GPU-", "MIG-")):
        return []
    uuids = [uuid for board in boards for uuid in (board.uuid, *board.mig_uuids)]
    return [entry] if entry in uuids else [uuid for uuid in uuids if uuid.startswith(entry)]


def _is_index(entry: str) -> bool:
    return entry.isascii() and entry.isdigit() and len(entry) <= LONGEST_INDEX


def _order_is_in_doubt(entries: Sequence[str], boards: Sequence[Board], order: str) -> bool:
    names = {board.name for board in boards if board.name}
    return len(names) > 1 and order != PCI_ORDER and any(map(_is_index, entries))


def _without_parts(
    uuids: Sequence[str], boards: Sequence[Board], remarks: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leave out MIG devices whose whole GPU is named beside them."""
    parts = {uuid for board in boards if board.uuid in uuids for uuid in board.mig_uuids}
    twice = [
        f"{uuid} is a part of a GPU that is named too: counted once"
        for uuid in uuids
        if uuid in parts
    ]
    return tuple(uuid for uuid in uuids if uuid not in parts), (*remarks, *twice)
