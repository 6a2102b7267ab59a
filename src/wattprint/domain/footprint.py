"""`wattprint.footprint/1`: the answer, with its boundaries, coverage and evidence."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.coverage import IT_COMPONENTS, coverage, missing
from wattprint.domain.derived import Derived
from wattprint.domain.errors import RecordError
from wattprint.domain.evidence import Equation, Evidence, Method, weakest
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import Range

SCHEMA = "wattprint.footprint/1"
WATER_KINDS = ("consumption", "withdrawal")
"""Evaporated or otherwise gone from the basin; taken in, most of it returned."""


class Energy(NamedTuple):
    """Energy at each boundary, from the inside out; None where it is not known [kWh]."""

    accelerator: Range | None = None
    chips: Range | None = None
    """Accelerators, CPUs and memory, as far as they are counted: what software meters see."""
    it: Range | None = None
    """IT equipment at the wall."""
    facility: Range | None = None


class Components(NamedTuple):
    """Energy of the parts of the IT equipment; None where it is not counted [kWh]."""

    accelerator: Range | None = None
    cpu: Range | None = None
    memory: Range | None = None
    static: Range | None = None
    losses: Range | None = None
    storage: Range | None = None
    """Outside the machine: no loss of its power supply is in it."""
    network: Range | None = None
    """Outside the machine, like storage."""


class Emissions(NamedTuple):
    """Emissions, never netted against each other; None where they are not known [kgCO2e]."""

    location_based: Range | None = None
    market_based: Range | None = None
    embodied: Range | None = None


class Resources(NamedTuple):
    """What else making the hardware took, as far as its sources say; None where they do not."""

    adpe_kg_sb: Range | None = None
    """Depletion of minerals and metals (ADPe). [kg antimony equivalent]"""
    primary_energy_mj: Range | None = None
    """[MJ]"""


class Water(NamedTuple):
    """Water of one kind; None where it is not known [L]."""

    kind: str | None = None
    """One of `WATER_KINDS`: the two are never added; None where no water is known."""
    site: Range | None = None
    """Of the data centre's cooling."""
    grid: Range | None = None
    """Of making the electricity."""
    total: Range | None = None
    """Of both; None while one of them is missing."""


class Equivalent(NamedTuple):
    """The location-based emissions in the terms of everyday life."""

    quantity: str
    amount: Range
    unit: str
    kg_per_unit: float
    source: str
    year: int


