"""Wattprint: the carbon ledger of machine learning.

>>> import wattprint
>>> str(wattprint.estimate(power_w=300, hours=100, intensity=500).emissions_kg.location_based.value)
'15.0'

Everything is imported when it is first used, so that `import wattprint` costs nothing.
"""

from wattprint._version import __version__

TYPE_CHECKING = False  # type checkers read it as true; see docs/decisions/0003-start-up.md

if TYPE_CHECKING:
    from wattprint.accounting.jobs_account import JobsAccount, account
    from wattprint.domain.errors import InputError, WattprintError
    from wattprint.domain.footprint import Footprint
    from wattprint.domain.interval import Range
    from wattprint.domain.run import RunRecord
    from wattprint.estimator.describe import estimate
    from wattprint.estimator.tracked import footprint_of_run
    from wattprint.ledger.runs import load
    from wattprint.tracker.decorator import tracked
    from wattprint.tracker.run import Run
    from wattprint.tracker.track import track

_HOMES = {
    "Footprint": "wattprint.domain.footprint",
    "JobsAccount": "wattprint.accounting.jobs_account",
    "InputError": "wattprint.domain.errors",
    "Range": "wattprint.domain.interval",
    "Run": "wattprint.tracker.run",
    "RunRecord": "wattprint.domain.run",
    "WattprintError": "wattprint.domain.errors",
    "account": "wattprint.accounting.jobs_account",
    "estimate": "wattprint.estimator.describe",
    "footprint_of_run": "wattprint.estimator.tracked",
    "load": "wattprint.ledger.runs",
    "track": "wattprint.tracker.track",
    "tracked": "wattprint.tracker.decorator",
}

__all__ = [
    "Footprint",
    "InputError",
    "JobsAccount",
    "Range",
    "Run",
    "RunRecord",
    "WattprintError",
    "__version__",
    "account",
    "estimate",
    "footprint_of_run",
    "load",
    "track",
    "tracked",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wattprint' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, those not yet imported included."""
    return sorted(__all__)
