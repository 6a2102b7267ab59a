"""Reports: a footprint in, a document out."""
