"""Strategies for hypothesis: ranges, and the records that the package writes."""

from itertools import pairwise

from hypothesis import strategies as st

from wattprint.domain.coverage import COMPONENTS
from wattprint.domain.derived import Derived
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import (
    WATER_KINDS,
    Components,
    Emissions,
    Energy,
    Equivalent,
    Footprint,
    Resources,
    Water,
)
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import Range, exact
from wattprint.domain.readings import (
    LARGEST_UJ,
    METERED_COMPONENTS,
    Device,
    Fault,
    Interval,
    Logged,
    SectionUse,
)
from wattprint.domain.run import OUTCOMES, STAGES, RunRecord
from wattprint.domain.series import BASES, STATES, IntensityInterval

magnitudes = st.floats(-12, 12).map(lambda exponent: 10.0**exponent)
"""Positive numbers from 1e-12 to 1e12, small ones as often as large ones."""


def _ordered(three: list[float]) -> Range:
    low, value, high = sorted(three)
    return Range(value, low, high)


positive_ranges = st.lists(magnitudes, min_size=3, max_size=3).map(_ordered)
exact_ranges = magnitudes.map(exact)
ranges = st.one_of(positive_ranges, exact_ranges, st.just(exact(0.0)))

years = st.integers(1990, 2050)
texts = st.text(max_size=12)
"""Any text that UTF-8 can carry: quotes, line ends and emoji included."""
names = texts.filter(str.strip)
json_values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(0, 1e6), texts)
json_objects = st.dictionaries(texts, json_values, max_size=3)
text_objects = st.dictionaries(texts, texts, max_size=3)
maybe_ranges = st.none() | ranges
seconds = st.floats(0, 1e7)

evidence = st.builds(
    Evidence,
    quantity=texts,
    amount=maybe_ranges,
    unit=texts,
    method=st.sampled_from(Method),
    source=texts,
    year=st.none() | years,
    note=texts,
)
equivalents = st.builds(
    Equivalent,
    quantity=texts,
    amount=ranges,
    unit=texts,
    kg_per_unit=magnitudes,
    source=texts,
    year=years,
)


@st.composite
def charged_hours(draw):
    """Hours, some of them missing, that energy was charged at."""
    told = draw(st.lists(st.none() | st.floats(0, 10_000), min_size=1, max_size=8))
    state = draw(st.sampled_from(STATES))
    first_s, step_s = draw(st.integers(0, 500_000)) * 3600.0, draw(st.sampled_from((300.0, 3600.0)))
    intervals = tuple(
        IntensityInterval(first_s + i * step_s, first_s + (i + 1) * step_s, grams, state)
        for i, grams in enumerate([*told, 1.0])
        if grams is not None
    )
    return ChargedHours(
        zone=draw(texts),
        provider=draw(texts),
        basis=draw(st.sampled_from(BASES)),
        coverage=draw(st.floats(0.001, 1)),
        mean_g_per_kwh=draw(ranges),
        intervals=intervals,
        joined=draw(st.integers(1, 4)),
        notes=tuple(draw(st.lists(texts, max_size=2))),
        at_year_mean_kg=draw(st.none() | magnitudes),
    )


footprints = st.builds(
    Footprint,
    factor_set=st.fixed_dictionaries({"version": texts, "sha256": st.just("0" * 64)}),
    energy_kwh=st.builds(Energy, *[maybe_ranges] * 4),
    components_kwh=st.builds(Components, *[maybe_ranges] * len(Components._fields)),
    emissions_kg=st.builds(Emissions, maybe_ranges, maybe_ranges, maybe_ranges),
    water_l=st.builds(
        Water, st.none() | st.sampled_from(WATER_KINDS), maybe_ranges, maybe_ranges, maybe_ranges
    ),
    coverage=st.fixed_dictionaries({name: st.sampled_from(Method) for name in COMPONENTS}),
    evidence=st.lists(evidence, max_size=3).map(tuple),
    equivalents=st.lists(equivalents, max_size=2).map(tuple),
    equations=st.lists(st.builds(Equation, texts, texts, texts, texts), max_size=2).map(tuple),
    work=json_objects,
    resources=st.builds(Resources, maybe_ranges, maybe_ranges),
    offsets_kg=maybe_ranges,
    derived=st.lists(
        st.builds(Derived, texts, maybe_ranges, texts, st.sampled_from(Method), texts), max_size=2
    ).map(tuple),
    hours=st.none() | charged_hours(),
)

