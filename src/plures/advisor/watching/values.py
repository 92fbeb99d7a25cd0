"""The words of what a running application showed: measured values, no judgement. Shares are 0 to 1, times microseconds unless they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

EDGE: Final = "the edge"
"""Who calls for requests of pages and the like, as telemetry names it: no component."""


@dataclass(frozen=True)
class Period:
    """The time that was looked at.

    Attributes:
        since: When it begins, in microseconds since 1970.
        until: When it ends.
        slot_s: Seconds of one slot: ten, or three hundred where the fine ones are gone.
        slots: Slots in which requests came; a clock that jumped makes no more of them.
    """

    since: int
    until: int
    slot_s: int
    slots: int

    @property
    def measured_s(self) -> int:
        """Seconds in which requests came."""
        return self.slots * self.slot_s


@dataclass(frozen=True)
class Load:
    """What a component took of the processor, beside what else shares its process.

    Attributes:
        process: In which it runs, without the number of a replica.
        beside: The components that run there too.
        is_measured: Its processor time was measured; else it is its own time in calls, which has waiting in it.
        cores: Mean of the slots in which requests came.
        peak_cores: What nineteen of twenty of these slots did not exceed.
        ratio: Peak to mean.
        rest_ratio: The same of the rest of the process; None where the rest did nothing.
        busy_slots: Slots in which the process, or a replica of it, had its hands full, or its event loop was late.
        busy_share: Its share of the processor time of the process in these.
        surge: How many times as much as in other slots it takes in these; None where there are none of either.
        late_s: How late the event loop is in busy slots, in seconds.
        late_else_s: The same in all other slots.
        slower: How many times as long calls of those beside it took then, of those that do not call it; None where there was too little to compare.
        slower_us: By how much longer.
        slower_calls: Calls of others that were compared, in busy slots.
    """

    process: str
    beside: tuple[str, ...]
    is_measured: bool
    cores: float
    peak_cores: float
    ratio: float
    rest_ratio: float | None
    busy_slots: int
    busy_share: float
    surge: float | None
    late_s: float
    late_else_s: float
    slower: float | None
    slower_us: float
    slower_calls: int


@dataclass(frozen=True)
class Talk:
    """What requests ask over an edge between two components.

    Attributes:
        caller: The component that calls.
        callee: The component that is called.
        is_remote: Most of the calls go to another process.
        calls: All that were counted.
        requests: Requests that passed the edge, as counted, by what drawn traces show of each kind.
        seen: Traces by which that is known.
        calls_per_request: Of a request that passes the edge.
        bytes_per_request: The same; 0 where it was not counted.
        way_us: What one call takes beyond the work of the callee; 0 where it is local.
        request_us: What a request that passes the edge takes on average, as `way_us` is: without the slowest of a hundred.
        seconds: The time in which it was counted.
    """

    caller: str
    callee: str
    is_remote: bool
    calls: int
    requests: int
    seen: int
    calls_per_request: float
    bytes_per_request: float
    way_us: float
    request_us: float
    seconds: int

    @property
    def way_share(self) -> float:
        """How much of a request is the way of its calls, were they made one after the other."""
        return min(1.0, self.calls_per_request * self.way_us / self.request_us) if self.request_us else 0.0


@dataclass(frozen=True)
class Failing:
    """How often a component failed by itself, other than by an answer that it declares.

    Attributes:
        calls: That it served.
        faults: Those that failed, and not for what it called, for lack of time, or because they were given up or turned away.
        slots: In which it did.
        failed_callers: Of ten traces with such a failure, in how many its caller failed too, as a share; None where no trace is kept.
        beside_then: Share of the calls of those beside it that failed in the same slots, of those that do not call it.
        beside_else: The same in all other slots.
    """

    calls: int
    faults: int
    slots: int
    failed_callers: float | None
    beside_then: float
    beside_else: float


@dataclass(frozen=True)
class Deaths:
    """A process that ended on its own, and began again.

    Attributes:
        process: Its name, without the number of a replica.
        parts: The components that run there.
        times: How often.
        in_flight: For each component, in how many of these its calls were in flight when the process was heard of last, or were lost.
        usually: For each component, the share of all slots in which its calls are in flight at the end, or are asked for by other processes.
    """

    process: str
    parts: tuple[str, ...]
    times: int
    in_flight: Mapping[str, int] = field(default_factory=dict[str, int])
    usually: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Watched:
    """What a running application showed.

    Attributes:
        source: Where it was read.
        requests: From outside, without probes.
        turned_away: Requests that were not taken on, since there was too much to do.
        processes: That took part, without the numbers of replicas.
        own: Components that have processes of their own.
        unknown: Capabilities after which no component is named.
    """

    source: str
    period: Period
    requests: int
    turned_away: int
    probes: int
    processes: tuple[str, ...]
    own: tuple[str, ...]
    loads: Mapping[str, Load]
    talks: tuple[Talk, ...]
    failing: Mapping[str, Failing]
    deaths: tuple[Deaths, ...]
    unknown: tuple[str, ...]
