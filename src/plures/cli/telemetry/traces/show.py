"""The command `plures trace show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plures.cli.console import print_json
from plures.cli.telemetry.store import looked_at, open_store, store_options

if TYPE_CHECKING:
    from plures.telemetry import Shape, TraceRead


@click.command("show")
@click.argument("trace", metavar="ID")
@click.option("--all", "everything", is_flag=True, help="Show calls that repeat themselves one by one.")
@store_options
def show_command(trace: str, *, everything: bool, data: Path | None, file: Path, as_json: bool) -> None:
    """Show a trace as a tree: what called what, where, how long it took, and what the end waited for.

    ID is that of a trace, as `plures trace list` shows it, the beginning of it, or the id of a request. ● marks the critical path.
    """
    from plures.cli.telemetry.chosen import chosen_trace

    with looked_at(as_json=as_json):
        found = chosen_trace(open_store(file, data), trace)
        _print(found, everything=everything, as_json=as_json)


def _print(found: "TraceRead", *, everything: bool, as_json: bool) -> None:
    from plures.telemetry import awaited_in, shape_of

    from .drawing import draw
    from .tree import tree_of

    shaped = shape_of(
        [span.id for span in found.spans],
        [span.parent for span in found.spans],
        [span.began for span in found.spans],
        [span.began + span.lasted for span in found.spans],
        awaited_in(span.attributes for span in found.spans),
    )
    if as_json:
        print_json(_as_data(found, shaped), pretty=False)
    else:
        draw(found, shaped, tree_of(found.spans, shaped, found.logs, folds=not everything))


def _as_data(found: "TraceRead", shaped: "Shape") -> dict[str, Any]:
    from plures.cli.telemetry.store import fields_of, line_as_data, span_id, trace_as_data

    path: dict[int, int] = {}
    for stretch in shaped.critical:
        path[stretch.span] = path.get(stretch.span, 0) + stretch.ended - stretch.began
    return {
        **trace_as_data(found.line),
        "spans": [
            {
                "span": span_id(span.id),
                "parent": span_id(span.parent) if span.parent else None,
                "depth": shaped.depths[place],
                "kind": span.kind,
                "name": span.name,
                "capability": span.capability or None,
                "caller": span.caller or None,
                "placement": span.placement or None,
                "contract": span.contract or None,
                "process": span.process,
                "began_us": span.began,
                "lasted_us": span.lasted,
                "critical_us": path.get(place, 0),
                "code": span.code or None,
                "attributes": fields_of(span.attributes),
            }
            for place in shaped.order
            for span in (found.spans[place],)
        ],
        "logs": [line_as_data(line) for line in found.logs],
    }
