"""Write docs/images/estimate.svg, the picture of README.md, from a real footprint.

    python tools/build_readme_picture.py [--check]

With --check nothing is written; the exit status is 1 when the picture on disk is another one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import wattprint
from wattprint.domain.coverage import missing
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import co2e
from wattprint.domain.units import energy_range, plain

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "estimate.svg"

COMMAND = (
    'wattprint estimate --accelerator "A100 SXM4 80GB" --count 8 --hours 120 '
    "--pue 1.2 --zone FR --year 2024"
)
WIDTH, MARGIN = 900, 28
FIRST_ROW, ROW_HEIGHT, BAR_HEIGHT = 112, 80, 14
SCALE_WIDTH = WIDTH - 2 * MARGIN
FULL_KWH, FULL_KG = 600.0, 35.0
TIMES = "\N{MULTIPLICATION SIGN}"

STYLE = """\
  text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px; }
  .panel { fill: #ffffff; stroke: #d0d7de; }
  .text, .strong { fill: #1f2328; }
  .strong { font-size: 15px; font-weight: 600; }
  .title { font-size: 18px; }
  .quiet { fill: #59636e; }
  .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; }
  .small { fill: #59636e; font-size: 11px; }
  .track { fill: #eaeef2; }
  .energy { fill: #5aa9a3; }
  .emissions { fill: #d9a441; }
  .range { stroke: #1f2328; stroke-width: 2; fill: none; }
  @media (prefers-color-scheme: dark) {
    .panel { fill: #0d1117; stroke: #30363d; }
    .text, .strong { fill: #e6edf3; }
    .quiet, .small { fill: #9198a1; }
    .track { fill: #21262d; }
    .energy { fill: #2f7f79; }
    .emissions { fill: #9a6f1e; }
    .range { stroke: #e6edf3; }
  }"""


class Bar(NamedTuple):
    """A figure with its interval, drawn on a scale, and the reason for it."""

    label: str
    figure: str
    range: wattprint.Range
    full: float
    """What the whole width stands for, in the unit of the figure."""
    scale: str
    kind: str
    reason: str


def main() -> int:
    picture = drawn()
    if "--check" not in sys.argv[1:]:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(picture, encoding="utf-8")
        return 0
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture:
        return 0
    print(f"{PICTURE} is another picture; run python tools/{Path(__file__).name}", file=sys.stderr)
    return 1


def drawn() -> str:
    """Return the picture."""
    footprint = wattprint.estimate(
        accelerator="A100 SXM4 80GB", count=8, hours=120, pue=1.2, zone="FR", year=2024
    )
    bars = list(bars_of(footprint))
    height = FIRST_ROW + len(bars) * ROW_HEIGHT + 24
    uncounted = ", ".join(missing(footprint.coverage)).replace("_", " ")
    version = footprint.factor_set["version"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(footprint.summary())}</title>",
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="panel" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        text(MARGIN, 40, "Eight A100 for five days in France, 2024", "strong title"),
        text(WIDTH - MARGIN, 40, "line: 90 % interval", "quiet", anchor="end"),
        text(MARGIN, 66, f"$ {COMMAND}", "quiet code"),
        *(row for i, bar in enumerate(bars) for row in bar_rows(bar, FIRST_ROW + i * ROW_HEIGHT)),
        text(MARGIN, height - 20, f"Not counted, and said so: {uncounted}.", "quiet"),
        text(WIDTH - MARGIN, height - 20, f"factor set {version}", "quiet", anchor="end"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def bars_of(footprint: wattprint.Footprint) -> Iterator[Bar]:
    """Yield the figures that the picture shows."""
    evidence = {reason.quantity: reason for reason in footprint.evidence}
    energy, emitted = footprint.energy_kwh, footprint.emissions_kg.location_based
    assert energy.accelerator is not None
    assert energy.facility is not None
    assert emitted is not None
    yield Bar(
        "Energy of the accelerators",
        energy_range(energy.accelerator.as_tuple()),
        energy.accelerator,
        FULL_KWH,
        f"{plain(FULL_KWH)} kWh",
        "energy",
        f"960 device-hours {TIMES} {said('TDP', evidence['accelerator_tdp'])}"
        f" {TIMES} {said('utilization', evidence['utilization'])}",
    )
    yield Bar(
        "Energy of the facility, cooling included",
        energy_range(energy.facility.as_tuple()),
        energy.facility,
        FULL_KWH,
        f"{plain(FULL_KWH)} kWh",
        "energy",
        f"{TIMES} {said('PUE', evidence['pue'])}",
    )
    yield Bar(
        "Emissions, location-based",
        co2e(emitted),
        emitted,
        FULL_KG,
        f"{plain(FULL_KG)} kg",
        "emissions",
        f"{TIMES} {said('intensity', evidence['carbon_intensity'])}",
    )


def said(name: str, reason: Evidence) -> str:
    """Return a figure that entered, with its interval, method and source."""
    assert reason.amount is not None
    value, low, high = (plain(number, 4) for number in reason.amount.as_tuple())
    unit = "" if reason.unit == "ratio" else f" {reason.unit}"
    spread = "" if reason.amount.is_exact else f" ({low}-{high})"
    source = "" if reason.source == "user" else f", {reason.source}"
    return f"{name} {value}{unit}{spread} [{reason.method.value}{source}]"


def bar_rows(bar: Bar, top: int) -> Iterator[str]:
    """Yield the drawing of one bar: label and figure, scale, bar, interval, reason."""
    right, y = WIDTH - MARGIN, top + 12
    value, low, high = (MARGIN + SCALE_WIDTH * amount / bar.full for amount in bar.range.as_tuple())
    middle = y + BAR_HEIGHT / 2
    box = f'y="{y}" height="{BAR_HEIGHT}" rx="3"'
    yield text(MARGIN, top, bar.label, "strong")
    yield text(right, top, bar.figure, "strong", anchor="end")
    yield f'<rect class="track" x="{MARGIN}" width="{SCALE_WIDTH}" {box}/>'
    yield text(right - 6, y + 11, bar.scale, "small", anchor="end")
    yield f'<rect class="{bar.kind}" x="{MARGIN}" width="{value - MARGIN:.1f}" {box}/>'
    yield (
        f'<path class="range" d="M{low:.1f} {middle - 6}v12M{low:.1f} {middle}H{high:.1f}'
        f'M{high:.1f} {middle - 6}v12"/>'
    )
    yield text(MARGIN, y + BAR_HEIGHT + 19, bar.reason, "quiet")


def text(x: int, y: int, content: str, kind: str, *, anchor: str = "start") -> str:
    """Return a line of text."""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(content)}</text>'


if __name__ == "__main__":
    sys.exit(main())
