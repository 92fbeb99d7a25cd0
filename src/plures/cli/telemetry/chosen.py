"""Which trace is meant by an id, its beginning, or the id of a request."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from plures.cli.telemetry.telling import moment, one_line
from plures.errors import PluresError, Text, did_you_mean

if TYPE_CHECKING:
    from plures.telemetry import Reading, TraceRead

_MOST_TOLD: Final = 5
_LATEST: Final = 1_000


@dataclass(eq=False)
class TraceNotFound(PluresError):
    """No trace is kept that has this id."""

    code = "cli.trace_not_found"
    wording = Text(
        "There is no trace {trace!r}",
        why="a trace is kept where it was drawn, failed or was slow, for as long as there is room; it can be seen about two seconds after its end",
        fix="{suggestion}",
    )

    trace: str
    suggestion: str


@dataclass(eq=False)
class SeveralTraces(PluresError):
    """More than one trace begins with this."""

    code = "cli.several_traces"
    wording = Text("{many} traces begin with {trace!r}", why="{traces}", fix="Write more of the id.")

    trace: str
    many: str
    traces: str


def chosen_trace(store: "Reading", text: str) -> "TraceRead":
    """The trace that is meant. Raises `TraceNotFound` or `SeveralTraces`."""
    found = store.trace(chosen_id(store, text))
    if found is None:
        latest = [each.id for each in store.traces(limit=_LATEST)]
        raise TraceNotFound(
            one_line(text), did_you_mean(text, latest) or "`plures trace list` shows those that are kept."
        )
    return found


def chosen_id(store: "Reading", text: str) -> str:
    """The id of the trace that is meant, which may not be kept. Raises `SeveralTraces`."""
    from plures.telemetry import trace_id_of

    beginning = text.strip().lower()
    found = store.trace_ids(beginning, _MOST_TOLD + 1) if beginning else []
    if len(found) == 1:
        return found[0][0]
    if found:
        more = len(found) > _MOST_TOLD
        told = ", ".join(f"{id_} ({moment(began)} UTC)" for id_, began in found[:_MOST_TOLD])
        raise SeveralTraces(
            one_line(text), f"More than {_MOST_TOLD}" if more else str(len(found)), told + (", …" if more else "")
        )
    # Ids of requests need not have the form of an id of a trace.
    return trace_id_of(text.strip())
