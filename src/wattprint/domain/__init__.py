"""The ground floor: quantities, ranges, formulas and records. No clock, file, network or log."""
