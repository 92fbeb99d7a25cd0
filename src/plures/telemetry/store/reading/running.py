"""What tells capabilities apart that run together: what each took by time and process, and whose calls a request is made of."""

import sqlite3
from typing import Any, Final

import msgspec

from plures.telemetry.store.counted import slot_of
from plures.telemetry.store.schema import COARSE_S, FINE_S

from .values import KeptSpan, Slot

_SLOTS: Final = """
SELECT kind, subjects.name, capability, caller, placement, contract, processes.name || '.' || processes.number, at, calls, faults, codes, seconds, in_flight
FROM subjects CROSS JOIN points ON subject = subjects.id JOIN processes ON processes.id = process
WHERE kind IN ('server', 'client', 'internal') AND width = :width AND at >= :since AND at < :until
"""
_CHOSEN: Final = {"drawn": "kept_for = 'drawn'", "failed": "faults > 0"}
_MANY: Final = "SELECT count(*) FROM traces WHERE {chosen} AND began >= :since AND began < :until"
_SPANS: Final = """
SELECT traces.id, spans.id, parent, kind, name, capability, caller, placement, spans.began, spans.lasted, spans.code
FROM traces JOIN spans ON spans.trace = traces.id JOIN subjects ON subjects.id = spans.subject
WHERE {chosen} AND traces.began >= :since AND traces.began < :until AND traces.id % :each = 0 LIMIT :most
"""
_CODES: Final = 10
"""Column of the codes."""

_codes: Final = msgspec.json.Decoder(dict[str, int])


def slots(connection: sqlite3.Connection, since: int, until: int, step_s: int) -> list[Slot]:
    """Calls of each subject, by time and process."""
    width = COARSE_S if step_s >= COARSE_S else FINE_S
    values = {"width": width, "since": slot_of(since, width), "until": until}
    rows = connection.execute(_SLOTS, values)
    return [_slot([*row]) for row in rows]


def some_spans(
    connection: sqlite3.Connection, since: int, until: int, most_traces: int, most_spans: int, *, failed: bool
) -> list[KeptSpan]:
    """Spans of traces that were drawn, or that have a fault; of every so-manieth of them where there are many."""
    chosen = _CHOSEN["failed" if failed else "drawn"]
    values = {"since": since, "until": until}
    (many,) = connection.execute(_MANY.format(chosen=chosen), values).fetchone()
    each = -(-many // most_traces) or 1
    rows = connection.execute(_SPANS.format(chosen=chosen), {**values, "each": each, "most": most_spans})
    return [KeptSpan(*row) for row in rows]


def _slot(row: list[Any]) -> Slot:
    row[_CODES] = _codes.decode(row[_CODES])
    return Slot(*row)
