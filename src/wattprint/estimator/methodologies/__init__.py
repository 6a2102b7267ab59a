"""Named methodologies: the published formulas and constants of other tools, one file each."""
