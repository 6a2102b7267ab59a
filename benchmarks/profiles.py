"""How well typical profiles and forecasts without a network hold on years and zones left out.

Each zone-year is met with a profile made of the zone's other years only, or with none where it has
no other. Three tables: the share of hours within the profile's scatter, the error of forecasts by
horizon, and what forecasts keep of the saving of "Let's Wait Awhile" (semi_weekly.py).

    python benchmarks/profiles.py [scatter] [errors] [saving] [--reference ../shared/reference]
        [--zones DE FR] [--every 4] [--json]
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import exp, log, nan
from multiprocessing import Pool
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, NamedTuple

from held_out import CHECKS, LEAST_KNOWN_H, REFERENCE, Foresight, Library, ZoneYear, means
from semi_weekly import LONGEST_WINDOW_H, SLOTS_PER_HOUR, jobs_of, kept, of_some_weeks

from wattprint.grid.pattern import pattern_of
from wattprint.grid.profiles import TypicalRatios

HORIZONS_H = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 336)
ISSUES_EVERY_H = 41  # shares no factor with a week: every hour of it has its turn
FIRST_ISSUE_H = 28 * 24
SECTIONS = ("scatter", "errors", "saving")
KEPT = ("kept_once", "kept_again", "last_24_h_kept_once")
METHODS = ("forecast", "typical", "persistence", "last 24 h", "mean of 28 days")


# --- scatter --------------------------------------------------------------------------------------


def scatter_of(of: ZoneYear) -> dict[str, Any] | None:
    """Share of hours within the 90 % interval of a profile of other years."""
    if of.profile is None:
        return None
    ratios, mean = TypicalRatios(of.profile), fmean(of.g_per_kwh)
    inside, flat, shaped = [], [], []
    for index, g in enumerate(of.g_per_kwh):
        hour = of.first_hour + index
        bounds, ratio = ratios.scatter(hour), ratios.ratio(hour)
        inside.append(bounds.low <= g / mean / ratio <= bounds.high)
        flat.append((g / mean - 1) ** 2)
        shaped.append((g / mean - ratio) ** 2)
    return {
        "made_of": ", ".join(of.profile.series),
        "inside_share": fmean(inside),
        "variance_left": fmean(shaped) / fmean(flat),
    }


# --- errors ---------------------------------------------------------------------------------------


def errors_of(of: ZoneYear) -> dict[str, Any]:
    """Errors by horizon: of each method as a share of the actual, of ours in sigmas, too."""
    foresight = Foresight(of, max(HORIZONS_H))
    shares: dict[int, dict[str, list[float]]] = {h: defaultdict(list) for h in HORIZONS_H}
    sigmas: dict[int, list[float]] = {h: [] for h in HORIZONS_H}
    last_issue = len(of.g_per_kwh) - max(HORIZONS_H)
    for issue in range(FIRST_ISSUE_H, last_issue, ISSUES_EVERY_H):
        known = of.known_at(issue)
        assert known is not None
        sigma = pattern_of(known, foresight.typical).sigma
        forecast, others = foresight.at(issue), plain_methods(of, issue)
        for h in HORIZONS_H:
            actual = max(of.g_per_kwh[issue + h - 1], 1.0)
            sigmas[h].append(log(actual / forecast[h - 1]) / sigma)
            shares[h]["forecast"].append(abs(forecast[h - 1] / actual - 1))
            for method, values in others.items():
                shares[h][method].append(abs(values[h - 1] / actual - 1))
            if foresight.typical:
                usual = exp(foresight.typical.ln_g_per_kwh(of.first_hour + issue + h - 1))
                shares[h]["typical"].append(abs(usual / actual - 1))
    return {
        "error_share": {h: {m: fmean(v) for m, v in shares[h].items()} for h in HORIZONS_H},
        "sigmas": sigmas,
    }


def plain_methods(of: ZoneYear, issue: int) -> Mapping[str, Sequence[float]]:
    """What needs no profile: the last hour, the last day again, the mean of four weeks."""
    longest = max(HORIZONS_H)
    day = of.g_per_kwh[issue - 24 : issue]
    return {
        "persistence": [day[-1]] * longest,
        "last 24 h": [day[h % 24] for h in range(longest)],
        "mean of 28 days": [fmean(of.g_per_kwh[issue - FIRST_ISSUE_H : issue])] * longest,
    }


# --- saving ---------------------------------------------------------------------------------------


def saving_of(of: ZoneYear, slots: Sequence[float], every: int) -> dict[str, Any]:
    """What is kept of the saving by our forecast, and by the last 24 hours again."""
    jobs = of_some_weeks(jobs_of(of.year), every)
    foresight = Foresight(of, LONGEST_WINDOW_H)
    ours = kept(slots, jobs, lambda slot: foresight.at(slot // SLOTS_PER_HOUR))
    repeat = kept(slots, jobs, lambda slot: repeated(of, slot // SLOTS_PER_HOUR), again=False)
    return {
        "saving_percent": ours.saving_percent,
        "kept_once": ours.kept_once,
        "kept_again": ours.kept_again,
        "last_24_h_kept_once": repeat.kept_once,
    }


def repeated(of: ZoneYear, index: int) -> list[float]:
    day = of.g_per_kwh[max(0, index - LEAST_KNOWN_H) : index]
    if len(day) < LEAST_KNOWN_H:
        return [1.0] * LONGEST_WINDOW_H
    return list(day) * (LONGEST_WINDOW_H // LEAST_KNOWN_H)


# --- all of it ------------------------------------------------------------------------------------


class Task(NamedTuple):
    """One series, and what is to be measured on it."""

    row: dict[str, str]
    sections: Sequence[str]
    every: int
    reference: Path


def measured(task: Task) -> dict[str, Any]:
    library = Library(task.reference)
    of = library.load(task.row)
    found: dict[str, Any] = {"zone": of.zone, "year": of.year, "source": of.source}
    found["profile"] = of.profile is not None
    if "scatter" in task.sections:
        found["scatter"] = scatter_of(of)
    if "errors" in task.sections:
        found["errors"] = errors_of(of)
    if "saving" in task.sections:
        slots = tuple(means(library.folder / task.row["file"], of_minutes=30))
        if len(slots) < SLOTS_PER_HOUR * len(of.g_per_kwh):
            slots = tuple(g for g in of.g_per_kwh for _ in range(SLOTS_PER_HOUR))
        found["saving"] = saving_of(of, slots, task.every)
    return found


def quantile_table(found: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """The table forecast_errors: every zone-year weighs the same, profile or not."""
    table = []
    for h in HORIZONS_H:
        pooled = [z for one in found for z in one["errors"]["sigmas"][h]]
        cuts = quantiles(pooled, n=20)
        mean = fmean(map(abs, pooled))
        table.append(
            {"horizon_h": h, "low_sigmas": cuts[0], "high_sigmas": cuts[-1], "mean_sigmas": mean}
        )
    return table


def inside_of_others(found: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Share of actuals within intervals whose table was made of the zones of the other half."""
    zones = sorted({one["zone"] for one in found})
    halves = [set(zones[::2]), set(zones[1::2])]
    inside: dict[int, list[float]] = {h: [] for h in HORIZONS_H}
    for half in halves:
        table = quantile_table([one for one in found if one["zone"] not in half])
        for one in (one for one in found if one["zone"] in half):
            for row in table:
                h = int(row["horizon_h"])
                hits = [
                    row["low_sigmas"] <= z <= row["high_sigmas"] for z in one["errors"]["sigmas"][h]
                ]
                inside[h].append(fmean(hits))
    return {h: fmean(shares) for h, shares in inside.items()}


