"""The sources of evidence: each turns one kind of observation into statements with numbers. None gives a verdict.

A further source, telemetry of running applications for instance, is one more function of this shape.
"""

from collections.abc import Callable, Iterator

from plures.advisor.measuring import Coupling, Survey, owner_overlap
from plures.advisor.model import Link
from plures.advisor.reading import Access

from . import thresholds as at
from .judgement import Evidence, Pressure, Verdict

Source = Callable[[Survey], Iterator[Evidence]]


def from_imports(survey: Survey) -> Iterator[Evidence]:
    """How well each component would stand alone."""
    total = len(survey.components)
    for name in survey.components:
        figures = survey.independence[name]
        size = _lines(survey, name)
        strength = figures.score / at.INDEPENDENT * (1 if size >= at.SMALLEST_SPLIT_LINES else 0.5)
        yield Evidence(
            source="imports",
            subject=(name,),
            statement=f"Independence {figures.score:.2f}: {figures.inside} of its import pairs stay inside, {figures.incoming} come in from "
            f"{len(figures.callers)} components, {figures.outgoing} go out to {len(figures.callees)}.",
            figure=figures.score,
            unit="independence, 0 to 1",
            supports=Verdict.SPLIT_OUT,
            strength=strength,
            required=True,
        )
        if len(figures.callers) > 1:
            yield Evidence(
                source="imports",
                subject=(name,),
                statement=f"{len(figures.callers)} of {total - 1} other components import it; each would have to call it over the network.",
                figure=len(figures.callers) / max(1, total - 1),
                unit="share of components that import it",
                supports=Verdict.LEAVE_ALONE,
                strength=len(figures.callers) / max(1, total - 1) / at.ENTANGLED_SHARE,
                links=tuple(_incoming_links(survey, name)),
            )
    yield from _bonds(survey)


def _bonds(survey: Survey) -> Iterator[Evidence]:
    """Pairs of components that import one another, from the view of each."""
    for left, right in sorted({(min(pair), max(pair)) for pair in survey.dependencies if pair[0] != pair[1]}):
        there, back = survey.dependencies.get((left, right)), survey.dependencies.get((right, left))
        sites = (there.sites if there else 0) + (back.sites if back else 0)
        links = [link for dependency in (there, back) if dependency for link in dependency.links[:2]]
        for name in (left, right):
            figures = survey.independence[name]
            share = sites / max(1, figures.incoming + figures.outgoing)
            yield Evidence(
                source="imports",
                subject=(left, right),
                statement=f"{left} imports {right} in {there.sites if there else 0} pairs of files, {right} imports {left} "
                f"in {back.sites if back else 0}; that is {share:.0%} of all that binds {name}.",
                figure=share,
                unit=f"share of what binds {name}",
                supports=Verdict.CUT_FIRST,
                strength=share / at.BINDING_SHARE,
                links=tuple(survey.codebase.file_link(link.source, link.line) for link in links),
                about=name,
            )


def _incoming_links(survey: Survey, name: str) -> Iterator[Link]:
    for caller in survey.independence[name].callers[:3]:
        link = survey.dependencies[caller, name].links[0]
        yield survey.codebase.file_link(link.source, link.line)


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
    for (left, right), coupling in survey.couplings.items():
        if coupling.together:
            yield _together(survey, left, right, coupling)


def _together(survey: Survey, left: str, right: str, coupling: Coupling) -> Evidence:
    lasting = sum(1 for count in coupling.quarters[-8:] if count)  # A single rework of both says nothing.
    tickets = f", and {coupling.by_ticket} tickets in separate commits" if coupling.by_ticket else ""
    return Evidence(
        source="history",
        subject=(left, right),
        statement=f"{coupling.together} of {coupling.either} commits in 24 months ({coupling.share:.0%}) touched both{tickets}.",
        figure=coupling.share,
        unit="share of commits that touched both",
        supports=Verdict.MERGE,
        strength=min(
            coupling.share / at.TOGETHER_SHARE, coupling.together / at.TOGETHER_TIMES, lasting / at.LASTING_QUARTERS
        ),
        required=True,
        links=tuple(survey.codebase.commit_link(sha) for sha in coupling.examples[:3]),
    )


