"""Contracts: how they are written, and what they cover."""

import pytest

from wattprint.domain.errors import InputError
from wattprint.estimator.contracts import Contract, contracted_kwh, parsed_contracts


def test_a_contract_is_for_energy_or_for_a_share_of_it():
    assert parsed_contracts(["5000@20", "60%@0"]) == (
        Contract(5000.0, None, 20.0),
        Contract(None, 0.6, 0.0),
    )
    assert parsed_contracts(" 60 % @ 0 ") == (Contract(None, 0.6, 0.0),)
    assert parsed_contracts(None) == ()


def test_contracts_cover_their_energy_and_their_share_of_what_was_used():
    # 50 kWh, and 30 % of 200 kWh.
    contracts = parsed_contracts(["50@20", "30%@0"])
    assert contracted_kwh(contracts, 200.0) == pytest.approx([50, 60], rel=1e-12)
    assert [contract.words for contract in contracts] == ["50 kWh at 20 g/kWh", "30 % at 0 g/kWh"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("60", r"contract is '60'; expected KWH@G or SHARE%@G"),
        (["60%@x"], "contract is '60%@x'"),
        ([60], "contract is 60; expected KWH@G"),
        (60, "contract is 60; expected KWH@G"),
        ("nan@5", "contract's kWh is nan"),
        ("-5@5", r"contract's kWh is -5\.0"),
        ("5@-5", r"contract's intensity is -5\.0"),
        ("5@1e9", r"contract's intensity is 1000000000\.0"),
        ("160%@0", r"contract's share is 160\.0; .*0 to 100"),
        (["60%@0", "50%@0"], "contracts cover 110 % of the energy"),
    ],
)
def test_what_is_no_contract_is_refused_by_name(given, message):
    with pytest.raises(InputError, match=message):
        parsed_contracts(given)
