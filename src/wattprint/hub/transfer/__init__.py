"""A hub moved: backup and restore of the whole, export and import of one organisation."""
