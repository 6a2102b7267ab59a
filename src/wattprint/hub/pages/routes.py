"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import dashboard, home, sign_in

PAGES: tuple[ModuleType, ...] = (home, sign_in, dashboard)
"""Each has a `router`."""
