"""One capability's FastAPI service, or the edge, as a server of ASGI takes it: the application with its lifespan.

``uvicorn "bench.shop.rivals.asgi:service()"`` with ``BENCH_SERVICE`` (a capability, or ``edge``), ``BENCH_STORAGE`` and ``BENCH_PORTS`` in the environment.
"""

import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import cache
from typing import Any

import msgspec

from bench.shop.rivals.fastapi_service import application_of
from bench.shop.rivals.service_worker import EDGE, PORTS, connector
from bench.shop.rivals.wiring import wired
from bench.shop.variants import Kind, Storage, application
from plures.application import Assembly, assemble

SERVICE = "BENCH_SERVICE"
STORAGE = "BENCH_STORAGE"
Asgi = Callable[[Any, Any, Any], Awaitable[None]]


@cache
def _assembly(storage: Storage) -> Assembly:
    """What says which class, which clients and which contract each service has. A team would have written that down in its code, once."""
    return assemble(application(storage))


def service() -> Asgi:
    """The service that the environment names. It is wired when its lifespan starts."""
    name, storage = os.environ[SERVICE], Storage[os.environ[STORAGE]]
    ports = msgspec.json.decode(os.environ[PORTS], type=dict[str, int])
    assembly = _assembly(storage)
    connect = connector(Kind.FASTAPI, ports, assembly)
    ready: list[Any] = []

    async def start(stack: AsyncExitStack) -> None:
        if name == EDGE:
            assert assembly.edge is not None
            ready.append(await stack.enter_async_context(wired(assembly.edge, assembly.edge_dependencies, connect)))
            return
        capability = assembly.capabilities[name]
        assert capability.implementation is not None
        wiring = wired(capability.implementation, capability.dependencies, connect)
        ready.append(application_of(capability.contract.python, await stack.enter_async_context(wiring)))

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await ready[0](scope, receive, send)
            return
        async with AsyncExitStack() as stack:
            await receive()
            await start(stack)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return asgi
