"""Replaces the replicas of processes one after the other: the new one answers before the old one ends, where they may both run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plures.deploy.errors import NoSuchReplica, RestartHalted
from plures.errors import PluresError
from plures.topology import Plan

if TYPE_CHECKING:
    from plures.deploy.supervisor.supervisor import Supervisor


async def restart(supervisor: "Supervisor", processes: Sequence[str], say: Callable[[str], None]) -> None:
    """Replace them, those that are called before those that call them; no request is refused.

    Args:
        processes: Their names; all that run here where there is none.
        say: Told of each replica.

    Raises:
        NoSuchReplica: There is no such process; nothing has changed.
        RestartHalted: A new replica could not start. Those after it are as they were.
    """
    here = [name for name in supervisor.plan.processes if supervisor.slots_of(name)]
    named = processes or here
    for name in named:
        if name not in here:
            raise NoSuchReplica(f"process {name!r}", known=", ".join(here))
    await supervisor.scaling.end()
    done: list[str] = []
    try:
        await supervisor.renew()
        for name in in_order_of_calls(supervisor.plan, named):
            for slot in [*supervisor.slots_of(name).values()]:
                try:
                    await slot.restart()
                except (PluresError, OSError) as error:
                    raise RestartHalted(slot.name, str(error), done, is_there=slot.ready) from error
                done.append(slot.name)
                say(f"{slot.name} is process {slot.pid} now")
    finally:
        supervisor.scaling.begin(supervisor.plan.processes.values())


def in_order_of_calls(plan: Plan, named: Sequence[str]) -> list[str]:
    """Processes, each after those that it calls, as far as no circle is in the way."""
    return [name for layer in plan.layers for name in plan.processes if name in layer and name in named]
