"""Carbon intensity over time."""
