"""Engines that run the text: an adapter of a few lines each."""
