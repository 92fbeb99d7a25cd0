"""The HTML page of a map."""

from .page import render_html

__all__ = ["render_html"]
