"""Which time is looked at, and in slots of what length."""

from collections.abc import Iterable
from typing import Final

from plures.telemetry import ProcessRead, Slot

from .values import Period

MICROSECONDS: Final = 1_000_000
FINE_S: Final = 10
COARSE_S: Final = 300
_FINE_FOR: Final = 2 * 3600 * MICROSECONDS
_LONG: Final = 6 * 3600 * MICROSECONDS
"""From that on five minutes are fine enough to see a peak in, and are kept as long as all."""

_PROBES: Final = frozenset(
    {"health", "healthz", "health/live", "health/ready", "live", "livez", "ready", "readyz", "ping", "metrics"}
)


def chosen(processes: Iterable[ProcessRead], since: int, until: int) -> tuple[int, int, int]:
    """When to begin, when to end, and the seconds of a slot.

    Args:
        since: As the user said, in microseconds since 1970; 0 for all that is kept.
        until: The same; 0 for the end.
    """
    ends = [each.until for each in processes]
    begins = [each.since for each in processes]
    # The clock of the machine may be another one now, so the end is when something was written last.
    last = max(ends, default=0)
    end = until or last + MICROSECONDS
    begin = since or min(begins, default=0)
    is_fine = begin >= last - _FINE_FOR or (not since and end - begin < _LONG)
    if not is_fine:
        return begin, end, COARSE_S
    return max(begin, last - _FINE_FOR), end, FINE_S


def period_of(begin: int, end: int, slot_s: int, slots: Iterable[Slot]) -> Period:
    """The period, with the slots in which anything was asked from outside."""
    at = {each.at for each in slots if each.calls and is_request(each)}
    if at:
        begin, end = max(begin, min(at)), min(end, max(at) + slot_s * MICROSECONDS)
    return Period(begin, max(begin, end), slot_s, len(at))


def is_request(slot: Slot) -> bool:
    """Whether it counts requests of pages and the like, other than probes."""
    return slot.kind == "server" and not slot.capability and not is_probe(slot.name)


def is_probe(name: str) -> bool:
    """Whether requests by this name ask only whether the application is well."""
    return name.rpartition(" ")[2].strip("/").lower() in _PROBES
