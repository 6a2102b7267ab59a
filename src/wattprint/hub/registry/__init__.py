"""The registry of models' footprints: what people submit, what we make of it, who accepts it."""
