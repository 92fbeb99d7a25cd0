"""The sources of evidence: each turns one kind of observation into statements with numbers. A source gives no verdict.

A further source, such as telemetry of running applications, is one more function of this shape.
"""

from collections.abc import Callable, Iterator, Sequence

from plures.advisor.measuring import Coupling, Staffing, Survey, author_overlap, shared_tables
from plures.advisor.model import Reference

from . import figures as at
from .judgement import Evidence, Pressure, Verdict
from .messages import from_events, from_sagas

Source = Callable[[Survey], Iterator[Evidence]]


def from_imports(survey: Survey) -> Iterator[Evidence]:
    """How well each component would stand alone, and what binds it."""
    others = max(1, len(survey.components) - 1)
    for name in survey.components:
        figures = survey.independence[name]
        callers = len(figures.callers)
        size = 1 if _lines(survey, name) >= at.SMALLEST_SPLIT_LINES else 0.5
        yield Evidence(
            source="imports",
            subject=(name,),
            statement=f"Independence {figures.score:.2f}: {figures.inside} of its import pairs stay inside, {figures.incoming} come in "
            f"from {callers} components, {figures.outgoing} go out to {len(figures.callees)}.",
            figure=figures.score,
            unit="independence, 0 to 1",
            supports=Verdict.SPLIT_OUT,
            strength=figures.score / at.INDEPENDENT * size,
            required=True,
        )
        if callers > 1:
            yield Evidence(
                source="imports",
                subject=(name,),
                statement=f"{callers} of {others} other components import it; each would have to call it over the network.",
                figure=callers / others,
                unit="share of components that import it",
                supports=Verdict.LEAVE_ALONE,
                strength=callers / others / at.ENTANGLED_SHARE,
                links=tuple(_incoming(survey, name)),
            )
    yield from _bonds(survey)


def _bonds(survey: Survey) -> Iterator[Evidence]:
    """What binds two components that import one another, once from the view of each."""
    for left, right in sorted({(min(pair), max(pair)) for pair in survey.dependencies if pair[0] != pair[1]}):
        there, back = survey.dependencies.get((left, right)), survey.dependencies.get((right, left))
        counts = [dependency.sites if dependency else 0 for dependency in (there, back)]
        edges = [edge for dependency in (there, back) if dependency for edge in dependency.edges[:2]]
        for name, other in ((left, right), (right, left)):
            if _is_library(survey, other):
                continue
            figures = survey.independence[name]
            share = sum(counts) / max(1, figures.incoming + figures.outgoing)
            yield Evidence(
                source="imports",
                subject=(left, right),
                statement=f"{left} imports {right} in {counts[0]} pairs of files, {right} imports {left} in {counts[1]}; "
                f"that is {share:.0%} of all that binds {name}.",
                figure=share,
                unit=f"share of what binds {name}",
                supports=Verdict.CUT_FIRST,
                strength=share / at.BINDING_SHARE,
                links=tuple(survey.codebase.web.file(edge.source, edge.line) for edge in edges),
                about=name,
            )


def _is_library(survey: Survey, name: str) -> bool:
    """What most of the others use, by its name or by their imports: a cut from it frees no component."""
    figures, others = survey.independence[name], max(1, len(survey.components) - 1)
    return figures.shared or len(figures.callers) / others >= at.ENTANGLED_SHARE


def _incoming(survey: Survey, name: str) -> Iterator[Reference]:
    for caller in survey.independence[name].callers[:3]:
        edge = survey.dependencies[caller, name].edges[0]
        yield survey.codebase.web.file(edge.source, edge.line)


def from_history(survey: Survey) -> Iterator[Evidence]:
    """What changes alone, and what changes together."""
    for name, activity in survey.activities.items():
        if activity.commits >= at.TOGETHER_TIMES:
            share = activity.alone / activity.commits
            alone = share >= at.ALONE_SHARE
            yield Evidence(
                source="history",
                subject=(name,),
                statement=f"{activity.alone} of its {activity.commits} commits in 24 months ({share:.0%}) touched nothing else.",
                figure=share,
                unit="share of commits that touched it alone",
                supports=Verdict.SPLIT_OUT if alone else Verdict.LEAVE_ALONE,
                strength=share / at.ALONE_SHARE if alone else (1 - share) / at.ALONE_SHARE,
            )
    for pair, coupling in survey.couplings.items():
        if coupling.together:
            evidence = _together(survey, pair, coupling)
            yield evidence
            if evidence.strength >= 1 and not (survey.imports_between(*pair) or survey.events_between(*pair)):
                yield _strangers(pair)


def _strangers(pair: tuple[str, str]) -> Evidence:
    """What speaks for leaving two apart that change together: there is no border between them that a merge would take away."""
    return Evidence(
        source="imports",
        subject=pair,
        statement="Neither imports the other: they may be two answers to one question, and to merge them saves no call.",
        figure=0.0,
        unit="pairs of files that import",
        supports=Verdict.LEAVE_ALONE,
        strength=1.0,
    )


