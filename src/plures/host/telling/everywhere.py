"""Events and sagas that wait or are parked in all processes of a run: the replica that is asked asks the others.

It shows them the token of the person who asks, who so sees and does what they might at each of them, and no more. What runs elsewhere
is not asked: the token is of this run.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from plures.application import AssembledCapability, Assembly
from plures.contract import read_contract
from plures.host.eventing import EventAdmin, EventAdminService, Which
from plures.host.residents import Services
from plures.host.sagas import SagaAdmin, SagaAdminService, SagaFilter
from plures.http import HttpTransport
from plures.runtime import Broken, Client, Deadlines, Directory, Endpoints, NotSent, RemoteCaller, bind
from plures.tls import Recognising

from .waiting import waiting

HERE: Final = "/api/events?here=1"
"""What one replica alone knows."""
_ANSWER_S: Final = 5.0


class Again(msgspec.Struct, frozen=True):
    """What is to be tried again: deliveries of a subscription that are parked, or a saga that is.

    Attributes:
        capability: Which publishes, or begins the saga.
        id: Of the saga.
    """

    capability: str
    subscription: str = ""
    saga: str = ""
    id: str = ""


class Everywhere:
    """What waits in all processes of a run.

    Args:
        directory: Where the capabilities of other processes answer.
        outside: Those that run elsewhere.
        tls: How replicas are recognised; None without TLS.
    """

    def __init__(
        self,
        assembly: Assembly,
        hosted: Mapping[str, AssembledCapability],
        services: Services,
        directory: Directory,
        *,
        outside: Iterable[str],
        tls: Recognising | None,
    ) -> None:
        self._services, self._directory, self._tls = services, directory, tls
        self._hosted, outside = hosted, frozenset(outside)
        tellers = {name: each for name, each in assembly.capabilities.items() if each.publishes or each.begins_sagas}
        self._tellers = [name for name in tellers if name not in outside]

    @property
    def _others(self) -> list[str]:
        return [name for name in self._tellers if name not in self._hosted]

    async def here(self) -> dict[str, list[Any]]:
        """What waits in this process."""
        return await waiting(self._services.outboxes, self._services.saga_desks)

    async def waiting(self, token: str) -> dict[str, list[Any]]:
        """What waits in all; `silent` has the capabilities of which that is not known, and why."""
        silent: dict[str, str] = {}
        async with self._reaching(self._others, token) as transport:
            asked = [self._asked(transport, urls, names, silent) for urls, names in self._places().items()]
            told = await asyncio.gather(self.here(), *asked)
        found: dict[str, list[Any]] = {
            what: [each for one in told for each in one.get(what, ())] for what in (*told[0],)
        }
        return {**found, "silent": [{"capability": name, "why": why} for name, why in sorted(silent.items())]}

    async def again(self, wanted: Again, token: str) -> int:
        """Try it again, where it is; how many deliveries or sagas these are. Raises `CallError`, or what the contracts declare."""
        if wanted.capability not in self._others:
            events = EventAdminService(self._services.outboxes)
            return await _again(wanted, events, SagaAdminService(self._services.saga_desks))
        async with self._reaching([wanted.capability], token) as transport:
            deadlines = Deadlines()
            try:
                urls = self._urls(wanted.capability)
                events, sagas = (_client(each, urls, transport, deadlines) for each in (EventAdmin, SagaAdmin))
                return await _again(wanted, events, sagas)
            finally:
                deadlines.close()

    def _urls(self, capability: str) -> tuple[str, ...]:
        return tuple(endpoint.url for endpoint in self._directory.of(capability).known)

    def _places(self) -> dict[tuple[str, ...], list[str]]:
        """The replicas of a process, which share their databases → the capabilities there."""
        places: dict[tuple[str, ...], list[str]] = {}
        for name in self._others:
            places.setdefault(self._urls(name), []).append(name)
        return places

    @asynccontextmanager
    async def _reaching(self, capabilities: Iterable[str], token: str) -> AsyncGenerator[HttpTransport]:
        """Connections of their own: those between processes show the tokens of processes."""
        tokens = {url: token for name in capabilities for url in self._urls(name)}
        transport = HttpTransport(tokens, tls=self._tls)
        try:
            yield transport
        finally:
            await transport.close()

    async def _asked(
        self, transport: HttpTransport, urls: tuple[str, ...], names: list[str], silent: dict[str, str]
    ) -> dict[str, list[Any]]:
        why = "no replica is ready"
        for url in urls:
            try:
                async with asyncio.timeout(_ANSWER_S):
                    reply = await transport.get(url, HERE)
                if reply.http_status == 200:  # noqa: PLR2004 - OK
                    return msgspec.json.decode(reply.body, type=dict[str, list[Any]])
                why = f"it answers {reply.http_status}"
            except (NotSent, Broken, TimeoutError, OSError, msgspec.MsgspecError) as error:
                why = str(error) or f"no answer within {_ANSWER_S:g} s"
        silent.update(dict.fromkeys(names, why))
        return {}


async def _again(wanted: Again, events: EventAdmin, sagas: SagaAdmin) -> int:
    if wanted.subscription:
        return await events.resubmit(wanted.capability, Which(wanted.subscription))
    changed = await sagas.resume(wanted.capability, SagaFilter(wanted.saga, wanted.id))
    return changed.changed


def _client(python: type, urls: Iterable[str], transport: HttpTransport, deadlines: Deadlines) -> Any:
    contract, _ = read_contract(python)
    client = Client(contract.service)
    bind(client, contract, RemoteCaller(Endpoints.fixed(*urls), transport, deadlines).bind)
    return client
