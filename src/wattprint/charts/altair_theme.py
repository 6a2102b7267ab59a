"""The house's look for charts that others make with Altair, in notebooks and scripts."""

from typing import Any

from wattprint.charts.theme import CONFIG, PAPER, darkened, log_axis
from wattprint.domain.errors import InputError

__all__ = ["NAME", "enable", "log_axis"]

NAME = "wattprint"


def enable(*, dark: bool = False) -> None:
    """Draw every Altair chart from now on in the house's colours, type and axes.

    `log_axis` gives axis and scale of a logarithmic encoding, with a line at each power of ten:
    `alt.X("kg:Q", **log_axis(0.1, 2000, "emissions [kg CO2e]"))`.

    Args:
        dark: Whether it is for a dark screen.

    Raises:
        InputError: The extra `charts` is not installed.
    """
    try:
        from altair import theme
    except ImportError as error:
        raise InputError(
            f"the theme needs the extra 'charts', and {error.name} is not installed",
            "install it with `pip install 'wattprint[charts]'`",
        ) from error
    theme.register(NAME, enable=True)(lambda: _content(dark=dark))


def _content(*, dark: bool) -> Any:
    """Return the theme; marks have names of their own here, for there may be no other text."""
    light = {"background": PAPER.light, "config": {**CONFIG, "aria": True}}
    return darkened(light) if dark else light
