"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import account, admin, home, members, sign_in, welcome

PAGES: tuple[ModuleType, ...] = (home, sign_in, welcome, account, admin, members)
"""Each has a `router`."""
