"""A report for programs, for a comment on a change, and for code hosts."""

from .data import as_data
from .markdown import as_markdown, summary
from .sarif import PlaceOf, as_sarif

__all__ = ["PlaceOf", "as_data", "as_markdown", "as_sarif", "summary"]
