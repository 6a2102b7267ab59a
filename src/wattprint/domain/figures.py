"""The figures of a footprint in words, as every report format shows them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.coverage import CHIP_COMPONENTS
from wattprint.domain.derived import Derived
from wattprint.domain.evidence import Evidence, Method, weakest
from wattprint.domain.footprint import Equivalent, Footprint
from wattprint.domain.interval import Range

_DIGITS = 4
_SMALLEST_EQUIVALENT = 0.01
"""Below a hundredth of a smartphone charge, nobody pictures anything."""


_MARKET = ("market_intensity", "contract_intensity", "residual_mix")
"""Evidence that a market-based figure rests on."""


class Figure(NamedTuple):
    """One row of a report's table."""

    label: str
    value: str
    interval: str
    method: str


def figures(footprint: Footprint) -> list[Figure]:
    """Return the rows of a footprint: components, boundaries, emissions, water.

    Components that are not counted are rows too: missing is said, never left out.
    """
    return [
        *_components(footprint),
        *_boundaries(footprint),
        *_emissions(footprint),
        *_offsets(footprint),
        *_water(footprint),
        *_resources(footprint),
    ]


def _components(footprint: Footprint) -> list[Figure]:
    names = {"losses": ("power supply losses", "supply_losses")}
    rows = []
    for component, amount in footprint.components_kwh._asdict().items():
        label, key = names.get(component, (component, component))
        method = footprint.coverage[key]
        if amount is None and method is not Method.MISSING:
            continue  # it is inside an energy that was given whole
        rows.append(_figure(label, amount, units.energy, method))
    return rows


def _boundaries(footprint: Footprint) -> list[Figure]:
    energy, overhead = footprint.energy_kwh, footprint.coverage["facility_overhead"]
    return [
        *_chips(footprint),
        _figure("IT energy", energy.it, units.energy, footprint.method),
        _figure(
            "facility energy",
            energy.facility,
            units.energy,
            weakest((footprint.method, overhead)),
        ),
    ]


def _chips(footprint: Footprint) -> list[Figure]:
    """Return what software meters would say, where the wall differs from it."""
    energy = footprint.energy_kwh
    if energy.chips in (None, energy.it):
        return []
    method = weakest(footprint.coverage[component] for component in CHIP_COMPONENTS)
    return [_figure("chips alone", energy.chips, units.energy, method)]


def _emissions(footprint: Footprint) -> list[Figure]:
    emissions, coverage = footprint.emissions_kg, footprint.coverage
    intensities = {evidence.quantity: evidence.method for evidence in footprint.evidence}
    energy = (footprint.method, coverage["facility_overhead"])
    missing = Method.MISSING
    return [
        _figure(
            "emissions, location-based",
            _grams(emissions.location_based),
            _co2e,
            weakest((*energy, intensities.get("carbon_intensity", missing))),
        ),
        _figure(
            "emissions, market-based",
            _grams(emissions.market_based),
            _co2e,
            weakest((*energy, *(intensities.get(name, missing) for name in _MARKET))),
        ),
        _figure(
            "emissions, embodied",
            _grams(emissions.embodied),
            _co2e,
            coverage["embodied"],
        ),
    ]


def _offsets(footprint: Footprint) -> list[Figure]:
    """Return what was offset: a line of its own, where somebody said so."""
    if footprint.offsets_kg is None:
        return []
    grams = _grams(footprint.offsets_kg)
    return [_figure("offsets, subtracted from nothing", grams, _co2e, Method.GIVEN)]


def _water(footprint: Footprint) -> list[Figure]:
    """Return water at the site and of the grid; one row where neither is known."""
    water = footprint.water_l
    if water.kind is None:
        return [_figure("water", None, _litres, Method.MISSING)]
    methods = {evidence.quantity: evidence.method for evidence in footprint.evidence}
    missing = Method.MISSING
    energy = (footprint.method, footprint.coverage["facility_overhead"])
    site = weakest((footprint.method, methods.get("site_wue", missing)))
    grid = weakest((*energy, methods.get("grid_water", missing)))
    return [
        _figure(f"water {water.kind}, site", water.site, _litres, site),
        _figure(f"water {water.kind}, grid", water.grid, _litres, grid),
        _figure(f"water {water.kind}, total", water.total, _litres, weakest((site, grid))),
    ]


