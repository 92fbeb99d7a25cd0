"""What a supervisor runs, as `plures ps` shows it."""

from typing import TYPE_CHECKING

from plures.deploy.orders import ProcessShown, ReplicaShown, Shown

if TYPE_CHECKING:
    from plures.deploy.supervisor.slot import Slot
    from plures.deploy.supervisor.supervisor import Supervisor


def shown(supervisor: "Supervisor") -> Shown:
    """All processes, in the order of the topology."""
    plan, told = supervisor.plan, supervisor.scaling.told
    return Shown(
        tuple(
            ProcessShown(
                process.name,
                process.capabilities,
                process.edge,
                tuple(
                    _replica(slot, supervisor.addresses.url(name))
                    for name, slot in supervisor.slots_of(process.name).items()
                ),
                process.replicas.min,
                process.replicas.max,
                told.get(process.name, 0),
                process.external or process.command or "",
            )
            for process in plan.processes.values()
        )
    )


def _replica(slot: "Slot", url: str) -> ReplicaShown:
    at = slot.standing
    # One that starts or stops is not in charge.
    pid = slot.pid or next((child.pid for child in slot.alive), None)
    return ReplicaShown(slot.name, at.state, at.since, at.why, pid, at.restarts, url)
