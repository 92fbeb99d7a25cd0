"""A map of many components with siblings taken together, so that the first picture can be read."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from plures.advisor.model import CodeMap, Component, Edge, EventEdge

# A picture of more components than this is grouped.
MOST_APART = 24
# So many components below one name are siblings.
_FEWEST_SIBLINGS = 3
# First packages, then distributions of a monorepo that share the beginning of their names.
_SEPARATORS = (".", "/", "_", "-")
# A picture of fewer boxes than this says nothing: then the largest siblings stay apart, until there are enough.
_FEWEST_APART = 12
_ENOUGH_APART = 16


def grouped(drawn: CodeMap) -> tuple[CodeMap, Mapping[str, Sequence[str]]]:
    """The map with one component for each group of siblings, and the members of each group. A small map stays as it is."""
    group_of = {c.name: c.name for c in drawn.components}
    for separator in _SEPARATORS:
        group_of = _join_siblings(group_of, separator, drawn.components)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name, group in group_of.items():
        members[group].append(name)
    by_name = {c.name: c for c in drawn.components}
    components = [_together(group, [by_name[name] for name in names], group_of) for group, names in members.items()]
    events = tuple(_events(drawn.events, group_of))
    shown = replace(drawn, components=tuple(components), edges=tuple(_edges(drawn.edges, group_of)), events=events)
    return shown, {group: names for group, names in members.items() if len(names) > 1}


def _join_siblings(group_of: dict[str, str], separator: str, components: Sequence[Component]) -> dict[str, str]:
    """The group of each component once families are joined, until few groups are left or none has siblings."""
    while len(set(group_of.values())) > MOST_APART:
        siblings = Counter(parent for name in set(group_of.values()) if (parent := _parent(name, separator)))
        parents = [parent for parent, count in siblings.items() if count >= _FEWEST_SIBLINGS]
        if not parents:
            break
        # Deep siblings say least in a first picture; of equally deep ones the smaller family costs least.
        joined = min(parents, key=lambda parent: (-parent.count(separator), siblings[parent], parent))
        members = {group for group in group_of.values() if _parent(group, separator) == joined}
        family = _to_join(members, group_of, components)
        group_of = {name: f"{joined}*" if group in family else group for name, group in group_of.items()}
    return group_of


def _to_join(siblings: set[str], group_of: Mapping[str, str], components: Sequence[Component]) -> set[str]:
    """The siblings that become one: all, or the smallest where all would leave too few boxes."""
    others = len(set(group_of.values())) - len(siblings)
    if others + 1 >= _FEWEST_APART:
        return siblings
    lines: Counter[str] = Counter()
    for component in components:
        lines[group_of[component.name]] += component.lines
    return set(sorted(siblings, key=lambda name: (-lines[name], name))[_ENOUGH_APART - 1 - others :])


def _parent(name: str, separator: str) -> str:
    """What precedes the last part of a name, with the separator; for a group, what precedes its name. Empty where nothing does."""
    above, found, _ = name.removesuffix(f"{separator}*").rpartition(separator)
    return above + found if above else ""


def _together(group: str, parts: Sequence[Component], group_of: Mapping[str, str]) -> Component:
    lines = sum(part.lines for part in parts)
    independence = sum(part.independence * part.lines for part in parts) / lines if lines else parts[0].independence
    return replace(
        parts[0],
        name=group,
        files=sum(part.files for part in parts),
        lines=lines,
        independence=independence,
        callers=tuple({group_of[name] for part in parts for name in part.callers if name in group_of} - {group}),
        callees=tuple({group_of[name] for part in parts for name in part.callees if name in group_of} - {group}),
        commits=sum(part.commits for part in parts),
        shared=all(part.shared for part in parts),
    )


def _edges(edges: Sequence[Edge], group_of: Mapping[str, str]) -> list[Edge]:
    found: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        source, target = group_of.get(edge.source, edge.source), group_of.get(edge.target, edge.target)
        if source != target:
            one = found.get((source, target)) or replace(edge, source=source, target=target, imports=0, in_cycle=False)
            found[source, target] = replace(
                one,
                imports=one.imports + edge.imports,
                in_cycle=one.in_cycle or edge.in_cycle,
                optional=one.optional and edge.optional,
            )
    return list(found.values())


def _events(events: Sequence[EventEdge], group_of: Mapping[str, str]) -> Iterator[EventEdge]:
    for event in events:
        publisher, subscriber = (group_of.get(name, name) for name in (event.publisher, event.subscriber))
        if publisher != subscriber:
            yield replace(event, publisher=publisher, subscriber=subscriber)
