"""A map and advice as text: Markdown for pull requests and wikis, JSON for programs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from plures.advisor.judging import Advice, Evidence, Finding, SplitPlan
from plures.advisor.model import CodeMap, Component, Edge, Reference

from . import running

BRIEF = ("component", "files", "lines", "independence", "imported by", "imports", "commits", "waiting")
_ROWS = 40
_IMPORTS = 25
_COUPLED = 15
_HOT_SPOTS = 10
_OPERATIONS = 20


def to_json(value: CodeMap | Advice | SplitPlan) -> str:
    """Indented JSON with the fields of `model` and `judgement`, as they are."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


def map_markdown(drawn: CodeMap) -> str:
    """A map as Markdown."""
    state = f"State of {drawn.date}, commit {_references([drawn.head])}. " if drawn.head else ""
    counts = (
        f"{len(drawn.components)} components, {drawn.files} Python files, {drawn.lines} lines, {drawn.commits} commits"
    )
    return "\n".join(
        [
            f"# Map of {_text(drawn.name)}\n",
            f"{state}{counts}, {len(drawn.tables)} tables.\n",
            *(f"> {note}\n" for note in drawn.notes),
            "## Components\n",
            _table(BRIEF, map(brief, drawn.largest[:_ROWS])),
            "## Imports between components\n",
            _imports(drawn.imports[:_IMPORTS]),
            *_messages(drawn),
            "## What changes together\n",
            _coupled(drawn),
            "## Tables\n",
            _table(
                ("table", "owner", "written by", "read by"),
                ((t.name, t.owner, ", ".join(t.writers), ", ".join(t.readers)) for t in drawn.tables[:_ROWS]),
            ),
            *(f"{_text(each)}\n" for each in shared_databases(drawn)),
            "## Hot spots\n",
            _table(
                ("file", "commits", "lines", "people"),
                ((h.path, h.commits, h.lines, h.authors) for h in drawn.hot_spots[:_HOT_SPOTS]),
            ),
        ]
    )


def brief(component: Component) -> tuple[object, ...]:
    """A component in one row, with `BRIEF` as its headings."""
    c, independence, waiting = component, f"{component.independence:.2f}", f"{component.waiting_share:.0%}"
    return c.name, c.files, c.lines, independence, len(c.callers), len(c.callees), c.commits, waiting


def shared_databases(drawn: CodeMap) -> list[str]:
    """A sentence for each capability whose tables lie in the application's own database."""
    return [
        f"{own.component} keeps {', '.join(own.tables)} in the application's own database: it cannot run apart until it owns them."
        for own in drawn.shared_databases
    ]


def messages(drawn: CodeMap) -> list[str]:
    """Events and sagas in a line for each component that publishes or has sagas."""
    told: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for event in drawn.events:
        told[event.publisher, event.event][event.subscriber] = None
    asked: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for saga in drawn.sagas:
        asked[saga.source, saga.saga][saga.target] = None
    return [
        *(f"event {event}: {publisher} ⇢ {', '.join(subscribers)}" for (publisher, event), subscribers in told.items()),
        *(f"saga {saga}: {source} → {', '.join(targets)}" for (source, saga), targets in asked.items()),
    ]


def _messages(drawn: CodeMap) -> list[str]:
    events = ((e.publisher, e.subscriber, e.event, e.handler) for e in drawn.events)
    sagas = ((s.source, s.target, s.saga, ", ".join(s.steps), ", ".join(s.undos)) for s in drawn.sagas)
    return [
        *(["## Events\n", _table(("from", "to", "event", "handled by"), events)] if drawn.events else []),
        *(["## Sagas\n", _table(("from", "to", "saga", "steps", "taken back by"), sagas)] if drawn.sagas else []),
    ]


def _imports(edges: Sequence[Edge]) -> str:
    headings = ("from", "to", "imports", "in a circle")
    rows = [(e.source, e.target, e.imports, "yes" if e.in_cycle else "") for e in edges]
    # A column that says something of code of Plures alone.
    if not any(edge.optional for edge in edges):
        return _table(headings, rows)
    marked = ((*row, "yes" if edge.optional else "") for row, edge in zip(rows, edges, strict=True))
    return _table((*headings, "can do without"), marked)


def _coupled(drawn: CodeMap) -> str:
    rows = (
        (e.source, e.target, e.together, f"{e.together_share:.0%}", f"{e.same_owners:.0%}")
        for e in drawn.together[:_COUPLED]
    )
    return _table(("one", "other", "commits", "of either", "same people"), rows)


