"""A job is work that no request asked for: a capability calls others in its hooks, or beside its calls. The calls alone are noted.

They are read as parts of one span, as those of a request are, so that a list and a tree say whose work it is, and how long it took.
"""

from collections.abc import Iterator

import msgspec

from plures.telemetry.tracing import SpanKind, span_id_of

from .values import SpanColumns

_CALLS = (SpanKind.CLIENT.value, SpanKind.INTERNAL.value)


def is_of_job(kind: str) -> bool:
    """Whether a span of this kind that is part of nothing belongs to a job: a request begins where it arrives."""
    return kind in _CALLS


def job_of(owner: str) -> tuple[str, str, str]:
    """Name, kind and capability of the job of a capability."""
    return f"job of {owner}", SpanKind.INTERNAL.value, owner


def with_root(trace: str, spans: SpanColumns) -> SpanColumns:
    """The spans of a trace; where a job has made them, with one that holds all calls that are part of nothing."""
    own = [*_own(spans)]
    if not own or len(own) != spans.parent.count(0) or not all(spans.subjects[spans.subject[each]][3] for each in own):
        return spans
    first, root = own[0], span_id_of(f"job {trace}")
    name, kind, owner = job_of(spans.subjects[spans.subject[first]][3])
    ended = max(spans.began[each] + spans.lasted[each] for each in own)
    began = spans.began[first]
    return msgspec.structs.replace(
        spans,
        subjects=[*spans.subjects, (kind, name, owner, "", "", "")],
        id=[root, *spans.id],
        parent=[0, *(each or root for each in spans.parent)],
        subject=[len(spans.subjects), *spans.subject],
        process=[spans.process[first], *spans.process],
        began=[began, *spans.began],
        lasted=[ended - began, *spans.lasted],
        code=["", *spans.code],
        attributes=["", *spans.attributes],
        after=[0, *spans.after],
        task=[0, *spans.task],
    )


def _own(spans: SpanColumns) -> Iterator[int]:
    """Calls that are part of nothing, in the order of their beginning."""
    for index, (parent, subject) in enumerate(zip(spans.parent, spans.subject, strict=True)):
        if not parent and is_of_job(spans.subjects[subject][0]):
            yield index
