"""Places: countries, states and grid zones, their yearly intensity and generation mix."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import (
    AmbiguousNameError,
    InputError,
    UnknownNameError,
    nearest_names,
)
from wattprint.domain.series import BASES
from wattprint.factors.tables import Row, nearest_year, optional_float, shipped

LOW_CARBON = ("nuclear", "hydro", "wind", "solar", "bioenergy", "other_renewables")
"""Generation that emits little at the plant; bioenergy by convention of the source (OWID)."""
FOSSIL = ("coal", "gas", "oil")


class Zone(NamedTuple):
    """A grid area: a country, a state or province, or a zone of its own."""

    zone: str
    iso3: str
    name: str
    kind: str
    country: str
    """ISO 3166-1 alpha-2 of the country it lies in; empty for the world."""
    aliases: tuple[str, ...]


class YearlyIntensity(NamedTuple):
    """Mean intensity of a zone over a year."""

    zone: str
    year: int
    carbon_intensity_g_per_kwh: float
    basis: str
    scope: str
    """`generation`, `consumption` or `delivered` (losses included)."""
    source: str
    is_default: bool
    verified: bool


class GenerationMix(NamedTuple):
    """Shares of a zone's yearly generation by source; None where the source states none."""

    zone: str
    year: int
    share: dict[str, float]
    source: str

    @property
    def main_source(self) -> str:
        """Name of the source with the largest share."""
        return max(self.share, key=lambda name: self.share[name])

    @property
    def low_carbon_share(self) -> float:
        """Share that burns no fossil fuel [0 to 1]."""
        return sum(self.share.get(name, 0.0) for name in LOW_CARBON)


class ZoneTable:
    """Look-up of zones by code or English name."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.entries = tuple(_zone(row) for row in rows)
        self._by_code = {zone.zone.casefold(): zone for zone in self.entries}
        self._by_code.update((z.iso3.casefold(), z) for z in self.entries if z.iso3)
        self._by_name: dict[str, list[Zone]] = {}
        for zone in self.entries:
            for name in {zone.name.casefold(), *(alias.casefold() for alias in zone.aliases)}:
                self._by_name.setdefault(name, []).append(zone)

    def find(self, text: str) -> Zone:
        """Return the zone with this code (ISO-2, ISO-3, 'US-CA', 'US-CAL-CISO') or English name.

        Raises:
            AmbiguousNameError: A name that several zones carry, such as Georgia.
            UnknownNameError: No such zone; `nearest` holds the closest codes or names.
        """
        asked = text.strip().casefold()
        if (by_code := self._by_code.get(asked)) is not None:
            return by_code
        named = self._by_name.get(asked, [])
        if len(named) == 1:
            return named[0]
        if named:
            raise AmbiguousNameError(
                f"zone {text!r} is the name of {len(named)} zones",
                "expected one code: "
                + ", ".join(f"{zone.zone} ({zone.kind.replace('_', ' ')})" for zone in named),
                [zone.zone for zone in named],
            )
        raise UnknownNameError(
            f"zone {text!r} is unknown",
            "zones look like 'DE', 'DEU', 'Germany', 'US-CA' or 'US-CAL-CISO'",
            self._nearest(text),
        )

    def _nearest(self, text: str) -> tuple[str, ...]:
        # A short word is a mistyped code, a long one a mistyped name.
        if len(text) <= 3 or "-" in text:
            return nearest_names(text, (zone.zone for zone in self.entries))
        close = nearest_names(text, (zone.name for zone in self.entries))
        return close or nearest_names(text, (zone.zone for zone in self.entries))


class IntensityTable:
    """Yearly intensity by zone."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_zone: dict[str, list[Row]] = {}
        self._read: dict[str, tuple[YearlyIntensity, ...]] = {}
        for row in rows:
            self._by_zone.setdefault(row["zone"], []).append(row)

    def of(self, zone: str) -> tuple[YearlyIntensity, ...]:
        """Return every figure known for a zone, of all years, bases and sources."""
        if zone not in self._by_zone:
            return ()
        if zone not in self._read:
            self._read[zone] = tuple(map(_intensity, self._by_zone[zone]))
        return self._read[zone]

    def find(
        self,
        zones: Sequence[str],
        *,
        year: int | None = None,
        basis: str | None = None,
        source: str | None = None,
    ) -> YearlyIntensity:
        """Return the intensity of the year asked for, else of the nearest year.

        Args:
            zones: Zone codes that stand for the place, the preferred one first.
            year: Year; None takes the newest.
            basis: `lifecycle` or `direct`; None takes life cycle where the place has it in any
                year, so that no series of years mixes the two.
            source: Key of a source, to choose a vintage; None takes the default of each year.

        Raises:
            InputError: No figure for these zones on this basis or from this source.
        """
        known = [figure for zone in zones for figure in self.of(zone)]
        for wanted_basis in (basis,) if basis else BASES:
            fitting = [
                figure
                for figure in known
                if figure.basis == wanted_basis and source in (None, figure.source)
            ]
            if fitting:
                return _of_nearest_year(fitting, zones, year)
        raise _no_intensity(zones, known, basis, source)


