"""What stands before the edge where something is published: it takes those requests, and the edge gets all others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from plures.access import Caller, Pages
from plures.application import Assembly
from plures.contract import ContractDescription, OperationDescription
from plures.host.edge import Edge
from plures.host.observing import Observing
from plures.http import ConnectServer
from plures.runtime import Deadlines, Dispatcher, Gate, connect

from .asgi import read_request, send_response, until_gone
from .forwarding import forwarding
from .publisher import Headers, Publisher

_GET: Final = b"GET "


class Front:
    """An ASGI application: the edge, and what is published beside it."""

    def __init__(self, edge: Edge, publisher: Publisher) -> None:
        self._edge = edge
        self._publisher = publisher

    def refusal(self, head: bytes) -> bytes | None:
        """As the edge says it; not of what is published, whose refusals pages must be able to read."""
        path = head[len(_GET) : head.find(b" ", len(_GET))].partition(b"?")[0].decode("latin-1")
        return None if self._publisher.is_published(path) else self._edge.refusal(head)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and self._publisher.takes(scope["path"], lambda: dict(scope["headers"])):
            await self._answer(scope, receive, send)
        else:
            await self._edge(scope, receive, send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        request = await read_request(scope, receive, self._publisher.most_bytes(scope["path"]))
        if request is None:
            return

        async def answer() -> None:
            await send_response(await self._publisher(request), send)

        answering, going = asyncio.ensure_future(answer()), asyncio.ensure_future(until_gone(receive))
        try:
            await asyncio.wait((answering, going), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A client that has hung up wants no answer: the operation is cancelled, as at the control listener.
            is_done = answering.done()
            for task in (answering, going):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((task,))
        if is_done:
            answering.result()


def published_beside(
    edge: Edge,
    assembly: Assembly,
    pages: Sequence[Caller],
    *,
    client: Callable[[ContractDescription], object],
    gate: Gate,
    deadlines: Deadlines,
    binaries: connect.Binaries,
    pack_bytes: Mapping[str, int],
    notices: Mapping[str, Headers],
    seen: Observing,
) -> Edge | Front:
    """The edge, with what is published beside it; itself where nothing is.

    Args:
        pages: Those that plures.toml names.
        client: Gives a client of a contract, all of whose operations are awaited.
        gate: Of the edge: requests to both are counted together.
        pack_bytes: Capability → from which size on its answers are packed.
        notices: Path → headers that its answers have besides.
        seen: Told of each call that is let in, and measures it.
    """
    if not pages:
        return edge
    contracts = assembly.contracts
    paths: dict[str, list[str]] = {}
    for contract in contracts:
        paths.setdefault(contract.capability, []).extend(each.path for each in contract.operations.values())
    known = Pages(pages, paths)
    dispatcher = Dispatcher(deadlines, seen.of_dispatcher, binaries=binaries)
    operations: dict[str, OperationDescription] = {}
    for contract in contracts:
        found = {each.path: each for each in contract.operations.values() if each.path in known.published}
        if found:
            dispatcher.serve(contract.operations, forwarding(contract, client(contract)), gate)
            operations |= found
    server = ConnectServer(dispatcher, pack_bytes)
    return Front(edge, Publisher(server, known, operations, notices, seen))
