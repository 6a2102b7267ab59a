"""CPUs by the kernel's model name."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError, nearest_names
from wattprint.factors.names import cpu_words
from wattprint.factors.tables import Row, optional_int, shipped

_PREFERENCE = ("vendor_datasheet", "green_algorithms_v3", "codecarbon", "vendor_or_estimate")
"""Where sources disagree about a TDP, the first of these is taken and the others are named."""

USUAL_THREADS_PER_CORE = 2.0
"""What every part in a cloud has had since 2012, Arm servers excepted: their tables say so."""

_VENDOR_WORDS = frozenset({"intel", "amd", "apple", "aws", "nvidia", "ampere"})
_MOST_CANDIDATES = 8


class Cpu(NamedTuple):
    """A processor package."""

    name: str
    vendor: str
    tdp_w: float
    """Thermal design power of one package. [W]"""
    cores: int | None
    threads: int | None
    source: str
    year: int | None
    verified: bool
    release_year: int | None = None
    other_tdp_w: tuple[float, ...] = ()
    """What other sources say, where they disagree. [W]"""

    @property
    def threads_per_core(self) -> float | None:
        """Hardware threads of one core; None where the tables do not tell."""
        if self.cores is None or self.threads is None:
            return None
        return max(1.0, self.threads / self.cores)


class CpuTable:
    """Look-up over rows of the CPU table."""

    def __init__(self, rows: Iterable[Row]) -> None:
        by_key: dict[tuple[str, ...], list[Cpu]] = {}
        for row in rows:
            for spelling in (row["name"], *row["aliases"].split("|")):
                words = cpu_words(spelling)
                if words:
                    by_key.setdefault(_key(words), []).append(_cpu(row))
        self._by_key = {key: _merged(same) for key, same in by_key.items()}

    @property
    def entries(self) -> tuple[Cpu, ...]:
        """All CPUs, each once."""
        return tuple(dict.fromkeys(self._by_key.values()))

    def fitting(self, text: str) -> tuple[Cpu, ...]:
        """Return the CPU of this name; else all whose names hold every word of it."""
        asked = _key(cpu_words(text))
        if (certain := self._by_key.get(asked)) is not None:
            return (certain,)
        keys = [key for key in self._by_key if asked and set(asked) <= set(key)]
        return tuple(dict.fromkeys(self._by_key[key] for key in keys))

    def find(self, text: str) -> Cpu:
        """Return the CPU with this model name.

        Raises:
            AmbiguousNameError: The name fits several CPUs; `nearest` holds them with their watts.
            UnknownNameError: No such CPU; `nearest` holds the closest names.
        """
        fitting = self.fitting(text)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise _ambiguous(text, fitting)
        raise UnknownNameError(
            f"CPU {text!r} is unknown",
            "expected the kernel's model name, such as 'AMD EPYC 7742 64-Core Processor' "
            "(`wattprint factors search TEXT`)",
            nearest_names(text, (cpu.name for cpu in self._by_key.values())),
        )


def _ambiguous(text: str, fitting: Iterable[Cpu]) -> AmbiguousNameError:
    labels = sorted(f"{cpu.name} ({cpu.tdp_w:g} W)" for cpu in fitting)
    more = len(labels) - _MOST_CANDIDATES
    return AmbiguousNameError(
        f"CPU {text!r} fits {len(labels)} processors",
        "expected the name of one" + (f"; {more} more are not listed" if more > 0 else ""),
        labels[:_MOST_CANDIDATES],
    )


def _key(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words without the vendor's, which people leave out and lists put twice."""
    return tuple(word for word in words if word not in _VENDOR_WORDS)


def _merged(same: Sequence[Cpu]) -> Cpu:
    """Take the preferred source's figure, and keep the others' where they differ."""
    ordered = sorted(same, key=lambda cpu: _PREFERENCE.index(cpu.source))
    first = ordered[0]
    others = {cpu.tdp_w for cpu in ordered} - {first.tdp_w}
    threads = next((cpu.threads for cpu in ordered if cpu.threads), None)
    cores = next((cpu.cores for cpu in ordered if cpu.cores), None)
    released = next((cpu.release_year for cpu in ordered if cpu.release_year), None)
    return first._replace(
        other_tdp_w=tuple(sorted(others)), threads=threads, cores=cores, release_year=released
    )


def _cpu(row: Row) -> Cpu:
    return Cpu(
        name=row["name"],
        vendor=row["vendor"],
        tdp_w=float(row["tdp_w"]),
        cores=optional_int(row["cores"]),
        threads=optional_int(row["threads"]),
        source=row["source"],
        year=optional_int(row["year"]),
        verified=row["verified"] == "yes",
        release_year=optional_int(row["release_year"]),
    )


@lru_cache(maxsize=1)
def cpus() -> CpuTable:
    """Return the CPUs of the shipped factor set."""
    return CpuTable(shipped().rows("cpus"))


@lru_cache(maxsize=64)
def known_cpu(text: str) -> Cpu | None:
    """Return the one CPU with this model name, or None where there is none or no single one.

    For meters, which look up the machine they run on: it reads only the rows that could fit.
    """
    words = _key(cpu_words(text))
    if not words:
        return None
    fitting = CpuTable(shipped().rows("cpus", holding=words)).fitting(text)
    return fitting[0] if len(fitting) == 1 else None


def find_cpu(text: str) -> Cpu:
    """Return the CPU with this model name as `CpuTable.find` does, 0.2 s sooner if there is one.

    Raises:
        AmbiguousNameError: The name fits several CPUs.
        UnknownNameError: No such CPU.
    """
    return known_cpu(text) or cpus().find(text)
