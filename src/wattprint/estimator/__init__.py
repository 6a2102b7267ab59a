"""From a description of work, or a run's readings, to a footprint."""

from wattprint.estimator.describe import estimate
from wattprint.estimator.place import find_place
from wattprint.estimator.tracked import PLACE_INPUTS, footprint_of_run

__all__ = ["PLACE_INPUTS", "estimate", "find_place", "footprint_of_run"]
