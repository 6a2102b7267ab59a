"""How all tests run: hypothesis with a seed in `make test`, with many examples in `make proof`."""

import os

from hypothesis import settings

# deadline=None: a slow machine is no failing test. database=None: what failed once stays in the
# code as an example, not in a folder that only one machine has.
settings.register_profile(
    "sample", derandomize=True, max_examples=60, deadline=None, database=None, print_blob=True
)
settings.register_profile("whole", max_examples=1000, deadline=None, database=None, print_blob=True)
settings.load_profile("whole" if os.environ.get("WATTPRINT_PROOF") == "whole" else "sample")
