"""Draws a map as SVG: callers above, components that many others use below. Colours come from the page's style, which follows the theme."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from plures.advisor.model import CodeMap, Component, Edge, EventEdge

from .elements import joined

_ROWS = 5
MOST_NODES = 100
_MOST_EDGES = 400
# In a picture of more components than this, only the strongest imports of each are drawn until the reader asks for more.
_FEW = 12
_STRONGEST = 2
_ARROW = 4
_EVENT_WIDTH = 1.8
# From the middle of a component to where its arrows leave and arrive.
_APART = 7
_AROUND = 40
# Least between two components in a line.
_GAP = 14
_WIDTH, _ROW_HEIGHT, _NODE_HEIGHT = 1180, 150, 34
# Pixels per letter at the font size of a node.
_LETTER = 6.4
_LONGEST_NAME = 24
_GRAPH = Markup(
    '<svg viewBox="0 0 {} {:.0f}" role="group" aria-label="{}" class="graph">{}{}</svg><p class="picked" aria-live="polite"></p>'
)
_EDGE = Markup(
    '<path class="{kind}" data-a="{source}" data-b="{target}" d="M{x1:.0f},{y1:.0f} C{aside1:.0f},{bend1:.0f} {aside2:.0f},{bend2:.0f} '
    '{x2:.0f},{y2:.0f} m-{arrow},-{tip} l{arrow},{tip} l{arrow},-{tip}" stroke-width="{width:.1f}"><title>{title}</title></path>'
)
_NODE = Markup(
    '<g class="node level{level}{shared}" tabindex="0" role="img" aria-label="{title}" data-name="{name}"><title>{title}</title>'
    '<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height}" rx="7"/>'
    '<text x="{x:.0f}" y="{base:.0f}">{label}</text></g>'
)
_SPARKLINE = Markup('<svg class="spark" viewBox="0 0 {} 20" role="img" aria-label="{}">{}</svg>')
_BAR = Markup('<rect x="{}" y="{:.1f}" width="6" height="{:.1f}"/>')

_NONE: Mapping[str, Sequence[str]] = {}

Places = Mapping[str, tuple[float, float, float]]
"""(x of the middle, y of the middle, width) by component"""


def graph(drawn: CodeMap, members: Mapping[str, Sequence[str]] = _NONE) -> Markup:
    """The dependency graph as SVG, with the largest components and the strongest edges when there are too many to see.

    Args:
        members: What each group of components holds.
    """
    components = drawn.largest[:MOST_NODES]
    names = {c.name for c in components}
    edges = [edge for edge in drawn.imports if {edge.source, edge.target} <= names][:_MOST_EDGES]
    places = _places(_order(_rows(components), edges))
    height = max((y for _, y, _ in places.values()), default=0.0) + 50
    most = max((edge.imports for edge in edges), default=1)
    events = _told([event for event in drawn.events if {event.publisher, event.subscriber} <= names])
    strong = _strong(edges) if len(components) > _FEW else set(edges)
    shared = {c.name for c in components if c.shared}
    lines = joined(_edge(edge, places, most, _kinds(edge, edge not in strong, shared)) for edge in edges)
    lines += joined(_event(pair, told, places) for pair, told in list(events.items())[:_MOST_EDGES])
    nodes = joined(_node(c, places, members.get(c.name, ())) for c in components)
    label = f"Imports between {len(components)} components of {drawn.name}: those that call are above, those that are called below."
    return _GRAPH.format(_WIDTH, height, label, lines, nodes)


def _told(events: Sequence[EventEdge]) -> dict[tuple[str, str], list[str]]:
    """The events that one component tells another of, by (publisher, subscriber)."""
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for event in events:
        found[event.publisher, event.subscriber][event.event] = None
    return {pair: list(names) for pair, names in found.items()}


def _strong(edges: Sequence[Edge]) -> set[Edge]:
    """The strongest imports of each component, in either direction. They come strongest first."""
    outgoing: defaultdict[str, int] = defaultdict(int)
    incoming: defaultdict[str, int] = defaultdict(int)
    found: set[Edge] = set()
    for edge in edges:
        if outgoing[edge.source] < _STRONGEST or not incoming[edge.target]:
            found.add(edge)
            outgoing[edge.source] += 1
            incoming[edge.target] += 1
    return found


def _kinds(edge: Edge, weak: bool, shared: set[str]) -> str:  # noqa: FBT001
    marks = {
        " cycle": edge.in_cycle,
        " optional": edge.optional and not edge.in_cycle,
        " weak": weak,
        " shared": bool(shared & {edge.source, edge.target}),
    }
    return "edge" + "".join(mark for mark, is_so in marks.items() if is_so)


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


def _lines_of(row: Sequence[str]) -> list[list[str]]:
    """A row in as many lines as its names need, about equally long."""
    total = sum(_width(name) + _GAP for name in row)
    most = min(_WIDTH - _GAP, total / -(-total // _WIDTH) + _width(max(row, key=_width, default="")))
    lines: list[list[str]] = [[]]
    for name in row:
        if lines[-1] and sum(_width(other) + _GAP for other in (*lines[-1], name)) > most:
            lines.append([])
        lines[-1].append(name)
    return lines


def _places(rows: Sequence[Sequence[str]]) -> Places:
    places: dict[str, tuple[float, float, float]] = {}
    top = 64.0
    for row in filter(None, rows):
        for line in _lines_of(row):
            gap = (_WIDTH - sum(_width(name) for name in line)) / (len(line) + 1)
            left = gap
            for name in line:
                places[name] = (left + _width(name) / 2, top, _width(name))
                left += _width(name) + gap
            top += _ROW_HEIGHT / 2
        top += _ROW_HEIGHT / 2
    return places


def _width(name: str) -> float:
    return len(short(name)) * _LETTER + (44 if name.endswith("*") else 22)


def _label(name: str, members: int) -> str:
    return f"{short(name)} {members}" if members else short(name)


def short(name: str) -> str:
    """The end of a long dotted name, enough to recognise it."""
    parts = name.split(".")
    return name if len(name) <= _LONGEST_NAME or not parts[2:] else "…" + ".".join(parts[-2:])


def _edge(edge: Edge, places: Places, most: int, kind: str) -> Markup:
    title = f"{edge.source} imports {edge.target}: {edge.imports}" + (", in a circle" if edge.in_cycle else "")
    title += ", and can do without it" if edge.optional else ""
    return _line((edge.source, edge.target), places, kind, title, 0.6 + 4.4 * (edge.imports / most) ** 0.5)


def _event(pair: tuple[str, str], told: Sequence[str], places: Places) -> Markup:
    publisher, subscriber = pair
    title = f"{publisher} tells {subscriber} of {', '.join(told)}"
    return _line(pair, places, "edge event", title, _EVENT_WIDTH)


def _line(pair: tuple[str, str], places: Places, kind: str, title: str, width: float) -> Markup:
    source, target = pair
    (x1, y1, _), (x2, y2, _) = places[source], places[target]
    # It leaves at the lower side and arrives at the upper one, also where that means to go around what lies between.
    x1, y1, x2, y2 = x1 + _APART, y1 + _NODE_HEIGHT / 2, x2 - _APART, y2 - _NODE_HEIGHT / 2
    bend = (y2 - y1) / 2 if y2 > y1 else _AROUND
    aside = abs(y2 - y1) / 3 if y2 < y1 or (y2 - y1 > _ROW_HEIGHT and abs(x2 - x1) < 5 * _AROUND) else 0.0
    return _EDGE.format(
        kind=kind,
        arrow=_ARROW,
        tip=2 * _ARROW,
        source=source,
        target=target,
        title=title,
        x1=x1,
        y1=y1,
        aside1=x1 + aside,
        aside2=x2 + aside,
        bend1=y1 + bend,
        x2=x2,
        y2=y2,
        bend2=y2 - bend,
        width=width,
    )


def _node(component: Component, places: Places, members: Sequence[str]) -> Markup:
    x, y, width = places[component.name]
    title = (
        f"{component.name}: {component.files} files, {component.lines} lines, independence {component.independence:.2f}, "
        f"{component.commits} commits in 24 months, imported by {len(component.callers)}, imports {len(component.callees)}"
    ) + (f"; a group of {len(members)}: {', '.join(members)}" if members else "")
    return _NODE.format(
        shared=" shared" if component.shared else "",
        level=min(4, int(component.independence * 5)),
        title=title,
        name=component.name,
        label=_label(component.name, len(members)),
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
