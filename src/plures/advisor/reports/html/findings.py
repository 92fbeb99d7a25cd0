"""The verdicts of the HTML page, each with its evidence, counter-evidence and plan."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from markupsafe import Markup

from plures.advisor.judging import Advice, CutStep, Evidence, Finding, MergePlan, Operation, SplitPlan
from plures.advisor.reports import running

from .elements import NOTHING, Columns, code, joined, references, table

_SHOWN_ALONE = 60
_SUMMARY = Markup('<p class="lead">{}</p>')
_CALM = Markup('<h3>Leave alone</h3><div class="calm">{}</div>')
_PAIRS = Markup("<p>{} pairs of components were weighed too and are left as they are.</p>")
_FINDING = Markup(
    '<details class="finding {kind}"{open}><summary><span class="badge">{verdict}</span> {headline} '
    "<small>{trust}</small></summary>{evidence}{counter_evidence}"
    "<p><strong>What would change it:</strong> {would_change}</p>{plan}</details>"
)
_EVIDENCE = Markup("<p><strong>{}:</strong></p><ul>{}</ul>")
_STATEMENT = Markup("<li>{} <small>({})</small> {}</li>")
_OBSERVED = Markup("<p>{}</p>")
_COST = Markup(
    "<p><strong>Cost:</strong> {calls_in} call sites in other components become remote calls, {calls_out} of its own call back. "
    "Tables that move along: {moved}. Tables to give one owner: {shared}.</p>"
)
_SAVED = Markup(
    "<p><strong>What it saves:</strong> {} calls across the border{}{}, and {} changes in 24 months that had to be made on both sides.</p>"
)
_CUTS: Columns[tuple[int, CutStep]] = (
    ("step", lambda step: step[0]),
    ("what", lambda step: f"{step[1].kind}: {step[1].what}"),
    ("places", lambda step: step[1].sites),
    ("how", lambda step: step[1].how),
    ("see", lambda step: references(step[1].links[:2])),
)
_STAYS: Columns[CutStep] = (
    ("what", lambda step: f"{step.kind}: {step.what}"),
    ("why", lambda step: step.how),
    ("see", lambda step: references(step.links[:2])),
)
_CONTRACT: Columns[Operation] = (
    ("name", lambda o: code(o.name)),
    ("becomes", lambda o: "operation" if o.kind == "call" else "message or value"),
    ("places", lambda o: o.calls),
    ("callers", lambda o: ", ".join(o.callers)),
)


def findings(advice: Advice) -> Markup:
    """Findings that ask for something in full, then the components that should be left alone, then the number of the others."""
    alone = joined(_finding(finding, is_open=False) for finding in advice.calm[:_SHOWN_ALONE])
    pairs = len(advice.findings) - len(advice.asking) - len(advice.calm)
    return joined(
        [
            _SUMMARY.format(advice.summary),
            *(_finding(finding, is_open=True) for finding in advice.asking),
            _CALM.format(alone) if alone else NOTHING,
            _PAIRS.format(pairs) if pairs else NOTHING,
        ]
    )


def _finding(finding: Finding, *, is_open: bool) -> Markup:
    return _FINDING.format(
        kind=finding.verdict.value.split()[0],
        open=" open" if is_open else "",
        verdict=finding.verdict.value,
        headline=finding.headline,
        trust=finding.trust,
        evidence=_evidence("For it", finding.evidence),
        counter_evidence=_evidence("Against it", finding.counter_evidence),
        would_change=finding.would_change,
        plan=_split(finding.split) if finding.split else _merge(finding.merge) if finding.merge else NOTHING,
    )


def _evidence(title: str, found: Iterable[Evidence], *, named: bool = False) -> Markup:
    items = joined(
        _STATEMENT.format(
            f"{' and '.join(e.subject)}: {e.statement}" if named else e.statement, e.source, references(e.links)
        )
        for e in found
    )
    return _EVIDENCE.format(title, items) if items else NOTHING


def _split(plan: SplitPlan) -> Markup:
    cost = _COST.format(
        calls_in=plan.cost.calls_in,
        calls_out=plan.cost.calls_out,
        moved=", ".join(plan.cost.tables_moved) or "none",
        shared=", ".join(plan.cost.tables_shared) or "none",
    )
    cuts = table("What to cut, in this order", _CUTS, enumerate(plan.cuts, 1))
    stays = table("What crosses the border and may stay", _STAYS, plan.stays)
    return cost + cuts + stays + table("Proposed contract: what callers really use", _CONTRACT, plan.contract)


def _merge(plan: MergePlan) -> Markup:
    tables = f", {len(plan.tables_joined)} shared tables get one owner" if plan.tables_joined else ""
    steps = f", {plan.saga_steps} steps of sagas that one transaction could do instead" if plan.saga_steps else ""
    observed = _OBSERVED.format(running.gain(plan.observed)) if plan.observed else NOTHING
    return _SAVED.format(plan.calls_saved, tables, steps, plan.joint_commits) + observed


def shown_running(advice: Advice) -> Markup:
    """What the running application showed: when and how much, what speaks for a change too weakly, and the figures."""
    if not advice.watched:
        return NOTHING
    hints = _evidence("Too weak, or alone, and so no reason for a verdict", running.hints(advice), named=True)
    return joined(
        [
            _OBSERVED.format(advice.caveats[0]),
            hints,
            _figures("What components take of the processor", running.LOADS, running.loads(advice)),
            _figures("What requests ask of whom", running.TALKS, running.talks(advice)),
        ]
    )


def _figures(title: str, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Markup:
    kept, cells = running.shown(headings, rows)
    return table(title, [(name, itemgetter(at)) for at, name in enumerate(kept)], cells)