def _resources(footprint: Footprint) -> list[Figure]:
    """Return what else making the hardware took, where its sources say."""
    resources, method = footprint.resources, footprint.coverage["embodied"]
    rows = (
        ("embodied minerals and metals (ADPe)", resources.adpe_kg_sb, _antimony),
        ("embodied primary energy", resources.primary_energy_mj, _megajoules),
    )
    return [
        _figure(label, amount, said, method) for label, amount, said in rows if amount is not None
    ]


def derived_figures(footprint: Footprint) -> list[tuple[Figure, str]]:
    """Return the figures that were derived from a footprint, each with its note."""
    return [(_derived(derived), derived.note) for derived in footprint.derived]


def all_figures(footprint: Footprint) -> list[Figure]:
    """Return the rows of a footprint and what it leads to, for tables without room for notes."""
    return [*figures(footprint), *(figure for figure, _ in derived_figures(footprint))]


def _derived(derived: Derived) -> Figure:
    label, amount = _label(derived.quantity), derived.amount
    if derived.unit == "kWh":
        return _figure(label, amount, units.energy, derived.method)
    if derived.unit == "kgCO2e":
        return _figure(label, _grams(amount), _co2e, derived.method)
    if derived.unit.startswith("gCO2e"):
        return _figure(label, amount, _co2e, derived.method)
    unit = "" if derived.unit in ("", "ratio") else f" {derived.unit}"
    return _figure(
        label, amount, lambda value, digits: units.plain(value, digits) + unit, derived.method
    )


def _label(quantity: str) -> str:
    named = {
        "sci": "SCI",
        "sci_operational": "SCI, electricity",
        "sci_embodied": "SCI, hardware",
        "ecologits_energy_per_request": "EcoLogits per request",
    }
    return named.get(quantity, quantity.replace("_", " "))


def equivalents_sentence(footprint: Footprint) -> str:
    """Return the location-based emissions in terms of everyday life; empty for a trifle."""
    return everyday_sentence(footprint.equivalents)


def everyday_sentence(equivalents: Iterable[Equivalent]) -> str:
    """Return equivalents of some emissions as a sentence; empty for a trifle."""
    parts = [
        f"{units.plain(e.amount.value)} {_EVERYDAY.get(e.quantity, e.unit)} ({e.source} {e.year})"
        for e in equivalents
        if e.amount.value >= _SMALLEST_EQUIVALENT
    ]
    return "As much as " + " or ".join(parts) + "." if parts else ""


_EVERYDAY = {
    "passenger_car_km_eu": "km in a European passenger car",
    "smartphone_charge": "smartphone charges",
    "flight_paris_london_passenger": "flights from Paris to London",
}


def source_words(evidence: Evidence) -> str:
    """Return source and year: 'owid_ember_2026, 2024'."""
    return evidence.source + (f", {evidence.year}" if evidence.year else "")


def amount_words(evidence: Evidence) -> str:
    """Return the figure with its unit and interval: '41.44 gCO2e/kWh (21.3-64.6)'."""
    amount = evidence.amount
    if amount is None:
        return "not given"
    value = units.plain(amount.value, units.EXACT_DIGITS)
    spread = "" if amount.is_exact else f" ({units.plain(amount.low)}-{units.plain(amount.high)})"
    return f"{value}{'' if evidence.unit == 'ratio' else ' ' + evidence.unit}{spread}"


def _figure(
    label: str, amount: Range | None, written: Callable[[float, int], str], method: Method
) -> Figure:
    if amount is None:
        return Figure(label, "-", "", Method.MISSING.value)
    digits = units.EXACT_DIGITS if amount.is_exact else _DIGITS
    interval = "exact"
    if not amount.is_exact:
        interval = f"{written(amount.low, 3)} to {written(amount.high, 3)}"
    return Figure(label, written(amount.value, digits), interval, method.value)


def _grams(kilograms: Range | None) -> Range | None:
    if kilograms is None:
        return None
    return Range(*(kg * units.GRAMS_PER_KILOGRAM for kg in kilograms.as_tuple()))


def _co2e(grams: float, digits: int) -> str:
    return f"{units.mass(grams, digits)} CO2e"


def _antimony(kilograms: float, digits: int) -> str:
    return f"{units.mass(kilograms * units.GRAMS_PER_KILOGRAM, digits)} Sb eq"


def _megajoules(megajoules: float, digits: int) -> str:
    return f"{units.plain(megajoules, digits)} MJ"


def _litres(litres: float, digits: int) -> str:
    return f"{units.plain(litres, digits)} L"
