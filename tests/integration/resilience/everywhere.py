"""One application in each placement, called by way of a network that goes wrong as a test says."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from typing_extensions import TypeForm

from plures.application import Assembly, assemble, load
from plures.deploy import ListenAddress, ServedHost, listen, local_processes
from plures.host import Host, Mode, Placement
from plures.http import HttpTransport
from plures.runtime import Outgoing, Reply
from plures.testing import Where
from plures.topology import Policies, monolith

T = TypeVar("T")
APPLICATION = "tests.integration.resilience.policy_app:app"

GoesWrong = Callable[[str, int], "Exception | Reply | None"]
"""The address and the number of a request, from 1 → what comes of it instead of the answer. After an exception that is no `NotSent`, it has run."""


class Network(HttpTransport):
    """The real one, beside what goes wrong in it.

    Attributes:
        asked: The addresses of all requests but heartbeats, in order.
    """

    def __init__(self, goes_wrong: GoesWrong, tokens: Mapping[str, str]) -> None:
        super().__init__(tokens)
        self._goes_wrong = goes_wrong
        self.asked: list[str] = []

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        self.asked.append(url)
        wrong = self._goes_wrong(url, len(self.asked))
        if isinstance(wrong, Reply):
            return wrong
        if wrong is not None:
            raise wrong
        return await super().unary(url, outgoing)


@dataclass
class Caller:
    """One that calls the application.

    Attributes:
        is_remote: Whether its calls go over a wire, where something can go wrong.
        urls: Two addresses of the one replica there is, as if there were two; empty where it is not remote.
    """

    host: Host
    network: Network
    urls: tuple[str, ...]

    @property
    def is_remote(self) -> bool:
        return bool(self.urls)

    def client(self, contract: TypeForm[T]) -> T:
        client: Any = self.host.client(contract)  # type: ignore[arg-type]
        typed: T = client
        return typed


class Everywhere:
    """The application in one placement; makes callers."""

    def __init__(self, assembly: Assembly, data: Path, where: Where, policies: Policies) -> None:
        self.where = where
        self._assembly = assembly
        self._data = data
        self._policies = policies
        self._endpoints: Mapping[str, tuple[str, ...]] = {}
        self._token = ""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Runs while the context lasts, where the callers are elsewhere."""
        async with AsyncExitStack() as stack:
            if self.where is Where.LOCAL_PROCESSES:
                topology = replace(monolith(), policies=self._policies)
                running = await stack.enter_async_context(local_processes(topology, APPLICATION, data=self._data))
                self._endpoints, self._token = running.endpoints, running.token
            elif self.where is Where.OVER_THE_WIRE:
                control = listen(ListenAddress(port=0))
                served = ServedHost(Host(self._assembly, self._placement()), control, None, 5.0)
                await served.start()
                stack.push_async_callback(served.stop)
                self._endpoints = dict.fromkeys(self._assembly.capabilities, (control.url,))
            yield

    @asynccontextmanager
    async def caller(self, goes_wrong: GoesWrong = lambda *_: None) -> AsyncGenerator[Caller]:
        """A caller with a network of its own; in process, the one that hosts the services too."""
        urls = {name: (url, url.replace("127.0.0.1", "localhost")) for name, (url,) in self._endpoints.items()}
        placement = self._placement()
        if urls:
            placement = replace(placement, capabilities=frozenset(), endpoints=urls)
        network = Network(goes_wrong, {url: self._token for both in urls.values() for url in both if self._token})
        host = Host(self._assembly, placement, transport=network, random=Random(5))
        await host.start()
        try:
            yield Caller(host, network, next(iter(urls.values()), ()))
        finally:
            await host.stop()

    def _placement(self) -> Placement:
        mode = Mode.DEVELOPMENT if self.where is Where.CHECKED else Mode.PRODUCTION
        return Placement(
            frozenset(self._assembly.capabilities), edge=False, data=self._data, mode=mode, policies=self._policies
        )


@asynccontextmanager
async def everywhere(where: Where, data: Path, policies: Policies) -> AsyncGenerator[Everywhere]:
    """The application of the tests in one placement."""
    some = Everywhere(assemble(load(APPLICATION)), data, where, policies)
    async with some.running():
        yield some
