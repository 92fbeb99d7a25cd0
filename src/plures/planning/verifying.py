"""What was predicted beside what was measured afterwards."""

from msgspec import Struct

from plures.telemetry import Reading

from .errors import NotRunning
from .predicting import overall_p50, remote_calls
from .present import present
from .values import Plan


class Compared(Struct, frozen=True):
    """A figure.

    Attributes:
        unit: `us`, `processors`, `bytes`, or empty for a number.
        before: As it was in the topology that ran then.
    """

    name: str
    unit: str
    before: float | None
    predicted: float | None
    measured: float | None

    @property
    def off(self) -> float | None:
        """By how much the prediction was too high, as a share of what was measured; None where that cannot be told."""
        if self.predicted is None or not self.measured:
            return None
        return self.predicted / self.measured - 1


class Verified(Struct, frozen=True):
    """A plan, and what came of it.

    Attributes:
        requests: How many were measured since.
        figures: What all of it takes; processor time is predicted for as many requests a second as came.
        routes: p50 of each kind of request that was predicted and was measured since.
    """

    plan: Plan
    since: int
    until: int
    requests: int
    per_s: float
    figures: tuple[Compared, ...]
    routes: tuple[Compared, ...]


def verify(reading: Reading, plan: Plan, now: int) -> Verified:
    """Compare a plan with what was measured since it was made.

    Raises:
        NotRunning: What ran last is not what was planned, or answers no requests yet.
        NothingMeasured, NoTelemetry, TelemetryNewer, TelemetryUnreadable: As of `present`.
    """
    seen = present(reading, plan.made, now, after=plan.made)
    if set(seen.processes) != set(plan.processes_then):
        raise NotRunning(plan.target, ", ".join(sorted(seen.processes)))
    per_s = seen.calls / seen.seconds
    rate = per_s / plan.per_s if plan.per_s else 1.0
    cpu = plan.cpu_fixed + (plan.then.cpu - plan.cpu_fixed) * rate
    now_at = {each.name: each.p50_us for each in seen.requests}
    return Verified(
        plan,
        seen.since,
        seen.until,
        seen.calls,
        per_s,
        (
            Compared("processor time", "processors", plan.now.cpu, cpu, sum(seen.cpu.values())),
            Compared("p50 of requests", "us", plan.now.p50_us, plan.then.p50_us, overall_p50(seen)),
            Compared("memory", "bytes", plan.now.memory_bytes, plan.then.memory_bytes, sum(seen.memory.values())),
            Compared("processes", "", plan.now.processes, plan.then.processes, sum(map(len, seen.processes.values()))),
            Compared(
                "remote calls of a request",
                "",
                plan.now.remote_per_request,
                plan.then.remote_per_request,
                remote_calls(seen) / max(1, seen.calls),
            ),
        ),
        tuple(
            Compared(each.name, "us", each.p50_us, each.p50_then_us, now_at[each.name])
            for each in plan.routes
            if each.p50_then_us is not None and now_at.get(each.name) is not None
        ),
    )
