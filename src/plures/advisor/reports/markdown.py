"""A map and advice as Markdown, for pull requests and wikis."""

from collections.abc import Iterable, Sequence

from plures.advisor.judging import Advice, Evidence, Finding, SplitPlan, Verdict
from plures.advisor.model import CodeMap, Link

from .wording import headline, summary

_ROWS = 40


def map_markdown(drawn: CodeMap) -> str:
    """A map."""
    largest = sorted(drawn.components, key=lambda c: -c.lines)[:_ROWS]
    pairs = {(min(e.source, e.target), max(e.source, e.target)): e for e in drawn.edges if e.together}
    coupled = sorted(pairs.values(), key=lambda e: -e.forecast)[:15]
    imports = sorted((e for e in drawn.edges if e.imports), key=lambda e: -e.imports)[:25]
    state = f"State of {drawn.date}, commit `{drawn.commit[:10]}`. " if drawn.commit else ""
    parts = [
        f"# Map of {_text(drawn.name)}\n",
        f"{state}{len(drawn.components)} components, {drawn.files} Python files, {drawn.lines} lines, {drawn.commits} commits, {len(drawn.tables)} tables.\n",
        *(f"> {note}\n" for note in drawn.notes),
        "## Components\n",
        _table(
            ("component", "files", "lines", "independence", "imported by", "imports", "commits", "waiting"),
            (
                (
                    c.name,
                    c.files,
                    c.lines,
                    f"{c.independence:.2f}",
                    len(c.callers),
                    len(c.callees),
                    c.commits,
                    f"{c.waiting_share:.0%}",
                )
                for c in largest
            ),
        ),
        "## Imports between components\n",
        _table(
            ("from", "to", "imports", "in a circle"),
            ((e.source, e.target, e.imports, "yes" if e.in_cycle else "") for e in imports),
        ),
        "## What changes together\n",
        _table(
            ("one", "other", "commits", "of either", "same people"),
            ((e.source, e.target, e.together, f"{e.together_share:.0%}", f"{e.same_owners:.0%}") for e in coupled),
        ),
        "## Tables\n",
        _table(
            ("table", "owner", "written by", "read by"),
            ((t.name, t.owner, ", ".join(t.writers), ", ".join(t.readers)) for t in drawn.tables[:_ROWS]),
        ),
        "## Hot spots\n",
        _table(
            ("file", "commits", "lines", "people"),
            ((h.path, h.commits, h.lines, h.authors) for h in drawn.hot_spots[:10]),
        ),
    ]
    return "\n".join(parts)


def advice_markdown(advice: Advice) -> str:
    """Advice: what asks for something in full, the rest as a list."""
    asking = [f for f in advice.findings if f.verdict is not Verdict.LEAVE_ALONE]
    calm = [f for f in advice.findings if f.verdict is Verdict.LEAVE_ALONE and len(f.subject) == 1]
    parts = [f"# Advice on {_text(advice.name)}\n", f"**{summary(advice)}**\n", *(_finding(f) for f in asking)]
    if calm:
        rows = (
            (f.subject[0], f"{f.confidence:.0%}", f.evidence[0].statement if f.evidence else "", f.would_change)
            for f in calm
        )
        parts += ["## Leave alone\n", _table(("component", "confidence", "since", "what would change it"), rows)]
    parts += ["## What limits this advice\n", *(f"- {caveat}" for caveat in advice.caveats), ""]
    return "\n".join(parts)


def _finding(finding: Finding) -> str:
    parts = [
        f"## {finding.verdict.value.capitalize()}: {_text(headline(finding))}\n",
        f"Confidence {finding.confidence:.0%}. {finding.would_change}\n",
    ]
    parts += _evidence("For it", finding.evidence) + _evidence("Against it", finding.counter_evidence)
    if finding.split:
        parts.append(_split(finding.split))
    if finding.merge:
        parts.append(
            f"Saves {finding.merge.calls_saved} calls across the border and {finding.merge.joint_commits} joint changes in 24 months.\n"
        )
    return "\n".join(parts)


def _split(plan: SplitPlan) -> str:
    cost = plan.cost
    return "\n".join(
        [
            f"Cost: {cost.calls_in} call sites become remote, {cost.calls_out} call back; {len(cost.tables_moved)} tables move, {len(cost.tables_shared)} are shared.\n",
            _table(
                ("step", "what to cut", "places", "how"),
                ((i, f"{c.kind}: {c.what}", c.sites, c.how) for i, c in enumerate(plan.cuts[:_ROWS], 1)),
            ),
            _table(
                ("contract needs", "as", "places", "callers"),
                ((o.name, o.kind, o.calls, ", ".join(o.callers)) for o in plan.contract[:20]),
            ),
        ]
    )


def _evidence(title: str, found: Iterable[Evidence]) -> list[str]:
    items = [f"- {_text(e.statement)} {_links(e.links)}".rstrip() for e in found]
    return [f"{title}:\n", *items, ""] if items else []


def _links(found: Iterable[Link]) -> str:
    return " ".join(f"[{link.text}]({link.url})" if link.url else f"`{link.text}`" for link in found)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(_text(str(cell)) for cell in row) + " |" for row in rows]
    if not lines:
        return "None.\n"
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines, ""])


def _text(text: str) -> str:
    """Text that cannot become markup: names of files and subjects of commits come from strangers."""
    for sign in ("\\", "|", "<", ">", "[", "]", "`", "*"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
