"""The HTML page of a map and of advice.

HTML is `Markup` here and text is `str`. A template escapes every `str` that it is given, and type checkers do not let a `str`
pass for `Markup`; so what a codebase contains cannot become markup.
"""

from .page import render_html

__all__ = ["render_html"]
