"""The verdicts of the HTML page, each with its evidence, counter-evidence and plan."""

from collections.abc import Iterable
from html import escape

from plures.advisor.judging import Advice, Evidence, Finding, MergePlan, SplitPlan, Verdict
from plures.advisor.reports.wording import headline, summary

from .tables import links, table

_SHOWN_ALONE = 60


def findings(advice: Advice) -> str:
    """Findings that ask for something in full, then the components that should be left alone, then a count of the rest."""
    asking = [f for f in advice.findings if f.verdict is not Verdict.LEAVE_ALONE]
    calm = [f for f in advice.findings if f.verdict is Verdict.LEAVE_ALONE and len(f.subject) == 1]
    pairs = sum(1 for f in advice.findings if f.verdict is Verdict.LEAVE_ALONE and len(f.subject) > 1)
    lead = f'<p class="lead">{escape(summary(advice))}</p>'
    alone = "".join(_finding(f, open_=False) for f in calm[:_SHOWN_ALONE])
    rest = f"<p>{pairs} pairs of components were weighed too and are left as they are.</p>" if pairs else ""
    return (
        lead
        + "".join(_finding(f, open_=True) for f in asking)
        + (f'<h3>Leave alone</h3><div class="calm">{alone}</div>' if alone else "")
        + rest
    )


def _finding(finding: Finding, *, open_: bool) -> str:
    kind = finding.verdict.value.split()[0]
    plan = _split(finding.split) if finding.split else _merge(finding.merge) if finding.merge else ""
    return (
        f'<details class="finding {kind}"{" open" if open_ else ""}><summary><span class="badge">{escape(finding.verdict.value)}</span> '
        f"{escape(headline(finding))} <small>confidence {finding.confidence:.0%}</small></summary>"
        f"{_evidence('For it', finding.evidence)}{_evidence('Against it', finding.counter_evidence)}"
        f"<p><strong>What would change it:</strong> {escape(finding.would_change)}</p>{plan}</details>"
    )


def _evidence(title: str, found: Iterable[Evidence]) -> str:
    items = "".join(
        f"<li>{escape(e.statement)} <small>({escape(e.source)})</small> {links(e.links)}</li>" for e in found
    )
    return f"<p><strong>{title}:</strong></p><ul>{items}</ul>" if items else ""


def _split(plan: SplitPlan) -> str:
    cost = plan.cost
    preview = (
        f"<p><strong>Cost:</strong> {cost.calls_in} call sites in other components become remote calls, {cost.calls_out} of its own call back. "
        f"Tables that move along: {escape(', '.join(cost.tables_moved) or 'none')}. Tables to give one owner: {escape(', '.join(cost.tables_shared) or 'none')}.</p>"
    )
    cuts = table(
        "What to cut, in this order",
        ("step", "what", "places", "how", "see"),
        (
            (f"{i}", f"{escape(c.kind)}: {escape(c.what)}", f"{c.sites}", escape(c.how), links(c.links[:2]))
            for i, c in enumerate(plan.cuts, 1)
        ),
    )
    contract = table(
        "Proposed contract: what callers really use",
        ("name", "becomes", "places", "callers"),
        (
            (
                f"<code>{escape(o.name)}</code>",
                "operation" if o.kind == "call" else "message or value",
                f"{o.calls}",
                escape(", ".join(o.callers)),
            )
            for o in plan.contract
        ),
    )
    return preview + cuts + contract


def _merge(plan: MergePlan) -> str:
    tables = f", {len(plan.tables_joined)} shared tables get one owner" if plan.tables_joined else ""
    return f"<p><strong>What it saves:</strong> {plan.calls_saved} calls across the border{tables}, and {plan.joint_commits} changes in 24 months that had to be made on both sides.</p>"
