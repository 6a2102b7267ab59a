"""The axes of time and power that all charts of a run share."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.series import Stretch, device_stretches, pieces, time_edges
from wattprint.charts.theme import Size
from wattprint.domain import units
from wattprint.domain.run import RunRecord

COMPONENT_WORDS = {"accelerator": "accelerators", "cpu": "CPU", "memory": "memory"}

_TIME_UNITS = ((3 * 86400.0, 86400.0, "days"), (3 * 3600.0, 3600.0, "h"), (300.0, 60.0, "min"))
"""From how long a run on time is counted in what. [s]"""
_KILOWATTS_FROM_W = 10_000.0


class Scales(NamedTuple):
    """The axes that all charts of a run share."""

    time_unit: str
    seconds: float
    """Seconds of that unit."""
    end_s: float
    edges_s: list[float]

    def x(self, **more: Any) -> dict[str, Any]:
        """Return the encoding of time."""
        scale = {"domain": [0, self.end_s / self.seconds], "nice": False}
        title = f"time since the start [{self.time_unit}]"
        axis = {"title": title, "tickCount": 6, "labelFlush": True}
        return {"field": "t", "type": "quantitative", "scale": scale, "axis": axis, **more}


def scales_of(run: RunRecord, size: Size) -> Scales:
    """Return the axes of a run that has intervals."""
    end_s = max(run.duration_s, run.intervals[-1].end_s)
    return time_scales(end_s, time_edges(run.intervals, size.points))


def time_scales(end_s: float, edges_s: Sequence[float] = ()) -> Scales:
    """Return the axes of a run that ends so long after its start."""
    seconds, unit = next(((s, u) for least, s, u in _TIME_UNITS if end_s >= least), (1.0, "s"))
    return Scales(unit, seconds, end_s, list(edges_s))


def stretches_of(run: RunRecord) -> list[list[Stretch]]:
    """Return the power of each device of a run."""
    return [device_stretches(run.intervals, i) for i in range(len(run.devices))]


def area_rows(
    steps: Sequence[tuple[float, float] | None], scales: Scales, of: str
) -> list[dict[str, Any]]:
    """Return the points of areas: one area between two gaps, stepwise from moment to moment.

    Args:
        steps: Lower and upper bound of each moment; None where there is a gap.
        scales: The axes.
        of: What it is the power of.
    """
    rows = []
    for number, piece in enumerate(pieces(scales.edges_s, steps)):
        values = [*piece.values, piece.values[-1]]
        for at_s, (low, high) in zip(piece.times, values, strict=True):
            at = units.round_significant(at_s / scales.seconds, 6)
            row = {"t": at, "low": units.round_significant(low, 5)}
            rows.append(
                {**row, "high": units.round_significant(high, 5), "of": of}
                | {"piece": f"{of} {number}"}
            )
    return rows


def power_unit(most_w: float) -> tuple[float, str]:
    """Return the unit of a power axis, in watts, and its name."""
    return (units.WATTS_PER_KILOWATT, "kW") if most_w >= _KILOWATTS_FROM_W else (1.0, "W")
