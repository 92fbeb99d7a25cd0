"""The dashboard, as the control listener serves it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from plures.application import Assembly
from plures.http import Request, Response

if TYPE_CHECKING:
    from plures.dashboard import About, Dashboard

PAGE: Final = "/dashboard"
"""Where the page is; its other files are below."""
API: Final = "/api/"
"""How the paths of answers begin."""
_SAFE: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_DATA: Final = (*_SAFE, (b"cache-control", b"no-store"))
_NOT_GET: Final = Response(405, headers=((b"allow", b"GET"),))


class Board:
    """The dashboard of one replica; it shows what all replicas of the machine have written. Nothing is read before it is asked for.

    Args:
        data: Where the store is.
        topologies: Names of those in plures.toml.
        events: What of events and sagas is known here.
    """

    def __init__(
        self,
        assembly: Assembly,
        data: Path,
        topologies: Sequence[str],
        events: Callable[[], Coroutine[Any, Any, object]],
    ) -> None:
        self._assembly, self._data, self._topologies = assembly, data, topologies
        self._events = events

    async def file(self, request: Request) -> Response:
        """A file of the page. All may ask for them: they tell nothing of the application."""
        if request.method not in ("GET", "HEAD"):
            return _NOT_GET
        from plures.dashboard import POLICY, assets

        headers = (*_SAFE, (b"content-security-policy", POLICY.encode()), (b"cache-control", b"no-cache"))
        found = assets().get(request.path)
        return Response(404) if found is None else Response(200, found.content, found.kind.encode(), headers)

    async def answer(self, request: Request) -> Response:
        """What is asked for below `/api/`."""
        if request.method not in ("GET", "HEAD"):
            return _NOT_GET
        if request.path == f"{API}events":
            return Response(200, msgspec.json.encode(await self._events()), headers=_DATA)
        answered = await asyncio.to_thread(self._dashboard.answer, request.path, request.query)
        return Response(answered.status, answered.body, headers=_DATA)

    @cached_property
    def _dashboard(self) -> "Dashboard":
        from plures.dashboard import Dashboard

        return Dashboard(self._data, _about(self._assembly, self._topologies))


def is_file(path: str) -> bool:
    """Whether a path is one of a file of the page."""
    return path == PAGE or path.startswith(f"{PAGE}/")


def _about(assembly: Assembly, topologies: Sequence[str]) -> "About":
    from plures.dashboard import About, AboutCapability

    heard: dict[str, set[str]] = {}
    for each in assembly.subscriptions:
        heard.setdefault(each.subscriber, set()).add(each.publisher)
    return About(
        assembly.name,
        tuple(
            AboutCapability(
                name,
                each.contract.owner,
                each.contract.doc,
                tuple((contract.name, contract.stability.value) for contract in each.contracts),
                tuple(sorted(assembly.call_graph[name])),
                tuple(sorted(heard.get(name, ()))),
            )
            for name, each in assembly.capabilities.items()
        ),
        tuple(topologies),
    )
