"""What making an accelerator takes, from its die, its memory and its power: for most of them
nobody publishes a figure."""

from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Method
from wattprint.domain.formulas.embodied import logic_die_kg
from wattprint.domain.interval import Range, exact, product
from wattprint.factors.accelerators import Accelerator
from wattprint.factors.conventions import convention
from wattprint.factors.embodied import LogicNode, embodied

SQUARE_MM_PER_SQUARE_CM = 100.0
UNKNOWN_NODE_NM = 7.0
"""In the middle of the nodes of ACT; the bounds are then those of all."""


class BottomUp(NamedTuple):
    """Emissions of making one accelerator, added up from its parts."""

    embodied_kg: Range
    method: Method
    note: str


def bottom_up(part: Accelerator) -> BottomUp:
    """Add up die, memory, and board with cooling.

    The bounds are those of all parts at once: a source that counts much of one counts much of all.
    """
    area, area_words = _die_area_mm2(part)
    node, dearest, cheapest = _nodes(part)
    fab, good = convention("fab_carbon_intensity").amount, convention("die_yield").amount
    gases = (node.gases_low_kg_per_cm2 + node.gases_high_kg_per_cm2) / 2
    die_kg = Range(
        _die_kg(area.value, node, fab.value, gases, good.value),
        _die_kg(area.low, cheapest, fab.low, cheapest.gases_low_kg_per_cm2, good.high),
        _die_kg(area.high, dearest, fab.high, dearest.gases_high_kg_per_cm2, good.low),
    )
    memory, memory_words = _memory(part)
    power, power_words = _power_w(part)
    board = convention("board_and_cooling_embodied").amount
    board_kg = Range(power.value * board.value, power.low * board.low, power.high * board.high)
    whole = [die_kg, board_kg] if memory is None else [die_kg, memory, board_kg]
    is_known = None not in (part.die_mm2, part.process_nm, part.tdp_w, part.memory_gb)
    return BottomUp(
        Range(*(sum(bounds) for bounds in zip(*(p.as_tuple() for p in whole), strict=True))),
        Method.MODELLED if is_known else Method.ASSUMED,
        f"bottom-up: die {units.plain(die_kg.value)} kg ({area_words}, node {_node_words(part)}), "
        f"{memory_words}, board and cooling {units.plain(board_kg.value)} kg ({power_words})",
    )


def _die_kg(area_mm2: float, node: LogicNode, fab: float, gases: float, good: float) -> float:
    return logic_die_kg(
        area_mm2 / SQUARE_MM_PER_SQUARE_CM,
        fab_kwh_per_cm2=node.fab_kwh_per_cm2,
        fab_g_per_kwh=fab,
        gases_kg_per_cm2=gases,
        materials_kg_per_cm2=node.materials_kg_per_cm2,
        die_yield=good,
    )


def _nodes(part: Accelerator) -> tuple[LogicNode, LogicNode, LogicNode]:
    """Return the node taken, and the ones that take most and least if it is not known."""
    if part.process_nm is not None:
        node = embodied().node(part.process_nm)
        return node, node, node
    newest, *_, oldest = embodied().nodes
    return embodied().node(UNKNOWN_NODE_NM), newest, oldest


def _node_words(part: Accelerator) -> str:
    return "not published" if part.process_nm is None else f"{part.process_nm:g} nm"


def _die_area_mm2(part: Accelerator) -> tuple[Range, str]:
    if part.die_mm2 is not None:
        return exact(part.die_mm2), f"{part.die_mm2:g} mm2"
    if part.tdp_w is not None:
        area = product(convention("die_area_per_power").amount, exact(part.tdp_w))
        return area, f"{units.plain(area.value)} mm2 by its power"
    area = convention("die_area_unknown").amount
    return area, f"{area.value:g} mm2, as others have"


def _memory(part: Accelerator) -> tuple[Range | None, str]:
    if not part.memory_gb or part.memory_type == "SRAM":
        return None, "no memory beside the die"
    kind = "hbm" if part.memory_type.startswith("HBM") else "gddr"
    per_gb = convention(f"{kind}_memory_embodied").amount
    memory = product(per_gb, exact(part.memory_gb))
    return memory, f"memory {units.plain(memory.value)} kg ({part.memory_gb:g} GB)"


def _power_w(part: Accelerator) -> tuple[Range, str]:
    if part.tdp_w is not None:
        return exact(part.tdp_w), f"{part.tdp_w:g} W"
    power = convention("accelerator_tdp_unknown").amount
    return power, f"{power.value:g} W, as others have"
