"""What can be wrong with the hub's database, apart from what was asked of it."""

from wattprint.domain.errors import WattprintError


class StorageError(WattprintError):
    """The database did not do what was asked; nothing of it is stored."""


class StorageFullError(StorageError):
    """No room is left: the disk, a quota, or the largest size that the database may have."""


class StorageAwayError(StorageError):
    """The database cannot be reached, or is too busy: the same may succeed later."""


class SumsTooLargeError(StorageError):
    """A sum would exceed what it holds: the same would be refused again."""


class RunGoneError(LookupError):
    """There is no such run."""