def _of_nearest_year(
    fitting: Sequence[YearlyIntensity], zones: Sequence[str], year: int | None
) -> YearlyIntensity:
    years = [figure.year for figure in fitting]
    wanted = max(years) if year is None else nearest_year(years, year)
    of_year = [figure for figure in fitting if figure.year == wanted]
    return min(of_year, key=lambda figure: (zones.index(figure.zone), not figure.is_default))


def _no_intensity(
    zones: Sequence[str],
    known: Sequence[YearlyIntensity],
    basis: str | None,
    source: str | None,
) -> InputError:
    asked = " and ".join(
        text for text in (basis and f"on a {basis} basis", source and f"from {source!r}") if text
    )
    has = sorted({f"{figure.basis} from {figure.source}" for figure in known})
    return InputError(
        f"zone {zones[0]!r} has no yearly intensity{' ' + asked if asked else ''}",
        "it has " + ", ".join(has) if has else "give --intensity, or a zone that contains it",
    )


class MixTable:
    """Yearly generation mix by zone."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_zone: dict[str, list[Row]] = {}
        for row in rows:
            self._by_zone.setdefault(row["zone"], []).append(row)

    def find(self, zone: str, year: int | None = None) -> GenerationMix | None:
        """Return the mix of the year asked for, else of the nearest; None if none is known."""
        rows = self._by_zone.get(zone)
        if not rows:
            return None
        years = [int(row["year"]) for row in rows]
        wanted = max(years) if year is None else nearest_year(years, year)
        return mix_of_row(next(row for row in rows if int(row["year"]) == wanted))


def _zone(row: Row) -> Zone:
    aliases = tuple(alias for alias in row["aliases"].split("|") if alias)
    return Zone(row["zone"], row["iso3"], row["name"], row["kind"], row["country"], aliases)


def _intensity(row: Row) -> YearlyIntensity:
    return YearlyIntensity(
        zone=row["zone"],
        year=int(row["year"]),
        carbon_intensity_g_per_kwh=float(row["g_co2e_per_kwh"]),
        basis=row["basis"],
        scope=row["scope"],
        source=row["source"],
        is_default=row["is_default"] == "1",
        verified=row["verified"] == "yes",
    )


def mix_of_row(row: Row) -> GenerationMix:
    """Return the generation mix that a row of its table states."""
    shares = {name: optional_float(row[name]) for name in (*FOSSIL, *LOW_CARBON)}
    stated = {name: share for name, share in shares.items() if share is not None}
    return GenerationMix(row["zone"], int(row["year"]), stated, row["source"])


@lru_cache(maxsize=1)
def zones() -> ZoneTable:
    """Return the zones of the shipped factor set."""
    return ZoneTable(shipped().rows("zones"))


@lru_cache(maxsize=1)
def all_intensities() -> IntensityTable:
    """Return the yearly intensities of all zones; whoever asks keeps them, for the next ones."""
    return IntensityTable(shipped().rows("intensity_yearly"))


@lru_cache(maxsize=1)
def all_mixes() -> MixTable:
    """Return the generation mixes of all zones; whoever asks keeps them, for the next ones."""
    return MixTable(shipped().rows("generation_mix"))


def intensities(*of_zones: str) -> IntensityTable:
    """Return the yearly intensities of some zones of the shipped factor set."""
    if all_intensities.cache_info().currsize:
        return all_intensities()
    return IntensityTable(_rows_of("intensity_yearly", of_zones))


def mixes(*of_zones: str) -> MixTable:
    """Return the generation mixes of some zones of the shipped factor set."""
    if all_mixes.cache_info().currsize:
        return all_mixes()
    return MixTable(_rows_of("generation_mix", of_zones))


def _rows_of(table: str, of_zones: Sequence[str]) -> list[Row]:
    """Read the rows of a few zones: a tenth of the time that all twelve thousand take."""
    return [
        row for zone in of_zones for row in shipped().rows(table, holding=[f"{zone},".casefold()])
    ]
