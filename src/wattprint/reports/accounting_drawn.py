"""The charts of a cluster's page, each drawn in two widths."""

from collections.abc import Mapping, Sequence

from wattprint.accounting.summary import AccountReport, RollUp, Sums
from wattprint.charts.bars import Bar, bar_chart
from wattprint.charts.pareto import fewest_with, pareto_chart
from wattprint.charts.periods import Period, period_chart
from wattprint.charts.render import svg
from wattprint.charts.stacked import Stack, stacked_chart
from wattprint.charts.theme import (
    ALARM,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SIZES,
    SKY,
    VERMILION,
    Ink,
)
from wattprint.domain import units
from wattprint.domain.interval import exact
from wattprint.reports.breakdowns import percent
from wattprint.reports.consumers import (
    Line,
    Measure,
    energy_words,
    label_of,
    line_of,
    range_of,
)
from wattprint.reports.drawn import Drawn, drawn
from wattprint.reports.savings import Saving

MOST_BARS = 10
"""Consumers in a chart; the table below has more."""
FEWEST_FOR_SHARES = 10
"""Consumers from which on it tells something how unlike they are."""

UNLIKE_BELOW = 0.35
"""Share of consumers that have half of all; if it takes more, the curve is all but straight."""

PART_WORDS = {
    "accelerator": "accelerators",
    "cpu": "CPU",
    "memory": "memory",
    "static": "rest of machines",
    "metered": "metered machines",
    "losses": "supply losses",
    "overhead": "cooling",
}
_PART_INKS: Mapping[str, Ink] = {
    "accelerators": BLUE,
    "CPU": ORANGE,
    "memory": GREEN,
    "rest of machines": GREY,
    "metered machines": VERMILION,
    "supply losses": PURPLE,
    "cooling": SKY,
}


def parts_of(sums: Sums) -> dict[str, float]:
    """Return what facility energy is made of, by the words for it [kWh]."""
    overhead = max(0.0, sums.facility_kwh.value - sums.it_kwh.value)
    parts = {**sums.parts_kwh, "overhead": overhead}
    return {PART_WORDS[name]: kwh for name, kwh in parts.items() if kwh > 0}


def parts_chart(total: Sums) -> list[Drawn]:
    """Return the parts of all energy as bars."""
    parts = parts_of(total)
    whole = total.facility_kwh.value
    bars = [
        Bar(name, f"{units.energy(kwh)} · {percent(kwh / whole)}", exact(kwh), _PART_INKS[name])
        for name, kwh in sorted(parts.items(), key=lambda item: -item[1])
    ]
    return _bars("parts", "What the energy of all jobs was used by", bars)


def hardware_chart(roll_up: RollUp, total: Sums) -> list[Drawn]:
    """Return the energy of partitions, each cut into its parts."""
    ranked = sorted(roll_up.rows, key=lambda row: -row.sums.facility_kwh.value)
    stacks = [
        Stack(
            label_of(row.labels),
            _with_share(energy_words(row.sums.facility_kwh), row.sums, total),
            parts_of(row.sums),
        )
        for row in ranked[:MOST_BARS]
        if row.sums.facility_kwh.value > 0
    ]
    if not stacks:
        return []
    title = f"Energy by {roll_up.by[0]}, cut into its parts. The table below has the figures."
    name = f"stack-{'-'.join(roll_up.by)}"
    caption = "Parts of each bar stand in the order of the legend."
    chart = drawn(name, title, lambda size: stacked_chart(stacks, _PART_INKS, size), caption)
    return [chart]


def _with_share(said: str, sums: Sums, total: Sums) -> str:
    whole = total.facility_kwh.value
    return f"{said} · {percent(sums.facility_kwh.value / whole)}" if whole else said


def consumers_chart(name: str, what: str, lines: Sequence[Line], measure: Measure) -> list[Drawn]:
    """Return the largest of some consumers as bars.

    Args:
        name: Name of the chart, unique in its page.
        what: What they are: "user".
        lines: All of them, the largest first.
        measure: By what they are compared.
    """
    shown = [line for line in lines[:MOST_BARS] if measure.of(line).value > 0]
    bars = [
        Bar(
            line.label,
            f"{measure.said(measure.of(line))} · {measure.share(line)}",
            range_of(measure.of(line)),
            BLUE,
        )
        for line in shown
    ]
    caption = f"The {len(shown)} largest of {len(lines):,}." if len(lines) > len(shown) else ""
    title = f"{measure.name.capitalize()} by {what}, with the 90 % interval"
    return _bars(name, title, bars, caption)


