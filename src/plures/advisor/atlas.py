"""Draws the map of a codebase from its survey, or takes it from the cache. Gives figures and references, and no judgement."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from .measuring import (
    MONTH_S,
    QUARTERS,
    Coupling,
    EventFlow,
    SagaBond,
    Staffing,
    Survey,
    Table,
    author_overlap,
    shared_tables,
)
from .measuring import survey as take_survey
from .model import (
    FORMAT,
    CodeMap,
    Component,
    Edge,
    EventEdge,
    HotSpot,
    SagaEdge,
    SharedDatabaseView,
    TableView,
    TeamShare,
    Waiting,
)
from .reading import Access, Cache, Progress, ReadRequest, cycles, open_checkout, understand, unread

_HOT_SPOTS = 25
_LINKS = 5
_WAITS = 100
# A pair that does not import and shares no table needs so many joint commits to be on the map.
_LEAST_TOGETHER = 3


def read_map(request: ReadRequest, progress: Progress, *, hide_names: bool = False) -> CodeMap:
    """The map of a codebase. The cache gives it when code, history and request are the same as before.

    Raises:
        PluresError: As `read_codebase` does.
    """
    cache, checkout = Cache(request.cache), open_checkout(request, progress)
    key = f"{checkout.fingerprint()} {hide_names}"
    drawn = cache.load("map", key, CodeMap)
    if drawn is None:
        drawn = draw(take_survey(understand(checkout, cache, progress), progress), hide_names=hide_names)
        cache.store("map", key, drawn)
    return drawn


def draw(survey: Survey, *, hide_names: bool = False) -> CodeMap:
    """The map of a survey.

    Args:
        hide_names: Show "person 3" instead of names, for reports that outsiders will read.
    """
    codebase, history = survey.codebase, survey.codebase.history
    component_of = codebase.division.of
    circles = cycles(survey.dependencies)
    files = Counter(component_of.values())
    lines: Counter[str] = Counter()
    for path, component in component_of.items():
        lines[component] += codebase.facts[path].lines
    people = _People(survey, hide_names)
    return CodeMap(
        format=FORMAT,
        name=codebase.name,
        commit=history.head if history else "",
        head=codebase.web.commit(history.head) if history else None,
        date=_day(survey.now) if history else "",
        files=len(component_of),
        lines=lines.total(),
        commits=len(history.commits) if history else 0,
        people=len(set(survey.persons)),
        notes=codebase.notes,
        components=tuple(_component(survey, name, files[name], lines[name], people) for name in survey.components),
        edges=tuple(_edges(survey, circles)),
        tables=tuple(_table(table) for table in survey.tables),
        waits=tuple(sorted(_waits(survey), key=lambda w: (-w.times, w.component, w.waiting, w.on))[:_WAITS]),
        hot_spots=tuple(_hot_spots(survey)),
        cycles=tuple(tuple(sorted(circle)) for circle in circles),
        problems=unread(survey.codebase),
        quarters=tuple(_quarters(survey.now)) if history else (),
        events=tuple(_event(survey, flow) for flow in survey.events),
        sagas=tuple(_saga(survey, bond) for bond in survey.sagas),
        shared_databases=tuple(
            SharedDatabaseView(own.component, own.tables, (survey.codebase.web.file(own.path, own.line),))
            for own in survey.shared
        ),
    )


class _People:
    def __init__(self, survey: Survey, hide: bool) -> None:  # noqa: FBT001
        self._authors = survey.codebase.history.authors if survey.codebase.history else ()
        self._persons = survey.persons
        self._hide = hide

    def names(self, staff: Staffing) -> list[str]:
        """The people of a component, once each, those with most commits first."""
        commits: Counter[int] = Counter()
        for author, count in staff.authors:
            commits[self._persons[author]] += count
        return [self._name(person) for person, _ in commits.most_common()]

    def _name(self, person: int) -> str:
        if self._hide:
            return f"person {person + 1}"
        spellings = [self._authors[i].rpartition(" <")[0] for i, one in enumerate(self._persons) if one == person]
        # A full name says more than a nickname.
        return next((name for name in spellings if " " in name), spellings[0]) or "unknown"


def _component(survey: Survey, name: str, files: int, lines: int, people: _People) -> Component:
    figures, activity, staff = survey.independence[name], survey.activities.get(name), survey.staffing.get(name)
    working = people.names(staff) if staff else []
    return Component(
        name=name,
        files=files,
        lines=lines,
        independence=round(figures.score, 4),
        cohesion=round(figures.cohesion, 4),
        callers=figures.callers,
        callees=figures.callees,
        shared=figures.shared,
        commits=activity.commits if activity else 0,
        commits_alone=activity.alone if activity else 0,
        quarters=activity.quarters if activity else (0,) * QUARTERS,
        authors=len(working),
        main_authors=tuple(working[:3]),
        teams=tuple(TeamShare(team, round(share, 4)) for team, share in staff.teams[:6]) if staff else (),
        owners=staff.owners if staff else (),
        waiting_share=round(staff.waiting_share, 4) if staff else 0.0,
    )


def _edges(survey: Survey, circles: Sequence[frozenset[str]]) -> Iterator[Edge]:
    shared = shared_tables(survey.tables)
    imported = {pair for pair in survey.dependencies if pair[0] != pair[1]}
    coupled = {pair for pair, coupling in survey.couplings.items() if coupling.together >= _LEAST_TOGETHER}
    bound = {(a, b) for a, b in coupled | set(shared) if (a, b) not in imported and (b, a) not in imported}
    for source, target in sorted(imported | bound):
        yield _edge(survey, (source, target), circles, shared.get((min(source, target), max(source, target)), ()))


def _edge(survey: Survey, pair: tuple[str, str], circles: Sequence[frozenset[str]], tables: tuple[str, ...]) -> Edge:
    source, target = pair
    web, dependency = survey.codebase.web, survey.dependencies.get(pair)
    coupling = survey.coupling(source, target) or Coupling(0, 0, 0, 0, (0,) * QUARTERS, 0.0, ())
    imports = [web.file(edge.source, edge.line) for edge in dependency.edges[:_LINKS]] if dependency else []
    return Edge(
        source=source,
        target=target,
        imports=dependency.sites if dependency else 0,
        typing_only=dependency is not None and dependency.typing_only,
        in_cycle=any(source in circle and target in circle for circle in circles),
        shared_tables=tables,
        together=coupling.together,
        together_share=round(coupling.share, 4),
        share_of_least=round(coupling.share_of_least, 4),
        by_ticket=coupling.by_ticket,
        same_owners=round(author_overlap(survey.staffing.get(source), survey.staffing.get(target)), 4),
        trend=round(coupling.trend, 4),
        forecast=round(coupling.forecast, 4),
        quarters=coupling.quarters,
        links=(*imports, *(web.commit(sha) for sha in coupling.examples[: _LINKS - 2])),
        optional=pair in survey.optional,
    )


def _event(survey: Survey, flow: EventFlow) -> EventEdge:
    links = (survey.codebase.web.file(flow.path, flow.line),)
    return EventEdge(flow.publisher, flow.subscriber, flow.event, flow.handler, links)


def _saga(survey: Survey, bond: SagaBond) -> SagaEdge:
    links = tuple(survey.codebase.web.file(bond.path, line) for line in bond.lines[:_LINKS])
    return SagaEdge(bond.component, bond.target, bond.saga, bond.steps, bond.undos, links)


def _table(table: Table) -> TableView:
    writers, readers = table.components(Access.WRITE, Access.DEFINE), table.components(Access.READ)
    return TableView(table.name, table.owner, writers, readers)


def _waits(survey: Survey) -> Iterator[Waiting]:
    for component, staff in survey.staffing.items():
        for wait in staff.waits:
            links = tuple(survey.codebase.web.commit(sha) for sha in wait.examples)
            yield Waiting(component, wait.waiting, wait.on, wait.times, round(wait.median_days, 2), links)


def _hot_spots(survey: Survey) -> Iterator[HotSpot]:
    facts, component_of = survey.codebase.facts, survey.codebase.division.of
    changed = {path: commits for path, (commits, _) in survey.file_commits.items() if path in component_of}
    heat = {path: commits * facts[path].lines for path, commits in changed.items() if facts[path].lines}
    for path in sorted(heat, key=lambda path: (-heat[path], path))[:_HOT_SPOTS]:
        commits, authors = survey.file_commits[path]
        score = round(heat[path] / max(heat.values()), 4)
        yield HotSpot(path, component_of[path], commits, facts[path].lines, authors, score)


def _day(when: int) -> str:
    return datetime.fromtimestamp(max(when, 0), UTC).date().isoformat()


def _quarters(now: int) -> list[str]:
    """Three months each, named by the month in which they begin, counted back from the newest commit."""
    return [_day(int(now - (QUARTERS - position) * 3 * MONTH_S))[:7] for position in range(QUARTERS)]