def _together(survey: Survey, pair: tuple[str, str], coupling: Coupling) -> Evidence:
    # A single rework of both says nothing, so this counts the quarters.
    lasting = sum(1 for count in coupling.quarters[-8:] if count)
    tickets = f", and {coupling.by_ticket} tickets in separate commits" if coupling.by_ticket else ""
    return Evidence(
        source="history",
        subject=pair,
        statement=f"{coupling.together} of {coupling.either} commits in 24 months ({coupling.share:.0%}) touched both{tickets}.",
        figure=coupling.share,
        unit="share of commits that touched both",
        supports=Verdict.MERGE,
        strength=min(
            coupling.share / at.TOGETHER_SHARE, coupling.together / at.TOGETHER_TIMES, lasting / at.LASTING_QUARTERS
        ),
        required=True,
        links=tuple(survey.codebase.web.commit(sha) for sha in coupling.examples[:3]),
    )


def from_teams(survey: Survey) -> Iterator[Evidence]:
    """Where one team waits for another, and which components the same people change."""
    for name, staff in survey.staffing.items():
        # All teams meet in a shared component by its nature; that is no reason to take it out.
        if not survey.independence[name].shared and staff.commits:
            waits = len(staff.resident_teams) >= at.TEAMS and staff.resident_waits
            yield _waiting(survey, name, staff) if waits else _calm(name, len(staff.resident_teams))
    for pair, coupling in survey.couplings.items():
        if coupling.together:
            overlap = author_overlap(survey.staffing.get(pair[0]), survey.staffing.get(pair[1]))
            yield Evidence(
                source="teams",
                subject=pair,
                statement=f"The same people change both: their shares of the commits overlap by {overlap:.0%}.",
                figure=overlap,
                unit="overlap of authors, 0 to 1",
                supports=Verdict.MERGE,
                strength=overlap / at.SAME_OWNERS,
                required=True,
            )


def _waiting(survey: Survey, name: str, staff: Staffing) -> Evidence:
    waits = staff.resident_waits
    times, worst = sum(wait.times for wait in waits), waits[0]
    teams = all(survey.are_teams(wait.waiting, wait.on) for wait in waits)
    group, groups = ("team", "teams") if teams else ("group of people", "groups of people")
    known = f" (the authors of {staff.in_teams} belong to one)" if staff.in_teams < staff.commits else ""
    return Evidence(
        source="teams",
        subject=(name,),
        statement=f"{len(staff.resident_teams)} {groups} share it; {times} of all {staff.commits} commits{known}, "
        f"{staff.waiting_share:.0%}, changed a file that another {group} had changed within two weeks; "
        f"most often “{worst.waiting}” after “{worst.on}”, {worst.times} times.",
        figure=staff.waiting_share,
        unit=f"share of commits right after those of another {group}",
        supports=Verdict.SPLIT_OUT,
        strength=min(staff.waiting_share / at.WAITING_SHARE, times / at.WAITING_TIMES),
        pressure=Pressure.TEAM if teams else Pressure.PEOPLE,
        links=tuple(survey.codebase.web.commit(sha) for wait in waits[:2] for sha in wait.examples[:2]),
    )


def _calm(name: str, teams: int) -> Evidence:
    one_team = "One team does nearly all of the work on it: no team waits for another."
    apart = "No two teams change the same files of it within two weeks: no team waits for another."
    unknown = "No known team makes a fifth of the commits of all known teams: nothing can be said about waiting."
    return Evidence(
        source="teams",
        subject=(name,),
        statement=(unknown, one_team, apart)[min(teams, 2)],
        figure=float(teams),
        unit="teams with a fifth of its commits by known teams or more",
        supports=Verdict.LEAVE_ALONE,
        strength=1.0 if teams else 0.0,
    )


def from_tables(survey: Survey) -> Iterator[Evidence]:
    """Which tables would have to be shared across a border."""
    for name in survey.components:
        shared = [table for table in survey.tables if len(users := table.components()) > 1 and name in users]
        if shared:
            names = some([table.name for table in shared], 4)
            yield Evidence(
                source="tables",
                subject=(name,),
                statement=f"It touches {len(shared)} database tables that other components touch too: {names}.",
                figure=float(len(shared)),
                unit="shared tables",
                supports=Verdict.LEAVE_ALONE,
                strength=len(shared) / at.SHARED_TABLES,
                links=tuple(survey.codebase.web.file(t.sites[0].path, t.sites[0].line) for t in shared[:3]),
            )
    for own in survey.shared:
        yield Evidence(
            source="tables",
            subject=(own.component,),
            statement=f"It keeps {len(own.tables)} tables in the application's own database ({some(own.tables, 4)}), "
            f"so it cannot run apart. {own.advice}",
            figure=float(len(own.tables)),
            unit="tables in the application's own database",
            supports=Verdict.SPLIT_OUT,
            strength=0.0,
            required=True,
            links=(survey.codebase.web.file(own.path, own.line),),
        )
    for pair, both in shared_tables(survey.tables).items():
        yield Evidence(
            source="tables",
            subject=pair,
            statement=f"Both touch {len(both)} tables: {some(both, 4)}.",
            figure=float(len(both)),
            unit="tables that both touch",
            supports=Verdict.MERGE,
            strength=len(both) / at.SHARED_TABLES,
        )


def some(names: Sequence[str], most: int) -> str:
    """The first few of these names, with a sign that there are more."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _lines(survey: Survey, name: str) -> int:
    codebase = survey.codebase
    return sum(codebase.facts[path].lines for path, component in codebase.division.of.items() if component == name)


SOURCES: tuple[Source, ...] = (from_imports, from_history, from_teams, from_tables, from_events, from_sagas)
