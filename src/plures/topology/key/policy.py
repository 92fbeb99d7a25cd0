"""The keys of the policy on calls: for all, and for those of one capability. `runtime.policy` has what they change."""

from dataclasses import dataclass
from typing import Final

from .key import Key, table


@dataclass(frozen=True)
class Figure(Key[float]):
    """The key of a number of the policy on calls.

    Attributes:
        least: The number must be at least this.
        most: It must be at most this.
        reason: Why it must.
        off: A number beside these that turns off what the figure is about; None where nothing does.
    """

    least: float = 0
    most: float = 0
    reason: str = ""
    off: float | None = None

    @property
    def allowed(self) -> str:
        """Which numbers it may be, in words."""
        off = "" if self.off is None or self.least <= self.off <= self.most else f", or {self.off:g}"
        return f"{self.least:g} to {self.most:g}{off}"


ATTEMPTS = Figure(
    "attempts",
    (int,),
    3,
    "How often a call is sent at most, the first time included. Only queries, idempotent commands and what was not sent are sent again.",
    "attempts = 5",
    least=1,
    most=10,
    reason="a callee that fails gets so many times the calls",
)
RETRY_BUDGET = Figure(
    "retry_budget",
    (int, float),
    0.1,
    "What a caller may send once more, as a share of its calls in ten seconds, beside one a second; 0 for nothing.",
    "retry_budget = 0.2",
    least=0,
    most=1,
    reason="it is a share of the calls",
)
FAILURES = Figure(
    "failures_in_a_row",
    (int,),
    5,
    "So many calls in a row without an answer leave a replica out for a while; 0 for never.",
    "failures_in_a_row = 10",
    least=0,
    most=1000,
    reason="so many calls fail in a row only where the replica has been gone for long",
)
HEARTBEAT = Figure(
    "heartbeat_s",
    (int, float),
    0.5,
    "A replica that owes an answer, and does not answer a heartbeat in so many seconds either, gets no calls until it does; 0 for no heartbeats. "
    "Raise it for a service that computes for longer without a pause.",
    "heartbeat_s = 3",
    least=0.05,
    most=60,
    off=0,
    reason="below that, each replica with some work seems to hang; above it, calls of one that hangs run out of time first",
)
LEAST_AT_ONCE = Figure(
    "least_at_once",
    (int,),
    4,
    "So many calls a replica works on at once in any case. Under [policy], so many requests to the edge as well.",
    "least_at_once = 8",
    least=1,
    most=10_000,
    reason="with none, nothing would ever run",
)
MOST_AT_ONCE = Figure(
    "most_at_once",
    (int,),
    200,
    "So many calls of one operation a replica works on at once at most, or requests to one part of the edge.",
    "most_at_once = 50",
    least=1,
    most=10_000,
    reason="with none, nothing would ever run",
)
QUEUE = Figure(
    "queue_s",
    (int, float),
    0.2,
    "So many seconds a call waits for a place in a replica that has as much to do as it can; a critical one ten times as long, a sheddable one half.",
    "queue_s = 0.5",
    least=0,
    most=10,
    reason="those who asked are gone by then",
)
THREADS = Figure(
    "threads",
    (int,),
    40,
    "So many plain `def` methods of a capability run at once in a replica, each in a thread; those that wait for a call of their own are not counted.",
    "threads = 80",
    least=1,
    most=1000,
    reason="with none, it would answer nothing; each thread takes memory",
)
PACK = Figure(
    "pack_bytes",
    (int,),
    0,
    "Requests and answers with at least so many bytes are packed on the wire, with zstd or gzip, where caller and callee agree; 0 for none. "
    "It pays between machines, and never within one.",
    "pack_bytes = 4096",
    least=256,
    most=100_000,
    off=0,
    reason="what is smaller grows by it, and all that is larger is worth it",
)
BINARY = Key(
    "binary",
    (bool,),
    False,
    "Whether calls over the wire are in protobuf's binary form, where both sides have the same lock file of the contract; else they are JSON.",
    "binary = true",
)
_FIGURES: Final = (ATTEMPTS, RETRY_BUDGET, FAILURES, HEARTBEAT, LEAST_AT_ONCE, MOST_AT_ONCE, QUEUE, THREADS, PACK)
POLICY = table(
    "policy",
    "What calls of this capability are subject to, where it is not what [policy] says.",
    "policy = { heartbeat_s = 3 }",
    *_FIGURES,
    BINARY,
)
POLICY_OF_ALL = table(
    "policy", "What calls of all capabilities are subject to, wherever they are placed.", "[policy]", *_FIGURES, BINARY
)

EDGE_DEADLINE = Figure(
    "deadline_s",
    (int, float),
    5.0,
    "So many seconds the calls of one request may take together, counted from its beginning. Left out: `edge_deadline_s` of the Application.",
    "deadline_s = 20",
    least=0.05,
    most=3600,
    reason="below that, no request could call anything; above it, the visitor is gone",
)
EDGE_THREADS = Figure(
    "threads",
    (int,),
    40,
    "So many requests a WSGI application works on at once in each process that hosts the edge, each in a thread.",
    "threads = 80",
    least=1,
    most=1000,
    reason="with none, it would answer nothing; each thread takes memory",
)
EDGE_FIGURES = table("edge", "What holds for requests to the edge.", "[edge]", EDGE_DEADLINE, EDGE_THREADS)
