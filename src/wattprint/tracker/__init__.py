"""The tracker: a run, its sampler, and the front door."""

from wattprint.tracker.run import Run
from wattprint.tracker.track import track, tracked

__all__ = ["Run", "track", "tracked"]
