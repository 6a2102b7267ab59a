"""Each methodology's way from a described job to its figure."""
