"""Draws a map as SVG: callers above, components that many others use below. Colours come from the page's style, which follows the theme."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from plures.advisor.model import CodeMap, Component, Edge

from .elements import joined

_ROWS = 5
_MOST_NODES = 48
_MOST_EDGES = 120
_WIDTH, _ROW_HEIGHT, _NODE_HEIGHT = 1180, 150, 34
# Pixels per letter at the font size of a node.
_LETTER = 6.4
_LONGEST_NAME = 24
_GRAPH = Markup('<svg viewBox="0 0 {} {:.0f}" role="group" aria-label="{}" class="graph">{}{}</svg>')
_EDGE = Markup(
    '<path class="{kind}" data-a="{source}" data-b="{target}" d="M{x1:.0f},{y1:.0f} C{x1:.0f},{bend1:.0f} {x2:.0f},{bend2:.0f} '
    '{x2:.0f},{y2:.0f}" stroke-width="{width:.1f}"><title>{source} imports {target}: {imports}</title></path>'
)
_NODE = Markup(
    '<g class="node level{level}" tabindex="0" role="img" aria-label="{title}" data-name="{name}"><title>{title}</title>'
    '<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height}" rx="7"/>'
    '<text x="{x:.0f}" y="{base:.0f}">{label}</text></g>'
)
_SPARKLINE = Markup('<svg class="spark" viewBox="0 0 {} 20" role="img" aria-label="{}">{}</svg>')
_BAR = Markup('<rect x="{}" y="{:.1f}" width="6" height="{:.1f}"/>')

Places = Mapping[str, tuple[float, float, float]]
"""(x of the middle, y of the middle, width) by component"""


def graph(drawn: CodeMap) -> Markup:
    """The dependency graph as SVG, with the largest components and the strongest edges when there are too many to see."""
    components = drawn.largest[:_MOST_NODES]
    names = {c.name for c in components}
    edges = [edge for edge in drawn.imports if {edge.source, edge.target} <= names][:_MOST_EDGES]
    places = _places(_order(_rows(components), edges))
    height = max((y for _, y, _ in places.values()), default=0.0) + 50
    most = max((edge.imports for edge in edges), default=1)
    lines, nodes = joined(_edge(edge, places, most) for edge in edges), joined(_node(c, places) for c in components)
    label = f"Imports between {len(components)} components of {drawn.name}: those that call are above, those that are called below."
    return _GRAPH.format(_WIDTH, height, label, lines, nodes)


def _rows(components: Sequence[Component]) -> list[list[str]]:
    """Components in rows: those that mostly call come first, and those that are mostly called come last."""
    ranked = sorted(components, key=lambda c: (_called(c), c.name))
    size = -(-len(ranked) // _ROWS) if ranked else 1
    return [[c.name for c in ranked[start : start + size]] for start in range(0, len(ranked), size)]


def _called(component: Component) -> float:
    total = len(component.callers) + len(component.callees)
    return len(component.callers) / total if total else 0.0


def _order(rows: list[list[str]], edges: Sequence[Edge]) -> list[list[str]]:
    """Rows in which neighbours are near one another: places each at the mean of its neighbours, several times."""
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
    return name if len(name) <= _LONGEST_NAME or not parts[2:] else "…" + ".".join(parts[-2:])


def _edge(edge: Edge, places: Places, most: int) -> Markup:
    (x1, y1, _), (x2, y2, _) = places[edge.source], places[edge.target]
    bend = (y2 - y1) / 2 if abs(y2 - y1) > 1 else 40
    return _EDGE.format(
        kind="edge cycle" if edge.in_cycle else "edge",
        source=edge.source,
        target=edge.target,
        imports=edge.imports,
        x1=x1,
        y1=y1,
        bend1=y1 + bend,
        x2=x2,
        y2=y2,
        bend2=y2 - bend,
        width=0.6 + 4.4 * (edge.imports / most) ** 0.5,
    )


def _node(component: Component, places: Places) -> Markup:
    x, y, width = places[component.name]
    title = (
        f"{component.name}: {component.files} files, {component.lines} lines, independence {component.independence:.2f}, "
        f"{component.commits} commits in 24 months, imported by {len(component.callers)}, imports {len(component.callees)}"
    )
    return _NODE.format(
        level=min(4, int(component.independence * 5)),
        title=title,
        name=component.name,
        label=short(component.name),
        x=x,
        left=x - width / 2,
        top=y - _NODE_HEIGHT / 2,
        width=width,
        height=_NODE_HEIGHT,
        base=y + 4,
    )


def sparkline(values: Sequence[int], label: str) -> Markup:
    """A row of small bars, one per quarter."""
    most = max(values, default=0) or 1
    bars = joined(_BAR.format(8 * i, 20 - 20 * value / most, 20 * value / most) for i, value in enumerate(values))
    return _SPARKLINE.format(8 * len(values), label, bars)
