"""A run's footprint under this package's factors, or why it has none.

A record is kept as it came, and another version's may say what ours cannot account for: that is
told of the one run, and ends nothing that is done for others.
"""

import json

from wattprint.domain.errors import WattprintError
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import ChargedHours
from wattprint.domain.run import RunRecord
from wattprint.estimator.tracked import footprint_of_run

NOT_COMPUTED = (
    WattprintError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What a record raises that says something else than it should, or too much of it."""


class NotComputedError(Exception):
    """A run whose footprint cannot be computed; its text says why."""


def computed_footprint(run: RunRecord, *, hours: ChargedHours | None = None) -> Footprint:
    """Account for a run under the factors installed now, as `footprint_of_run`.

    Args:
        run: The run's record.
        hours: What an earlier footprint of it was charged at.

    Raises:
        NotComputedError: The record says what nobody can account for.
    """
    try:
        footprint = footprint_of_run(run, hours=hours)
        json.dumps(footprint.as_dict(), allow_nan=False)  # a figure that overflowed is none
    except NOT_COMPUTED as error:
        said = str(error) if isinstance(error, WattprintError) else f"it is malformed: {error!r}"
        raise NotComputedError(said) from error
    return footprint
