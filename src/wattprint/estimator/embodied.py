"""The share of making the hardware that falls to some work, by the hours of its life."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.evidence import Equation, Evidence, Method, weakest
from wattprint.domain.footprint import Resources, co2e
from wattprint.domain.formulas.embodied import embodied_share_g
from wattprint.domain.interval import Range, exact, inverse, product, sum_independent
from wattprint.estimator.hardware import Made
from wattprint.factors.conventions import convention

LIFETIME_INPUTS = ("lifetime_years", "lifetime_use")
"""What can be said of the life of hardware, by the names that every front door takes."""
LONGEST_LIFETIME_YEARS = 50.0
SHORTEST_LIFETIME_YEARS = 0.1
LEAST_LIFETIME_USE = 0.01
"""Three days a year: below it a percentage was taken for a ratio."""


class Life(NamedTuple):
    """How long hardware lives, and what share of that time it is in use."""

    years: Evidence
    use: Evidence


class EmbodiedShare(NamedTuple):
    """What falls to some work, and why."""

    embodied_kg: Range | None
    method: Method
    resources: Resources
    evidence: tuple[Evidence, ...]
    equations: tuple[Equation, ...]


def find_life(*, lifetime_years: float | None = None, lifetime_use: float | None = None) -> Life:
    """Return the life of hardware, as said or by convention.

    Args:
        lifetime_years: From installation to retirement. [years, 0.1 to 50]
        lifetime_use: Share of that time in use. [ratio, 0.01 to 1]

    Raises:
        InputError: A figure outside its limits.
    """
    return Life(
        _said("device_lifetime", "lifetime_years", lifetime_years, LONGEST_LIFETIME_YEARS),
        _said("device_lifetime_use", "lifetime_use", lifetime_use, 1.0),
    )


def _said(name: str, given_name: str, given: float | None, at_most: float) -> Evidence:
    stated = convention(name)
    if given is not None:
        least = SHORTEST_LIFETIME_YEARS if name == "device_lifetime" else LEAST_LIFETIME_USE
        amount = exact(number(given_name, given, at_least=least, at_most=at_most))
        return Evidence.given(name, amount, stated.unit)
    return Evidence(
        name, stated.amount, stated.unit, Method.ASSUMED, stated.source, stated.year, stated.note
    )


HOST_UNKNOWN = Evidence(
    "host_embodied",
    None,
    "kgCO2e",
    Method.MISSING,
    "",
    None,
    "the class of the machine is not known: its making, accelerators aside, is not counted",
)


def embodied_share(made: Sequence[Made], life: Life) -> EmbodiedShare:
    """Return what falls to the work by its hours of the life of each device.

    The life is the same for all of them: its interval is applied once, to their sum.
    """
    if not made:
        return EmbodiedShare(None, Method.MISSING, Resources(), (), ())
    shares = [_share_kg(of.embodied_kg.value, of.device_hours, life) for of in made]
    parts = [product(of.embodied_kg, value=kg) for of, kg in zip(made, shares, strict=True)]
    total = _over_life(sum_independent(*parts), life)
    equations = [_equation(of, kg, life) for of, kg in zip(made, shares, strict=True)]
    if len(made) > 1:
        words = " + ".join(f"{of.label} share" for of in made)
        numbers = " + ".join(co2e(exact(kg), units.EXACT_DIGITS) for kg in shares)
        equations.append(Equation("embodied emissions", words, numbers, co2e(total)))
    has_host = any(of.label == "host" for of in made)
    return EmbodiedShare(
        total,
        weakest(of.method for of in made),
        Resources(
            adpe_kg_sb=_resource(made, life, lambda r: r.adpe_kg_sb),
            primary_energy_mj=_resource(made, life, lambda r: r.primary_energy_mj),
        ),
        (
            *(row for of in made for row in of.evidence),
            *(() if has_host else (HOST_UNKNOWN,)),
            *life,
        ),
        tuple(equations),
    )


def _share_kg(of_one: float, device_hours: float, life: Life) -> float:
    """Share of what one device took, in the unit in which that is given."""
    years, use = _amounts(life)
    hours = years.value * units.HOURS_PER_YEAR
    return embodied_share_g(of_one, device_hours, lifetime_hours=hours, lifetime_use=use.value)


def _over_life(total: Range, life: Life) -> Range:
    """Widen a share by what is not known of the life of the hardware."""
    years, use = _amounts(life)
    return product(total, inverse(years), inverse(use), value=total.value)


def _amounts(life: Life) -> tuple[Range, Range]:
    years, use = life.years.amount, life.use.amount
    if years is None or use is None:
        raise ValueError(f"life {life!r} is not known; expected one from find_life")
    return years, use


def _equation(of: Made, share_kg: float, life: Life) -> Equation:
    years, use = _amounts(life)
    unit = {"memory": "GB-hours", "storage": "TB-hours", "host": "host-hours"}
    hours = units.plain(of.device_hours, units.EXACT_DIGITS)
    return Equation(
        f"{of.label} share of making",
        f"embodied x {unit.get(of.label, 'device-hours')} / (lifetime x lifetime use)",
        f"{units.plain(of.embodied_kg.value, units.EXACT_DIGITS)} kg x {hours} h / "
        f"({units.plain(years.value, units.EXACT_DIGITS)} x "
        f"{units.plain(units.HOURS_PER_YEAR, units.EXACT_DIGITS)} h x "
        f"{units.plain(use.value, units.EXACT_DIGITS)})",
        co2e(exact(share_kg), units.EXACT_DIGITS),
    )


def _resource(
    made: Sequence[Made], life: Life, of_device: Callable[[Resources], Range | None]
) -> Range | None:
    known = [(of, amount) for of in made if (amount := of_device(of.resources)) is not None]
    if not known:
        return None
    parts = [
        product(amount, value=_share_kg(amount.value, of.device_hours, life))
        for of, amount in known
    ]
    return _over_life(sum_independent(*parts), life)
