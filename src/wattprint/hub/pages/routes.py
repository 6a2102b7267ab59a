"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import calculator, home, methods, sign_in

PAGES: tuple[ModuleType, ...] = (home, sign_in, calculator, methods)
"""Each has a `router`."""
