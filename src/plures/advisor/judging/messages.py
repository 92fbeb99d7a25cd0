"""Evidence from what Plures keeps until it is done: events and the steps of sagas. It bears a border better than a call.

What each verdict makes of it, and why: docs/adr/0010-advisor.md.
"""

from collections.abc import Iterable, Iterator

from plures.advisor.measuring import EventFlow, Survey
from plures.advisor.model import Reference
from plures.advisor.reading import Dependency

from . import figures as at
from .judgement import CutStep, Evidence, Verdict

_LINKS = 3
_STAYS_EVENT = "Leave it: it is kept until it is delivered. Apart it comes later, and fails nothing."
_STAYS_SAGA = "Leave it: each step is noted and tried again. Apart it takes longer, and leaves nothing half done."
_STAYS_CALL = "Leave it: the contract stays as it is. Apart its calls are remote: they take longer, and can fail."


def from_events(survey: Survey) -> Iterator[Evidence]:
    """Who is bound to whom by nothing but events: that costs delay, not errors."""
    for name in survey.components:
        told = {other for flow in survey.events for other in _other(flow, name)}
        figures = survey.independence[name]
        called = {*figures.callers, *figures.callees}
        only, known = sorted(told - called), told | called
        if only:
            share = len(only) / len(known)
            yield Evidence(
                source="events",
                subject=(name,),
                statement=f"Nothing but events binds it to {len(only)} of the {len(known)} components that it knows: {', '.join(only)}. "
                "They are kept until they are delivered, so apart they come later, and no call fails.",
                figure=share,
                unit="share of the components that it knows with which it has events alone",
                supports=Verdict.SPLIT_OUT,
                strength=share / at.EVENT_SHARE,
                links=tuple(_references(survey, (f for f in survey.events if _other(f, name) & set(only)))),
            )
    for left, right in sorted(
        {(min(f.publisher, f.subscriber), max(f.publisher, f.subscriber)) for f in survey.events}
    ):
        yield _between(survey, left, right)


def _other(flow: EventFlow, name: str) -> set[str]:
    ends = {flow.publisher, flow.subscriber}
    return ends - {name} if name in ends else set()


def _between(survey: Survey, left: str, right: str) -> Evidence:
    flows = survey.events_between(left, right)
    told = "; ".join(dict.fromkeys(f"{f.publisher} tells {f.subscriber} of {f.event}" for f in flows))
    bound = survey.imports_between(left, right)
    kept = (
        "That waits for no answer; their imports bind them besides."
        if bound
        else "Nothing else binds their code: a border here costs delay and no errors, and a merge would save no call."
    )
    return Evidence(
        source="events",
        subject=(left, right),
        statement=f"{told}, by events. {kept}",
        figure=float(len(flows)),
        unit="subscriptions",
        supports=Verdict.LEAVE_ALONE,
        strength=at.BESIDE_CALLS if bound else 1.0,
        links=tuple(_references(survey, flows)),
    )


def _references(survey: Survey, flows: Iterable[EventFlow]) -> Iterator[Reference]:
    places = dict.fromkeys((flow.path, flow.line) for flow in flows)
    yield from (survey.codebase.web.file(path, line) for path, line in list(places)[:_LINKS])


def from_sagas(survey: Survey) -> Iterator[Evidence]:
    """Which calls are steps of a saga: they bind in time, and leave nothing half done."""
    for bond in survey.sagas:
        undone = f", and takes it back with {', '.join(bond.undos)}" if bond.undos else ""
        yield Evidence(
            source="sagas",
            subject=(min(bond.component, bond.target), max(bond.component, bond.target)),
            statement=f"The saga {bond.saga} of {bond.component} asks {bond.target} for {', '.join(bond.steps) or 'nothing'}{undone}. "
            "Its steps are noted and tried again: a border here costs time, and leaves nothing half done.",
            figure=float(len(bond.steps)),
            unit="operations that steps of a saga ask for",
            supports=Verdict.LEAVE_ALONE,
            strength=1.0,
            links=tuple(survey.codebase.web.file(bond.path, line) for line in bond.lines[:_LINKS]),
        )


def asks_contracts(survey: Survey, dependency: Dependency) -> bool:
    """Whether all imports take something from modules with contracts of Plures: those are a border already."""
    spoken = (survey.codebase.facts[edge.target].messaging for edge in dependency.edges)
    return all(each is not None and each.contracts for each in spoken)


def what_stays(survey: Survey, component: str) -> Iterator[CutStep]:
    """What crosses the border of a component and may go on as it is when it leaves."""
    for flow in survey.events:
        if component in {flow.publisher, flow.subscriber}:
            what = f"{flow.publisher} ⇢ {flow.subscriber}: {flow.event}, handled by {flow.handler}"
            yield CutStep("event", what, _STAYS_EVENT, 1, (survey.codebase.web.file(flow.path, flow.line),))
    for (source, target), dependency in sorted(survey.dependencies.items()):
        if source != target and component in {source, target} and asks_contracts(survey, dependency):
            links = tuple(survey.codebase.web.file(edge.source, edge.line) for edge in dependency.edges[:_LINKS])
            yield CutStep("call", f"{source} → {target}, by its contract", _STAYS_CALL, dependency.sites, links)
    for bond in survey.sagas:
        if component in {bond.component, bond.target}:
            what = f"{bond.component} → {bond.target}: {', '.join((*bond.steps, *bond.undos))}, of {bond.saga}"
            links = tuple(survey.codebase.web.file(bond.path, line) for line in bond.lines[:_LINKS])
            yield CutStep("saga", what, _STAYS_SAGA, len(bond.lines), links)
