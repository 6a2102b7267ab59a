"""The intensity and PUE that a methodology takes for a job: its own vintage, where it ships."""

from collections.abc import Sequence
from functools import lru_cache

from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import exact
from wattprint.estimator.market import INTENSITY_UNIT
from wattprint.estimator.methodologies.job import Job
from wattprint.factors.tables import Row, nearest_year, shipped
from wattprint.factors.zones import IntensityTable, YearlyIntensity, intensities


def vintage(job: Job, zones: Sequence[str], sources: Sequence[str], year: int) -> Evidence | None:
    """Return the intensity of a job's place by the sources that a method uses.

    Args:
        job: The job. An intensity that it states is taken as stated.
        zones: Zones that stand for its place in that method, the preferred one first.
        sources: Keys of the method's sources, the preferred one first.
        year: Year that the method's tables speak of.

    Returns:
        The figure, or ours where the method's sources have none for the place, and it is said;
        None without a place.
    """
    ours = job.our("carbon_intensity")
    if ours is None or ours.amount is None:
        return None
    if ours.method is Method.GIVEN:
        return ours
    table = _intensities(tuple(zones))
    for source in sources:
        for zone in zones:
            fitting = [figure for figure in table.of(zone) if figure.source == source]
            if fitting:
                return _of_year(fitting, year)
    note = f"the method's own figure for this place does not ship; ours stands in ({ours.note})"
    return ours._replace(amount=exact(ours.amount.value), note=note)


@lru_cache(maxsize=8)
def _intensities(of_zones: tuple[str, ...]) -> IntensityTable:
    """Read a place's figures once: every method asks for them."""
    return intensities(*of_zones)


@lru_cache(maxsize=1)
def _pue_rows() -> tuple[Row, ...]:
    return tuple(shipped().rows("pue"))


def _of_year(fitting: Sequence[YearlyIntensity], year: int) -> Evidence:
    wanted = nearest_year([figure.year for figure in fitting], year)
    figure = next(figure for figure in fitting if figure.year == wanted)
    return Evidence(
        "carbon_intensity",
        exact(figure.carbon_intensity_g_per_kwh),
        INTENSITY_UNIT,
        Method.MODELLED,
        figure.source,
        figure.year,
        f"{figure.zone}: mean of {figure.year}, {figure.basis}, {figure.scope}",
    )


def default_pue(job: Job, source: str, *, otherwise: str | None = None) -> Evidence | None:
    """Return the PUE of a job: as given, else what a calculator takes for its provider.

    Args:
        job: The job.
        source: Key of the calculator's source.
        otherwise: Provider whose row stands for all others, if the calculator has one.

    Returns:
        The figure; None where the calculator has none.
    """
    if job.pue is not None:
        return Evidence.given("pue", exact(job.pue), "ratio")
    wanted = (None if job.region is None else job.region.provider, otherwise)
    rows = [row for row in _pue_rows() if row["source"] == source]
    for provider in wanted:
        for row in rows:
            if row["provider"] == provider:
                return Evidence(
                    "pue",
                    exact(float(row["pue"])),
                    "ratio",
                    Method.ASSUMED,
                    source,
                    int(row["year"]),
                    f"{provider}: {row['scope']}",
                )
    return None


def value_of(figure: Evidence | None) -> float | None:
    """Return the value of a figure that may be missing."""
    return None if figure is None or figure.amount is None else figure.amount.value
