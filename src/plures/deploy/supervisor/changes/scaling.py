"""Gives processes the number of replicas that a person has said, within what plures.toml allows."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plures.deploy.rules import (
    NO_MORE_REPLICAS,
    NO_REPLICAS_ELSEWHERE,
    NO_REPLICAS_OF_COMMAND,
    NO_SECOND_WRITER,
    NO_SUCH_PROCESS,
    REPLICAS_FIXED,
)
from plures.deploy.supervisor.scaling import ScaledSlots
from plures.deploy.waiting import together
from plures.errors import InvalidInput, Violation
from plures.topology import Plan

if TYPE_CHECKING:
    from plures.deploy.supervisor.slot import Slot
    from plures.deploy.supervisor.supervisor import Supervisor


async def scale(supervisor: "Supervisor", wanted: Mapping[str, int], say: Callable[[str], None]) -> None:
    """Have so many replicas of processes, which `check_numbers` allows, until they are told otherwise; 0: as many as the load needs.

    Args:
        say: Told what is done.

    Raises:
        PluresError: A new replica cannot start; there are as many as before.
    """
    await supervisor.scaling.end()
    try:
        for name, number in wanted.items():
            if number:
                await _have(supervisor, name, number, say)
                supervisor.scaling.told[name] = number
            else:
                supervisor.scaling.told.pop(name, None)
                say(f"{name} has as many replicas as its load needs")
    finally:
        supervisor.scaling.begin(supervisor.plan.processes.values())


def check_numbers(plan: Plan, wanted: Mapping[str, int]) -> None:
    """Raise `InvalidInput` with all reasons why processes cannot have so many replicas."""
    violations = [*_in_the_way(plan, wanted)]
    if violations:
        raise InvalidInput("The numbers of replicas", violations)


def _in_the_way(plan: Plan, wanted: Mapping[str, int]) -> Iterator[Violation]:
    """Why processes cannot have so many replicas."""
    for name, number in wanted.items():
        process = plan.processes.get(name)
        if process is None:
            yield NO_SUCH_PROCESS.broken(name, known=", ".join(plan.processes))
            continue
        few, many = process.replicas.min, process.replicas.max
        if process.external is not None:
            yield NO_REPLICAS_ELSEWHERE.broken(name, url=process.external)
        elif process.command is not None:
            yield NO_REPLICAS_OF_COMMAND.broken(name, replicas=few)
        elif process.exclusive and number != 1:
            owner = ", ".join(process.capabilities)
            yield NO_SECOND_WRITER.broken(name, capabilities=owner)
        elif few == many and number != few:
            yield REPLICAS_FIXED.broken(name, replicas=few)
        elif number and not few <= number <= many:
            yield NO_MORE_REPLICAS.broken(name, number=number, min=few, max=many)


async def _have(supervisor: "Supervisor", name: str, number: int, say: Callable[[str], None]) -> None:
    slots = ScaledSlots(supervisor, name)
    present = slots.present()

    async def start(slot: "Slot") -> None:
        try:
            await slot.start()
        except BaseException:
            await slots.remove(slot)
            raise
        say(f"{slot.name} is ready")

    async def remove(slot: "Slot") -> None:
        await slots.remove(slot)
        say(f"{slot.name} has ended")

    await together(start(slots.add()) for _ in range(number - len(present)))
    await together(remove(slot) for slot in present[number:])
    say(f"{name} has {number} replica{'s' if number != 1 else ''}")
