"""Layer 8, the advisor: reads any Python codebase and says from evidence what to split out, merge or leave alone.

Stands alone: it imports nothing of Plures but the root of its errors, and runs nothing of the code that it reads.
"""

from .atlas import read_map
from .judging import Advice, Evidence, Finding, Pressure, SplitPlan, Verdict, advise, plan
from .measuring import Survey, survey
from .model import CodeMap, Component, Edge
from .reading import Codebase, Wish, read_codebase
from .reading import default_folder as default_cache
from .reports import advice_markdown, draw, map_markdown, print_advice, print_map, print_plan, render_html, to_json

__all__ = [
    "Advice",
    "CodeMap",
    "Codebase",
    "Component",
    "Edge",
    "Evidence",
    "Finding",
    "Pressure",
    "SplitPlan",
    "Survey",
    "Verdict",
    "Wish",
    "advice_markdown",
    "advise",
    "default_cache",
    "draw",
    "map_markdown",
    "plan",
    "print_advice",
    "print_map",
    "print_plan",
    "read_codebase",
    "read_map",
    "render_html",
    "survey",
    "to_json",
]
