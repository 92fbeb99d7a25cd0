"""Who imports whom: resolves every import statement to a file, then sums these edges between components."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .packages import ModuleIndex
from .python import ModuleFacts


@dataclass(frozen=True, slots=True)
class ImportEdge:
    """One import from one file to another.

    Attributes:
        source: Importing file.
        target: Imported file.
        line: Line in `source`.
        index: Position among the imports of `source`.
        typing_only: It never runs.
    """

    source: str
    target: str
    line: int
    index: int
    typing_only: bool


def resolve_imports(facts: Mapping[str, ModuleFacts], index: ModuleIndex) -> tuple[ImportEdge, ...]:
    """The imports of all files in `facts` that lead to a file of this codebase."""
    return tuple(
        ImportEdge(path, target, wanted.line, position, wanted.typing_only)
        for path, module in facts.items()
        for position, wanted in enumerate(module.imports)
        if (target := index.resolve(wanted, path)) is not None
    )


@dataclass(frozen=True)
class Dependency:
    """All imports from one component to another.

    Attributes:
        edges: Each of these imports.
        sites: Distinct pairs of files: the measure of how tightly the two are bound.
    """

    source: str
    target: str
    edges: tuple[ImportEdge, ...]
    sites: int

    @property
    def typing_only(self) -> bool:
        """None of the imports ever runs."""
        return all(edge.typing_only for edge in self.edges)


def dependencies(edges: Iterable[ImportEdge], component_of: Mapping[str, str]) -> dict[tuple[str, str], Dependency]:
    """Imports by (importing, imported) component, also those within one component."""
    grouped: defaultdict[tuple[str, str], list[ImportEdge]] = defaultdict(list)
    for edge in edges:
        source, target = component_of.get(edge.source), component_of.get(edge.target)
        if source is not None and target is not None:
            grouped[source, target].append(edge)
    return {
        pair: Dependency(*pair, tuple(found), len({(edge.source, edge.target) for edge in found}))
        for pair, found in grouped.items()
    }


def cycles(found: Mapping[tuple[str, str], Dependency]) -> list[frozenset[str]]:
    """Groups of components that import one another in a circle, largest first. Imports for typing close no circle."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    for (source, target), dependency in found.items():
        if source != target and not dependency.typing_only:
            after[source].add(target)
    reach = {component: _reachable(component, after) for component in after}
    groups = {
        frozenset(other for other in reached if component in reach.get(other, ()))
        for component, reached in reach.items()
        if component in reached
    }
    return sorted(groups, key=lambda group: (-len(group), sorted(group)))


def _reachable(start: str, after: Mapping[str, set[str]]) -> set[str]:
    """Components that imports lead to from `start`, which is among them only when a circle leads back."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = after.get(waiting.pop(), set[str]()) - seen
        seen |= new
        waiting.extend(new)
    return seen
