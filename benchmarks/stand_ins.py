"""Whether other zones could lend their typical profile to one that has no hourly series.

Each European zone of 2022 is met with the mean profile of the five zones of other countries whose
generation mix is nearest (sum of absolute differences of shares). It prints the variance that is
left of the zone's own year, over that of a flat year: below 1 the loan helps, above it harms. Zones
of other continents live by other clocks, and are not tried. All profiles are of 2022, so that a
loan brings the very weather of the year, which a real one could not.

    python benchmarks/stand_ins.py [../shared/reference]
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

from held_out import REFERENCE, Library, ZoneYear

from wattprint.factors.profiles import Profile
from wattprint.factors.zones import GenerationMix, mixes
from wattprint.grid.profiles import TypicalRatios

YEAR = 2022
LENDERS = 5
EUROPE = (
    *("AT", "BA", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR"),
    *("HU", "IE", "IT", "LT", "LU", "LV", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)


def main() -> None:
    library = Library(Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE)
    rows = [row for row in library.shipped if row["year"] == str(YEAR)]
    europe = {row["zone"]: row for row in rows if country_of(row["zone"]) in EUROPE}
    profiles = {zone: library.profile_of(zone, [row]) for zone, row in europe.items()}
    found = {zone: mixes(country_of(zone)).find(country_of(zone), YEAR) for zone in europe}
    mix_of = {zone: mix for zone, mix in found.items() if mix is not None}
    left = {}
    for zone in mix_of:
        lenders = [profiles[lender] for lender in nearest_mixes(zone, mix_of)]
        left[zone] = variance_left(library.load(europe[zone]), lenders)
        print(f"{zone:8} {left[zone]:6.3f}  {', '.join(lender.zone for lender in lenders)}")
    helped = sum(share < 1 for share in left.values())
    print(
        f"{len(left)} zones: mean {fmean(left.values()):.3f}, median {median(left.values()):.3f}, "
        f"{helped} helped"
    )


def country_of(zone: str) -> str:
    return zone.partition("-")[0]


def nearest_mixes(zone: str, mix_of: Mapping[str, GenerationMix]) -> list[str]:
    own = mix_of[zone].share

    def distance(other: str) -> float:
        share = mix_of[other].share
        return sum(abs(own.get(kind, 0) - share.get(kind, 0)) for kind in own.keys() | share.keys())

    abroad = [other for other in mix_of if country_of(other) != country_of(zone)]
    return sorted(abroad, key=distance)[:LENDERS]


def variance_left(of: ZoneYear, lenders: Sequence[Profile]) -> float:
    """Squared distance of the real ratios to the lenders' mean, over that to 1."""
    mean, ratios = fmean(of.g_per_kwh), [TypicalRatios(lender) for lender in lenders]
    shaped = flat = 0.0
    for index, g in enumerate(of.g_per_kwh):
        lent = fmean(one.ratio(of.first_hour + index) for one in ratios)
        shaped += (g / mean - lent) ** 2
        flat += (g / mean - 1) ** 2
    return shaped / flat


if __name__ == "__main__":
    main()