devices = st.builds(
    Device,
    device_id=names,
    component=st.sampled_from(METERED_COMPONENTS),
    name=names,
    method=st.sampled_from([Method.MEASURED, Method.MODELLED]),
    low_ratio=st.floats(0.1, 1),
    high_ratio=st.floats(1, 10),
    source=names,
    note=texts,
    activity_unit=st.sampled_from([None, "cpu_s", "GB_s"]),
    source_year=st.none() | st.integers(0, 9999),
    found_s=st.just(0.0) | seconds,
)
finite = st.floats(allow_nan=False, allow_infinity=False)
host_use = st.dictionaries(st.sampled_from(["busy_s", "tree_s", "clock_ratio"]), seconds)
progress = st.builds(
    Logged,
    at_s=seconds,
    calls=st.integers(1, 10**6),
    samples=st.floats(0, 1e12),
    values=st.dictionaries(texts, finite, max_size=3),
)
meters = st.fixed_dictionaries({"family": texts, "used": st.booleans(), "reason": texts})


@st.composite
def run_records(draw: st.DrawFn) -> RunRecord:
    """A run with any devices, and intervals that follow each other."""
    of_run = draw(st.lists(devices, max_size=3).map(tuple))
    count = len(of_run)
    edges = sorted(draw(st.lists(seconds, unique=True, max_size=4)))
    energies = st.lists(st.none() | st.integers(0, LARGEST_UJ), min_size=count, max_size=count)
    activities = st.lists(st.none() | st.floats(0, 1e9), min_size=count, max_size=count)
    readings = st.tuples(energies.map(tuple), activities.map(tuple))
    bounds = list(pairwise(edges))
    intervals = tuple(
        Interval(*of_both, *draw(readings), draw(seconds), draw(host_use)) for of_both in bounds
    )
    path = st.lists(texts, min_size=1, max_size=3).map(tuple)
    sections = tuple(
        SectionUse(draw(path), *of_both, draw(st.integers(0, 99)), draw(seconds), *draw(readings))
        for of_both in draw(
            st.lists(st.sampled_from(bounds), max_size=3) if bounds else st.just([])
        )
    )
    return RunRecord(
        run_id=draw(st.text("0123456789abcdef-", min_size=1, max_size=22)),
        project=draw(names),
        name=draw(names),
        started_at=draw(st.datetimes()).isoformat(timespec="milliseconds").zfill(23) + "Z",
        stage=draw(st.none() | st.sampled_from(STAGES)),
        outcome=draw(st.none() | st.sampled_from(OUTCOMES)),
        parent=draw(st.none() | texts),
        tags=draw(text_objects),
        place=draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "zone": texts,
                    "region": texts,
                    "pue": st.floats(1, 3) | st.just("provider"),
                },
            )
        ),
        host=draw(json_objects),
        process=draw(json_objects),
        meters=draw(st.lists(meters, max_size=2).map(tuple)),
        factor_set=draw(text_objects),
        software=draw(text_objects),
        interval_s=draw(st.floats(0.1, 3600)),
        duration_s=edges[-1] - edges[0] if edges else 0.0,
        exit_code=draw(st.none() | st.integers(-64, 255)),
        devices=of_run,
        intervals=intervals,
        sections=sections,
        logged=tuple(draw(st.lists(progress, max_size=2))),
        faults=tuple(draw(st.lists(st.builds(Fault, seconds, texts, names), max_size=2))),
    )