def shares_chart(
    name: str, who: str, lines: Sequence[Line], measure: Measure
) -> tuple[list[Drawn], str]:
    """Return how much the largest consumers have together, and a sentence that says it."""
    amounts = [measure.of(line).value for line in lines]
    if len(lines) < FEWEST_FOR_SHARES or not sum(amounts):
        return [], ""
    half, most = fewest_with(amounts, 0.5), fewest_with(amounts, 0.8)
    ranked = sorted(amounts, reverse=True)
    shares = [percent(sum(ranked[:number]) / sum(ranked)) for number in (half, most)]
    sentence = (
        f"{half:,} of {len(lines):,} {who} caused {shares[0]} of the {measure.name}, "
        f"{most:,} caused {shares[1]}."
    )
    if half > UNLIKE_BELOW * len(lines):
        return [], sentence
    specs = {
        size: pareto_chart(amounts, who=who, what=f"share of {measure.name}", size=size)
        for size in SIZES
    }
    known = {size: spec for size, spec in specs.items() if spec is not None}
    svgs = tuple(svg(spec, name=name, title=sentence, size=size) for size, spec in known.items())
    return [Drawn(svgs)], sentence


def times_chart(period: str, lines: Sequence[Line], measure: Measure) -> list[Drawn]:
    """Return bars of periods."""
    if len(lines) < 2:
        return []
    scale, unit = measure.unit_of(max(measure.of(line).value for line in lines))
    periods = [Period(line.label, range_of(measure.of(line), scale)) for line in lines]
    title = (
        f"{measure.name.capitalize()} by {period}, with the 90 % interval. "
        "The table below has the figures."
    )
    caption = f"A job counts whole in the {period} in which it began."
    return [
        drawn(
            "times",
            title,
            lambda size: period_chart(periods, what=measure.name, unit=unit, size=size),
            caption,
        )
    ]


def states_chart(report: AccountReport, measure: Measure) -> list[Drawn]:
    """Return how jobs ended, those whose work is usually lost in another colour."""
    lines = [
        (line_of(one.state.replace("_", " "), one.sums), one.is_waste) for one in report.states
    ]
    ranked = sorted(lines, key=lambda pair: -measure.of(pair[0]).value)
    bars = [
        Bar(
            f"{line.label}, lost" if is_waste else line.label,
            f"{measure.said(measure.of(line))} · {measure.share(line)}",
            range_of(measure.of(line)),
            ALARM if is_waste else GREY,
        )
        for line, is_waste in ranked
    ]
    title = f"{measure.name.capitalize()} by how jobs ended, with the 90 % interval"
    return _bars("states", title, bars)


def savings_chart(savings: Sequence[Saving], measure: Measure) -> list[Drawn]:
    """Return what measures would have saved, beside all of it."""
    if not savings:
        return []
    bars = [Bar(one.label, saved_share(one, measure), exact(one.amount), GREEN) for one in savings]
    return _bars("savings", f"{measure.name.capitalize()} that measures would have saved", bars)


def saved_words(amount: float, measure: Measure) -> str:
    """Return what was saved without an interval: it shares its uncertainty with the whole."""
    if measure.name == "energy":
        return units.energy(amount)
    return units.mass(amount * units.GRAMS_PER_KILOGRAM)


def saved_share(saving: Saving, measure: Measure) -> str:
    """Return what was saved, and how much that is of all."""
    said = saved_words(saving.amount, measure)
    return f"{said} · {percent(saving.amount / measure.total)}" if measure.total else said


def _bars(name: str, title: str, bars: Sequence[Bar], caption: str = "") -> list[Drawn]:
    if not bars:
        return []
    said = f"{title}. The table below has the figures."
    return [drawn(name, said, lambda size: bar_chart(bars, size), caption)]
