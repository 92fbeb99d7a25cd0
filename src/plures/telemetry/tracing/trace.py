"""What one process notes of one trace: a line for each call, and whether the trace is kept."""

import os
import re
from hashlib import blake2b
from itertools import count
from random import Random, SystemRandom
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from msgspec import Struct

from plures.telemetry.bridging import Bridged

from .subject import Subject

_random: Final = Random(SystemRandom().getrandbits(256))  # noqa: S311 - an id keeps no secret
_random_bits: Final = _random.getrandbits
# What is added to the number of a span, so that no other process has the same id.
_base = _random_bits(64)

_IS_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}").fullmatch
_NO_TRACE: Final = "0" * 32
_MOST_SPAN: Final = (1 << 64) - 1
MOST_NOTES: Final = 10_000
"""A job that calls for hours is one trace; what is beyond this between two flushes is counted, and not kept."""


class Noted(NamedTuple):
    """One span.

    Attributes:
        span: Its number within this process, from 1.
        parent: That of the span that it is part of; 0 where that one is in another process, or nowhere.
        began: In `time.monotonic()` seconds, as `ended` is.
        code: How it failed: a code of the protocol, or the name of a declared error; empty where it did not.
        attributes: What else is known of it, as JSON; empty for nothing.
        id: Where it is not that of its number: both sides of an event know it without having told each other. 0 for none.
        above: The id of its parent, where that is not the span which the trace came from; 0 for none.
        after: The id of the span that had ended last when it ended, in the same task or before that was begun; 0 for none. It and `task` are
            known of traces that are kept from their beginning.
        task: In which task it ended, as a number that others do not have at the time; 0 for none.
    """

    subject: Subject
    span: int
    parent: int
    began: float
    ended: float
    code: str = ""
    attributes: str = ""
    id: int = 0
    above: int = 0
    after: int = 0
    task: int = 0


Line = tuple[Any, ...]
"""The beginning of a `Noted`, with its fields in their order: a plain tuple costs a tenth, and most are never looked at."""


class _Numbers(Protocol):
    """Gives the next number."""

    def __call__(self) -> int: ...


class Trace(Struct, eq=False, gc=False):
    """A trace, as far as one process takes part in it. A `Struct`, since most requests make one; nothing in it leads back to it, so that the
    garbage collector need not look at the thousands that are held.

    Attributes:
        given: The id that it came with, or the id of its request; empty until it is asked for.
        above: The id of the span of another process that the first one here is part of; 0 where there is none.
        kept_for: Why it is kept: `drawn`, `failed`, `slow`, `elsewhere`; empty where it is not. That it is kept travels with each call.
        beside: The headers that go on with it as they came: `tracestate`, `baggage`.
        next_span: Gives the number of a new span, in any thread: a higher one than any before, in this process.
        closes: The highest number of a span whose end is told to the recorder: that of the first one, and once that has ended, of any.
        notes: A line for each span that has ended and was not taken yet.
        lost: How many were not noted, since there were too many.
        bridged: What a bridge holds of it; None where there is none.
    """

    given: str = ""
    above: int = 0
    kept_for: str = ""
    beside: tuple[tuple[str, str], ...] = ()
    closes: float = 0
    notes: list[Line] = []
    lost: int = 0
    bridged: Bridged | None = None
    # One for all: a counter of its own would be most of what a trace costs.
    next_span: ClassVar[_Numbers] = count(1).__next__

    @property
    def id(self) -> str:
        """32 hexadecimal digits. It is made when it is asked for: of most traces nothing is kept."""
        if not self.given:
            self.given = new_trace_id()
        return self.given

    def span_id(self, number: int) -> int:
        """The id that a span has for others."""
        # 0 is no id.
        return (_base + number) & _MOST_SPAN or _MOST_SPAN

    def note(self, line: Line) -> None:
        """Note a span that has ended."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(line)
        else:
            self.lost += 1

    def take(self) -> list[Line]:
        """What was noted since the last time."""
        taken, self.notes = self.notes, []
        return taken


def new_trace_id() -> str:
    """32 hexadecimal digits, not all of them 0."""
    return (_random_bits(128) or 1).to_bytes(16).hex()


def trace_id_of(request_id: str) -> str:
    """The id of the trace of a request: processes that were told nothing but the id of the request come to the same one."""
    if _IS_TRACE_ID(request_id) and request_id != _NO_TRACE:
        return request_id
    return blake2b(request_id.encode(), digest_size=16).hexdigest() if request_id else ""


def span_id_of(name: str) -> int:
    """The id of the span of something that has a name wherever it is met, such as an event that was published."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) or 1


def _begin_anew() -> None:
    """Processes forked from one that has imported this would give the same ids, one after the other."""
    global _base  # noqa: PLW0603
    _random.seed(SystemRandom().getrandbits(256))
    _base = _random_bits(64)


os.register_at_fork(after_in_child=_begin_anew)
