"""The calculator: texts of an address in, a footprint and what one asks of it out."""