class Footprint(NamedTuple):
    """Energy, emissions and water of some work, and why each figure is what it is."""

    factor_set: Mapping[str, str]
    """Version and SHA-256 of the tables that were used."""
    energy_kwh: Energy
    components_kwh: Components
    emissions_kg: Emissions
    water_l: Water
    coverage: Mapping[str, Method]
    evidence: tuple[Evidence, ...]
    equivalents: tuple[Equivalent, ...] = ()
    equations: tuple[Equation, ...] = ()
    work: Mapping[str, Any] = {}
    """The description this footprint answers, as it was given."""
    resources: Resources = Resources()
    """Of making the hardware, beside its emissions."""
    offsets_kg: Range | None = None
    """Offsets as stated: recorded, and subtracted from nothing. [kgCO2e]"""
    derived: tuple[Derived, ...] = ()
    """What it comes to per request, per run or over a life, where that was asked for."""
    hours: ChargedHours | None = None
    """The intensities that the energy was charged at; None where that was the year's mean."""

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str | None:
        from wattprint.domain.display import fenced, footprint_html  # only notebooks ask

        return fenced(lambda: footprint_html(self))

    @property
    def method(self) -> Method:
        """The weakest method among the counted parts of the IT energy: what it rests on."""
        return weakest(self.coverage[component] for component in IT_COMPONENTS)

    @property
    def best_energy_kwh(self) -> Range | None:
        """Energy at the widest boundary that is known: facility, IT, chips or accelerators."""
        energy = self.energy_kwh
        return energy.facility or energy.it or energy.chips or energy.accelerator

    def summary(self) -> str:
        """Return the line that a person can quote.

        '460.8 kWh, 161.28 kg CO2e, modelled; missing: cpu, memory, ...'
        """
        parts = []
        if self.best_energy_kwh is not None:
            parts.append(units.energy_range(self.best_energy_kwh.as_tuple()))
        parts += self._emission_words()
        parts.append(self.method.value)
        words = {"facility_overhead": "cooling", "supply_losses": "supply losses"}
        uncounted = ", ".join(words.get(name, name) for name in missing(self.coverage))
        return ", ".join(parts) + (f"; missing: {uncounted}" if uncounted else "")

    def _emission_words(self) -> list[str]:
        location, market = self.emissions_kg.location_based, self.emissions_kg.market_based
        words = [] if location is None else [co2e(location)]
        if market is not None:
            words.append(f"{co2e(market)} market-based")
        return words

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.footprint/1`."""
        return {
            "schema": SCHEMA,
            "factor_set": dict(self.factor_set),
            "work": dict(self.work),
            "energy_kwh": _figures(self.energy_kwh._asdict()),
            "components_kwh": _figures(self.components_kwh._asdict()),
            "emissions_kg": _figures(self.emissions_kg._asdict()),
            "offsets_kg": None if self.offsets_kg is None else self.offsets_kg.as_dict(),
            "resources": _figures(self.resources._asdict()),
            "water_l": _water_dict(self.water_l),
            "coverage": {name: method.value for name, method in self.coverage.items()},
            "evidence": [evidence.as_dict() for evidence in self.evidence],
            "equivalents": [_equivalent_dict(equivalent) for equivalent in self.equivalents],
            "equations": [equation._asdict() for equation in self.equations],
            "derived": [figure.as_dict() for figure in self.derived],
            **({} if self.hours is None else {"hours": self.hours.as_dict()}),
            "summary": self.summary(),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Footprint":
        """Read the JSON form back.

        Raises:
            RecordError: Not a `wattprint.footprint/1`, or a part of it is missing or malformed.
        """
        schema = record.get("schema") if isinstance(record, Mapping) else None
        if schema != SCHEMA:
            raise RecordError(f"schema is {schema!r}; expected {SCHEMA!r}.")
        try:
            return cls(
                factor_set=dict(record["factor_set"]),
                energy_kwh=Energy(**_ranges(record["energy_kwh"])),
                components_kwh=Components(**_ranges(record["components_kwh"])),
                emissions_kg=Emissions(**_ranges(record["emissions_kg"])),
                water_l=_water(record["water_l"]),
                coverage=coverage(**{k: Method(word) for k, word in record["coverage"].items()}),
                evidence=tuple(_evidence(row) for row in record["evidence"]),
                equivalents=tuple(_equivalent(row) for row in record["equivalents"]),
                equations=tuple(Equation(**row) for row in record["equations"]),
                work=dict(record["work"]),
                # Added to the format after its first records were written.
                resources=Resources(**_ranges(record.get("resources", {}))),
                offsets_kg=_range(record.get("offsets_kg")),
                # Footprints written before there were such figures have none.
                derived=tuple(Derived.from_dict(row) for row in record.get("derived", ())),
                hours=_hours(record.get("hours")),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{SCHEMA} record is malformed: {error!r}.") from error


def co2e(kilograms: Range, digits: int = 3) -> str:
    """Write emissions in kgCO2e and their interval: '24 g CO2e (18-31)'."""
    value, low, high = (kg * units.GRAMS_PER_KILOGRAM for kg in kilograms.as_tuple())
    return units.mass_range((value, low, high), digits)


def _hours(part: Mapping[str, Any] | None) -> ChargedHours | None:
    return None if part is None else ChargedHours.from_dict(part)


def _figures(ranges: Mapping[str, Range | None]) -> dict[str, dict[str, float] | None]:
    return {name: None if r is None else r.as_dict() for name, r in ranges.items()}


def _range(figure: Mapping[str, float] | None) -> Range | None:
    return None if figure is None else Range(figure["value"], figure["low"], figure["high"])


def _ranges(figures: Mapping[str, Mapping[str, float] | None]) -> dict[str, Range | None]:
    return {name: _range(figure) for name, figure in figures.items()}


def _water_dict(water: Water) -> dict[str, Any]:
    amounts = water._asdict()
    return {"kind": amounts.pop("kind"), **_figures(amounts)}


def _water(record: Mapping[str, Any] | None) -> Water:
    if record is None:  # as the first records of this format have it
        return Water()
    amounts = {**record}
    kind = amounts.pop("kind")
    if kind not in (None, *WATER_KINDS):
        raise ValueError(f"water of kind {kind!r}")
    return Water(kind, **_ranges(amounts))


def _evidence(row: Mapping[str, Any]) -> Evidence:
    amount = None if row["value"] is None else Range(row["value"], row["low"], row["high"])
    method = Method(row["method"])
    return Evidence(
        row["quantity"], amount, row["unit"], method, row["source"], row["year"], row["note"]
    )


def _equivalent_dict(equivalent: Equivalent) -> dict[str, Any]:
    return {
        "quantity": equivalent.quantity,
        **equivalent.amount.as_dict(),
        "unit": equivalent.unit,
        "kg_per_unit": equivalent.kg_per_unit,
        "source": equivalent.source,
        "year": equivalent.year,
    }


def _equivalent(row: Mapping[str, Any]) -> Equivalent:
    return Equivalent(
        row["quantity"],
        Range(row["value"], row["low"], row["high"]),
        row["unit"],
        row["kg_per_unit"],
        row["source"],
        row["year"],
    )
