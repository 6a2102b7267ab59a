"""Footprints of jobs by the million: one portable text of SQL, on whatever engine holds them."""
