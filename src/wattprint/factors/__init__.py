"""The reference tables and their typed look-ups."""
