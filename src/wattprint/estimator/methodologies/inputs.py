"""The check that every formula of a methodology begins with."""

from wattprint.domain.checks import number


def refuse_impossible(**amounts: float) -> None:
    """Refuse an amount that is negative or not finite, by its name.

    Raises:
        InputError: One of them is.
    """
    for name, amount in amounts.items():
        number(name, amount)
