"""Draws a trace in the terminal."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from plures.cli.console import say
from plures.cli.telemetry.store import level_of
from plures.cli.telemetry.telling import (
    Column,
    cells_of,
    fitted,
    lasting,
    lines_of,
    moment,
    one_line,
    room,
    several_lines,
)

from .tree import FoldedItem, Item, SpanItem, Tree
from .words import counted, failing, named, why_kept

if TYPE_CHECKING:
    from plures.telemetry import LogRead, Shape, SpanRead, TraceRead

_MOST_ON_PATH: Final = 5
_COLUMNS: Final = (
    Column("at", is_number=True),
    Column("lasted", is_number=True),
    Column("on path", is_number=True),
    Column("process"),
)
_COLOURS: Final = {"warning": "yellow", "error": "red", "critical": "red"}


def draw(found: "TraceRead", shaped: "Shape", tree: Tree) -> None:
    """Print it."""
    trace, spans = found.line, found.spans
    say(f"trace {trace.id}", (f"  {moment(trace.began)} UTC  {why_kept(trace.kept_for)}", "dim"))
    faults = (f"  {counted(trace.faults, 'fault')}", "red") if trace.faults else ""
    say(f"{one_line(trace.name)}  {lasting(trace.lasted)}  {counted(trace.spans, 'span')} in {_where(spans)}", faults)
    if len(spans) < trace.spans:
        say((f"the first {len(spans):,} spans are shown", "yellow"))
    from plures.telemetry import missed

    orphans = missed(shaped, [each.parent for each in spans], [each.kind for each in spans])
    if orphans:
        missing = counted(orphans, "span")
        say(
            (
                f"{missing} of which the caller is not there: its process was killed, keeps no telemetry, or is of another application",
                "yellow",
            )
        )
    _tell_path(spans, tree)
    say("")
    _draw_tree(trace.began, spans, tree)
    if tree.loose:
        say("")
        say(("lines of the log whose span is not there", "dim"))
    for line in tree.loose:
        _say_line(line, f"{_after(line.at - trace.began)}  ")
    if found.logs_total > len(found.logs):
        say(
            (
                f"the first {len(found.logs):,} of {found.logs_total:,} lines of the log are shown; plures logs --trace {trace.id} has all",
                "yellow",
            )
        )


def _where(spans: "Sequence[SpanRead]") -> str:
    processes = sorted({span.process for span in spans})
    return (
        ", ".join(one_line(each) for each in processes)
        if len(processes) <= _MOST_ON_PATH
        else f"{len(processes)} processes"
    )


def _tell_path(spans: "Sequence[SpanRead]", tree: Tree) -> None:
    by_name: dict[str, int] = defaultdict(int)
    for place, lasted in tree.path.items():
        by_name[named(spans[place])] += lasted
    parts = sorted(by_name.items(), key=lambda each: -each[1])
    told = ", ".join(f"{name} {lasting(lasted)}" for name, lasted in parts[:_MOST_ON_PATH] if lasted)
    if told:
        more = ", …" if len(parts) > _MOST_ON_PATH else ""
        say(f"the end waited for {told}{more}")


def _draw_tree(began: int, spans: "Sequence[SpanRead]", tree: Tree) -> None:
    # The tree comes last in each line, so that what the columns hold stands in columns however deep it is.
    rows = [_cells(item, began, spans, tree) for item in tree.items]
    heading, *lines = lines_of(_COLUMNS, rows, None)
    width = max(cells_of(line) for line in (heading, *lines))
    say((heading, "dim"))
    here = room()
    for item, line in zip(tree.items, lines, strict=True):
        before = line + " " * (width - cells_of(line) + 2)
        left = None if here is None else max(0, here - cells_of(before))
        _say_item(item, before, left, spans, tree)


def _cells(item: Item, began: int, spans: "Sequence[SpanRead]", tree: Tree) -> tuple[str, str, str, str]:
    if isinstance(item, SpanItem):
        span, path = spans[item.span], tree.path.get(item.span, 0)
        return _after(span.began - began), lasting(span.lasted), lasting(path) if path else "", one_line(span.process)
    if isinstance(item, FoldedItem):
        together = sum(spans[each].lasted for each in item.spans)
        return "", lasting(together), lasting(item.path) if item.path else "", ""
    return _after(item.line.at - began), "", "", ""


def _after(microseconds: int) -> str:
    return lasting(microseconds) if microseconds >= 0 else f"-{lasting(-microseconds)}"


def _say_item(item: Item, before: str, left: int | None, spans: "Sequence[SpanRead]", tree: Tree) -> None:
    def cut(text: str) -> str:
        return text if left is None else fitted(text, left)

    if isinstance(item, SpanItem):
        span = spans[item.span]
        mark = "●" if tree.path.get(item.span) else "○"
        text = cut(f"{item.indent}{mark} {named(span)}")
        code = f"  {failing(span.code)}" if span.code else ""
        fits = left is None or cells_of(text + code) <= left
        say(before, text, (code if fits else "", "red" if span.code.islower() else "yellow"))
    elif isinstance(item, FoldedItem):
        say(before, (cut(f"{item.indent}… {len(item.spans):,} more of {named(spans[item.spans[0]])}"), "dim"))
    else:
        _say_line(
            item.line,
            f"{before}{item.indent}  ",
            cells=None if left is None else max(0, left - cells_of(item.indent) - 2),
        )


def _say_line(line: "LogRead", before: str, cells: int | None = None) -> None:
    level = level_of(line.level)
    first, *rest = several_lines(line.message)
    text = f"{one_line(line.logger)}: {first}{' …' if rest else ''}"
    shown = text if cells is None else fitted(text, max(0, cells - len(level) - 1))
    colour = _COLOURS.get(level)
    say(before, (level, colour or "dim"), f" {shown}")
