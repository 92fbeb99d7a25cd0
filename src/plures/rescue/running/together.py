"""The services of one process: loaded as themselves, reachable by their addresses, started in order and stopped in reverse."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from plures.deploy import ListenAddress, Listener, Listening, ServingOptions, listen, new_event_loop
from plures.rescue.calls import Answering, Asgi, Book, Callee, Elsewhere, intercepted, origin_of
from plures.rescue.own import as_service, enter, names_of, own_environments, own_modules
from plures.topology import Service

from .lifespan import Lifespan
from .loading import environment_of, load, roots_of

_GRACE_S: Final = 30.0


@dataclass(frozen=True)
class Together:
    """What runs in one process.

    Attributes:
        elsewhere: Address → where a service of another process is reached.
        beside: Address → an ASGI application of this process that is no service, such as the edge of an application.
        grace_s: Most time for requests in flight when all is stopped.
    """

    services: Sequence[Service]
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict[str, Elsewhere])
    beside: Mapping[str, Asgi] = field(default_factory=dict[str, Asgi])
    grace_s: float = _GRACE_S


class RunningServices:
    """Services that answer.

    Attributes:
        listening: Name of a service → where it answers from outside, for those that listen.
    """

    def __init__(self, callees: Mapping[str, Callee]) -> None:
        self._callees = callees
        self.listening: dict[str, Listening] = {}

    def application(self, name: str) -> Asgi:
        """The ASGI application of a service, to be called on its loop, by a server."""
        callee = self._callees[name]

        async def served(scope: Any, receive: Any, send: Any) -> None:
            enter(callee.name)
            await callee.application({**scope, "state": callee.state.copy()}, receive, send)

        return served

    def reached(self, name: str) -> Asgi:
        """The same for a server on the loop of the process, also where the service has a loop of its own."""
        served, callee = self.application(name), self._callees[name]

        async def passed_on(scope: Any, receive: Any, send: Any) -> None:
            here = asyncio.get_running_loop()
            if callee.loop is here:
                await served(scope, receive, send)
                return

            async def received() -> Any:
                return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(receive(), here))

            async def sent(message: Any) -> None:
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(send(message), here))

            async def serving() -> None:
                await served(scope, received, sent)

            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(serving(), callee.loop))

        return passed_on

    def callee(self, name: str) -> Callee:
        return self._callees[name]


@asynccontextmanager
async def running_services(together: Together) -> AsyncGenerator[RunningServices]:
    """Run them on this loop while the context lasts.

    Raises:
        ServiceNotLoaded, ServiceNotStarted, EnvironmentUnread, PortTaken: Then nothing is left running.
    """
    services = together.services
    callees = {service.name: _callee(service.name) for service in services}
    environments = {service.name: environment_of(service) for service in services}
    own = names_of({service.name: roots_of(service) for service in services})
    async with AsyncExitStack() as stack:
        stack.enter_context(own_environments(environments))
        stack.enter_context(own_modules(own))
        running = RunningServices(callees)
        # Services make clients when they are imported.
        stack.enter_context(intercepted(_book(together, callees)))
        for service in services:
            callees[service.name].application = load(service, own[service.name])
        homes = {service.name: await _started(service, running, stack, together.grace_s) for service in services}
        for service in services:
            await _listening(service, homes[service.name], running, stack, together.grace_s)
        yield running


def _callee(name: str) -> Callee:
    callee = Callee(name)
    callee.context.run(enter, name)
    return callee


def _book(together: Together, callees: Mapping[str, Callee]) -> Book:
    book: dict[tuple[str, str, int], Answering] = {
        origin_of(address): elsewhere for address, elsewhere in together.elsewhere.items()
    }
    for service in together.services:
        book |= {origin_of(address): callees[service.name] for address in service.addresses}
    for address, application in together.beside.items():
        callee = Callee("the edge", is_up=True)
        callee.application = application
        callee.settle_on(asyncio.get_running_loop(), threading.get_ident())
        book[origin_of(address)] = callee
    return book


async def _started(service: Service, running: RunningServices, stack: AsyncExitStack, grace_s: float) -> "Home":
    callee = running.callee(service.name)
    home = await stack.enter_async_context(_home(service))
    callee.settle_on(home.loop, home.thread)
    lifespan = Lifespan(callee)
    stack.push_async_callback(home.run, _stopped, callee, lifespan, grace_s)
    await home.run(lifespan.start)
    callee.is_up = True
    return home


async def _stopped(callee: Callee, lifespan: Lifespan, grace_s: float) -> None:
    """Let it answer what it was asked, then end it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_s):
            while callee.requests:
                await asyncio.wait([*callee.requests])
    callee.is_up = False
    await lifespan.stop()
    for task in [*callee.tasks]:
        task.cancel()


async def _listening(
    service: Service, home: "Home", running: RunningServices, stack: AsyncExitStack, grace_s: float
) -> None:
    if service.public is None:
        return
    host, port = service.public
    bound = listen(ListenAddress(host, port))
    running.listening[service.name] = bound
    options = ServingOptions(websockets=True, grace_s=grace_s, names_server=True)
    listener = Listener(running.application(service.name), bound.socket, options)
    stack.push_async_callback(home.run, listener.stop)
    await home.run(listener.start)


@dataclass(frozen=True)
class Home:
    """The event loop of a service: that of the process, or one in a thread of its own."""

    loop: asyncio.AbstractEventLoop
    thread: int

    async def run(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Do something there, and wait for it here."""
        if self.thread == threading.get_ident():
            await work(*arguments)
        else:

            async def working() -> None:
                await work(*arguments)

            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(working(), self.loop))


@asynccontextmanager
async def _home(service: Service) -> AsyncGenerator[Home]:
    if not service.thread:
        yield Home(asyncio.get_running_loop(), threading.get_ident())
        return
    begun: Future[Home] = Future()
    leaving = asyncio.Event()

    async def living() -> None:
        begun.set_result(Home(asyncio.get_running_loop(), threading.get_ident()))
        await leaving.wait()

    def life() -> None:
        with as_service(service.name), asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(living())

    thread = threading.Thread(target=life, name=f"service {service.name}", daemon=True)
    thread.start()
    home = await asyncio.wrap_future(begun)
    try:
        yield home
    finally:
        home.loop.call_soon_threadsafe(leaving.set)
        await asyncio.to_thread(thread.join, _GRACE_S)
