"""From the energy of parts and a place to a footprint: the one path for all kinds of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from wattprint.domain import units
from wattprint.domain.coverage import IT_COMPONENTS, coverage
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import Components, Emissions, Energy, Equivalent, Footprint, co2e
from wattprint.domain.formulas.emissions import location_based_emissions_g
from wattprint.domain.formulas.energy import facility_energy_kwh, it_energy_kwh
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import Range, exact, product, sum_independent
from wattprint.estimator.parts import Part
from wattprint.estimator.place import Place
from wattprint.factors.conventions import equivalences
from wattprint.factors.tables import shipped

EQUIVALENCES = ("passenger_car_km_eu", "smartphone_charge", "flight_paris_london_passenger")
"""What emissions are put in terms of: a short way, a trifle, a journey."""


class Account:
    """Adds up the boundaries of a footprint, and keeps the equations as it goes."""

    def __init__(self, place: Place, work: Mapping[str, Any]) -> None:
        self._place = place
        self._work = {name: _plain(said) for name, said in work.items()}
        self._evidence: list[Evidence] = []
        self._equations: list[Equation] = []
        self._methods: dict[str, Method] = {}

    def of_parts(
        self, parts: Sequence[Part], *, supply_efficiency: float | None = None
    ) -> Footprint:
        """Return the footprint of parts whose energy is known one by one.

        Args:
            parts: At most one part a component. Without any there is no energy: it is missing,
                not zero.
            supply_efficiency: Output over input of the power supply; None when not known, and
                then its losses are missing. [ratio]
        """
        by_component = {part.component: part.energy_kwh for part in parts}
        for part in parts:
            self._evidence += part.evidence
            self._equations += part.equations
            self._methods[part.component] = part.method
        if not parts:
            return self._footprint(Energy(), Components())
        it = self._it_energy(by_component, supply_efficiency)
        losses = None
        if supply_efficiency is not None:
            self._given("supply_efficiency", supply_efficiency, "ratio")
            self._methods["supply_losses"] = Method.GIVEN
            losses = product(it, value=it.value * (1 - supply_efficiency))
        components = Components(**by_component, losses=losses)
        return self._footprint(Energy(components.accelerator, it), components)

    def of_it_energy(self, kwh: float, repeats: float) -> Footprint:
        """Return the footprint of energy given at the wall of the IT equipment."""
        self._given("it_energy", kwh, "kWh")
        for component in IT_COMPONENTS:
            self._methods[component] = Method.GIVEN
        return self._footprint(Energy(it=exact(repeated_kwh(kwh, repeats))), Components())

    def of_facility_energy(self, kwh: float, repeats: float) -> Footprint:
        """Return the footprint of energy given at the facility, its overhead included."""
        self._given("facility_energy", kwh, "kWh")
        for component in IT_COMPONENTS:
            self._methods[component] = Method.GIVEN
        self._methods["facility_overhead"] = Method.GIVEN
        pue = self._place.pue.amount
        facility = exact(repeated_kwh(kwh, repeats))
        it = None if pue is None else product(_inverse(pue), value=facility.value / pue.value)
        return self._footprint(Energy(it=it, facility=facility), Components())

    def _given(self, quantity: str, amount: float, unit: str) -> None:
        self._evidence.append(Evidence.given(quantity, exact(amount), unit))

    def _it_energy(self, parts: Mapping[str, Range], supply_efficiency: float | None) -> Range:
        efficiency = 1.0 if supply_efficiency is None else supply_efficiency
        kwh = it_energy_kwh(
            **{f"{component}_kwh": energy.value for component, energy in parts.items()},
            supply_efficiency=efficiency,
        )
        words, numbers = " + ".join(parts), " + ".join(_kwh(energy) for energy in parts.values())
        if supply_efficiency is not None:
            words, numbers = f"({words}) / supply efficiency", f"({numbers}) / {efficiency:g}"
        it = product(sum_independent(*parts.values()), value=kwh)
        self._equation(
            "IT energy", words, numbers, units.energy_range(it.as_tuple(), units.EXACT_DIGITS)
        )
        return it

    def _footprint(self, energy: Energy, components: Components) -> Footprint:
        energy = self._with_facility(energy)
        location = self._charge("location-based", energy, self._place.intensity)
        market = self._charge("market-based", energy, self._place.market)
        return Footprint(
            factor_set=shipped().identity,
            energy_kwh=energy,
            components_kwh=components,
            emissions_kg=Emissions(location_based=location, market_based=market),
            water_l=None,
            coverage=coverage(**self._methods),
            evidence=(*self._evidence, *self._place_evidence()),
            equivalents=() if location is None else equivalents_of(location),
            equations=tuple(self._equations),
            work=self._work,
        )

    def _place_evidence(self) -> tuple[Evidence, ...]:
        """Return the place's figures; a PUE is not missed where overhead is in the energy given."""
        is_needless = self._place.pue.amount is None and "facility_overhead" in self._methods
        return self._place.evidence[1:] if is_needless else self._place.evidence

    def _with_facility(self, energy: Energy) -> Energy:
        pue = self._place.pue.amount
        if pue is None or energy.facility is not None or energy.it is None:
            return energy
        facility = product(energy.it, pue, value=facility_energy_kwh(energy.it.value, pue.value))
        self._methods["facility_overhead"] = self._place.pue.method
        self._equation(
            "facility energy",
            "IT energy x PUE",
            f"{_kwh(energy.it)} x {units.plain(pue.value, units.EXACT_DIGITS)}",
            units.energy_range(facility.as_tuple(), units.EXACT_DIGITS),
        )
        return energy._replace(facility=facility)

    def _charge(self, label: str, energy: Energy, at: Evidence | None) -> Range | None:
        """Charge the widest boundary known: facility energy, else IT energy (and it is said)."""
        charged, name = energy.facility, "facility energy"
        if charged is None:
            charged, name = energy.it, "IT energy"
        if charged is None or at is None or at.amount is None:
            return None
        intensity = at.amount
        # PUE is inside the facility energy already, so it is 1 here.
        grams = location_based_emissions_g([charged.value], [intensity.value], pue=1.0)
        emissions = product(charged, intensity, value=grams / units.GRAMS_PER_KILOGRAM)
        self._equation(
            f"{label} emissions",
            f"{name} x intensity",
            f"{_kwh(charged)} x {units.plain(intensity.value, units.EXACT_DIGITS)} gCO2e/kWh",
            co2e(emissions, units.EXACT_DIGITS),
        )
        return emissions

    def _equation(self, quantity: str, formula: str, numbers: str, result: str) -> None:
        self._equations.append(Equation(quantity, formula, numbers, result))


def _plain(said: Any) -> Any:
    """Return a number of any kind, numpy's included, as JSON has it; all else as it is."""
    is_other_number = hasattr(said, "__float__") and not isinstance(said, (int, float))
    return float(said) if is_other_number else said


def _inverse(factor: Range) -> Range:
    return Range(1 / factor.value, 1 / factor.high, 1 / factor.low)


def _kwh(energy: Range) -> str:
    return units.energy(energy.value, units.EXACT_DIGITS)


def equivalents_of(location_kg: Range) -> tuple[Equivalent, ...]:
    """Return location-based emissions [kgCO2e] in the terms of everyday life."""
    newest = {e.quantity: e for e in reversed(equivalences())}
    return tuple(
        Equivalent(
            quantity,
            product(location_kg, value=location_kg.value / newest[quantity].kg_per_unit),
            newest[quantity].unit,
            newest[quantity].kg_per_unit,
            newest[quantity].source,
            newest[quantity].year,
        )
        for quantity in EQUIVALENCES
    )
