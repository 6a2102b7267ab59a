"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import home, sign_in, welcome

PAGES: tuple[ModuleType, ...] = (home, sign_in, welcome)
"""Each has a `router`."""
