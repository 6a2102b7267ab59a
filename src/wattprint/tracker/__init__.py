"""The tracker: a run, its sampler, and the front door."""
