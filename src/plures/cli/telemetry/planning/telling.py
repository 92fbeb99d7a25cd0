"""How a plan is told on a terminal."""

from typing import TYPE_CHECKING, Final

from plures.cli.console import say
from plures.cli.telemetry.telling import Column, figure, lasting, moment, one_line, print_table

if TYPE_CHECKING:
    from plures.planning import Compared, Plan, Verified

_KIB: Final = 1024
_MIB: Final = _KIB * _KIB
_MOST_EDGES: Final = 20
_MOST_ROUTES: Final = 20


def tell_plan(plan: "Plan") -> None:
    """Print all that it says."""
    now, then = plan.now, plan.then
    present = plan.present or ", ".join(plan.processes)
    say((one_line(f"{present} → {plan.target}"), "cyan"))
    say(
        (
            f"from {plan.requests:,} requests, {figure(plan.per_s)}/s, {moment(plan.since)} to {moment(plan.until, with_day=False)} UTC",
            "dim",
        )
    )
    print_table(
        (Column(""), Column("now", is_number=True), Column("then", is_number=True), Column("change", is_number=True)),
        [
            ("p50 of requests", _time(now.p50_us), _time(then.p50_us), _more(now.p50_us, then.p50_us)),
            ("processor time", cores(now.cpu), cores(then.cpu), _more(now.cpu, then.cpu)),
            ("memory", size(now.memory_bytes), size(then.memory_bytes), _more(now.memory_bytes, then.memory_bytes)),
            ("processes", str(now.processes), str(then.processes), f"{then.processes - now.processes:+d}"),
            (
                "remote calls of a request",
                figure(round(now.remote_per_request, 2)),
                figure(round(then.remote_per_request, 2)),
                f"{then.remote_per_request - now.remote_per_request:+.2f}",
            ),
        ],
    )
    _routes(plan)
    _edges(plan)
    _data(plan)
    for note in plan.notes:
        say(("note: ", "yellow"), one_line(note))
    say((_cost(plan), "dim"))


def tell_verified(found: "Verified") -> None:
    """Print a prediction beside what was measured."""
    plan = found.plan
    before = plan.present or ", ".join(plan.processes)
    say((one_line(f"{before} → {plan.target}"), "cyan"), ": predicted, and measured since")
    rates = (
        f"planned at {figure(plan.per_s)} requests/s, measured at {figure(found.per_s)}/s: {found.requests:,} requests"
    )
    say((f"{rates}, {moment(found.since)} to {moment(found.until, with_day=False)} UTC", "dim"))
    columns = (
        Column("", gives=True),
        Column("before", is_number=True),
        Column("predicted", is_number=True),
        Column("measured", is_number=True),
        Column("off by", is_number=True),
    )
    print_table(columns, [_compared(each) for each in (*found.figures, *found.routes)])


def cores(processors: float) -> str:
    """Processor time, as a share of one processor."""
    return f"{processors:.3f} cores"


def size(number: float | None) -> str:
    """Bytes, for people."""
    if number is None:
        return ""
    return f"{number / _MIB:,.0f} MiB" if number >= _MIB else f"{number / _KIB:,.0f} KiB"


def _compared(each: "Compared") -> tuple[str, ...]:
    off = "" if each.off is None else f"{100 * each.off:+.0f} %"
    told = [_figure(value, each.unit) for value in (each.before, each.predicted, each.measured)]
    return one_line(each.name), *told, off


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "us":
        return lasting(value)
    if unit == "processors":
        return cores(value)
    return size(value) if unit == "bytes" else figure(round(value, 2))


def _routes(plan: "Plan") -> None:
    if not plan.routes:
        return
    say("")
    columns = (
        Column("request", gives=True),
        Column("requests", is_number=True),
        Column("traces", is_number=True),
        Column("remote calls", is_number=True),
        Column("then", is_number=True),
        Column("p50", is_number=True),
        Column("then", is_number=True),
        Column("at most", is_number=True),
    )
    rows = [
        (
            one_line(each.name),
            f"{each.requests:,}",
            str(each.traces),
            figure(round(each.remote_now, 1)) if each.traces else "",
            figure(round(each.remote_then, 1)) if each.traces else "",
            _time(each.p50_us),
            _time(each.p50_then_us),
            _time(each.p50_most_us),
        )
        for each in plan.routes[:_MOST_ROUTES]
    ]
    print_table(columns, rows)
    _left(len(plan.routes) - _MOST_ROUTES, "kinds of requests")
    say(("at most: if calls wait for each other that the traces show side by side", "dim"))


def _edges(plan: "Plan") -> None:
    if not plan.edges:
        say("")
        say("No call that was measured takes another way.")
        return
    say("")
    columns = (Column("calls", gives=True), Column("of a request", is_number=True), Column("become"))
    rows = [
        (
            one_line(f"{each.caller} {'⇢' if each.is_event else '→'} {each.capability}"),
            figure(round(each.per_request, 3)),
            each.becomes,
        )
        for each in plan.edges[:_MOST_EDGES]
    ]
    print_table(columns, rows)
    _left(len(plan.edges) - _MOST_EDGES, "edges")


def _data(plan: "Plan") -> None:
    if not plan.moves:
        return
    say("")
    columns = (
        Column("data of", gives=True),
        Column("kept"),
        Column("size", is_number=True),
        Column("process"),
        Column(""),
    )
    rows = [
        (
            one_line(each.store.capability),
            one_line(each.store.kept),
            size(each.store.bytes),
            one_line(f"{each.source} → {each.target}"),
            "has to be brought there" if each.leaves else "stays where it is",
        )
        for each in plan.moves
    ]
    print_table(columns, rows)


def _left(many: int, what: str) -> None:
    if many > 0:
        say((f"… and {many} more {what}; --json has all", "dim"))


def _cost(plan: "Plan") -> str:
    slow, fast = plan.cost.paces[0], plan.cost.paces[-1]
    wait = f"{lasting(slow.wait_us)} at {figure(round(slow.per_s))}/s, {lasting(fast.wait_us)} at {figure(round(fast.per_s))}/s"
    if plan.wait_from == "seen":
        wait += "; here, the wait is that of the remote calls in these traces"
    cpu = f"{lasting(slow.cpu_us)} to {lasting(fast.cpu_us)}"
    idle = f"{100 * plan.cost.idle_cpu:.2f} % of a processor and {size(plan.cost.memory_bytes)}"
    at = moment(plan.cost.at, with_day=False)
    return (
        f"measured on this machine at {at} UTC, by {plan.cost.calls:,} calls: a remote call waits {wait}, "
        f"and takes {cpu} of processor time; a process that does nothing takes {idle}"
    )


def _time(microseconds: float | None) -> str:
    return "" if microseconds is None else lasting(microseconds)


def _more(before: float | None, after: float | None) -> str:
    if not before or after is None:
        return ""
    return f"{100 * (after / before - 1):+.0f} %"
