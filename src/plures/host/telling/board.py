"""The dashboard, as the control listener serves it."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from plures.application import Assembly
from plures.contract import ContractError, read_contract
from plures.errors import CallError, Status
from plures.host.eventing import EventAdmin
from plures.http import Request, Response

from .everywhere import Again, Everywhere

if TYPE_CHECKING:
    from plures.dashboard import About, Dashboard

PAGE: Final = "/dashboard"
"""Where the page is; its other files are below."""
API: Final = "/api/"
"""How the paths of answers begin."""
EVENTS: Final = "/api/events"
"""What is answered by processes, and not by the store. A POST tries again what is parked."""
MAY_MEND: Final = read_contract(EventAdmin)[0].operations["resubmit"].path
"""Who tries anything again must be one who may ask for this."""
_SAFE: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_DATA: Final = (*_SAFE, (b"cache-control", b"no-store"))
_NOT_GET: Final = Response(405, headers=((b"allow", b"GET"),))


class Board:
    """The dashboard of one replica; it shows what all replicas of the machine have written. Nothing is read before it is asked for.

    Args:
        data: Where the store is.
        topologies: Names of those in plures.toml.
        everywhere: What of events and sagas is known in all processes.
    """

    def __init__(self, assembly: Assembly, data: Path, topologies: Sequence[str], everywhere: Everywhere) -> None:
        self._assembly, self._data, self._topologies = assembly, data, topologies
        self._everywhere = everywhere

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
        if request.path == EVENTS and request.method == "POST":
            return await self._again(request)
        if request.method not in ("GET", "HEAD"):
            return _NOT_GET
        if request.path == EVENTS:
            is_here = request.query == b"here=1"
            told = await (self._everywhere.here() if is_here else self._everywhere.waiting(_token_of(request)))
            return _json(200, told)
        answered = await asyncio.to_thread(self._dashboard.answer, request.path, request.query)
        return Response(answered.status, answered.body, headers=_DATA)

    async def _again(self, request: Request) -> Response:
        try:
            wanted = msgspec.json.decode(request.body, type=Again)
        except msgspec.MsgspecError as error:
            return _json(400, {"code": Status.INVALID_ARGUMENT.value, "message": f"{error}."})
        try:
            return _json(200, {"value": await self._everywhere.again(wanted, _token_of(request))})
        except ContractError as error:
            return _json(404, {"code": Status.NOT_FOUND.value, "message": str(error)})
        except CallError as error:
            return _json(503, {"code": error.status.value, "message": str(error)})

    @cached_property
    def _dashboard(self) -> "Dashboard":
        from plures.dashboard import Dashboard

        return Dashboard(self._data, _about(self._assembly, self._topologies))


def _token_of(request: Request) -> str:
    return request.headers.get(b"authorization", b"").decode("latin-1").strip().rpartition(" ")[2]


def _json(status: int, said: object) -> Response:
    return Response(status, msgspec.json.encode(said), headers=_DATA)


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
