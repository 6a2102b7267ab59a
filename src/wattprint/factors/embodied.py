"""What sources say of making devices, and what making a chip takes by its process node."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from wattprint.domain.interval import Range
from wattprint.factors.tables import UNVERIFIED, Row, optional_float, shipped


class Published(NamedTuple):
    """What one source says of making one device."""

    embodied_kg: float
    low_kg: float
    high_kg: float
    """Equal to the figure where the source gives no bounds. [kgCO2e]"""
    adpe_kg_sb: float | None
    primary_energy_mj: float | None
    is_by_maker: bool
    boundary: str
    note: str
    source: str
    year: int
    verified: bool

    @property
    def words(self) -> str:
        """The figure with its cause: '318 kg, chien_2023, 2023 (an eighth of an instance)'.

        One that is not verified has a star, which `cause_words` explains.
        """
        star = "" if self.verified else "*"
        said = f"{self.embodied_kg:g} kg{star}, {self.source}, {self.year}"
        return f"{said} ({self.boundary}; {self.note})"


class LogicNode(NamedTuple):
    """What a square centimetre of wafer takes at one process node."""

    nanometres: float
    fab_kwh_per_cm2: float
    gases_low_kg_per_cm2: float
    """With 99 % of the gases destroyed."""
    gases_high_kg_per_cm2: float
    """With 95 % of them destroyed."""
    materials_kg_per_cm2: float
    source: str
    year: int


class EmbodiedTable:
    """Look-up of published figures of devices, and of process nodes."""

    def __init__(self, devices: Iterable[Row], components: Iterable[Row]) -> None:
        self._published: dict[tuple[str, str], list[Published]] = {}
        for row in devices:
            self._published.setdefault((row["kind"], row["name"]), []).append(_published(row))
        dies = [row for row in components if row["component"] == "logic_die"]
        self.nodes = tuple(sorted(_nodes(dies)))

    def of_family(self, family: str) -> tuple[Published, ...]:
        """Return what is published of the accelerators of a family; nothing for most."""
        return tuple(self._published.get(("accelerator", family), ()))

    def of_segment(self, segment: str) -> tuple[Published, ...]:
        """Return the figures that stand for any GPU of a segment of the market."""
        return tuple(self._published.get(("segment", segment), ()))

    def of_host(self, host_class: str) -> tuple[Published, ...]:
        """Return what is published of machines of a class."""
        return tuple(self._published[("host", host_class)])

    def of_delivery(self, host_class: str) -> tuple[Published, ...]:
        """Return what is published of bringing such a machine and of its end of life, if it is."""
        return tuple(self._published.get(("host_delivery", host_class), ()))

    def node(self, nanometres: float) -> LogicNode:
        """Return the process node closest to one; of two as close, the older."""
        return min(self.nodes, key=lambda n: (abs(n.nanometres - nanometres), -n.nanometres))


def cause_words(published: Sequence[Published]) -> str:
    """Return all figures with their causes, and what a star among them means."""
    words = "; ".join(figure.words for figure in published)
    return words if all(p.verified for p in published) else f"{words}; * {UNVERIFIED}"


def range_of(published: Iterable[Published]) -> Range:
    """Return what sources say together: the makers' median if there is one, else the median.

    The bounds are the least and the most that any of them says: the sources differ in what they
    count, so their spread is what is not known.
    """
    figures = tuple(published)
    by_makers = [p.embodied_kg for p in figures if p.is_by_maker]
    value = median(by_makers or [p.embodied_kg for p in figures])
    return Range(value, min(p.low_kg for p in figures), max(p.high_kg for p in figures))


def _published(row: Row) -> Published:
    embodied_kg = float(row["embodied_kg"])
    return Published(
        embodied_kg=embodied_kg,
        low_kg=optional_float(row["low_kg"]) or embodied_kg,
        high_kg=optional_float(row["high_kg"]) or embodied_kg,
        adpe_kg_sb=optional_float(row["adpe_kg_sb"]),
        primary_energy_mj=optional_float(row["primary_energy_mj"]),
        is_by_maker=row["by_maker"] == "yes",
        boundary=row["boundary"],
        note=row["note"],
        source=row["source"],
        year=int(row["year"]),
        verified=row["verified"] == "yes",
    )


def _nodes(dies: Iterable[Row]) -> Iterable[LogicNode]:
    """Yield the nodes of ACT, whose rows are named '7nm fab electricity' and the like."""
    said: dict[str, dict[str, Row]] = {}
    for row in dies:
        node, _, what = row["model"].partition("nm ")
        said.setdefault(node, {})[what] = row
    for node, of in said.items():
        electricity = of["fab electricity"]
        yield LogicNode(
            nanometres=float(node),
            fab_kwh_per_cm2=float(electricity["unit"].rpartition(": ")[2]),
            gases_low_kg_per_cm2=float(of["direct fab gases, 99 % abatement"]["gwp_kg_co2e"]),
            gases_high_kg_per_cm2=float(of["direct fab gases, 95 % abatement"]["gwp_kg_co2e"]),
            materials_kg_per_cm2=float(of["raw materials"]["gwp_kg_co2e"]),
            source=electricity["source"],
            year=int(electricity["year"]),
        )


@lru_cache(maxsize=1)
def embodied() -> EmbodiedTable:
    """Return the embodied figures of the shipped factor set."""
    tables = shipped()
    return EmbodiedTable(
        tables.rows("embodied_devices"), tables.rows("embodied", holding=["logic_die,"])
    )
