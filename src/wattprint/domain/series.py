"""Carbon intensity over time: half-open UTC intervals, one kind and one basis to a series."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.integral import Integral

KINDS = ("average", "marginal")
BASES = ("lifecycle", "direct")
SCOPES = ("generation", "consumption", "delivered")
"""What the intensity is a mean of: what a zone generates, what it uses with imports, and that
with the losses of its lines."""
STATES = ("actual", "estimated", "forecast", "typical", "filled")
"""`filled` intervals stand in a gap of the series, by the rule that the series names."""

LARGEST_G_PER_KWH = 10_000.0
"""Ten times what the dirtiest plants emit: beyond it kg were taken for g."""


class IntensityInterval(NamedTuple):
    """Mean intensity over [start_s, end_s)."""

    start_s: float
    """Start, seconds since 1970-01-01T00:00Z. [s]"""
    end_s: float
    """End, not included. [s]"""
    carbon_intensity_g_per_kwh: float
    state: str = "actual"
    """One of `STATES`."""
    low_g_per_kwh: float | None = None
    """Lower bound of the 90 % interval; None where the source states none. [gCO2e/kWh]"""
    high_g_per_kwh: float | None = None
    """Upper bound. [gCO2e/kWh]"""


class EnergyInterval(NamedTuple):
    """Energy used evenly over [start_s, end_s)."""

    start_s: float
    end_s: float
    energy_kwh: float


class Filling(NamedTuple):
    """How gaps of a series were filled."""

    rule: str
    filled_s: float
    """Time that the rule filled. [s]"""


class Charge(NamedTuple):
    """Emissions of energy at the intensity of its own intervals."""

    energy_kwh: float
    covered_kwh: float
    """The part of the energy whose intensity the series knows. [kWh]"""
    emissions_g: float
    """Emissions of the covered part. [gCO2e]"""
    low_g: float | None
    """Lower bound of the emissions; None where the series states no bounds. [gCO2e]"""
    high_g: float | None

    @property
    def coverage(self) -> float:
        """Share of the energy that is covered; 1 for no energy [0 to 1]."""
        return self.covered_kwh / self.energy_kwh if self.energy_kwh else 1.0


class IntensitySeries:
    """Intensity of one zone, of one kind (average or marginal) and one basis.

    Intervals may have any step and may leave gaps; they may not overlap.

    Args:
        zone: Grid zone.
        intervals: In any order.
        kind: `average` or `marginal`; never mixed within a series.
        basis: `lifecycle` or `direct`.
        scope: `generation`, `consumption` or `delivered`; None where the source does not say.
        provider: Who says so.
        issued_at_s: When a forecast was made. [s since 1970, UTC]
        fetched_at_s: When it was asked for; services revise what they said. [s since 1970, UTC]
        filling: How its gaps were filled; None if they were not.
        notes: What a reader should know of these figures.

    Raises:
        InputError: No interval, one that ends before it starts, two that overlap, a negative or
            non-finite intensity, an unknown kind, basis, scope or state.
    """

    def __init__(
        self,
        zone: str,
        intervals: Iterable[IntensityInterval],
        *,
        kind: str,
        basis: str,
        scope: str | None = None,
        provider: str = "",
        issued_at_s: float | None = None,
        fetched_at_s: float | None = None,
        filling: Filling | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.zone = zone
        self.kind = one_of("kind", kind, KINDS)
        self.basis = one_of("basis", basis, BASES)
        self.scope = None if scope is None else one_of("scope", scope, SCOPES)
        self.provider = provider
        self.issued_at_s = issued_at_s
        self.fetched_at_s = fetched_at_s
        self.filling = filling
        self.notes = tuple(notes)
        self.intervals = tuple(sorted(intervals))
        _check(self.intervals)
        self._starts_s = [interval.start_s for interval in self.intervals]
        self._integrals: dict[int, Integral] = {}

    def __iter__(self) -> Iterator[IntensityInterval]:
        return iter(self.intervals)

    def __len__(self) -> int:
        return len(self.intervals)

    def __repr__(self) -> str:
        return (
            f"<IntensitySeries {self.zone}, {self.kind}, {self.basis}, by {self.provider or '?'}: "
            f"{len(self)} intervals from {self.start_s!r} to {self.end_s!r}>"
        )

    @property
    def start_s(self) -> float:
        """Start of the first interval [s since 1970, UTC]."""
        return self.intervals[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last interval [s since 1970, UTC]."""
        return self.intervals[-1].end_s

    @property
    def has_bounds(self) -> bool:
        """Whether every interval states its 90 % interval."""
        return all(
            i.low_g_per_kwh is not None and i.high_g_per_kwh is not None for i in self.intervals
        )

    def described(self) -> dict[str, Any]:
        """Return what a series says of itself, as keywords of another one like it."""
        return {
            "kind": self.kind,
            "basis": self.basis,
            "scope": self.scope,
            "provider": self.provider,
            "issued_at_s": self.issued_at_s,
            "fetched_at_s": self.fetched_at_s,
            "filling": self.filling,
            "notes": self.notes,
        }

    def at(self, moment_s: float) -> IntensityInterval:
        """Return the interval that holds a moment.

        Raises:
            InputError: The series knows nothing of that moment.
        """
        index = bisect_right(self._starts_s, moment_s) - 1
        if index >= 0 and moment_s < (found := self.intervals[index]).end_s:
            return found
        raise self._outside(moment_s, moment_s)

    def coverage(self, start_s: float, end_s: float) -> float:
        """Return the share of [start_s, end_s) whose intensity is known [0 to 1]."""
        _require_time(start_s, end_s)
        return min(1.0, self._known().between(start_s, end_s) / (end_s - start_s))

    def mean_over(self, start_s: float, end_s: float) -> float:
        """Return the time-weighted mean over all of [start_s, end_s) [gCO2e/kWh].

        Raises:
            InputError: An empty window, or one of which the series does not know all.
        """
        mean, share = self.mean_and_share(start_s, end_s)
        if share < 1 - _SAME_TIME / (end_s - start_s):
            raise self._outside(start_s, end_s)
        return mean

    def mean_and_share(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Mean intensity over the part of [start_s, end_s) that the series covers.

        Args:
            start_s: Start. [s since 1970, UTC]
            end_s: End, not included. [s since 1970, UTC]

        Returns:
            Time-weighted mean [gCO2e/kWh], and the share of the window it rests on [0 to 1].

        Raises:
            InputError: An empty window, or one that the series does not touch.
        """
        _require_time(start_s, end_s)
        covered_s = self._known().between(start_s, end_s)
        if covered_s <= 0:
            raise self._outside(start_s, end_s)
        weighted = self._integral(_VALUE).between(start_s, end_s)
        return weighted / covered_s, min(1.0, covered_s / (end_s - start_s))

    def charge(self, energy: Iterable[EnergyInterval], *, partly: bool = False) -> Charge:
        """Charge energy at the intensity of the time in which it was used.

        Args:
            energy: Energy over half-open intervals, evenly used within each.
            partly: Whether energy at a time that the series does not know is left out and told by
                the coverage, instead of refused.

        Returns:
            sum over intervals of energy x (C(end) - C(start)) / (end - start), where C(t) is the
            integral of the intensity up to t. Cutting an interval in two changes nothing.

        Raises:
            InputError: An interval of no time, energy that is negative, or a time that the series
                does not know.

        Source:
            GHG Protocol Scope 2 Guidance (2015), ch. 6: the factor of the time of use.
        """
        from math import fsum

        totals: list[float] = []
        covered: list[float] = []
        columns = (_VALUE, _LOW, _HIGH) if self.has_bounds else (_VALUE,)
        grams: list[list[float]] = [[] for _ in columns]
        known, integrals = self._known(), [self._integral(column) for column in columns]
        for start_s, end_s, energy_kwh in energy:
            _require_time(start_s, end_s)
            number("energy_kwh", energy_kwh)
            length_s = end_s - start_s
            covered_s = known.between(start_s, end_s)
            if not partly and covered_s < length_s - _SAME_TIME:
                raise self._outside(start_s, end_s)
            totals.append(energy_kwh)
            covered.append(energy_kwh * min(1.0, covered_s / length_s))
            for parts, integral in zip(grams, integrals, strict=True):
                parts.append(energy_kwh * integral.between(start_s, end_s) / length_s)
        sums = [fsum(parts) for parts in grams]
        low_g, high_g = (sums[1], sums[2]) if self.has_bounds else (None, None)
        return Charge(fsum(totals), fsum(covered), sums[0], low_g, high_g)

    def touching(self, start_s: float, end_s: float) -> "IntensitySeries":
        """Return the intervals that touch [start_s, end_s), each of them whole.

        Raises:
            InputError: An empty window, or one that the series does not touch.
        """
        _require_time(start_s, end_s)
        first = max(0, bisect_right(self._starts_s, start_s) - 1)
        last = bisect_left(self._starts_s, end_s)
        parts = [i for i in self.intervals[first:last] if i.end_s > start_s]
        if not parts:
            raise self._outside(start_s, end_s)
        return IntensitySeries(self.zone, parts, **self.described())

    def within(self, start_s: float, end_s: float) -> "IntensitySeries":
        """Return the part of the series that lies in [start_s, end_s), cut at its edges.

        Raises:
            InputError: An empty window, or one that the series does not touch.
        """
        parts = (
            i._replace(start_s=max(i.start_s, start_s), end_s=min(i.end_s, end_s))
            for i in self.touching(start_s, end_s)
        )
        return IntensitySeries(self.zone, parts, **self.described())

    def gaps(self, start_s: float, end_s: float) -> list[tuple[float, float]]:
        """Return the parts of [start_s, end_s) that the series does not know, in their order."""
        _require_time(start_s, end_s)
        edges = [start_s]
        for interval in self.intervals:
            if interval.end_s > start_s and interval.start_s < end_s:
                edges += [max(interval.start_s, start_s), min(interval.end_s, end_s)]
        edges.append(end_s)
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(before, after) for before, after in pairs if after > before]

    def _integral(self, column: int) -> Integral:
        """Return the integral of a column of the intervals, which is added up when first used."""
        if column not in self._integrals:
            rows = ((i.start_s, i.end_s, float(i[column])) for i in self.intervals)  # type: ignore[arg-type]
            self._integrals[column] = Integral(rows)
        return self._integrals[column]

    def _known(self) -> Integral:
        if _KNOWN not in self._integrals:
            self._integrals[_KNOWN] = Integral((i.start_s, i.end_s, 1.0) for i in self.intervals)
        return self._integrals[_KNOWN]

    def _outside(self, start_s: float, end_s: float) -> InputError:
        window = f"moment {start_s!r}" if start_s == end_s else f"window {start_s!r} to {end_s!r}"
        share = 0.0 if start_s == end_s else self.coverage(start_s, end_s)
        lacks = "has no intensity" if share == 0 else f"has intensity for only {share:.1%}"
        return InputError(
            f"{window} {lacks} for {self.zone}",
            f"this series holds intervals from {self.start_s!r} to {self.end_s!r}; "
            "a gap is filled only by a rule that is asked for",
        )


_VALUE, _LOW, _HIGH = (
    IntensityInterval._fields.index(name)
    for name in ("carbon_intensity_g_per_kwh", "low_g_per_kwh", "high_g_per_kwh")
)
_KNOWN = -1
_SAME_TIME = 1e-5
"""Times closer than this are the same: a double tells seconds since 1970 apart to 2e-7. [s]"""


def joined(first: IntensitySeries, *others: IntensitySeries) -> IntensitySeries:
    """Return several series of one zone, kind and basis as one.

    Raises:
        ContradictionError: They are not of one zone, kind, basis and scope.
        InputError: They overlap.
    """
    for other in others:
        for name in ("zone", "kind", "basis", "scope"):
            mine, theirs = getattr(first, name), getattr(other, name)
            if mine != theirs:
                raise ContradictionError(
                    f"series of {name} {mine!r} and {theirs!r} are to be joined",
                    f"expected one {name}: intensities of two are never mixed",
                )
    intervals = [interval for series in (first, *others) for interval in series]
    notes = dict.fromkeys(note for series in (first, *others) for note in series.notes)
    described = first.described() | {"notes": tuple(notes)}
    return IntensitySeries(first.zone, intervals, **described)


def _require_time(start_s: float, end_s: float) -> None:
    if not start_s < end_s:
        raise InputError(f"window {start_s!r} to {end_s!r} is empty", "expected start < end")


def _check(intervals: tuple[IntensityInterval, ...]) -> None:
    if not intervals:
        raise InputError("the series is empty", "expected at least one interval")
    for interval in intervals:
        start_s, end_s, intensity, state, low, high = interval
        if not (type(intensity) is float and 0 <= intensity <= LARGEST_G_PER_KWH):
            number("carbon_intensity_g_per_kwh", intensity, at_most=LARGEST_G_PER_KWH)
        if state not in STATES:
            one_of("state", state, STATES)
        if not -_LATEST_S < start_s < end_s < _LATEST_S:
            raise InputError(f"interval {interval} is empty", "expected start_s < end_s")
        if (low is not None or high is not None) and not _is_ordered(low, intensity, high):
            raise InputError(f"interval {interval} has bounds", "expected low <= value <= high")
    for before, after in pairwise(intervals):
        if after.start_s < before.end_s:
            raise InputError(
                f"intervals from {before.start_s!r} and {after.start_s!r} overlap",
                "expected each moment at most once",
            )


_LATEST_S = 253_402_300_800.0
"""Start of the year 10000, beyond which no date can be written. [s since 1970]"""


def _is_ordered(low: float | None, value: float, high: float | None) -> bool:
    return low is not None and high is not None and 0 <= low <= value <= high < float("inf")
