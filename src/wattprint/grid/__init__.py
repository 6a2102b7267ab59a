"""Carbon intensity of the grid: services behind one narrow seam, their cache, and places."""
