"""What a record says of its machine, place and software, in words, of whatever shape it is."""

from collections.abc import Iterator, Mapping
from typing import Any

from wattprint.domain import units
from wattprint.estimator.host_class import DESKTOP_CHASSIS, LAPTOP_CHASSIS, SERVER_CHASSIS

_NAMES = {
    "accelerators": "Accelerators of the machine",
    "accelerators_used": "Accelerators used",
    "chassis_type": "Chassis",
    "cpu_model": "CPU",
    "has_battery": "Battery",
    "is_guest": "Virtual machine",
    "memory_bytes": "Memory",
    "threads": "Hardware threads",
    "threads_allowed": "Hardware threads it may use",
}
_CHASSIS = {
    **dict.fromkeys(LAPTOP_CHASSIS, "a laptop's"),
    **dict.fromkeys(DESKTOP_CHASSIS, "a desktop's"),
    **dict.fromkeys(SERVER_CHASSIS, "a server's"),
}
_DEPTH = 4
_BYTES_PER_GIB = 2**30
_ABBREVIATIONS = {"cpu": "CPU", "gpu": "GPU", "pue": "PUE", "wue": "WUE"}


def host_lines(host: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and words of each fact of a machine that is known, those of its node too.

    Args:
        host: Of a run's record.
    """
    for name, fact in host.items():
        if isinstance(fact, Mapping) and name == "node":
            yield from host_lines({key: part for key, part in fact.items() if key != "node"})
        elif text := _words(str(name), fact):
            yield _NAMES.get(str(name)) or titled(str(name)), text


def fact_lines(facts: Mapping[str, Any], depth: int = _DEPTH) -> Iterator[tuple[str, str]]:
    """Yield name and words of other facts that are known, of the place or software.

    Args:
        facts: Of a run's record.
        depth: How many facts within facts are looked into.
    """
    for name, fact in facts.items():
        if text := said(fact, depth):
            yield str(name).replace("_", " "), text


def said(fact: Any, depth: int = _DEPTH) -> str:
    """Return a fact in words; nothing of one that is not known.

    >>> said(True), said(2.0), said(None), said(["a", 1]), said({"a": 1, "b": None})
    ('yes', '2', '', 'a, 1', 'a 1')
    """
    if fact is None or isinstance(fact, bool):
        return {None: "", True: "yes", False: "no"}[fact]
    if isinstance(fact, float):
        return f"{fact:.12g}"
    if isinstance(fact, (Mapping, list, tuple)) and not depth:
        return "..."
    if isinstance(fact, Mapping):
        return ", ".join(f"{name} {text}" for name, text in fact_lines(fact, depth - 1))
    if isinstance(fact, (list, tuple)):
        return ", ".join(text for part in fact if (text := said(part, depth - 1)))
    return str(fact)


def titled(name: str) -> str:
    """Return the name of a fact as people write it.

    >>> titled("site_pue"), titled("kernel")
    ('Site PUE', 'Kernel')
    """
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def _words(name: str, fact: Any) -> str:
    is_number = isinstance(fact, (int, float)) and not isinstance(fact, bool)
    if name == "memory_bytes" and is_number:
        return f"{units.plain(fact / _BYTES_PER_GIB)} GiB"
    if name == "chassis_type" and is_number:
        return _CHASSIS.get(fact, f"of another kind, SMBIOS type {said(fact)}")
    return said(fact)
