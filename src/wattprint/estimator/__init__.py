"""From a description of work, or a run's readings, to a footprint."""
