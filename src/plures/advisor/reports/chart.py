"""Turns a survey into the map that is shown and stored. No judgement: figures and links."""

from collections import Counter
from datetime import UTC, datetime

from plures.advisor.measuring import MONTH_S, QUARTERS, Coupling, Survey, Table, owner_overlap
from plures.advisor.model import FORMAT, CodeMap, Component, Edge, HotSpot, Link, Problem, TableView, TeamShare, Waiting
from plures.advisor.reading import Access, cycles

_HOT_SPOTS = 25
_LINKS = 5


def draw(survey: Survey, *, hide_names: bool = False) -> CodeMap:
    """The map of a survey.

    Args:
        hide_names: Show "person 3" instead of names, for reports that leave the house.
    """
    codebase, history = survey.codebase, survey.codebase.history
    circles = cycles(survey.dependencies)
    lines: Counter[str] = Counter()
    for path, component in codebase.cut.of.items():
        lines[component] += codebase.facts[path].lines
    files = Counter(codebase.cut.of.values())
    people = _People(history.authors if history else (), hide_names)
    return CodeMap(
        format=FORMAT,
        name=codebase.name,
        commit=history.head if history else "",
        date=_day(survey.now) if history else "",
        files=len(codebase.cut.of),
        lines=sum(lines.values()),
        commits=len(history.commits) if history else 0,
        people=len(history.authors) if history else 0,
        notes=codebase.notes,
        components=tuple(_component(survey, name, files[name], lines[name], people) for name in survey.components),
        edges=tuple(_edges(survey, circles)),
        tables=tuple(_table(table) for table in survey.tables),
        waits=tuple(_waits(survey)),
        hot_spots=tuple(_hot_spots(survey)),
        cycles=tuple(tuple(sorted(circle)) for circle in circles),
        problems=tuple(_problems(survey)),
        quarters=tuple(_quarters(survey.now)) if history else (),
    )


class _People:
    def __init__(self, authors: tuple[str, ...], hide: bool) -> None:  # noqa: FBT001
        self._authors = authors
        self._hide = hide

    def name(self, author: int) -> str:
        return f"person {author + 1}" if self._hide else self._authors[author].rpartition(" <")[0] or "unknown"


def _component(survey: Survey, name: str, files: int, lines: int, people: _People) -> Component:
    figures, activity, staff = survey.independence[name], survey.activities.get(name), survey.staffing.get(name)
    bound = figures.incoming + figures.outgoing
    return Component(
        name=name,
        files=files,
        lines=lines,
        independence=round(figures.score, 4),
        cohesion=round(figures.inside / (figures.inside + bound), 4) if figures.inside else 0.0,
        callers=figures.callers,
        callees=figures.callees,
        shared=figures.shared,
        commits=activity.commits if activity else 0,
        commits_alone=activity.alone if activity else 0,
        quarters=activity.quarters if activity else (0,) * QUARTERS,
        authors=len(staff.authors) if staff else 0,
        main_authors=tuple(people.name(author) for author, _ in staff.authors[:3]) if staff else (),
        teams=tuple(TeamShare(team, round(share, 4)) for team, share in staff.teams[:6]) if staff else (),
        owners=staff.owners if staff else (),
        waiting_share=round(staff.waiting_share, 4) if staff else 0.0,
    )


def _edges(survey: Survey, circles: list[frozenset[str]]) -> list[Edge]:
    shared = _shared_tables(survey.tables)
    imported = {pair for pair in survey.dependencies if pair[0] != pair[1]}
    bound = {pair for pair in set(shared) | {p for p, c in survey.couplings.items() if c.together >= 3}}  # noqa: C416, PLR2004
    pairs = sorted(imported | {(a, b) for a, b in bound if (a, b) not in imported and (b, a) not in imported})
    return [_edge(survey, pair, circles, shared.get((min(pair), max(pair)), ())) for pair in pairs]


def _edge(survey: Survey, pair: tuple[str, str], circles: list[frozenset[str]], tables: tuple[str, ...]) -> Edge:
    source, target = pair
    dependency = survey.dependencies.get(pair)
    coupling = survey.coupling(source, target) or Coupling(0, 0, 0, 0, (0,) * QUARTERS, 0.0, ())
    links = (
        [survey.codebase.file_link(link.source, link.line) for link in dependency.links[:_LINKS]] if dependency else []
    )
    links += [survey.codebase.commit_link(sha) for sha in coupling.examples[: _LINKS - 2]]
    return Edge(
        source=source,
        target=target,
        imports=dependency.sites if dependency else 0,
        typing_only=dependency is not None and all(link.typing_only for link in dependency.links),
        in_cycle=any(source in circle and target in circle for circle in circles),
        shared_tables=tables,
        together=coupling.together,
        together_share=round(coupling.share, 4),
        share_of_least=round(coupling.share_of_least, 4),
        by_ticket=coupling.by_ticket,
        same_owners=round(owner_overlap(survey.staffing, source, target), 4),
        trend=round(coupling.trend, 4),
        forecast=round(coupling.forecast, 4),
        quarters=coupling.quarters,
        links=tuple(links),
    )


def _shared_tables(tables: tuple[Table, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    shared: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        users = table.components(Access.READ, Access.WRITE, Access.DEFINE)
        for position, left in enumerate(users):
            for right in users[position + 1 :]:
                shared.setdefault((left, right), []).append(table.name)
    return {pair: tuple(names) for pair, names in shared.items()}


def _table(table: Table) -> TableView:
    return TableView(
        table.name, table.owner, table.components(Access.WRITE, Access.DEFINE), table.components(Access.READ)
    )


def _waits(survey: Survey) -> list[Waiting]:
    found = [
        Waiting(
            component,
            wait.waiting,
            wait.on,
            wait.times,
            round(wait.median_days, 2),
            _commit_links(survey, wait.examples),
        )
        for component, staff in survey.staffing.items()
        for wait in staff.waits
    ]
    return sorted(found, key=lambda wait: (-wait.times, wait.component, wait.waiting, wait.on))[:100]


def _commit_links(survey: Survey, shas: tuple[str, ...]) -> tuple[Link, ...]:
    return tuple(survey.codebase.commit_link(sha) for sha in shas)


def _hot_spots(survey: Survey) -> list[HotSpot]:
    facts, of = survey.codebase.facts, survey.codebase.cut.of
    heat = {path: commits * facts[path].lines for path, (commits, _) in survey.file_commits.items() if path in of}
    hottest = max(heat.values(), default=0)
    ranked = sorted((path for path in heat if heat[path] > 0), key=lambda path: (-heat[path], path))[:_HOT_SPOTS]
    return [
        HotSpot(
            path,
            of[path],
            survey.file_commits[path][0],
            facts[path].lines,
            survey.file_commits[path][1],
            round(heat[path] / hottest, 4),
        )
        for path in ranked
    ]


def _problems(survey: Survey) -> list[Problem]:
    unparsed = {path: module.problem for path, module in survey.codebase.facts.items() if module.problem}
    return [Problem(path, reason) for path, reason in sorted((unparsed | survey.codebase.tree.skipped).items())]


def _day(when: int) -> str:
    return datetime.fromtimestamp(max(when, 0), UTC).date().isoformat()


def _quarters(now: int) -> list[str]:
    """Three months each, named by the month in which they begin, counted back from the newest commit."""
    return [_day(int(now - (QUARTERS - position) * 3 * MONTH_S))[:7] for position in range(QUARTERS)]
