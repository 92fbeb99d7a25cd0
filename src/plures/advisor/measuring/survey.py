"""Puts all measurements of a codebase together, for the sources of evidence and for the map."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from plures.advisor.reading import Codebase, Dependency, Progress, dependencies

from .changes import Activity, Change, activities, changes, is_recent
from .classes import Classes
from .coupling import Coupling, couplings
from .independence import Independence, independences
from .messaging import EventFlow, Messages, SagaBond
from .people import persons
from .staffing import Staffing, staffing
from .tables import SharedDatabase, Table, find_tables, shared_databases
from .teams import home_of, infer_teams, named_teams


@dataclass(frozen=True)
class Survey:
    """A codebase with its measurements.

    Attributes:
        now: Moment of the newest commit, in seconds since 1970, from which "recent" is counted; 0 without history.
        shared: Capabilities whose tables lie in the application's own database.
        optional: (component, component that it can do without).
        dependencies: Imports by (importing, imported) component, also those within one component. Those that only take events are not among them.
        couplings: By pair in alphabetical order.
        teams: Team by author.
        persons: For each author, the first author who is the same person.
        file_commits: (commits, authors) of the last 24 months, by path.
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
    persons: tuple[int, ...]
    tables: tuple[Table, ...]
    shared: tuple[SharedDatabase, ...]
    events: tuple[EventFlow, ...]
    sagas: tuple[SagaBond, ...]
    optional: frozenset[tuple[str, str]]
    file_commits: Mapping[str, tuple[int, int]]

    def are_teams(self, left: str, right: str) -> bool:
        """Whether two teams are known to be two: the user named them, or CODEOWNERS gives their components to different teams."""
        if self.codebase.definitions.teams:
            return True
        mine, other = (self._owning_teams(home_of(team)) for team in (left, right))
        return bool(mine and other) and mine.isdisjoint(other)

    def _owning_teams(self, component: str) -> set[str]:
        staff = self.staffing.get(component)
        # An owner with a slash is a team, such as @shop/search; the others are people.
        return {owner.casefold() for owner in staff.owners if "/" in owner} if staff else set()

    def imports_between(self, left: str, right: str) -> bool:
        """Whether one of them imports the other, and not for its events alone."""
        return (left, right) in self.dependencies or (right, left) in self.dependencies

    def events_between(self, left: str, right: str) -> tuple[EventFlow, ...]:
        """The events that one of them tells the other of."""
        return tuple(flow for flow in self.events if {flow.publisher, flow.subscriber} == {left, right})

    def coupling(self, left: str, right: str) -> Coupling | None:
        """How two components change together. Their order does not matter."""
        return self.couplings.get((min(left, right), max(left, right)))


def survey(codebase: Codebase, progress: Progress) -> Survey:
    """Work out everything."""
    progress("working out components", 0, None)
    component_of, history = codebase.division.of, codebase.history
    production = {path: codebase.facts[path] for path in sorted(codebase.production)}
    classes = Classes(production, codebase.index)
    shared = shared_databases(production, classes, component_of)
    messages = Messages(production, classes, component_of)
    imports = messages.without_events(codebase.imports)
    found = dependencies(imports, component_of)
    sites = {pair: dependency.sites for pair, dependency in found.items() if pair[0] != pair[1]}
    now = max((commit.when for commit in history.commits[:200]), default=0) if history else 0
    all_changes = list(changes(history, codebase.division, frozenset(codebase.index.name_of))) if history else []
    staff, teams = _staffing(codebase, all_changes, now)
    who = persons(history.authors) if history else ()
    return Survey(
        codebase=codebase,
        now=now,
        components=tuple(sorted(set(component_of.values()))),
        dependencies=found,
        independence=independences(imports, component_of),
        activities=activities(all_changes, now),
        couplings=couplings(all_changes, history, now, sites) if history else {},
        staffing=staff,
        teams=teams,
        persons=who,
        tables=tuple(find_tables(production, classes, component_of, shared)),
        shared=tuple(shared),
        events=messages.events,
        sagas=messages.sagas,
        optional=messages.optional,
        file_commits=_file_commits(codebase, all_changes, who, now),
    )


def _staffing(codebase: Codebase, found: list[Change], now: int) -> tuple[dict[str, Staffing], dict[int, str]]:
    history = codebase.history
    if history is None:
        return {}, {}
    named = codebase.definitions.teams
    teams = named_teams(named, history.authors) if named else infer_teams(found, now)
    component_of = {
        position: component
        for position, path in enumerate(history.paths)
        if (component := codebase.division.component_of(path)) is not None
    }
    owners: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path, names in codebase.owners.items():
        for name in names:
            # An owner's name is the same in capitals.
            owners[codebase.division.of[path]].setdefault(name.casefold(), name)
    staff = staffing(found, teams, component_of, now)
    return {name: replace(one, owners=tuple(owners[name].values())) for name, one in staff.items()}, teams


def _file_commits(
    codebase: Codebase, found: list[Change], who: tuple[int, ...], now: int
) -> dict[str, tuple[int, int]]:
    if codebase.history is None:
        return {}
    authors: defaultdict[int, list[int]] = defaultdict(list)
    for change in found:
        if is_recent(change.when, now):
            for file in change.files:
                authors[file].append(who[change.author])
    return {codebase.history.paths[file]: (len(each), len(set(each))) for file, each in authors.items()}
