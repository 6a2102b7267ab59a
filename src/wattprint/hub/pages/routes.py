"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import home, sign_in

PAGES: tuple[ModuleType, ...] = (home, sign_in)
"""Each has a `router`."""
