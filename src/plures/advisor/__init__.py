"""Layer 8, the advisor: reads any Python codebase and says from evidence what to split out, merge or leave alone.

Stands alone: it imports nothing of Plures but the root of its errors, and runs nothing of the code that it reads.
"""

from .advice import advise, plan
from .atlas import read_map
from .cache import default_folder as default_cache
from .chart import draw
from .codebase import Codebase, Wish, read_codebase
from .judgement import Advice, Evidence, Finding, Pressure, SplitPlan, Verdict
from .model import CodeMap, Component, Edge
from .report_html import render_html
from .report_json import to_json
from .report_markdown import advice_markdown, map_markdown
from .report_terminal import print_advice, print_map, print_plan
from .survey import Survey, survey

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
