"""Maps and advice as people and programs read them. Measures nothing and judges nothing."""

from .html import render_html
from .terminal import print_advice, print_map, print_plan
from .text import advice_markdown, map_markdown, plan_markdown, to_json

__all__ = [
    "advice_markdown",
    "map_markdown",
    "plan_markdown",
    "print_advice",
    "print_map",
    "print_plan",
    "render_html",
    "to_json",
]
