"""Who imports whom: every import statement resolved to a file, then summed between components."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .packages import ModuleIndex
from .python import ModuleFacts


@dataclass(frozen=True, slots=True)
class Link:
    """One import from one file to another.

    Attributes:
        source: Importing file.
        target: Imported file.
        line: Line in `source`.
        index: Position among the imports of `source`.
        lazy: Runs only when a function is called.
        typing_only: Never runs.
    """

    source: str
    target: str
    line: int
    index: int
    lazy: bool
    typing_only: bool


@dataclass(frozen=True)
class ImportGraph:
    """Links between the files of a codebase, and the foreign packages that each file imports."""

    links: tuple[Link, ...]
    foreign: Mapping[str, frozenset[str]]


def resolve_imports(facts: Mapping[str, ModuleFacts], index: ModuleIndex) -> ImportGraph:
    """Links of all files in `facts`; an import that is not of this codebase counts as foreign."""
    links: list[Link] = []
    foreign: dict[str, frozenset[str]] = {}
    for path, module in facts.items():
        outside: set[str] = set()
        for position, wanted in enumerate(module.imports):
            target = index.resolve(wanted, path)
            if target is not None:
                links.append(Link(path, target, wanted.line, position, wanted.lazy, wanted.typing_only))
            elif wanted.level == 0 and wanted.module:
                outside.add(wanted.module.split(".")[0])
        foreign[path] = frozenset(outside)
    return ImportGraph(tuple(links), foreign)


@dataclass(frozen=True)
class Dependency:
    """All imports from one component to another.

    Attributes:
        links: Each of them.
        sites: Distinct pairs of files, the measure of how tightly the two are bound.
    """

    source: str
    target: str
    links: tuple[Link, ...]
    sites: int


def dependencies(graph: ImportGraph, component_of: Mapping[str, str]) -> dict[tuple[str, str], Dependency]:
    """Links summed by pair of components, those within one component included."""
    grouped: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in graph.links:
        source, target = component_of.get(link.source), component_of.get(link.target)
        if source is not None and target is not None:
            grouped[source, target].append(link)
    return {
        pair: Dependency(*pair, tuple(links), len({(link.source, link.target) for link in links}))
        for pair, links in grouped.items()
    }


def cohesion(found: Mapping[tuple[str, str], Dependency], component: str) -> float:
    """Share of a component's import sites that stay inside it, 0 to 1; 0 when it has none."""
    inside, outside = 0, 0
    for (source, target), dependency in found.items():
        if source == target == component:
            inside += dependency.sites
        elif component in (source, target):
            outside += dependency.sites
    return inside / (inside + outside) if inside + outside else 0.0


def cycles(found: Mapping[tuple[str, str], Dependency]) -> list[frozenset[str]]:
    """Groups of components that import one another in a circle, imports for typing aside; largest first."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    for (source, target), dependency in found.items():
        if source != target and any(not link.typing_only for link in dependency.links):
            after[source].add(target)
    groups: dict[frozenset[str], None] = {}
    reach = {component: _reachable(component, after) for component in after}
    for component, reached in reach.items():
        if component in reached:
            groups[frozenset(other for other in reached if component in reach.get(other, set())) | {component}] = None
    return sorted(groups, key=lambda group: (-len(group), sorted(group)))


def _reachable(start: str, after: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for following in after.get(waiting.pop(), ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


def imported_names(graph: ImportGraph, source: str) -> Counter[str]:
    """How often each file is imported by `source`."""
    return Counter(link.target for link in graph.links if link.source == source)
