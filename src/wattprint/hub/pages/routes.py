"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import compare, dashboard, home, run, runs, sign_in

PAGES: tuple[ModuleType, ...] = (home, sign_in, dashboard, runs, run, compare)
"""Each has a `router`."""
