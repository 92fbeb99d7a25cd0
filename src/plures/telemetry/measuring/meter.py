"""Counts and times the calls of one subject, and notes each in its trace. Each call passes it, so it is written for speed."""

from collections import defaultdict
from math import inf, log2
from time import monotonic
from typing import Final, Protocol

from plures.telemetry.tracing import MOST_NOTES, Draw, Rate, Recorder, Subject, Trace, following, job_now, trace_id_of

from .histogram import LEAST_S, Buckets, doubling_of, upper_s

_LEAST: Final = 200
"""Calls from which on it is known what is slow."""
_SLOW: Final = 0.99


class Call(Protocol):
    """What a meter reads and writes of a call in progress."""

    trace: Trace | None
    span: int
    parent_span: int
    began: float
    code: str
    id: str

    @property
    def root(self) -> "Call | None": ...


class Meter:
    """The calls of one subject.

    Attributes:
        begun: Calls so far.
        ended: Those that have ended.
        seconds: What they took together.
        errors: Code → calls that ended with it.
        exemplars: Doubling of a second, as of `doubling_of` → the id of a trace that is kept, and how long the call took in it.
        slow_s: What takes longer is kept: the 99th of a hundred calls, as far as they were measured.
        sent_bytes: Of messages, in requests and answers of calls that do not stream, where they went over a wire and an answer came.
        received_bytes: The same.
    """

    __slots__ = (
        "_draw", "_judged", "_recorder", "begun", "buckets", "ended", "errors", "exemplars", "received_bytes", "seconds", "sent_bytes", "slow_s", "subject",
    )  # fmt: skip

    def __init__(self, subject: Subject, recorder: Recorder, rate: Rate | None = None) -> None:
        self.subject = subject
        self.begun = self.ended = 0
        self.seconds = 0.0
        self.errors: dict[str, int] = {}
        self.buckets: Buckets = defaultdict(int)
        self.exemplars: dict[int, tuple[str, float]] = {}
        self.slow_s = inf
        self.sent_bytes = self.received_bytes = 0
        self._recorder = recorder
        self._draw = Draw(rate or Rate(), recorder)
        self._judged: dict[int, int] = {}

    def begin(self, call: Call) -> None:
        """A call begins."""
        self.begun += 1
        recorder = self._recorder
        if call.trace is None:
            if not recorder.is_read:
                return
            self._open(call)
        if recorder.bridge is not None:
            recorder.bridge.begin(self.subject, call)

    def resume(self, call: Call, given: str, above: int) -> None:
        """Work begins that another process may have asked for.

        Args:
            given: The id of its trace; empty for a new one.
            above: The id of the span in which it was asked for.
        """
        call.trace = trace = Trace(given, above)
        if self._draw(call.began):
            trace.kept_for = "drawn"
        elif given:
            self._recorder.resumed.append(trace)
        if self._recorder.bridge is not None:
            self._recorder.bridge.open(trace)
        call.span = trace.closes = trace.next_span()
        self.begin(call)

    def withdraw(self, call: Call) -> None:
        """A call that has begun is made another way, and measured there."""
        self.begun -= 1
        if self._recorder.bridge is not None:
            self._recorder.bridge.withdraw(call)

    def end(self, call: Call, more: tuple[object, ...] = ()) -> None:
        """A call has ended, as its `code` says.

        Args:
            more: The fields of `Noted` after its code.
        """
        now = monotonic()
        took = now - call.began
        self.ended += 1
        self.seconds += took
        # `index_of`, written out.
        self.buckets[int((log2(took) + 40) * 8) if took > LEAST_S else 0] += 1
        trace, code, recorder = call.trace, call.code, self._recorder
        if code:
            self.errors[code] = self.errors.get(code, 0) + 1
        if trace is None:
            return
        if recorder.bridge is not None:
            above = recorder.bridge.end(call)
            more = more if not above else (*(*more, "", 0)[:2], above)
        line = (self.subject, call.span, call.parent_span, call.began, now, code)
        if trace.kept_for:
            line, more = following(line, more, trace), ()
        # `Trace.note`, written out.
        notes = trace.notes
        if len(notes) < MOST_NOTES:
            notes.append(line + more if more else line)
        else:
            trace.lost += 1
        if code and is_fault(code):
            trace.kept_for = trace.kept_for or "failed"
        if took > self.slow_s:
            trace.kept_for = trace.kept_for or "slow"
        if trace.kept_for:
            self.exemplars[doubling_of(took)] = trace.id, took
        if call.span <= trace.closes:
            recorder.close(trace)

    def judge(self) -> None:
        """Learn anew what is slow, from the calls since the last time that there were enough of them."""
        fresh = {index: many - self._judged.get(index, 0) for index, many in self.buckets.items()}
        total = sum(fresh.values())
        if total < _LEAST:
            return
        seen = 0
        for index in sorted(fresh):
            seen += fresh[index]
            if seen >= _SLOW * total:
                self.slow_s = upper_s(index)
                break
        self._judged = dict(self.buckets)

    def _open(self, call: Call) -> None:
        """Begin the part of a trace that this process has: at a request that came from outside, or at work that nothing asked for."""
        root = call.root
        trace = None if root is None else root.trace
        if trace is None:
            said, draw = call.id if root is None else root.id, self._draw
            trace = Trace(trace_id_of(said) if said else "")
            if call.began >= draw.not_before and draw(call.began):
                trace.kept_for = "drawn"
            if self._recorder.bridge is not None:
                self._recorder.bridge.open(trace)
            if root is not None:
                root.trace = trace
            elif not (said or trace.above) and (job := job_now.get()) is not None:
                # Within a span of user code, it is part of that one's trace.
                trace = job.joined(trace, call.began)
        call.trace, call.span = trace, trace.next_span()
        if not trace.closes:
            trace.closes = call.span


def is_fault(code: str) -> bool:
    """Whether a code tells of a fault: declared errors are answers, and have names with capitals."""
    return code.islower()
