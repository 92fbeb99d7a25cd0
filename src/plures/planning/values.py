"""What a plan is made of, and what it says. Times are whole microseconds since 1970, durations microseconds, processor time in processors."""

from collections.abc import Mapping

from msgspec import Struct, field

EDGE = "the edge"
"""What the edge is called as a caller."""


class Pace(Struct, frozen=True):
    """What a remote call costs at a pace, beyond one in the process.

    Attributes:
        per_s: Calls a second, of one caller.
        wait_us: What its caller waits for it; half of the calls took no longer.
        cpu_us: Processor time of both sides together.
    """

    per_s: float
    wait_us: float
    cpu_us: float


class Cost(Struct, frozen=True):
    """What a machine takes for processes and for calls between them, as it was measured.

    Attributes:
        at: When.
        paces: At several paces, the slowest first: a processor that has slept answers later, and works longer.
        beside_wait_us: What each further call adds for which the same caller waits at the same time.
        beside_cpu_us: Processor time of such a call, on both sides.
        idle_cpu: Processor time of a process that nothing calls.
        memory_bytes: Of a process that has imported the application and does nothing.
        calls: How many calls were measured.
    """

    at: int
    paces: tuple[Pace, ...]
    beside_wait_us: float
    beside_cpu_us: float
    idle_cpu: float
    memory_bytes: int
    calls: int = 0

    def pace(self, per_s: float) -> Pace:
        """What a call costs where so many are made a second: between two paces that were measured, in proportion."""
        slower = [each for each in self.paces if each.per_s <= per_s]
        faster = [each for each in self.paces if each.per_s > per_s]
        if not slower or not faster:
            return self.paces[0] if not slower else self.paces[-1]
        low, high = slower[-1], faster[0]
        part = (per_s - low.per_s) / (high.per_s - low.per_s)
        return Pace(
            per_s, low.wait_us + part * (high.wait_us - low.wait_us), low.cpu_us + part * (high.cpu_us - low.cpu_us)
        )


class StoreOf(Struct, frozen=True):
    """The data of a capability.

    Attributes:
        kept: `embedded`, or the name of a database of plures.toml.
        bytes: Of its file; None where it is on a server.
    """

    capability: str
    kept: str
    bytes: int | None = None


class Target(Struct, frozen=True):
    """A topology, as far as a plan looks at it.

    Attributes:
        homes: Capability, and the edge, → its process.
        replicas: Process → how many run of it at least.
        elsewhere: Processes that this machine does not run, or that are not of this application.
        stores: Of its capabilities.
    """

    name: str
    homes: Mapping[str, str]
    replicas: Mapping[str, int]
    elsewhere: tuple[str, ...] = ()
    stores: tuple[StoreOf, ...] = ()


class Edge(Struct, frozen=True):
    """Calls, or events, of one capability to another.

    Attributes:
        per_request: How many of them a request makes, on average over all requests.
        becomes: `remote` or `local`: how they go in the other topology.
        is_event: Nothing waits for them.
    """

    caller: str
    capability: str
    per_request: float
    becomes: str
    is_event: bool = False


class Route(Struct, frozen=True):
    """Requests of one kind, as in `GET /products/{id}`, or an operation that others call.

    Attributes:
        requests: How many there were.
        traces: How many of them have a trace that shows what they call; with none, nothing is predicted of them.
        remote_now: Remote calls of one, on average.
        remote_then: The same in the other topology.
        p50_us: As measured, of all.
        p50_then_us: As predicted.
        p50_most_us: The same where calls wait for each other that may run side by side.
    """

    name: str
    requests: int
    traces: int
    remote_now: float = 0
    remote_then: float = 0
    p50_us: float | None = None
    p50_then_us: float | None = None
    p50_most_us: float | None = None


class Move(Struct, frozen=True):
    """Data that another process will have.

    Attributes:
        leaves: Whether it has to be brought to another machine or program, or its file stays and is opened by another process.
    """

    store: StoreOf
    source: str
    target: str
    leaves: bool


class Total(Struct, frozen=True):
    """What all of it takes.

    Attributes:
        cpu: Of all processes together.
        memory_bytes: The same.
        processes: How many, replicas included.
        p50_us: Of all requests; None where there is no trace of any.
    """

    cpu: float
    memory_bytes: int
    processes: int
    p50_us: float | None
    remote_per_request: float


class Plan(Struct, frozen=True):
    """What changes in another topology, against what was measured.

    Attributes:
        target: The name of that topology.
        present: The name of the topology that was measured; empty where plures.toml has none like it.
        since: What was measured begins then.
        made: When the plan was made.
        requests: How many were measured.
        per_s: The same, a second.
        cpu_fixed: Of the predicted processor time, what is there without any request.
        edges: Calls and events that take another way.
        others: Those that go on as they are: `becomes` says how that is.
        homes: Capability, and the edge, → its process now; `homes_then` in the other topology.
        notes: What has to be known about it, in sentences.
        wait_from: Where the wait for a remote call is known from: `measured` of this machine, or `seen` of this application.
    """

    target: str
    present: str
    since: int
    until: int
    made: int
    requests: int
    per_s: float
    now: Total
    then: Total
    cpu_fixed: float
    cost: Cost
    wait_from: str = "measured"
    routes: tuple[Route, ...] = ()
    edges: tuple[Edge, ...] = ()
    moves: tuple[Move, ...] = ()
    processes: tuple[str, ...] = ()
    processes_then: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    others: tuple[Edge, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict[str, str])
    homes_then: Mapping[str, str] = field(default_factory=dict[str, str])
