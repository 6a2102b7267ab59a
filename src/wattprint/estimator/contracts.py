"""Contracts for electricity: what was said of them, and what they charge."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.formulas.emissions import market_based_emissions_g
from wattprint.domain.series import LARGEST_G_PER_KWH

LARGEST_KWH = 1e12
_CONTRACT = re.compile(r"\s*(?P<amount>[^@%\s]+)\s*(?P<percent>%?)\s*@\s*(?P<intensity>[^@\s]+)\s*")


class Contract(NamedTuple):
    """Energy whose emissions a contract or certificate states."""

    kwh: float | None
    """[kWh]; None where a share was said."""
    share: float | None
    """Of the energy used. [0 to 1]"""
    g_per_kwh: float

    @property
    def words(self) -> str:
        """'60 % at 0 g/kWh'."""
        amount = units.energy(self.kwh) if self.kwh is not None else _percent(self.share or 0.0)
        return f"{amount} at {units.plain(self.g_per_kwh)} g/kWh"


def parsed_contracts(given: Sequence[str] | str | None) -> tuple[Contract, ...]:
    """Return contracts written as 'KWH@G' or 'SHARE%@G'.

    Raises:
        InputError: A contract that is none, or shares of more than everything.
    """
    if given is None:
        return ()
    if isinstance(given, str):
        given = (given,)
    if not isinstance(given, Sequence):
        raise InputError(f"contract is {given!r}", _CONTRACT_WORDS)
    contracts = tuple(map(_contract, given))
    shares = sum(contract.share or 0.0 for contract in contracts)
    if shares > 1 + 1e-9:
        raise InputError(
            f"contracts cover {_percent(shares)} of the energy",
            "expected 100 % at most: a surplus lowers nobody's emissions",
        )
    return contracts


_CONTRACT_WORDS = "expected KWH@G or SHARE%@G, such as '5000@20' or '60%@0'"


def _contract(given: object) -> Contract:
    match = _CONTRACT.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        raise InputError(f"contract is {given!r}", _CONTRACT_WORDS)
    amount, intensity = _float(match["amount"], given), _float(match["intensity"], given)
    number("contract's intensity", intensity, at_most=LARGEST_G_PER_KWH)
    if match["percent"]:
        return Contract(None, number("contract's share", amount, at_most=100) / 100, intensity)
    return Contract(number("contract's kWh", amount, at_most=LARGEST_KWH), None, intensity)


def _float(said: str, given: object) -> float:
    try:
        return float(said)
    except ValueError:
        raise InputError(f"contract is {given!r}", _CONTRACT_WORDS) from None


def _percent(share: float) -> str:
    return f"{units.plain(share * 100, 4)} %"


def contracted_g(
    contracts: Sequence[Contract], used_kwh: float, value_kwh: float, residual_g_per_kwh: float
) -> float:
    """Charge `used_kwh`, a bound of `value_kwh`: a share is one of whatever was used."""
    contracted = contracted_kwh(contracts, used_kwh)
    over = sum(contracted) / used_kwh if used_kwh else 1.0
    if used_kwh < value_kwh and over > 1:
        contracted = [kwh / over for kwh in contracted]
    # Shares that add up to everything may come out a rounding error above it.
    surplus = sum(contracted) - used_kwh
    if 0 < surplus <= 1e-9 * used_kwh:
        contracted = [kwh * (1 - 1e-12) * used_kwh / sum(contracted) for kwh in contracted]
    return market_based_emissions_g(
        used_kwh,
        contracted,
        [contract.g_per_kwh for contract in contracts],
        residual_g_per_kwh=residual_g_per_kwh,
    )


def contracted_kwh(contracts: Sequence[Contract], used_kwh: float) -> list[float]:
    """Return the energy that each contract covers of what was used [kWh]."""
    return [
        contract.kwh if contract.kwh is not None else (contract.share or 0.0) * used_kwh
        for contract in contracts
    ]
