"""Reports: a footprint in, a document out."""

from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.text import aligned, footprint_text

__all__ = ["aligned", "footprint_latex", "footprint_markdown", "footprint_text"]
