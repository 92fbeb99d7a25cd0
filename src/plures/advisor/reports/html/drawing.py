"""Draws a map as SVG: callers above, what everybody uses below. Colours come from the page's style, so that it follows the theme."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

from plures.advisor.model import CodeMap, Component, Edge

_ROWS = 5
_MOST_NODES = 48
_MOST_EDGES = 120
_WIDTH, _ROW_HEIGHT, _NODE_HEIGHT = 1180, 150, 34
_LETTER = 6.4  # Pixels per letter at the font size of a node.

Places = Mapping[str, tuple[float, float, float]]
"""Component → (x of the middle, y of the middle, width)"""


def graph(drawn: CodeMap) -> str:
    """The dependency graph as SVG; the largest components and the strongest edges when there are too many to see."""
    components = sorted(drawn.components, key=lambda c: (-c.lines, c.name))[:_MOST_NODES]
    names = {c.name for c in components}
    edges = sorted((e for e in drawn.edges if e.imports and {e.source, e.target} <= names), key=lambda e: -e.imports)[
        :_MOST_EDGES
    ]
    rows = _order(_rows(components), edges)
    places = _places(rows)
    height = max((y for _, y, _ in places.values()), default=0.0) + 50
    most = max((edge.imports for edge in edges), default=1)
    body = [*(_edge(edge, places, most) for edge in edges), *(_node(component, places) for component in components)]
    label = f"Imports between {len(components)} components of {drawn.name}: those that call are above, those that are called below."
    return f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="group" aria-label="{escape(label, quote=True)}" class="graph">{"".join(body)}</svg>'


def _rows(components: Sequence[Component]) -> list[list[str]]:
    """Components by how much they are called rather than call."""
    ranked = sorted(components, key=lambda c: (_called(c), c.name))
    size = -(-len(ranked) // _ROWS) if ranked else 1
    return [[c.name for c in ranked[start : start + size]] for start in range(0, len(ranked), size)]


def _called(component: Component) -> float:
    total = len(component.callers) + len(component.callees)
    return len(component.callers) / total if total else 0.0


def _order(rows: list[list[str]], edges: Sequence[Edge]) -> list[list[str]]:
    """Rows with neighbours near one another: each placed at the mean of its neighbours, a few times over."""
    near: defaultdict[str, list[str]] = defaultdict(list)
    for edge in edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    for _ in range(6):
        place = {name: (i + 0.5) / len(row) for row in rows for i, name in enumerate(row)}

        def middle(name: str, place: Mapping[str, float] = place) -> float:
            return sum(place[other] for other in near[name]) / len(near[name]) if near[name] else place[name]

        rows = [sorted(row, key=lambda name: (middle(name), name)) for row in rows]
    return rows


def _lines_of(row: Sequence[str]) -> int:
    return -(-sum(int(_width(name)) + 14 for name in row) // _WIDTH)


def _places(rows: Sequence[Sequence[str]]) -> Places:
    places: dict[str, tuple[float, float, float]] = {}
    top = 40.0
    for row in rows:
        lines = _lines_of(row)
        per_line = -(-len(row) // max(1, lines))
        for start in range(0, len(row), per_line):
            line = row[start : start + per_line]
            gap = (_WIDTH - sum(_width(name) for name in line)) / (len(line) + 1)
            left = gap
            for name in line:
                places[name] = (left + _width(name) / 2, top, _width(name))
                left += _width(name) + gap
            top += _ROW_HEIGHT / 2
        top += _ROW_HEIGHT / 2
    return places


def _width(name: str) -> float:
    return len(short(name)) * _LETTER + 22


def short(name: str) -> str:
    """The end of a long dotted name, enough to recognise it."""
    parts = name.split(".")
    return name if len(name) <= 24 or len(parts) < 3 else "…" + ".".join(parts[-2:])  # noqa: PLR2004


def _edge(edge: Edge, places: Places, most: int) -> str:
    (x1, y1, _), (x2, y2, _) = places[edge.source], places[edge.target]
    width = 0.6 + 4.4 * (edge.imports / most) ** 0.5
    bend = (y2 - y1) / 2 if abs(y2 - y1) > 1 else 40
    path = f"M{x1:.0f},{y1:.0f} C{x1:.0f},{y1 + bend:.0f} {x2:.0f},{y2 - bend:.0f} {x2:.0f},{y2:.0f}"
    kind = "edge cycle" if edge.in_cycle else "edge"
    names = f'data-a="{escape(edge.source, quote=True)}" data-b="{escape(edge.target, quote=True)}"'
    return f'<path class="{kind}" {names} d="{path}" stroke-width="{width:.1f}"><title>{escape(edge.source)} imports {escape(edge.target)}: {edge.imports}</title></path>'


def _node(component: Component, places: Places) -> str:
    x, y, width = places[component.name]
    level = min(4, int(component.independence * 5))
    title = (
        f"{component.name}: {component.files} files, {component.lines} lines, independence {component.independence:.2f}, "
        f"{component.commits} commits in 24 months, imported by {len(component.callers)}, imports {len(component.callees)}"
    )
    return (
        f'<g class="node level{level}" tabindex="0" role="img" aria-label="{escape(title, quote=True)}" data-name="{escape(component.name, quote=True)}">'
        f'<title>{escape(title)}</title><rect x="{x - width / 2:.0f}" y="{y - _NODE_HEIGHT / 2:.0f}" width="{width:.0f}" height="{_NODE_HEIGHT}" rx="7"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}">{escape(short(component.name))}</text></g>'
    )


def sparkline(values: Sequence[int], label: str) -> str:
    """A row of small bars, one per quarter."""
    most = max(values, default=0) or 1
    bars = "".join(
        f'<rect x="{8 * i}" y="{20 - 20 * value / most:.1f}" width="6" height="{20 * value / most:.1f}"/>'
        for i, value in enumerate(values)
    )
    return f'<svg class="spark" viewBox="0 0 {8 * len(values)} 20" role="img" aria-label="{escape(label, quote=True)}">{bars}</svg>'
