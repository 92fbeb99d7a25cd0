"""A map and advice on a terminal."""

import re
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plures.advisor.judging import Advice, CutStep, Finding, SplitPlan, Verdict
from plures.advisor.model import CodeMap, Problem, Reference

from . import running
from .text import BRIEF, brief, messages, shared_databases

_ROWS = 40
_STEPS_OF_A_FINDING = 8
_STEPS = 60
_NAMED = 10
# What a narrow terminal does without, first to go first.
_LEAST_NEEDED = ("files", "imports", "commits", "imported by", "waiting", "lines", "independence")
_BETWEEN = 2
_LINKS = 3
# An address that cannot be taken for markup.
_LINK = re.compile(r"https://[^\s\[\]]+")
_COLOURS = {
    Verdict.SPLIT_OUT: "yellow",
    Verdict.CUT_FIRST: "yellow",
    Verdict.MERGE: "cyan",
    Verdict.LEAVE_ALONE: "green",
}


def print_map(drawn: CodeMap, console: Console) -> None:
    """Print the components, the largest first, and what binds them."""
    state = f"{drawn.date}, {drawn.commit[:10]}, {drawn.commits} commits" if drawn.commit else "files on disk"
    console.print(
        f"[bold]{escape(drawn.name)}[/bold]  {len(drawn.components)} components, {drawn.files} files, {drawn.lines} lines ({state})"
    )
    console.print(
        _table([[str(cell) for cell in brief(component)] for component in drawn.largest[:_ROWS]], console.width)
    )
    if len(drawn.components) > _ROWS:
        console.print(f"… and {len(drawn.components) - _ROWS} smaller ones")
    if drawn.cycles:
        circles = (
            "1 circle of imports; it"
            if len(drawn.cycles) == 1
            else f"{len(drawn.cycles)} circles of imports; the largest"
        )
        console.print(f"{circles} joins {len(drawn.cycles[0])} components.")
    shared = sum(1 for t in drawn.tables if len({*t.writers, *t.readers}) > 1)
    if drawn.tables:
        console.print(f"{len(drawn.tables)} database tables, {shared} of them used by more than one component.")
    for line in (*shared_databases(drawn), *messages(drawn)):
        console.print(escape(line), highlight=False)
    _print_unread(drawn.problems, console)
    for note in drawn.notes:
        console.print(f"[dim]note: {escape(note)}[/dim]")


def _table(rows: Sequence[Sequence[str]], width: int) -> Table:
    """The components in a table that leaves out columns where the terminal is narrow, and never cuts a name."""
    wide = [max(map(len, column)) + _BETWEEN for column in zip(BRIEF, *rows, strict=True)]
    shown = set(BRIEF)
    for heading in _LEAST_NEEDED:
        if sum(wide[i] for i, name in enumerate(BRIEF) if name in shown) > width:
            shown.discard(heading)
    table = Table(box=None, header_style="dim")
    for heading in (name for name in BRIEF if name in shown):
        first = heading == BRIEF[0]
        table.add_column(heading, justify="left" if first else "right", overflow="fold", no_wrap=not first)
    for row in rows:
        table.add_row(*(escape(cell) for name, cell in zip(BRIEF, row, strict=True) if name in shown))
    return table


def print_advice(advice: Advice, console: Console) -> None:
    """Print findings that ask for something in full, and only the number of the others."""
    console.print(f"[bold]{escape(advice.summary)}[/bold]")
    for finding in advice.asking:
        _print_finding(finding, console)
    for hint in running.hints(advice):
        console.print(
            f"\n[dim]too weak, or alone:[/dim] {escape(' and '.join(hint.subject))}\n  ~ {escape(hint.statement)}"
        )
    _print_unread(advice.problems, console)
    for caveat in advice.caveats:
        console.print(f"[dim]note: {escape(caveat)}[/dim]")


def _print_unread(problems: Sequence[Problem], console: Console) -> None:
    if problems:
        console.print(f"\nNot read fully, of {len(problems)} files" if len(problems) > _NAMED else "\nNot read fully")
    for problem in problems[:_NAMED]:
        console.print(f"  {escape(problem.path)}: {escape(problem.reason)}", highlight=False)
    if len(problems) > _NAMED:
        console.print(f"  … and {len(problems) - _NAMED} more (--format json lists them)")


def _print_finding(finding: Finding, console: Console) -> None:
    colour = _COLOURS[finding.verdict]
    console.print(
        f"\n[{colour}]{finding.verdict.value}[/{colour}]  {escape(finding.headline)}  [dim]{finding.trust}[/dim]"
    )
    for item in finding.evidence:
        console.print(f"  + {escape(item.statement)}{_see(item.links)}")
    for item in finding.counter_evidence:
        console.print(f"  - {escape(item.statement)}{_see(item.links)}")
    console.print(f"  ? {escape(finding.would_change)}")
    if finding.split:
        print_plan(finding.split, console, most=_STEPS_OF_A_FINDING)
    if finding.merge:
        saved = finding.merge
        console.print(
            f"  saves {saved.calls_saved} calls across the border, {saved.saga_steps} steps of sagas, "
            f"{saved.joint_commits} joint changes in 24 months"
        )
        if saved.observed:
            console.print(f"  {escape(running.gain(saved.observed))}", highlight=False)


def _see(links: Sequence[Reference]) -> str:
    """References to look at; a terminal that can opens them in a browser."""
    shown = (
        f"[link={at.url}]{escape(at.text)}[/link]" if _LINK.fullmatch(at.url) else escape(at.text)
        for at in links[:_LINKS]
    )
    return f" [dim]({', '.join(shown)})[/dim]" if links else ""


def _print_stays(kind: str, stays: Sequence[CutStep], console: Console, most: int) -> None:
    # Each of a kind says the same.
    console.print(f"  may stay, {kind}: {escape(stays[0].how)}", highlight=False)
    for kept in stays[:most]:
        console.print(f"    {escape(kept.what)}", highlight=False)
    if len(stays) > most:
        console.print(f"    … and {len(stays) - most} more")


def print_plan(plan: SplitPlan, console: Console, most: int = _STEPS) -> None:
    """Print what to cut in which order, what the contract needs, and what the split costs."""
    cost = plan.cost
    moved = f"{len(cost.tables_moved)} tables move, {len(cost.tables_shared)} are shared"
    console.print(
        f"  cost of taking {escape(plan.component)} out: {cost.calls_in} call sites become remote, {cost.calls_out} call back; {moved}"
    )
    for number, cut in enumerate(plan.cuts[:most], 1):
        console.print(
            f"  {number}. cut {cut.kind}: {escape(cut.what)} ({cut.sites}). {escape(cut.how)}", highlight=False
        )
    if len(plan.cuts) > most:
        console.print(f"  … and {len(plan.cuts) - most} more")
    for kind in dict.fromkeys(kept.kind for kept in plan.stays):
        _print_stays(kind, [kept for kept in plan.stays if kept.kind == kind], console, most)
    for operation in plan.contract[:most]:
        console.print(
            f"  contract: {escape(operation.name)}  {operation.kind}, {operation.calls} places", highlight=False
        )
