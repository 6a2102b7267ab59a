"""What can go wrong between a client and its hub."""

from wattprint.domain.errors import InputError, WattprintError


class HubError(WattprintError):
    """The hub did not take what was sent; it is kept, and may be sent again."""


class HubAwayError(HubError):
    """The hub cannot be reached, is too busy or has no room: later may be better."""


class SpoolBusyError(HubAwayError):
    """Another process sends from the spool at this moment."""


class TokenRefusedError(InputError):
    """The hub does not know the token, or does not let it do this."""


class MayNotReadError(TokenRefusedError):
    """The hub knows the token, and lets it read nothing."""


class SpoolFullError(HubError):
    """The spool has no room for more; nothing that is in it is dropped."""
