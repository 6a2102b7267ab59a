"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import calculator, home, methods, sign_in, zones

PAGES: tuple[ModuleType, ...] = (home, sign_in, calculator, methods, zones)
"""Each has a `router`."""
