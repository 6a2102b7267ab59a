"""From the energy of parts and a place to a footprint: the one path for all kinds of work."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.coverage import CHIP_COMPONENTS, NODE_COMPONENTS, coverage
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import (
    Components,
    Emissions,
    Energy,
    Equivalent,
    Footprint,
    co2e,
)
from wattprint.domain.formulas.emissions import location_based_emissions_g
from wattprint.domain.formulas.energy import facility_energy_kwh, it_energy_kwh
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import (
    Range,
    exact,
    inverse,
    product,
    sum_independent,
    sum_shared,
)
from wattprint.estimator.embodied import Life, embodied_share, find_life
from wattprint.estimator.hardware import Made
from wattprint.estimator.market import market_based
from wattprint.estimator.offsets import Offsets
from wattprint.estimator.parts import Part
from wattprint.estimator.place import Place
from wattprint.estimator.reckoning import Reckoning
from wattprint.estimator.water import used_water
from wattprint.factors.conventions import equivalences
from wattprint.factors.tables import shipped

EQUIVALENCES = ("passenger_car_km_eu", "smartphone_charge", "flight_paris_london_passenger")
"""What emissions are put in terms of: a short way, a trifle, a journey."""
LEAST_LOST = 1e-3
"""Of the usual losses: no supply loses less than a thousandth of what such supplies do."""


class Beside(NamedTuple):
    """What is accounted for beside the energy of the machine."""

    outside: tuple[Part, ...] = ()
    """Storage and network: IT energy that no supply of the machine passes on."""
    made: tuple[Made, ...] = ()
    """Hardware whose making is charged; none where it is not known."""
    life: Life | None = None
    """Of that hardware; None takes the conventions."""
    offsets: Offsets | None = None
    not_made: tuple[Evidence, ...] = ()
    """Hardware of which nothing is known, as missing evidence."""


NOTHING_BESIDE = Beside()


class Account:
    """Adds up the boundaries of a footprint, and keeps the equations as it goes."""

    def __init__(
        self,
        place: Place,
        work: Mapping[str, Any],
        beside: Beside = NOTHING_BESIDE,
        reckoned: Reckoning | None = None,
    ) -> None:
        self._place = place
        self._beside = beside
        self._work = {name: _plain(said) for name, said in work.items()}
        self._reckoned = Reckoning() if reckoned is None else reckoned
        self._evidence: list[Evidence] = list(self._reckoned.evidence)
        self._equations: list[Equation] = list(self._reckoned.equations)
        self._methods: dict[str, Method] = {}

    def of_parts(
        self,
        parts: Sequence[Part],
        *,
        supply: Evidence | None = None,
        wall: Range | None = None,
    ) -> Footprint:
        """Return the footprint of parts whose energy is known one by one.

        Args:
            parts: At most one part a component. Without any there is no energy: it is missing,
                not zero.
            supply: Efficiency of the power supply, output over input; None when not known, and
                then its losses are missing.
            wall: Energy at the wall with the interval of a calibration; None adds up the parts'.
        """
        by_component = self._taken(parts)
        if not parts:
            return self._footprint(Energy(), Components())
        it, losses = self._it_energy(by_component, supply, wall)
        seen = [by_component[part] for part in CHIP_COMPONENTS if part in by_component]
        chips = _within(self._sum(seen), it) if seen else None
        inside = {component: _within(energy, it) for component, energy in by_component.items()}
        components = Components(**inside, losses=losses)
        return self._of_node(Energy(components.accelerator, chips, it), components)

    def of_chip_energy(
        self,
        kwh: float,
        repeats: float,
        static: Part | None,
        *,
        supply: Evidence | None,
        wall: Range | None = None,
    ) -> Footprint:
        """Return the footprint of energy given for all chips, as software meters add it up.

        Args:
            kwh: Energy of accelerators, CPUs and memory of one run. [kWh]
            repeats: Runs made.
            static: Static part of the machine around them, if it is known.
            supply: Efficiency of its power supply, if it is known.
            wall: Energy at the wall with the interval of a calibration.
        """
        self._given("chip_energy", kwh, "kWh")
        for component in CHIP_COMPONENTS:
            self._methods[component] = Method.GIVEN
        of_static = self._taken(() if static is None else (static,))
        chips = exact(repeated_kwh(kwh, repeats))
        it, losses = self._it_energy({"chips": chips, **of_static}, supply, wall)
        return self._of_node(Energy(chips=chips, it=it), Components(**of_static, losses=losses))

    def of_it_energy(self, kwh: float, repeats: float) -> Footprint:
        """Return the footprint of energy given at the wall of the IT equipment."""
        self._given("it_energy", kwh, "kWh")
        for component in NODE_COMPONENTS:
            self._methods[component] = Method.GIVEN
        it = product(self._reckoned.spread, value=repeated_kwh(kwh, repeats))
        return self._of_node(Energy(it=it), Components())

    def of_facility_energy(self, kwh: float, repeats: float) -> Footprint:
        """Return the footprint of energy given at the facility, its overhead included."""
        self._given("facility_energy", kwh, "kWh")
        for component in NODE_COMPONENTS:
            self._methods[component] = Method.GIVEN
        self._methods["facility_overhead"] = Method.GIVEN
        pue = self._place.pue.amount
        spread = self._reckoned.spread
        facility = product(spread, value=repeated_kwh(kwh, repeats))
        it = None
        if pue is not None:
            it = product(spread, inverse(pue), value=facility.value / pue.value)
        return self._footprint(Energy(it=it, facility=facility), Components())

    def _taken(self, parts: Sequence[Part]) -> dict[str, Range]:
        """Keep the reasons of parts, and return their energy by component."""
        for part in parts:
            self._evidence += part.evidence
            self._equations += part.equations
            self._methods[part.component] = part.method
        return {part.component: part.energy_kwh for part in parts}

    def _of_node(self, energy: Energy, components: Components) -> Footprint:
        """Add what is outside the machine to its energy at the wall."""
        outside = self._taken(self._beside.outside)
        if not outside or energy.it is None:
            return self._footprint(energy, components)
        it = sum_independent(energy.it, *outside.values())
        self._equation(
            "IT energy with what is outside the machine",
            " + ".join(["machine", *outside]),
            " + ".join(_kwh(part) for part in (energy.it, *outside.values())),
            units.energy_range(it.as_tuple(), units.EXACT_DIGITS),
        )
        return self._footprint(energy._replace(it=it), components._replace(**outside))

    def _given(self, quantity: str, amount: float, unit: str) -> None:
        self._evidence.append(Evidence.given(quantity, exact(amount), unit))

    def _it_energy(
        self, parts: Mapping[str, Range], supply: Evidence | None, wall: Range | None
    ) -> tuple[Range, Range | None]:
        """Return the energy at the wall, and of it what the supply loses; None if not known."""
        words, numbers = " + ".join(parts), " + ".join(_kwh(energy) for energy in parts.values())
        delivered = self._sum(parts.values())
        it, losses = delivered, None
        if supply is not None and (efficiency := supply.amount) is not None:
            self._evidence.append(supply)
            self._methods["supply_losses"] = supply.method
            kwh = it_energy_kwh(
                **{f"{part}_kwh": energy.value for part, energy in parts.items()},
                supply_efficiency=efficiency.value,
            )
            it = product(delivered, inverse(efficiency), value=kwh)
            if wall is not None:
                it = Range(kwh, min(wall.low, kwh), max(wall.high, kwh))
            lost = _lost_share(efficiency)
            losses = product(delivered, lost, value=it.value * (1 - efficiency.value))
            words = f"({words}) / supply efficiency"
            numbers = f"({numbers}) / {units.plain(efficiency.value, units.EXACT_DIGITS)}"
        self._equation(
            "IT energy", words, numbers, units.energy_range(it.as_tuple(), units.EXACT_DIGITS)
        )
        return it, losses

    def _sum(self, parts: Collection[Range]) -> Range:
        """Add up parts; hours or repeats that are off are so for all: it does not average out."""
        is_shared = not self._reckoned.spread.is_exact
        return sum_shared(parts) if is_shared else sum_independent(*parts)

    def _footprint(self, energy: Energy, components: Components) -> Footprint:
        energy = self._with_facility(energy)
        location = self._charge("location-based", energy, self._place.intensity)
        market = self._market(energy)
        share = embodied_share(self._beside.made, self._beside.life or find_life())
        water = used_water(self._place.water, energy.it, energy.facility)
        made_kg = None
        if share.embodied_kg is not None:
            made_kg = product(share.embodied_kg, self._reckoned.spread)
        self._methods.update(embodied=share.method, water=water.method)
        self._equations += (*share.equations, *water.equations)
        offsets = self._beside.offsets
        return Footprint(
            factor_set=shipped().identity,
            energy_kwh=energy,
            components_kwh=components,
            emissions_kg=Emissions(location, market, made_kg),
            water_l=water.water_l,
            coverage=coverage(**self._methods),
            evidence=(
                *self._evidence,
                *self._place_evidence(),
                *share.evidence,
                *self._beside.not_made,
                *(() if offsets is None else (offsets.evidence,)),
            ),
            equivalents=() if location is None else equivalents_of(location),
            equations=tuple(self._equations),
            work=self._work,
            resources=share.resources,
            offsets_kg=None if offsets is None else offsets.offsets_kg,
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
        charged, name = _widest(energy)
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

    def _market(self, energy: Energy) -> Range | None:
        """Charge by contracts where there are any, else at the one intensity of the supply."""
        charged, name = _widest(energy)
        contracted = None if charged is None else market_based(self._place.supply, charged, name)
        if contracted is None:
            return self._charge("market-based", energy, self._place.supply.whole)
        emissions, equations = contracted
        self._equations += equations
        return emissions

    def _equation(self, quantity: str, formula: str, numbers: str, result: str) -> None:
        self._equations.append(Equation(quantity, formula, numbers, result))


def _plain(said: Any) -> Any:
    """Return a number of any kind, numpy's included, as JSON has it; all else as it is."""
    is_other_number = hasattr(said, "__float__") and not isinstance(said, (int, float))
    return float(said) if is_other_number else said


def _within(part: Range, whole: Range) -> Range:
    """Return a part with no more than the whole, which a calibration may know better."""
    return Range(part.value, part.low, min(part.high, max(whole.high, part.value)))


def _lost_share(efficiency: Range) -> Range:
    """Return what is lost over what is delivered; a supply without any losses has no width."""
    lost = [1 / e - 1 for e in (efficiency.value, efficiency.high, efficiency.low)]
    if lost[0] == 0:
        return exact(0.0)
    return Range(lost[0], max(lost[1], lost[0] * LEAST_LOST), lost[2])


def _widest(energy: Energy) -> tuple[Range | None, str]:
    """Return the widest boundary known, and its name."""
    if energy.facility is not None:
        return energy.facility, "facility energy"
    return energy.it, "IT energy"


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
