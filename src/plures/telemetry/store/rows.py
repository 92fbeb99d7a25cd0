"""What is noted → rows of the store. It knows no database."""

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import field

from plures.telemetry.measuring import is_fault
from plures.telemetry.tracing import Part, Subject

from .anchor import MICROSECONDS, Anchor

MOST_IN_VALUE: Final = 200
"""Characters of a value by which traces are found; longer ones are in the span alone."""

_MOST_IN_ATTRIBUTES: Final = 16_384
_IS_ORDER: Final = re.compile("[0-9a-f]{24}").fullmatch
_BITS: Final = 1 << 64
_HALF: Final = 1 << 63

SpanRow = tuple[int, int, Subject, int, int, str, str]
"""id, parent, subject, began, lasted, code, attributes."""


def signed(number: int) -> int:
    """The same 64 bits, as SQLite has them."""
    return number - _BITS if number >= _HALF else number


def unsigned(number: int) -> int:
    """The same 64 bits, as they travel."""
    return number + _BITS if number < 0 else number


class Step(NamedTuple):
    """What a trace has of a subject."""

    spans: int
    failures: int
    faults: int
    longest: int


class TraceRows(msgspec.Struct, eq=False):
    """What is to be written of one trace.

    Attributes:
        trace: The 16 bytes of its id.
        began: Of the first span here, in microseconds since 1970; its subject and code are `subject` and `code`.
    """

    trace: bytes
    kept_for: str
    began: int
    ended: int
    subject: Subject
    code: str
    spans: list[SpanRow] = field(default_factory=list[SpanRow])
    steps: dict[Subject, Step] = field(default_factory=dict[Subject, Step])
    values: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    @property
    def failures(self) -> int:
        return sum(step.failures for step in self.steps.values())

    @property
    def faults(self) -> int:
        return sum(step.faults for step in self.steps.values())


def rows_of(parts: Iterable[Part], anchor: Anchor) -> list[TraceRows]:
    """A `TraceRows` for each part that has any spans."""
    return [_rows(part, anchor.offset_s(min(each.began for each in part.notes))) for part in parts if part.notes]


def with_order(attributes: str, after: int, task: int) -> str:
    """Attributes as they are kept: with what ended before, and in which task; `without_order` takes them apart again."""
    return f"{attributes}\n{after:016x}{task:08x}"


def without_order(kept: str) -> tuple[str, int, int]:
    """Attributes, the id of what ended before, and the task; 0 for none."""
    attributes, mark, order = kept.rpartition("\n")
    # Attributes are JSON of one line, but a later version may have written them.
    if not mark or not _IS_ORDER(order):
        return kept, 0, 0
    return attributes, int(order[:16], 16), int(order[16:], 16)


def values_of(attributes: str) -> Iterable[tuple[str, str]]:
    """The attributes by which a trace is found: name and value as text."""
    if not attributes:
        return ()
    try:
        said = msgspec.json.decode(attributes, type=dict[str, Any])

    except msgspec.DecodeError:
        return ()
    known = ((name, text_of(value)) for name, value in said.items())
    return [(name, value) for name, value in known if value is not None and len(value) <= MOST_IN_VALUE]


def text_of(value: object) -> str | None:
    """A value as it is looked for; None where it is no text, number or truth."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def storable(text: str) -> str:
    """The text, where UTF-8 can hold it; else with replacements."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _rows(part: Part, offset_s: float) -> TraceRows:
    trace, notes = part
    first = min(notes, key=attrgetter("began"))
    id_of = trace.span_id
    above = signed(trace.above)
    began, ended = _us(first.began + offset_s), _us(max(each.ended for each in notes) + offset_s)
    rows = TraceRows(bytes.fromhex(trace.id), trace.kept_for, began, ended, first.subject, storable(first.code))
    steps: dict[Subject, list[int]] = {}
    add = rows.spans.append
    for subject, span, parent, start, end, code, attributes, own, upper, after, task in notes:
        lasted = max(0, round((end - start) * MICROSECONDS))
        parent_id = signed(upper or id_of(parent)) if upper or parent else above
        if len(attributes) > _MOST_IN_ATTRIBUTES:
            attributes = '{"plures.left_out":true}'  # noqa: PLW2901 - the loop is written for speed
        text = storable(attributes) if attributes else ""
        kept = with_order(text, after, task) if after or task else text
        add((signed(own or id_of(span)), parent_id, subject, _us(start + offset_s), lasted, storable(code), kept))
        step = steps.get(subject)
        if step is None:
            step = steps[subject] = [0, 0, 0, 0]
        step[0] += 1
        if code:
            step[1] += 1
            step[2] += is_fault(code)
        step[3] = max(step[3], lasted)
        if text:
            rows.values.update(values_of(text))
    rows.steps = {subject: Step(*step) for subject, step in steps.items()}
    return rows


def _us(seconds: float) -> int:
    return int(seconds * MICROSECONDS)
