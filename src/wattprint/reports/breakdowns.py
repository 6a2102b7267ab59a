"""A run's figures by section and per unit in words, as every report format shows them."""

from collections.abc import Sequence

from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.footprint import co2e
from wattprint.domain.interval import Range
from wattprint.estimator.per_unit import CpuShare, PerUnit
from wattprint.estimator.sections import SectionFigure, SectionRow, section_rows

NONE = "-"
NO_BREAK = "\u00a0"
SECTION_HEAD = ("section", "energy", "share", "times", "open for", "mean power", "emissions")
PER_UNIT_HEAD = ("per", "energy", "emissions", "counted over")


def section_cells(
    sections: Sequence[SectionFigure], *, indent: str = "  "
) -> list[tuple[str, ...]]:
    """Return a row for each section, under `SECTION_HEAD`; inner ones are indented.

    Args:
        sections: The sections of a run.
        indent: What an inner section's name begins with, once for each section around it.
    """
    return [
        (indent * row.depth + printable(row.label), *_section_figures(row))
        for row in section_rows(sections)
    ]


def _section_figures(row: SectionRow) -> tuple[str, ...]:
    figure = row.figure
    return (
        energy_words(figure.energy_kwh),
        NONE if figure.share is None else percent(figure.share),
        f"{figure.entered:,}" if figure.entered else "",
        units.duration(figure.duration_s),
        NONE if figure.power_w is None else power_words(figure.power_w),
        emission_words(figure.emissions_kg),
    )


def per_unit_cells(figures: Sequence[PerUnit]) -> list[tuple[str, ...]]:
    """Return a row for each unit, under `PER_UNIT_HEAD`."""
    return [
        (
            figure.unit,
            energy_words(figure.energy_kwh),
            emission_words(figure.emissions_kg),
            _counted_over(figure),
        )
        for figure in figures
    ]


def _counted_over(figure: PerUnit) -> str:
    if figure.unit == "step":
        return figure.basis
    number = units.plain(figure.divisor, units.EXACT_DIGITS if figure.unit == "score" else 12)
    return f"{figure.basis}, {'a score of ' if figure.unit == 'score' else ''}{number}" + (
        " samples" if figure.unit == "sample" else ""
    )


def cpu_share_sentence(cpu: CpuShare) -> str:
    """Say how much of a shared machine was the run's."""
    said = f"This run had {percent(cpu.share)} of the CPU time that its machine was busy."
    if cpu.is_energy_of_all:
        said += " The CPU energy is that of the whole machine, other work on it included."
    return said


def energy_words(kwh: Range | None) -> str:
    """Return an energy with its interval: '420 Wh (380-470)'."""
    return NONE if kwh is None else units.energy_range(kwh.as_tuple())


def emission_words(kilograms: Range | None) -> str:
    """Return emissions with their interval: '24 g CO2e (18-31)'."""
    return NONE if kilograms is None else co2e(kilograms)


def power_words(watts: float) -> str:
    """Return a power: '352 W'."""
    if watts >= 10 * units.WATTS_PER_KILOWATT:
        return f"{units.plain(watts / units.WATTS_PER_KILOWATT)} kW"
    return f"{units.plain(watts)} W"


def percent(share: float) -> str:
    """Return a share to a tenth of a hundredth: '86.9 %'."""
    return "< 0.1 %" if 0 < share < 0.0005 else f"{share:.1%}".replace("%", " %")
