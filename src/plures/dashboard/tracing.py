"""The list of traces, and one trace, as the views show them."""

from operator import add
from struct import pack
from typing import Any, Final

from plures.telemetry import Reading, TraceFilter, TraceLine, awaited_in, missed, shape_of

from .asked import Asked, Period
from .lines import line_told

PAGE: Final = 100
MOST_SPANS: Final = 50_000
_SUBJECT: Final = ("kind", "name", "capability", "caller", "placement", "contract")
_MS: Final = 1000
_PROBES: Final = frozenset(
    ("health", "healthz", "health/live", "health/ready", "live", "livez", "ready", "readyz", "ping")
)


def traces(reading: Reading, asked: Asked, now: int) -> dict[str, Any]:
    """Traces, newest first; `next` is what `before` is for the older ones. With `order=longest`, those that lasted longest, on one page."""
    limit = asked.whole("limit", PAGE, least=1, most=1000) or PAGE
    before = asked.whole("before") or 0
    has_period = any(asked.text(name) for name in ("minutes", "since", "until"))
    period = asked.period(now, 60) if has_period else Period(0, 0)
    wanted = TraceFilter(
        operation=asked.text("operation"),
        capability=asked.text("capability"),
        caller=asked.text("caller"),
        over=int((asked.number("min_ms") or 0) * _MS),
        under=int((asked.number("max_ms") or 0) * _MS),
        faults=asked.yes("faults"),
        attribute=asked.pair("attribute"),
        since=period.since,
        until=period.until,
        contract=asked.text("contract"),
        process=asked.text("process"),
    )
    order = asked.text("order")
    if order not in ("", "newest", "longest"):
        asked.is_wrong("order", "newest or longest")
    asked.check()
    is_longest = order == "longest"
    found = reading.traces(wanted, before=before, limit=limit, longest=is_longest)
    shown = found if asked.yes("probes") or wanted.operation else [each for each in found if not is_probe(each)]
    return {
        "traces": [
            {
                "id": each.id, "began": each.began, "lasted": each.lasted, "name": each.name, "kind": each.kind,
                "capability": each.capability, "code": each.code, "spans": each.spans, "faults": each.faults, "kept_for": each.kept_for,
                "processes": each.processes,
            }
            for each in shown
        ],
        "next": found[-1].number if len(found) == limit and not is_longest else None,
    }  # fmt: skip


def is_probe(line: TraceLine) -> bool:
    """Whether something asks only whether the application is well, as orchestrators do every few seconds."""
    return not line.capability and line.name.rpartition(" ")[2].strip("/").lower() in _PROBES


def trace(reading: Reading, name: str) -> dict[str, Any] | None:
    """One trace; None where it is not kept.

    Spans stand in columns, since they may be many: `depth`, indexes of the `subject` and of the `process`, microseconds since the trace
    `began`, how many it `lasted`, `code`, `id`, the id of its `parent`, `attributes`. Each stands before what is part of it. `critical` has, in
    columns too, the index of a `span`, and from when (`began`) until when (`ended`) the trace waited for it.
    """
    found = reading.trace(name, most_spans=MOST_SPANS)
    if found is None:
        return None
    spans, began = found.columns, found.line.began
    starts, ends = spans.began, [*map(add, spans.began, spans.lasted)]
    formed = shape_of(spans.id, spans.parent, starts, ends, awaited_in(spans.attributes))
    order = formed.order
    began = min(starts, default=began)
    place = [0] * len(order)
    for at, span in enumerate(order):
        place[span] = at
    parents = [name if parent else "" for name, parent in zip(_names(spans.parent), spans.parent, strict=True)]
    columns: dict[str, list[Any]] = {
        "depth": formed.depths, "subject": spans.subject, "process": spans.process, "began": [each - began for each in starts],
        "lasted": spans.lasted, "code": spans.code, "id": _names(spans.id), "parent": parents, "attributes": spans.attributes,
    }  # fmt: skip
    return {
        "id": found.line.id,
        "name": found.line.name,
        "began": began,
        "lasted": max(ends, default=began) - began,
        "kept_for": found.line.kept_for,
        "total_spans": max(found.line.spans, len(order)),
        "orphans": missed(formed, spans.parent, [spans.subjects[each][0] for each in spans.subject]),
        "subjects": [dict(zip(_SUBJECT, each, strict=True)) for each in spans.subjects],
        "processes": spans.processes,
        "spans": {name: [*map(column.__getitem__, order)] for name, column in columns.items()},
        "critical": {
            "span": [place[each.span] for each in formed.critical],
            "began": [each.began - began for each in formed.critical],
            "ended": [each.ended - began for each in formed.critical],
        },
        "logs": [line_told(each) for each in found.logs],
        "total_logs": found.logs_total,
    }


def _names(ids: list[int]) -> list[str]:
    """64 bits as sixteen hexadecimal digits: all at once, since there may be tens of thousands."""
    return pack(f">{len(ids)}Q", *ids).hex(" ", 8).split()
