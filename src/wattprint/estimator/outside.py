"""Energy outside the machine: of the disks that hold its data, of the network that moves it."""

from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, one_of
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.energy import described_energy_kwh, moved_energy_kwh
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import Range, exact, product
from wattprint.estimator.hardware import Made, made_by_convention
from wattprint.estimator.parts import Part
from wattprint.factors.conventions import convention

OUTSIDE_INPUTS = ("storage_tb_hours", "storage_kind", "network_gb")
"""What can be said of storage and network, by the names that every front door takes."""
STORAGE_KINDS = ("ssd", "hdd")
LARGEST = 1e12


class Outside(NamedTuple):
    """What some work used outside its machine. Build it with `described_outside`."""

    storage_tb_hours: float | None
    """Terabytes kept times the hours they were kept. [TB-h]"""
    storage_kind: str | None
    network_gb: float | None
    """Data moved to and from the machine. [GB]"""

    def parts(self, repeats: float = 1.0) -> tuple[Part, ...]:
        """Return the energy of what was said.

        Args:
            repeats: How many times the work was done. [1 or more]
        """
        found = []
        if self.storage_tb_hours is not None:
            found.append(self._storage(self.storage_tb_hours, repeats))
        if self.network_gb is not None:
            found.append(_network(self.network_gb, repeats))
        return tuple(found)

    def made(self, repeats: float = 1.0) -> tuple[Made, ...]:
        """Return the making of the disks; that of networks is not published a GB."""
        if self.storage_tb_hours is None:
            return ()
        name = f"{self.storage_kind or 'storage'}_embodied"
        return (made_by_convention("storage", name, self.storage_tb_hours * repeats),)

    def _storage(self, tb_hours: float, repeats: float) -> Part:
        name = f"storage_{self.storage_kind}_w_per_tb" if self.storage_kind else "storage_w_per_tb"
        power = _convention("storage_power", name)
        kwh = repeated_kwh(described_energy_kwh(tb_hours, power.amount.value), repeats)
        return _part("storage", tb_hours, "TB-hours", power, _Used(kwh, repeats))


class _Stated(NamedTuple):
    amount: Range
    reason: Evidence


class _Used(NamedTuple):
    kwh: float
    repeats: float


def described_outside(
    *,
    storage_tb_hours: float | None = None,
    storage_kind: str | None = None,
    network_gb: float | None = None,
) -> Outside:
    """Check what was said of storage and network.

    Args:
        storage_tb_hours: Terabytes kept times the hours they were kept. [TB-h]
        storage_kind: `ssd` or `hdd`; without it the interval spans both.
        network_gb: Data moved to and from the machine. [GB]

    Raises:
        InputError: An amount outside its limits, a kind of no storage.
    """
    if storage_kind is not None:
        one_of("storage_kind", storage_kind, STORAGE_KINDS)
        if storage_tb_hours is None:
            raise InputError(
                f"storage_kind is {storage_kind!r} of nothing",
                "expected storage_tb_hours beside it",
            )
    return Outside(
        _optional("storage_tb_hours", storage_tb_hours),
        storage_kind,
        _optional("network_gb", network_gb),
    )


def _optional(name: str, given: float | None) -> float | None:
    return None if given is None else number(name, given, at_most=LARGEST)


def _network(gigabytes: float, repeats: float) -> Part:
    per_gb = _convention("network_energy", "network_kwh_per_gb")
    kwh = repeated_kwh(moved_energy_kwh(gigabytes, per_gb.amount.value), repeats)
    return _part("network", gigabytes, "GB", per_gb, _Used(kwh, repeats))


def _convention(quantity: str, name: str) -> _Stated:
    stated = convention(name)
    reason = Evidence(
        quantity,
        stated.amount,
        stated.unit,
        Method.ASSUMED,
        stated.source,
        stated.year,
        stated.note,
    )
    return _Stated(stated.amount, reason)


def _part(component: str, amount: float, unit: str, rate: _Stated, energy: _Used) -> Part:
    kwh = product(rate.amount, value=energy.kwh)
    words = [unit, rate.reason.quantity.replace("_", " ")]
    numbers = [
        f"{units.plain(amount, units.EXACT_DIGITS)} {unit}",
        f"{units.plain(rate.amount.value, units.EXACT_DIGITS)} {rate.reason.unit}",
    ]
    if energy.repeats != 1:
        words.append("repeats")
        numbers.append(units.plain(energy.repeats, units.EXACT_DIGITS))
    equation = Equation(
        f"{component} energy",
        " x ".join(words),
        " x ".join(numbers),
        units.energy_range(kwh.as_tuple(), units.EXACT_DIGITS),
    )
    given = Evidence.given(f"{component}_use", exact(amount), unit)
    return Part(component, kwh, Method.MODELLED, (rate.reason, given), (equation,))
