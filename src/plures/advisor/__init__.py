"""Layer 7, the advisor: reads any Python codebase and says from evidence what to split out, merge or leave alone.

It runs none of the code that it reads. Of Plures it imports the root error, and what reads telemetry.
"""

from .atlas import draw, read_map
from .judging import Advice, Evidence, Finding, Pressure, SplitPlan, Verdict, advise, plan
from .measuring import Survey, survey
from .model import CodeMap, Component, Edge
from .reading import Codebase, ReadRequest, read_codebase
from .reading import default_folder as default_cache
from .reports import (
    advice_markdown,
    map_markdown,
    plan_markdown,
    print_advice,
    print_map,
    print_plan,
    render_html,
    to_json,
)
from .watching import Watched, WatchRequest, watch

__all__ = [
    "Advice",
    "CodeMap",
    "Codebase",
    "Component",
    "Edge",
    "Evidence",
    "Finding",
    "Pressure",
    "ReadRequest",
    "SplitPlan",
    "Survey",
    "Verdict",
    "WatchRequest",
    "Watched",
    "advice_markdown",
    "advise",
    "default_cache",
    "draw",
    "map_markdown",
    "plan",
    "plan_markdown",
    "print_advice",
    "print_map",
    "print_plan",
    "read_codebase",
    "read_map",
    "render_html",
    "survey",
    "to_json",
    "watch",
]
