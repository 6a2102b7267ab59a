"""Charts: figures in, Vega-Lite specifications and SVG out."""
