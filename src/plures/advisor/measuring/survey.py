"""Puts together what the sources of evidence need: one codebase with its couplings, staffing and tables worked out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from plures.advisor.reading import Codebase, Dependency, Progress, dependencies

from . import coupling, teams
from .coupling import Activity, Change, Coupling
from .independence import Independence, independences
from .tables import Table, find_tables
from .teams import Staffing


@dataclass(frozen=True)
class Survey:
    """A codebase, worked out.

    Attributes:
        now: Moment of the newest commit, in seconds since 1970; what "recent" counts from. 0 without history.
        dependencies: Imports by (importing, imported) component, those within one component included.
        couplings: By pair in alphabetical order.
        teams: Team by author.
    """

    codebase: Codebase
    now: int
    components: tuple[str, ...]
    dependencies: Mapping[tuple[str, str], Dependency]
    independence: Mapping[str, Independence]
    activities: Mapping[str, Activity]
    couplings: Mapping[tuple[str, str], Coupling]
    staffing: Mapping[str, Staffing]
    teams: Mapping[int, str]
    tables: tuple[Table, ...]
    file_commits: Mapping[str, tuple[int, int]]

    def coupling(self, left: str, right: str) -> Coupling | None:
        """How two components change together, in whatever order they are named."""
        return self.couplings.get((min(left, right), max(left, right)))


def survey(codebase: Codebase, progress: Progress) -> Survey:
    """Work out everything."""
    progress("working out components", 0, None)
    cut, graph = codebase.cut, codebase.graph
    found = dependencies(graph, cut.of)
    sites = {pair: dependency.sites for pair, dependency in found.items() if pair[0] != pair[1]}
    history = codebase.history
    now = max((commit.when for commit in history.commits[:200]), default=0) if history else 0
    all_changes = list(coupling.changes(history, cut, frozenset(codebase.index.name_of))) if history else []
    staffing, members = _staffing(codebase, all_changes, now)
    tables = find_tables({path: codebase.facts[path] for path in sorted(codebase.production)}, codebase.index, cut.of)
    return Survey(
        codebase=codebase,
        now=now,
        components=tuple(sorted(set(cut.of.values()))),
        dependencies=found,
        independence=independences(graph, cut.of),
        activities=coupling.activities(all_changes, now),
        couplings=coupling.couplings(all_changes, history, now, sites) if history else {},
        staffing=staffing,
        teams=members,
        tables=tuple(tables),
        file_commits=_file_commits(codebase, all_changes, now),
    )


def _staffing(codebase: Codebase, found: list[Change], now: int) -> tuple[dict[str, Staffing], dict[int, str]]:
    history = codebase.history
    if history is None:
        return {}, {}
    named = codebase.definitions.teams
    members = teams.named_teams(named, history.authors) if named else teams.infer_teams(found, now)
    component_of_file = {
        position: component
        for position, path in enumerate(history.paths)
        if (component := codebase.cut.component_of(path)) is not None
    }
    staffing = teams.staffing(found, members, component_of_file, now)
    owners = teams.owners_of(codebase.owners, sorted(codebase.production)) if codebase.owners else {}
    by_component: dict[str, dict[str, None]] = {}
    for path, names in owners.items():
        by_component.setdefault(codebase.cut.of[path], {}).update(dict.fromkeys(names))
    return {c: replace(staff, owners=tuple(by_component.get(c, ()))) for c, staff in staffing.items()}, members


def _file_commits(codebase: Codebase, found: list[Change], now: int) -> dict[str, tuple[int, int]]:
    """(commits, authors) of the last 24 months by path."""
    if codebase.history is None:
        return {}
    commits: dict[int, int] = {}
    authors: dict[int, set[int]] = {}
    for change in found:
        if coupling.is_recent(change.when, now):
            for file in change.files:
                commits[file] = commits.get(file, 0) + 1
                authors.setdefault(file, set()).add(change.author)
    return {codebase.history.paths[file]: (count, len(authors[file])) for file, count in commits.items()}