def from_teams(survey: Survey) -> Iterator[Evidence]:
    """Where one team waits for another, and what the same people own."""
    for name, staff in survey.staffing.items():
        resident = staff.resident_teams
        waits = [wait for wait in staff.waits if {wait.waiting, wait.on} <= set(resident)]
        times = sum(wait.times for wait in waits)
        if survey.independence[name].shared:
            continue  # Everybody meets there by its nature; that is no reason to take it out.
        if len(resident) >= at.TEAMS and times:
            worst = waits[0]
            yield Evidence(
                source="teams",
                subject=(name,),
                statement=f"{len(resident)} teams share it, and {times} of {staff.commits} commits ({staff.waiting_share:.0%}) changed a file that "
                f"another team had changed within two weeks; most often “{worst.waiting}” after “{worst.on}”, {worst.times} times.",
                figure=staff.waiting_share,
                unit="share of commits right after another team's",
                supports=Verdict.SPLIT_OUT,
                strength=min(staff.waiting_share / at.WAITING_SHARE, times / at.WAITING_TIMES),
                pressure=Pressure.TEAM,
                links=tuple(survey.codebase.commit_link(sha) for wait in waits[:2] for sha in wait.examples[:2]),
            )
        elif staff.commits:
            yield Evidence(
                source="teams",
                subject=(name,),
                statement="One team does nearly all of the work on it: nobody waits."
                if len(resident) == 1
                else "No two teams change the same files of it within two weeks: nobody waits.",
                figure=float(len(resident)),
                unit="teams with a fifth of its commits or more",
                supports=Verdict.LEAVE_ALONE,
                strength=1.0,
            )
    for (left, right), coupling in survey.couplings.items():
        if coupling.together:
            overlap = owner_overlap(survey.staffing, left, right)
            yield Evidence(
                source="teams",
                subject=(left, right),
                statement=f"The same people change both: their shares of the commits overlap by {overlap:.0%}.",
                figure=overlap,
                unit="overlap of authors, 0 to 1",
                supports=Verdict.MERGE,
                strength=overlap / at.SAME_OWNERS,
                required=True,
            )


def from_tables(survey: Survey) -> Iterator[Evidence]:
    """Which tables would have to be shared over a border."""
    for name in survey.components:
        shared = [t for t in survey.tables if len(users := t.components(*Access)) > 1 and name in users]
        if shared:
            first = ", ".join(table.name for table in shared[:4])
            yield Evidence(
                source="tables",
                subject=(name,),
                statement=f"It touches {len(shared)} database tables that other components touch too: {first}{' …' if len(shared) > 4 else ''}.",  # noqa: PLR2004
                figure=float(len(shared)),
                unit="shared tables",
                supports=Verdict.LEAVE_ALONE,
                strength=len(shared) / at.SHARED_TABLES,
                links=tuple(
                    survey.codebase.file_link(site.path, site.line) for table in shared[:3] for site in table.sites[:1]
                ),
            )
    pairs: dict[tuple[str, str], list[str]] = {}
    for table in survey.tables:
        users = table.components(*Access)
        for position, left in enumerate(users):
            for right in users[position + 1 :]:
                pairs.setdefault((left, right), []).append(table.name)
    for pair, names in pairs.items():
        yield Evidence(
            source="tables",
            subject=pair,
            statement=f"Both touch {len(names)} tables: {', '.join(names[:4])}{' …' if len(names) > 4 else ''}.",  # noqa: PLR2004
            figure=float(len(names)),
            unit="tables that both touch",
            supports=Verdict.MERGE,
            strength=len(names) / at.SHARED_TABLES,
        )


def _lines(survey: Survey, name: str) -> int:
    return sum(
        survey.codebase.facts[path].lines for path, component in survey.codebase.cut.of.items() if component == name
    )


SOURCES: tuple[Source, ...] = (from_imports, from_history, from_teams, from_tables)
