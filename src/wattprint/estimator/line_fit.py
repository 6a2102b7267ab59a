"""A line through readings of wall power over chip power, and how well it is known.

    wall power = slope x chip power + intercept
    slope = 1 / efficiency, intercept = static watts / efficiency

A reading errs by the steps of the meter's display, which are known, and by a scatter in proportion
to its power, which is not. For every scatter the line is a weighted least squares; the posterior
is their mixture, weighted by how likely each scatter makes the readings, and cut to what physics
allows: an efficiency above 0.5 and up to 1, and no negative static power. It is a fixed grid of
lines, so that the same readings always give the same figures.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import ceil, exp, fsum, hypot, log, pi, sqrt, tan
from statistics import NormalDist, median
from typing import NamedTuple

LEAST_SLOPE, MOST_SLOPE = 1.0, 2.0
"""Efficiency 1 and 0.5. The worst supply of the 80 PLUS programme has 0.80 at 20 % load; converters
on the board take another tenth, and a small load more."""

_SCATTERS, _STEPS = 24, 11
_MOST_COMPARED = 80
"""Readings through which lines are tried: 3,160 pairs."""
_NEGLIGIBLE = 1e-3
_TINY_W = 1e-3
"""A milliwatt, for a static power of nothing: a range begins above 0. [W]"""


class Point(NamedTuple):
    """A reading as power."""

    chip_w: float
    wall_w: float
    step_sd_w: float
    """Standard deviation of the error that the steps of the meter's display make. [W]"""


class Line(NamedTuple):
    """Wall power over chip power."""

    slope: float
    intercept_w: float

    def at(self, chip_w: float) -> float:
        """Wall power at a chip power [W]."""
        return self.slope * chip_w + self.intercept_w


class Node(NamedTuple):
    """One line of the posterior, and its weight."""

    line: Line
    scatter: float
    weight: float


class Posterior(NamedTuple):
    """Lines that the readings allow."""

    nodes: Sequence[Node]
    mean_chip_w: float
    """Chip power at which the wall power is known best. [W]"""
    allowed_share: float
    """Share of the posterior that physics allows, before the rest was cut off. [0 to 1]"""

    def quantiles(self, quantity: Callable[[Node], float]) -> tuple[float, float, float]:
        """Return median, 5 % and 95 % quantile of a quantity."""
        ranked = sorted((quantity(node), node.weight) for node in self.nodes)
        total = fsum(weight for _, weight in ranked)
        return tuple(_quantile(ranked, share * total) for share in (0.5, 0.05, 0.95))  # type: ignore[return-value]

    def mean(self, quantity: Callable[[Node], float]) -> float:
        """Return the mean of a quantity."""
        total = fsum(node.weight for node in self.nodes)
        return fsum(quantity(node) * node.weight for node in self.nodes) / total


def efficiency(node: Node) -> float:
    """Efficiency of the power supply [ratio]."""
    return 1 / node.line.slope


def static_w(node: Node) -> float:
    """Power of all that is no chip [W]."""
    return max(node.line.intercept_w / node.line.slope, _TINY_W)


def robust_line(points: Sequence[Point], usual_scatter: float) -> Line:
    """Return the line with the least median of distances, of those through two readings each.

    Up to half of the readings may be wrong without moving it.

    Args:
        points: Readings.
        usual_scatter: Scatter against which a distance is measured. [ratio]

    Source:
        Rousseeuw (1984), Least median of squares regression, doi:10.1080/01621459.1984.10477105.
    """
    by_chips = sorted(points)
    stride = ceil(len(by_chips) / _MOST_COMPARED)
    compared = by_chips[::stride]
    return min(
        (_through(*pair) for pair in combinations(compared, 2)),
        key=lambda line: median(abs(distance(point, line, usual_scatter)) for point in compared),
    )


def _through(one: Point, other: Point) -> Line:
    """Return the line through the middle of two readings, as steep as physics allows."""
    run_w = other.chip_w - one.chip_w
    slope = (other.wall_w - one.wall_w) / run_w if run_w else LEAST_SLOPE
    slope = min(max(slope, LEAST_SLOPE), MOST_SLOPE)
    middle_w = (one.wall_w + other.wall_w - slope * (one.chip_w + other.chip_w)) / 2
    return Line(slope, max(0.0, middle_w))


def distance(point: Point, line: Line, scatter: float) -> float:
    """Distance of a reading from a line in standard deviations, above it positive."""
    return (point.wall_w - line.at(point.chip_w)) / _deviation_w(point, line, scatter)


