"""Maps and advice as people and tools read them."""

from .chart import draw
from .html import render_html
from .json import to_json
from .markdown import advice_markdown, map_markdown
from .terminal import print_advice, print_map, print_plan

__all__ = [
    "advice_markdown",
    "draw",
    "map_markdown",
    "print_advice",
    "print_map",
    "print_plan",
    "render_html",
    "to_json",
]
