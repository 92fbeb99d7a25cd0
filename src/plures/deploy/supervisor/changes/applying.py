"""Makes running processes those of another topology, one capability after the other, without losing a request.

Processes that only the other topology has are started empty. Then each capability moves: its source lets it go, its target takes it, all
others learn where it is, and its source sends on what waited. In the end, processes that have nothing left are stopped. What dies on the
way starts again as what it was to be at that moment. When a capability cannot start in its target, its source takes it back, and what
has moved before stays moved: the next try goes on from there.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from plures.deploy.errors import ReplicaDied
from plures.deploy.waiting import together
from plures.topology import ApplicationFacts, Plan, ResolvedTopology, make_plan

from .changing import Step, between, steps, with_names_of

if TYPE_CHECKING:
    from plures.deploy.supervisor.supervisor import Supervisor

_WITHIN_S: Final = 10.0
"""Most time for the calls of a capability that are under way when it is to leave."""


class Applied:
    """The topology that a supervisor runs, which may become another one.

    Attributes:
        supervisor: Runs it.
        topology: What runs now; between two topologies, one with the processes of both.
        facts: What the application is.
    """

    def __init__(self, supervisor: "Supervisor", topology: ResolvedTopology, facts: ApplicationFacts) -> None:
        self.topology = topology
        self.supervisor = supervisor
        self.facts = facts

    async def apply(self, then: ResolvedTopology, say: Callable[[str], None] = lambda _: None) -> None:
        """Turn it into another one.

        Args:
            say: Told of each step.

        Raises:
            InvalidInput: It cannot be done while the application runs; nothing has changed.
            PluresError: A process cannot start, or a capability cannot move. Each capability is in one of its two processes, and answers.
        """
        now, facts, supervisor = self.topology, self.facts, self.supervisor
        then = with_names_of(now, then)
        ways = steps(now, then, facts)
        ways_after = [between(now, then, ways[:taken], facts) for taken in range(len(ways) + 1)]
        await supervisor.scaling.end()
        try:
            await self._grow(ways_after[0])
            for step, after in zip(ways, ways_after[1:], strict=True):
                await self._move(step, after)
                say(f"{step.capability} is in {step.target} now, and no longer in {step.source}")
            # Nothing is left in what goes, and no one is told of it any more.
            await supervisor.trim(self._plan(then))
            self._follow(then)
            await self._turn_all()
        finally:
            supervisor.scaling.begin(supervisor.plan.processes.values())

    async def take(self, then: ResolvedTopology, facts: ApplicationFacts) -> None:
        """Let what starts from now on be as other code says, beside what runs; `taken` ends that."""
        before, self.facts = self._plan(self.topology), facts
        self._follow(then)
        self.supervisor.admit(before)
        await self._turn_all()

    async def taken(self) -> None:
        """Nothing of the code before runs any more: let in only whom the new code calls."""
        self._follow(self.topology)
        await self._turn_all()

    async def _grow(self, topology: ResolvedTopology) -> None:
        """Start the processes and replicas that there were not; those of a try that failed are there already."""
        self._follow(topology)
        await self._turn_all()
        await self.supervisor.add()

    async def _move(self, step: Step, after: ResolvedTopology) -> None:
        """One capability, from all replicas of its process to those of another one."""
        before, supervisor = self.topology, self.supervisor
        # What it calls when it starts there must let it in.
        supervisor.admit(self._plan(after))
        await self._turn_all()
        try:
            if self._is_exclusive(step.capability, before):
                await supervisor.let_go(step.source, step.capability, _WITHIN_S)
                self._follow(after, before)
                await supervisor.turn(step.target)
            else:
                # It may run in both: there it gets warm, while it answers here.
                self._follow(after, before)
                await supervisor.turn(step.target)
                await self._turn_others(step, after)
                await supervisor.let_go(step.source, step.capability, _WITHIN_S)
        except BaseException:
            self._follow(before)
            await self._turn(step.source)
            raise
        await self._turn_others(step, after)
        await self._turn(step.source)

    async def _turn_others(self, step: Step, after: ResolvedTopology) -> None:
        for process in after.processes.keys() - {step.source, step.target}:
            await self._turn(process)

    async def _turn_all(self) -> None:
        await together(self._turn(process) for process in self.topology.processes)

    async def _turn(self, process: str) -> None:
        """Let a process be what it is to be by now. One that has died, or has not started, starts as that."""
        with suppress(ReplicaDied):
            await self.supervisor.turn(process)

    def _is_exclusive(self, capability: str, topology: ResolvedTopology) -> bool:
        """Whether one process at a time may have it: its data is a file."""
        placed = topology.processes[topology.homes[capability]].databases
        return self.facts.capabilities[capability].has_database and capability not in placed

    def _plan(self, topology: ResolvedTopology) -> Plan:
        return make_plan(topology, self.facts)

    def _follow(self, topology: ResolvedTopology, before: ResolvedTopology | None = None) -> None:
        """Let what starts or turns be as a topology says; those that the one before lets in are let in still."""
        self.supervisor.follow(self._plan(topology))
        if before is not None:
            self.supervisor.admit(self._plan(before))
        self.topology = topology