def _deviation_w(point: Point, line: Line, scatter: float) -> float:
    return hypot(point.step_sd_w, scatter * max(line.at(point.chip_w), _TINY_W))


def posterior(points: Sequence[Point], near: Line, usual_scatter: float) -> Posterior:
    """Return the lines that readings allow.

    Args:
        points: Three readings or more, of which two differ in chip power.
        near: A line near them, at which the scatter is taken in proportion.
        usual_scatter: Scale of the half-Cauchy prior of the scatter. [ratio]

    Source:
        Gelman (2006), Prior distributions for variance parameters, doi:10.1214/06-BA117A.
    """
    shares = [(i + 0.5) / _SCATTERS for i in range(_SCATTERS)]
    fits = [_weighted(points, near, usual_scatter * tan(pi / 2 * share)) for share in shares]
    likeliest = max(fit.log_likelihood for fit in fits)
    weights = [exp(fit.log_likelihood - likeliest) for fit in fits]
    weighed = [pair for pair in zip(fits, weights, strict=True) if pair[1] > _NEGLIGIBLE]
    total = fsum(weight for _, weight in weighed)
    nodes = [node for fit, weight in weighed for node in _nodes(fit, weight / total)]
    allowed = [node for node in nodes if _is_allowed(node.line)]
    return Posterior(
        allowed,
        fsum(fit.mean_chip_w * weight for fit, weight in weighed) / total,
        fsum(node.weight for node in allowed) / fsum(node.weight for node in nodes),
    )


class _Fit(NamedTuple):
    """Weighted least squares at one scatter: slope and mean are uncorrelated."""

    scatter: float
    slope: float
    slope_sd: float
    mean_chip_w: float
    mean_wall_w: float
    mean_sd_w: float
    log_likelihood: float


def _weighted(points: Sequence[Point], near: Line, scatter: float) -> _Fit:
    variances = [_deviation_w(point, near, scatter) ** 2 for point in points]
    weights = [1 / variance for variance in variances]
    total = fsum(weights)
    mean_chip_w = fsum(w * p.chip_w for w, p in zip(weights, points, strict=True)) / total
    mean_wall_w = fsum(w * p.wall_w for w, p in zip(weights, points, strict=True)) / total
    spread = fsum(w * (p.chip_w - mean_chip_w) ** 2 for w, p in zip(weights, points, strict=True))
    common = fsum(
        w * (p.chip_w - mean_chip_w) * (p.wall_w - mean_wall_w)
        for w, p in zip(weights, points, strict=True)
    )
    slope = common / spread
    rest = fsum(
        w * (p.wall_w - mean_wall_w - slope * (p.chip_w - mean_chip_w)) ** 2
        for w, p in zip(weights, points, strict=True)
    )
    log_likelihood = -(fsum(map(log, variances)) + log(total) + log(spread) + rest) / 2
    return _Fit(
        scatter, slope, 1 / sqrt(spread), mean_chip_w, mean_wall_w, 1 / sqrt(total), log_likelihood
    )


_DEVIATIONS = tuple(NormalDist().inv_cdf((i + 0.5) / _STEPS) for i in range(_STEPS))
"""Places of equal probability in a normal distribution. [standard deviations]"""


def _nodes(fit: _Fit, weight: float) -> list[Node]:
    """Return lines that stand for a fit and its uncertainty.

    The prior is even in efficiency, and so falls as the square of the slope.
    """
    found = []
    for steeper in _DEVIATIONS:
        slope = fit.slope + steeper * fit.slope_sd
        for higher in _DEVIATIONS:
            mean_w = fit.mean_wall_w + higher * fit.mean_sd_w
            line = Line(slope, mean_w - slope * fit.mean_chip_w)
            found.append(Node(line, fit.scatter, weight / max(slope, 0.1) ** 2))
    return found


def _is_allowed(line: Line) -> bool:
    return LEAST_SLOPE <= line.slope < MOST_SLOPE and line.intercept_w >= 0


def _quantile(ranked: Sequence[tuple[float, float]], weight: float) -> float:
    """Return the value up to which the weights add up, each spread around its value's place."""
    below, previous = 0.0, ranked[0]
    for amount, its_weight in ranked:
        middle = below + its_weight / 2
        if middle >= weight:
            before = below - previous[1] / 2
            share = (weight - before) / (middle - before) if middle > before else 1.0
            return previous[0] + (amount - previous[0]) * min(max(share, 0.0), 1.0)
        below, previous = below + its_weight, (amount, its_weight)
    return ranked[-1][0]
