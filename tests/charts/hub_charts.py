"""The charts of the hub with rows made by hand: each with its specification and its table."""

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import wattprint
from reports.long_runs import busy_server
from wattprint.charts.carbon_aware import Timed, carbon_aware_chart, carbon_aware_table
from wattprint.charts.comparison import Compared, comparison_chart, comparison_table
from wattprint.charts.day_hours import day_hours_chart, day_hours_table
from wattprint.charts.front import Entry, front_chart, front_table
from wattprint.charts.grid_intensity import Step, grid_intensity_chart, grid_intensity_table
from wattprint.charts.over_time import Slice, over_time_chart, over_time_table
from wattprint.charts.ranked import Ranked, ranked_chart, ranked_table
from wattprint.charts.run_intensity import (
    Course,
    Hour,
    run_intensity_chart,
    run_intensity_table,
)
from wattprint.charts.run_power import run_power_chart, run_power_table
from wattprint.charts.trend import Point, compute_intensity_chart, compute_intensity_table
from wattprint.charts.waste import Ended, waste_chart, waste_table
from wattprint.charts.zone_map import Shade, zone_map_chart, zone_map_table
from wattprint.domain.interval import Range, relative
from wattprint.factors.profiles import profiles
from wattprint.factors.zones import intensities, zones

WORLD = json.loads(
    (Path(wattprint.__file__).parent / "hub/static/vendor/world.json").read_text("utf-8")
)
PROJECTS = (
    *("ranker", "speech", "forecast", "vision", "features", "protein folding"),
    *("translation of very long documents", "search"),
)


def slices():
    """A year of eight projects, two of them small; nothing in May."""
    chance = random.Random(7)
    return [
        Slice(
            f"2026-{month:02d}", name, relative(chance.uniform(0.4, 1) * 40_000 / (i + 1), 0.6, 1.5)
        )
        for month in range(1, 13)
        for i, name in enumerate(PROJECTS)
        if month != 5
    ]


def steps():
    """Two days of hours with a gap."""
    start = datetime(2026, 6, 1, tzinfo=timezone.utc)
    hour = timedelta(hours=1)
    return [
        Step(
            start + i * hour, start + (i + 1) * hour, relative(300 + 12 * ((i * 5) % 17), 0.9, 1.15)
        )
        for i in range(48)
        if not 20 <= i < 24
    ]


def entries():
    """Forty models."""
    chance = random.Random(3)
    return [
        Entry(
            f"model-{i}",
            round(60 + 30 * chance.random(), 1),
            relative(10 ** chance.uniform(2, 7), 0.5, 2.1),
            i % 3 == 0,
        )
        for i in range(40)
    ]


def shades():
    """Every zone that has an intensity."""
    table = intensities(*(zone.zone for zone in zones().entries))
    found = []
    for zone in zones().entries:
        if table.of(zone.zone) and zone.kind in ("country", "subdivision"):
            one = table.find([zone.zone])
            note = f"{one.year}, {one.basis}, {one.source}"
            found.append(Shade(zone.zone, zone.name, one.carbon_intensity_g_per_kwh, note))
    return found


ENDED = [
    Ended(f"2026-Q{quarter}", outcome, kwh)
    for quarter, lost in enumerate(((80, 10, 10, 0), (90, 4, 6, 0), (70, 20, 5, 5)), start=1)
    for outcome, kwh in zip(("completed", "failed", "timeout", "cancelled"), lost, strict=True)
]
RANKED = [
    Ranked(name, relative(900_000 / (i + 1) ** 1.3, 0.7, 1.4)) for i, name in enumerate(PROJECTS)
]
COMPARED = [
    Compared("baseline", Range(4000.0, 3000.0, 5200.0)),
    Compared("with early stopping", Range(2400.0, 1800.0, 3100.0)),
    Compared("larger batch", Range(4400.0, 3300.0, 5700.0)),
    Compared("no place", None),
]
POINTS = [
    Point(
        f"2026-{month:02d}",
        None if month == 6 else relative(380 - 14 * month + 30 * (month % 3), 0.7, 1.25),
    )
    for month in range(1, 13)
]
TIMED = [
    Timed("2026-Q1", 100.0, 0.0, 0.0, 0.0),
    Timed("2026-Q2", 120.0, 60.0, 45.0, 2400.0),
    Timed("2026-Q3", 90.0, 80.0, 30.0, -1300.0),
]
COURSE = Course(
    [
        Hour(i * 3600.0, (i + 1) * 3600.0, relative(300.0 + 25 * (i % 7), 0.8, 1.2), "typical")
        for i in range(30)
        if i != 12
    ],
    1800.0,
    100_000.0,
    "DE",
    371.0,
)
_UNIT, _PER = "gCO2e/kWh", "kWh of IT energy"

MADE = {
    "over-time": lambda: (
        over_time_chart(slices(), quantity="emissions", by="project"),
        over_time_table(slices(), quantity="emissions", by="project"),
    ),
    "ranked": lambda: (
        ranked_chart(RANKED, quantity="emissions", by="project"),
        ranked_table(RANKED, quantity="emissions", by="project"),
    ),
    "compute-intensity": lambda: (
        compute_intensity_chart(POINTS, unit=_UNIT, per=_PER),
        compute_intensity_table(POINTS, unit=_UNIT, per=_PER),
    ),
    "waste": lambda: (waste_chart(ENDED), waste_table(ENDED)),
    "run-power": lambda: (run_power_chart(busy_server()), run_power_table(busy_server())),
    "grid-intensity": lambda: (
        grid_intensity_chart(steps(), zone="DE", mean_g_per_kwh=371.0),
        grid_intensity_table(steps(), zone="DE"),
    ),
    "run-intensity": lambda: (run_intensity_chart(COURSE), run_intensity_table(COURSE)),
    "carbon-aware": lambda: (carbon_aware_chart(TIMED), carbon_aware_table(TIMED)),
    "comparison": lambda: (
        comparison_chart(COMPARED, quantity="emissions"),
        comparison_table(COMPARED, quantity="emissions"),
    ),
    "front": lambda: (
        front_chart(entries(), score="accuracy [%]"),
        front_table(entries(), score="accuracy [%]"),
    ),
    "zone-map": lambda: (zone_map_chart(shades(), world=WORLD), zone_map_table(shades())),
    "day-hours": lambda: (
        day_hours_chart(profiles().find("DE"), name="Germany", mean_g_per_kwh=340.0),
        day_hours_table(profiles().find("DE"), name="Germany", mean_g_per_kwh=340.0),
    ),
}
"""Every chart of the hub by its name."""
EMPTY = {
    "over-time": lambda: over_time_chart([], quantity="energy", by="project"),
    "ranked": lambda: ranked_chart([], quantity="energy", by="project"),
    "compute-intensity": lambda: compute_intensity_chart([], unit=_UNIT, per=_PER),
    "waste": lambda: waste_chart([]),
    "carbon-aware": lambda: carbon_aware_chart(TIMED[:1]),
    "run-intensity": lambda: run_intensity_chart(COURSE._replace(hours=[])),
    "grid-intensity": lambda: grid_intensity_chart([], zone="DE"),
    "comparison": lambda: comparison_chart([], quantity="emissions"),
    "front": lambda: front_chart([], score="accuracy [%]"),
    "zone-map": lambda: zone_map_chart([], world=WORLD),
}
"""Every chart that there can be no rows of."""