def advice_markdown(advice: Advice) -> str:
    """Advice as Markdown: findings that ask for something in full, the others as a list."""
    parts = [f"# Advice on {_text(advice.name)}\n", f"**{advice.summary}**\n", *map(_finding, advice.asking)]
    if advice.calm:
        rows = (
            (
                f.subject[0],
                f.trust.removeprefix("confidence "),
                f.evidence[0].statement if f.evidence else "",
                f.would_change,
            )
            for f in advice.calm
        )
        parts += ["## Leave alone\n", _table(("component", "confidence", "since", "what would change it"), rows)]
    parts += _running(advice)
    if advice.problems:
        parts += ["## Not read fully\n", _table(("file", "why"), ((p.path, p.reason) for p in advice.problems[:_ROWS]))]
        parts += [f"And {len(advice.problems) - _ROWS} more.\n"] if len(advice.problems) > _ROWS else []
    parts += ["## What limits this advice\n", *(f"- {caveat}" for caveat in advice.caveats), ""]
    return "\n".join(parts)


def _running(advice: Advice) -> list[str]:
    if not advice.watched:
        return []
    hints = [f"- {_text(' and '.join(e.subject))}: {_text(e.statement)}" for e in running.hints(advice)]
    return [
        "## What the running application shows\n",
        f"{_text(advice.caveats[0])}\n",
        *(["Too weak, or alone, and so no reason for a verdict:\n", *hints, ""] if hints else []),
        *([_table(*running.shown(running.LOADS, rows))] if (rows := running.loads(advice)) else []),
        *([_table(*running.shown(running.TALKS, rows))] if (rows := running.talks(advice)) else []),
    ]


def plan_markdown(plan: SplitPlan) -> str:
    """A plan as Markdown."""
    return f"# Taking {_text(plan.component)} out\n\n{_split(plan)}"


def _finding(finding: Finding) -> str:
    parts = [
        f"## {finding.verdict.value.capitalize()}: {_text(finding.headline)}\n",
        f"{finding.trust.capitalize()}. {_text(finding.would_change)}\n",
        *_evidence("For it", finding.evidence),
        *_evidence("Against it", finding.counter_evidence),
    ]
    if finding.split:
        parts.append(_split(finding.split))
    if finding.merge:
        saved = finding.merge
        parts.append(
            f"Saves {saved.calls_saved} calls across the border, {saved.saga_steps} steps of sagas and "
            f"{saved.joint_commits} joint changes in 24 months.\n"
        )
        parts += [f"{running.gain(saved.observed)}\n"] if saved.observed else []
    return "\n".join(parts)


def _split(plan: SplitPlan) -> str:
    cost = plan.cost
    calls = f"{cost.calls_in} call sites become remote, {cost.calls_out} call back"
    return "\n".join(
        [
            f"Cost: {calls}; {len(cost.tables_moved)} tables move, {len(cost.tables_shared)} are shared.\n",
            _table(
                ("step", "what to cut", "places", "how"),
                ((i, f"{c.kind}: {c.what}", c.sites, c.how) for i, c in enumerate(plan.cuts[:_ROWS], 1)),
            ),
            *(
                [_table(("may stay", "what", "why"), ((c.kind, c.what, c.how) for c in plan.stays))]
                if plan.stays
                else []
            ),
            _table(
                ("contract needs", "as", "places", "callers"),
                ((o.name, o.kind, o.calls, ", ".join(o.callers)) for o in plan.contract[:_OPERATIONS]),
            ),
        ]
    )


def _evidence(title: str, found: Iterable[Evidence]) -> list[str]:
    items = [f"- {_text(e.statement)} {_references(e.links)}".rstrip() for e in found]
    return [f"{title}:\n", *items, ""] if items else []


def _references(found: Iterable[Reference]) -> str:
    return " ".join(f"[{_text(at.text)}]({at.url})" if at.url else f"`{at.text.replace('`', '')}`" for at in found)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(_text(str(cell)) for cell in row) + " |" for row in rows]
    if not lines:
        return "None.\n"
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines, ""])


def _text(text: str) -> str:
    """Text that cannot become markup. Strangers write the names of files and the messages of commits."""
    for sign in ("\\", "|", "<", ">", "[", "]", "`", "*"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
