"""The command `plures trace compare`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from plures.cli.console import print_json, say
from plures.cli.telemetry.store import looked_at, open_store, store_options
from plures.cli.telemetry.telling import Column, figure, lasting, one_line, print_table
from plures.errors import PluresError, Text

from .words import counted

if TYPE_CHECKING:
    from plures.telemetry import Measure, Measured, Reading, SpanRead

_IS_FILTER: Final = re.compile(r"[a-z]+(=|,|$)").match
_COLUMNS: Final = (
    Column("operation", gives=True),
    Column("calls A", is_number=True),
    Column("B", is_number=True),
    Column("p50 A", is_number=True),
    Column("B", is_number=True),
    Column("change", is_number=True),
    Column("path A", is_number=True),
    Column("B", is_number=True),
    Column("way A", is_number=True),
    Column("B", is_number=True),
)


@dataclass(eq=False)
class NothingToCompare(PluresError):
    """No trace is like a filter says."""

    code = "cli.nothing_to_compare"
    wording = Text(
        "No trace that is kept is like {text}",
        fix="`plures trace list` shows those that are kept; its options have the names of these filters.",
    )

    text: str


@click.command("compare")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Most traces of a filter, the newest."
)
@store_options
@click.pass_context
def compare_command(
    context: click.Context, a: str, b: str, *, limit: int, data: Path | None, file: Path, as_json: bool
) -> None:
    """Compare two traces, or two sets of them: how often each operation was called, how long it took, what the ends waited for.

    A and B are ids as for `plures trace show`, or filters with the names of the options of `plures trace list`: operation=orders/Place,until=15:04
    against operation=orders/Place,since=15:04 compares before and after a deploy, or one process and many.
    """
    from plures.telemetry import measured

    with looked_at(as_json=as_json):
        store = open_store(file, data)
        found = [measured(_spans_of(store, context, text, limit)) for text in (a, b)]
    if as_json:
        print_json({"a": _as_data(found[0]), "b": _as_data(found[1])}, pretty=False)
    else:
        _tell((a, b), found[0], found[1])


def _spans_of(store: "Reading", context: click.Context, text: str, limit: int) -> "Sequence[Sequence[SpanRead]]":
    from plures.cli.telemetry.chosen import chosen_trace

    from .filters import wanted_of

    if not _IS_FILTER(text):
        return [chosen_trace(store, text).spans]
    traces = (store.trace(each.id, most_lines=0) for each in store.traces(wanted_of(text, context), limit=limit))
    found = [each.spans for each in traces if each is not None]
    if not found:
        raise NothingToCompare(text)
    return found


def _names(a: "Measured", b: "Measured") -> list[str]:
    """What takes most comes first."""
    names = {*a.by_name, *b.by_name}
    return sorted(names, key=lambda name: (-max(_path(a, name), _path(b, name)), name))


def _path(found: "Measured", name: str) -> float:
    return found.by_name[name].path / found.many if name in found.by_name else 0.0


def _tell(texts: tuple[str, str], a: "Measured", b: "Measured") -> None:
    from plures.telemetry import middle

    for letter, text, found in (("A", texts[0], a), ("B", texts[1], b)):
        processes = ", ".join(sorted(map(one_line, found.processes)))
        half = middle(found.lasted) or 0
        many = f"{counted(found.many, 'trace')}, p50 {lasting(half)}" if found.many > 1 else lasting(half)
        say(f"{letter}  {one_line(text)}  {many}", (f"  in {processes}", "dim"))
    say("")
    print_table(_COLUMNS, [_row(name, a, b) for name in _names(a, b)])
    say(
        (
            "calls: of each trace · path: what the end of a trace waited for, of each · way: what a remote call took beyond the work itself",
            "dim",
        )
    )


def _row(name: str, a: "Measured", b: "Measured") -> tuple[str, ...]:
    from plures.telemetry import Measure, middle

    one, other = a.by_name.get(name, Measure()), b.by_name.get(name, Measure())
    before, after = middle(one.lasted), middle(other.lasted)
    return (
        one_line(name),
        _calls(one, a),
        _calls(other, b),
        _time(before),
        _time(after),
        _change(before, after),
        _time(_path(a, name) or None),
        _time(_path(b, name) or None),
        _way(one),
        _way(other),
    )


def _calls(measure: "Measure", found: "Measured") -> str:
    return figure(len(measure.lasted) / found.many)


def _time(microseconds: float | None) -> str:
    return "" if microseconds is None else lasting(microseconds)


def _way(measure: "Measure") -> str:
    from plures.telemetry import middle

    way = middle(measure.way)
    return "" if way is None else lasting(way)


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone"
    if not before:
        return ""
    times = after / before
    return f"{times:.1f} times" if times >= 2 else f"{100 * (times - 1):+.0f} %"  # noqa: PLR2004


def _as_data(found: "Measured") -> dict[str, Any]:
    from plures.telemetry import middle

    return {
        "traces": found.many,
        "p50_us": middle(found.lasted),
        "processes": sorted(found.processes),
        "operations": [
            {
                "name": name,
                "calls": len(each.lasted),
                "remote": each.remote,
                "faults": each.faults,
                "p50_us": middle(each.lasted),
                "path_us": each.path / found.many,
                "way_p50_us": middle(each.way),
            }
            for name, each in sorted(found.by_name.items())
        ],
    }