def summary(found: Sequence[dict[str, Any]], checks: Sequence[str]) -> dict[str, Any]:
    """Everything as plain data; the series that serve as checks only enter no table."""
    result: dict[str, Any] = {}
    judged = [one for one in found if one["source"] not in checks]
    if any(one.get("scatter") for one in found):
        result["scatter"] = [
            {**named(one), **one["scatter"]} for one in found if one.get("scatter")
        ]
    if any("errors" in one for one in judged):
        judged_errors = [one for one in judged if "errors" in one]
        result["errors"] = [
            {"profile": known, "zone_years": len(some), "by_horizon": mean_errors(some)}
            for known in (True, False)
            if (some := [one for one in judged_errors if one["profile"] is known])
        ]
        result["forecast_errors"] = quantile_table(judged_errors)
        if len({one["zone"] for one in judged_errors}) > 1:
            inside = inside_of_others(judged_errors)
            for row in result["forecast_errors"]:
                row["inside_share_of_other_zones"] = inside[int(row["horizon_h"])]
    if any("saving" in one for one in found):
        result["saving"] = [{**named(one), **one["saving"]} for one in found if "saving" in one]
    return result


def named(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one[key] for key in ("zone", "year", "source", "profile")}


def mean_errors(found: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Mean errors by horizon, of the methods that all these zone-years allow."""
    shares = [one["errors"]["error_share"] for one in found]
    methods = [method for method in METHODS if all(method in one[1] for one in shares)]
    return [
        {"horizon_h": h, **{m: fmean(one[h][m] for one in shares) for m in methods}}
        for h in HORIZONS_H
    ]


def text_of(result: Mapping[str, Any]) -> Iterator[str]:
    if "scatter" in result:
        yield f"{'profile of other years':24} {'inside':>7} {'variance left':>14}  made of"
        for one in result["scatter"]:
            label = f"{one['zone']} {one['year']}"
            yield (
                f"{label:24} {one['inside_share']:7.3f} {one['variance_left']:14.3f}  "
                f"{one['made_of']}"
            )
        yield f"{'mean':24} {fmean(one['inside_share'] for one in result['scatter']):7.3f}"
        yield ""
    for one in result.get("errors", ()):
        which = "a profile of other years" if one["profile"] else "no profile"
        yield f"mean error in percent, {one['zone_years']} zone-years with {which}"
        methods = [method for method in METHODS if method in one["by_horizon"][0]]
        yield f"{'horizon [h]':12}" + "".join(f"{method:>17}" for method in methods)
        for row in one["by_horizon"]:
            errors = "".join(f"{100 * row[method]:17.1f}" for method in methods)
            yield f"{row['horizon_h']:<12}{errors}"
        yield ""
    if "forecast_errors" in result:
        yield f"{'horizon [h]':12}{'p5':>9}{'p95':>9}{'mean |z|':>10}{'inside, other zones':>21}"
        for row in result["forecast_errors"]:
            yield (
                f"{row['horizon_h']:<12}{row['low_sigmas']:9.3f}{row['high_sigmas']:9.3f}"
                f"{row['mean_sigmas']:10.3f}{row.get('inside_share_of_other_zones', nan):21.3f}"
            )
        yield ""
    if "saving" in result:
        yield from saving_lines(result["saving"])


def saving_lines(savings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        f"{'zone, year':24} {'profile':>8} {'saving %':>9} {'once':>7} {'again':>7} "
        f"{'last 24 h once':>15}"
    )
    for one in savings:
        yield (
            f"{one['zone'] + ' ' + str(one['year']):24} {'yes' if one['profile'] else 'none':>8} "
            f"{one['saving_percent']:9.2f} {one['kept_once']:7.3f} {one['kept_again']:7.3f} "
            f"{one['last_24_h_kept_once']:15.3f}"
        )
    judged = [one for one in savings if one["source"] != CHECKS]
    for known in (True, False):
        if some := [one for one in judged if one["profile"] is known]:
            label = f"{len(some)} zone-years{'' if known else ' without profile'}"
            saving = fmean(one["saving_percent"] for one in some)
            shares = [[one[key] for one in some] for key in KEPT]
            means_of = "".join(f"{fmean(share):8.3f}" for share in shares)
            enough = ", ".join(str(sum(kept >= 0.6 for kept in share)) for share in shares)
            yield f"{label:33} {saving:9.2f}{means_of}; 0.6 or more: {enough}"


def main() -> None:
    options = parsed()
    library = Library(options.reference)
    rows = [*library.checks, *library.shipped]
    if options.zones:
        if strangers := sorted(set(options.zones) - {row["zone"] for row in rows}):
            sys.exit(f"no hourly series of {', '.join(strangers)}; zones look like DE, US-CAL-CISO")
        rows = [row for row in rows if row["zone"] in options.zones]
    sections = options.sections or SECTIONS
    if unknown := sorted(set(sections) - set(SECTIONS)):
        sys.exit(f"no section {', '.join(unknown)}; expected some of {', '.join(SECTIONS)}")
    tasks = [Task(row, sections, options.every, options.reference) for row in rows]
    found = []
    with Pool(options.processes) as pool:
        for one in pool.imap(measured, tasks):
            found.append(one)
            print(f"\r{len(found)} of {len(tasks)} zone-years", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    result = summary(found, [CHECKS])
    print(json.dumps(result, indent=1) if options.json else "\n".join(text_of(result)))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help="scatter, errors, saving; default: all"
    )
    parser.add_argument("--reference", type=Path, default=REFERENCE, help="default: %(default)s")
    parser.add_argument("--zones", nargs="+", help="these zones only")
    parser.add_argument(
        "--every", type=int, default=4, help="jobs of every so manieth week; default: %(default)s"
    )
    parser.add_argument("--processes", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
