"""Who may call which process, and what there: of the call graph, and of what plures.toml says besides."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from plures.topology import EVERYTHING, Plan, ResolvedProcess, read_right

from .values import CallerKind


class Grant(msgspec.Struct, frozen=True):
    """What one caller may do in one process.

    Attributes:
        caller: A process, or a caller from outside.
        callee: A process.
        may_call: Names of capabilities in it, versions of their contracts, and operations of either.
        may_deliver_to: Capabilities in it to which the caller brings events.
    """

    caller: str
    kind: CallerKind
    callee: str
    may_call: tuple[str, ...] = ()
    may_deliver_to: tuple[str, ...] = ()


def grants(plan: Plan) -> tuple[Grant, ...]:
    """All of a plan, but for those of the tools. What stays in a process needs none, and what runs elsewhere is known by its certificate."""
    return (*_of_constructors(plan), *_of_file(plan))


def _of_constructors(plan: Plan) -> Iterator[Grant]:
    calls: dict[tuple[str, str], set[str]] = defaultdict(set)
    deliveries: dict[tuple[str, str], set[str]] = defaultdict(set)
    for call in plan.calls:
        if not call.local:
            rights = [f"{call.capability}.{version}" for version in call.versions]
            calls[call.source, call.target].update(rights or [call.capability])
    for flow in plan.flows:
        if flow.source != flow.target:
            deliveries[flow.source, flow.target].add(flow.subscriber)
    for caller, callee in sorted(calls.keys() | deliveries.keys()):
        # Of a program in another language, the file says it.
        if plan.processes[caller].command is None:
            may_call, may_deliver_to = calls[caller, callee], deliveries[caller, callee]
            yield Grant(caller, CallerKind.PROCESS, callee, tuple(sorted(may_call)), tuple(sorted(may_deliver_to)))


def _of_file(plan: Plan) -> Iterator[Grant]:
    # In a topology of which it is a process, its constructors say what it calls.
    outside = [caller for caller in plan.callers if caller.name not in plan.processes and caller.is_program]
    said = [(caller.name, CallerKind.OUTSIDE, caller.may_call) for caller in outside]
    said += [
        (process.name, CallerKind.COMMAND, process.may_call) for process in plan.processes.values() if process.may_call
    ]
    for caller, kind, may_call in said:
        for process in plan.processes.values():
            rights = tuple(right for right in may_call if _is_for(right, process))
            if rights and process.name != caller:
                yield Grant(caller, kind, process.name, rights)


def _is_for(right: str, process: ResolvedProcess) -> bool:
    return right == EVERYTHING or read_right(right).capability in process.capabilities
