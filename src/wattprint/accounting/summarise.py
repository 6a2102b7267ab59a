"""From figures of jobs to what a person wants to know of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wattprint.accounting.account import Accounted, checked_keys
from wattprint.accounting.assumed import Share, charged_place, hardware
from wattprint.accounting.cleaner import Charged, cleaner
from wattprint.accounting.engines.base import Engine
from wattprint.accounting.rollups import Keys, RawRow, added, roll_ups
from wattprint.accounting.site import Site
from wattprint.accounting.summary import (
    AccountReport,
    Cleaner,
    Reading,
    RollUp,
    State,
    Sums,
    UsedFactors,
)
from wattprint.accounting.sums import rolled_up, sums_of
from wattprint.domain.evidence import Method
from wattprint.domain.jobs import STATES, WASTED_STATES, Kind
from wattprint.domain.units import (
    GRAMS_PER_KILOGRAM,
    JOULES_PER_KWH,
    energy_range,
    mass_range,
)
from wattprint.factors.tables import shipped

ALWAYS: tuple[Keys, ...] = (("account",), ("user_name",), ("partition_name",), ("month",))
"""Roll-ups that are made whether they are asked for or not: they cost next to nothing beside."""
INNER: tuple[Keys, ...] = ((), ("state",), ("method",), ("kind", "year"))
NEVER_IN_LOGS = ("storage", "network")
"""What no log of jobs tells."""


class Told(NamedTuple):
    """What is known of jobs beside their figures."""

    kinds: Sequence[Kind]
    site: Site
    reading: Reading
    place_source: str = ""


def checked_by(by: Sequence[str]) -> tuple[Keys, ...]:
    """Return what is to be rolled up by: each text is one or more names, 'account,quarter'.

    Raises:
        InputError: The same name twice.
        UnknownNameError: No such name.
    """
    return tuple(dict.fromkeys(checked_keys(names.split(",")) for names in by))


def summarise(
    accounted: Accounted, engine: Engine, told: Told, by: Sequence[Keys] = ()
) -> AccountReport:
    """Return what a person wants to know of jobs.

    Args:
        accounted: The jobs with their figures.
        engine: What holds them.
        told: What is known beside.
        by: What to roll up by, by columns; nothing is by account, and by user if there are several.
    """
    rows = roll_ups(engine, tuple(dict.fromkeys((*INNER, *by, *ALWAYS))), told.site)
    total = sums_of(rows[()][0])
    tables = {keys: rolled_up(keys, rows[keys]) for keys in dict.fromkeys((*by, *ALWAYS))}
    asked = tuple(by) or _usual(tables)
    used = _used(accounted, rows[("kind", "year")], told.kinds)
    states, wasted = _states(rows[("state",)])
    methods = {str(row["method"]): sums_of(row) for row in rows[("method",)]}
    missing = _missing(total, used)
    return AccountReport(
        headline=_headline(total, methods, missing),
        total=total,
        roll_ups=tuple(tables.values()),
        asked=tuple(tables[keys].by for keys in asked),
        states=states,
        wasted=wasted,
        wasted_share=_share(wasted, total),
        cleaner=_cleaner(rows[("kind", "year")], told),
        reading=told.reading,
        hardware=hardware(
            told.kinds, accounted.factors, _shares(rows[("kind", "year")]), told.site
        ),
        factors=used,
        methods=methods,
        missing=missing,
        is_by_hour=accounted.by_hour,
        place_source=told.place_source,
        factor_set=shipped().identity,
    )


def _usual(tables: Mapping[Keys, RollUp]) -> tuple[Keys, ...]:
    """Return the roll-ups of which there is something to see."""
    telling = [keys for keys in (("account",), ("user_name",)) if _tells(tables[keys])]
    return tuple(telling) or (("partition_name",),)


def _tells(table: RollUp) -> bool:
    return len(table.rows) > 1 or (table.by == ("account",) and table.rows[0].labels != ("",))


def _used(
    accounted: Accounted, rows: Sequence[RawRow], kinds: Sequence[Kind]
) -> tuple[UsedFactors, ...]:
    """Return the factors of kinds and years in which jobs began, and no others."""
    jobs = {(row["kind"], row["year"]): row["jobs"] for row in rows}
    by_number = {kind.kind: kind for kind in kinds}
    return tuple(
        UsedFactors(
            kind=one.coefficients.kind,
            year=one.coefficients.year,
            cluster=by_number[one.coefficients.kind].cluster,
            partition=by_number[one.coefficients.kind].partition_name,
            accelerator=one.accelerator,
            machine=one.machine,
            jobs=jobs[one.coefficients.kind, one.coefficients.year],
            evidence=one.evidence,
        )
        for one in accounted.factors
        if (one.coefficients.kind, one.coefficients.year) in jobs
    )


def _states(rows: Sequence[RawRow]) -> tuple[tuple[State, ...], Sums | None]:
    """Return jobs by how they ended, the wasted ones first, and the sum of these."""
    total_j = sum(row["facility_j"] for row in rows)
    ranked = sorted(rows, key=lambda row: (row["state"] not in WASTED_STATES, -row["facility_j"]))
    states = tuple(
        State(
            row["state"] if row["state"] in STATES else "unknown",
            row["state"] in WASTED_STATES,
            sums_of(row),
            row["facility_j"] / total_j if total_j else 0.0,
        )
        for row in ranked
    )
    lost = [row for row in rows if row["state"] in WASTED_STATES]
    if not lost:
        return states, None
    whole = lost[0]
    for row in lost[1:]:
        whole = added(whole, row)
    return states, sums_of(whole)


def _share(part: Sums | None, total: Sums) -> float:
    if part is None or not total.facility_kwh.value:
        return 0.0
    return part.facility_kwh.value / total.facility_kwh.value


def _shares(rows: Sequence[RawRow]) -> dict[int, Share]:
    found: dict[int, Share] = {}
    for row in rows:
        jobs, kwh = found.get(row["kind"], Share(0, 0.0))
        more_kwh = row["facility_j"] / JOULES_PER_KWH
        found[row["kind"]] = Share(jobs + row["jobs"], kwh + more_kwh)
    return found


def _cleaner(rows: Sequence[RawRow], told: Told) -> Cleaner | None:
    by_number = {kind.kind: kind for kind in told.kinds}
    charged = []
    for row in rows:
        zone, region, basis = charged_place(by_number[row["kind"]], told.site)
        kwh = row["facility_j"] / JOULES_PER_KWH
        charged.append(Charged(zone, region, row["year"], basis, kwh))
    return cleaner(charged) if any(one.zone or one.region for one in charged) else None


def _missing(total: Sums, used: Sequence[UsedFactors]) -> tuple[str, ...]:
    """Return what is not counted, and of how many jobs where it is not all of them."""
    words = []
    for what, quantity in (
        ("emissions", "carbon_intensity"),
        ("cooling", "pue"),
        ("water of the site", "site_wue"),
        ("water of electricity", "grid_water"),
    ):
        jobs = sum(one.jobs for one in used if _lacks(one, quantity))
        if jobs:
            words.append(what if jobs == total.jobs else f"{what} of {jobs:,} jobs")
    return (*words, *NEVER_IN_LOGS)


def _lacks(used: UsedFactors, quantity: str) -> bool:
    figures = [figure for figure in used.evidence if figure.quantity == quantity]
    return all(figure.method is Method.MISSING for figure in figures)


def _headline(total: Sums, methods: Mapping[str, Sums], missing: Sequence[str]) -> str:
    parts = [energy_range(total.facility_kwh)]
    if total.location_kg is not None:
        parts.append(mass_range(_grams(total.location_kg)))
    if total.market_kg is not None:
        parts.append(f"{mass_range(_grams(total.market_kg))} market-based")
    parts.append(_method_words(total, methods))
    jobs = "1 job" if total.jobs == 1 else f"{total.jobs:,} jobs"
    return f"{jobs}: {', '.join(parts)}; missing: {', '.join(missing)}"


def _method_words(total: Sums, methods: Mapping[str, Sums]) -> str:
    if len(methods) == 1:
        return next(iter(methods))
    share = _share(methods.get("measured"), total)
    return f"modelled, {share:.0%} of the energy measured"


def _grams(kilograms: Sequence[float]) -> tuple[float, float, float]:
    value, low, high = (kg * GRAMS_PER_KILOGRAM for kg in kilograms)
    return value, low, high
