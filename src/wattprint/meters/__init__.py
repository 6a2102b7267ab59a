"""Meters: one file per device family, and discovery that explains itself."""
