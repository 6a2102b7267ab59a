"""Builds the factor tables that ship in the package; `tools/build_factors.py` runs it."""
