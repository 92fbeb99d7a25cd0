"""The capabilities that are in one replica: they start with it, leave it and join it while it runs, and end with it.

A capability that leaves is held first: calls of it wait, wherever they come from, while those under way end. Then its work beside calls ends,
its stop hooks run, and its database is closed, so that another process may open it. What waited goes on as soon as the replica knows where.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from plures.application import AssembledCapability, Assembly
from plures.contract import ContractDescription
from plures.host.clients import Clients
from plures.runtime import LOCAL, Deadlines, Dispatcher, Gate, Hold
from plures.telemetry import SpanKind, Telemetry

from .errors import StillBusy
from .lifecycles import Lifecycles
from .services import Services

_LOOK_EVERY_S: Final = 0.001


class Residents:
    """What is in a replica.

    Args:
        hosted: Name → capability, of those that are in it; changed here alone.
        gates: What lets calls of each in; the same.
        gate_of: Makes one.
        local: Those that clients call by reference.
    """

    def __init__(
        self,
        assembly: Assembly,
        hosted: dict[str, AssembledCapability],
        *,
        services: Services,
        clients: Clients,
        lifecycles: Lifecycles,
        dispatcher: Dispatcher,
        deadlines: Deadlines,
        telemetry: Telemetry,
        gates: dict[str, Gate],
        gate_of: Callable[[str], Gate],
        local: Collection[str],
    ) -> None:
        self._assembly, self._hosted = assembly, hosted
        self._services, self._clients = services, clients
        self._lifecycles, self._dispatcher = lifecycles, dispatcher
        self._deadlines, self._telemetry = deadlines, telemetry
        self._gates, self._gate_of = gates, gate_of
        # Those that are held, or have left and are waited for.
        self._holds: dict[str, Hold] = {}
        self._held_gates: dict[str, Gate] = {}
        self._local = frozenset(local)

    def announce(self, names: Collection[str]) -> None:
        """Let calls of these be unavailable, rather than unknown, until they have started."""
        for name in names:
            self._gates[name] = self._gate_of(name)
            for contract in self._served(name):
                self._dispatcher.announce(contract.operations)

    async def build(self) -> None:
        """Open the databases of all and build their services. Raises what fails."""
        await self._services.build(self._hosted)

    async def start(self, names: Collection[str]) -> None:
        """Run the start hooks of some, and serve them. Raises what fails."""
        for name in self._services.order:
            if name in names:
                for contract, service in await self._services.start(name):
                    self._dispatcher.serve(contract.operations, service, self._gates[name])

    async def join(self, names: Collection[str]) -> None:
        """Build and start some that come while the others are at work. When one fails, none has joined. Their clients are told by `turn`."""
        self._hosted |= {name: self._assembly.capabilities[name] for name in names}
        self.announce(names)
        try:
            await self._services.build(names)
            await self.start(names)
            for name in names:
                await self._lifecycles.join(name)
        except BaseException:
            await self._close(names)
            raise

    async def leave(self, names: Collection[str], within_s: float) -> None:
        """Let some end here while the others go on. Calls of them wait from now on, until `turn`.

        Raises:
            StillBusy: Calls under way did not end in time. All is as it was, and what waited has gone on.
        """
        under_way = partial(self._under_way, names)
        for name in names:
            hold = self._holds[name] = Hold(under_way)
            self._held_gates[name] = self._gates[name]
            self._gates[name].hold = hold
            for contract in self._served(name):
                self._clients.hold(contract, hold)
        try:
            async with asyncio.timeout(within_s):
                # Meters count, and tell of nothing: calls pay for what they do.
                while any(map(self._calls_in, names)):  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            busy = ", ".join(sorted(name for name in names if self._calls_in(name)))
            self.turn(self._local)
            raise StillBusy(busy, within_s) from None
        await self._close(names)

    def turn(self, local: Collection[str]) -> None:
        """Let clients call by reference what is told, and all else over the wire; what waited goes on.

        Args:
            local: Names of capabilities.
        """
        for name in self._assembly.capabilities:
            is_local, hold = name in local, self._holds.pop(name, None)
            if hold is not None or is_local is not (name in self._local):
                for contract in self._served(name):
                    self._clients.turn(contract, is_local=is_local)
            if hold is not None:
                self._held_gates.pop(name).hold = None
                hold.end()
        self._local = frozenset(local)

    async def close_threads(self) -> None:
        """Let the threads of `def` methods end; those that hang are left behind."""
        await asyncio.gather(*map(self._services.close_threads, self._hosted))

    async def close_databases(self) -> None:
        for name in self._hosted:
            await self._services.close_database(name)

    async def _close(self, names: Collection[str]) -> None:
        for name in reversed(self._services.order):
            if name in names:
                for contract in self._served(name):
                    self._dispatcher.withdraw(contract.operations)
                await self._lifecycles.leave(name)
                await self._services.close_threads(name)
                await self._services.close_database(name)
                self._services.forget(name)
                del self._hosted[name], self._gates[name]

    def _served(self, name: str) -> Iterator[ContractDescription]:
        yield from self._assembly.capabilities[name].contracts
        if name in self._assembly.deliveries:
            yield self._assembly.deliveries[name]

    def _under_way(self, names: Collection[str]) -> frozenset[str]:
        """The requests on whose behalf some of these work."""
        return frozenset[str]().union(*map(self._deadlines.requests_in, names))

    def _calls_in(self, name: str) -> int:
        """Calls under way: those that have arrived, and those that were made here."""
        made = (each for each in self._telemetry.meters if each.subject.capability == name)
        here = (each for each in made if each.subject.kind is SpanKind.INTERNAL or each.subject.placement == LOCAL)
        return sum(each.begun - each.ended for each in here) + self._gates[name].inside
