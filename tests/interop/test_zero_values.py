"""Peers whose messages are those of proto3: `protojson` leaves out zeros, and what is left out is zero (docs/adr/0015-zero-values.md)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.server import ConnectASGIApplication, Endpoint

from . import connect_python
from .calls import Call, Reply
from .contract import Depot, TooHeavy
from .descriptors import SERVICE, depot
from .parcels import BARE, BARE_JSON
from .serving import client_of, served

PROTO3 = depot(as_proto3=True)
MESSAGE = {message.name: message.type for message in PROTO3.messages}
METHODS = connect_python.methods_of(PROTO3)
ZEROS = {"wide", "ratio", "payload", "isFragile"}
SHORT_JSON = {name: part for name, part in BARE_JSON.items() if name not in ZEROS} | {"shape": {"square": {}}}


class Zeros:
    """Answers with messages of zeros."""

    async def mirror(self, request: Any, _: Any) -> Any:
        return request.parcel

    async def next_id(self, request: Any, _: Any) -> Any:
        return MESSAGE["NextIdResponse"](value=request.last_id + request.step)

    async def lift(self, request: Any, _: Any) -> Any:
        detail = MESSAGE["TooHeavy"](weight_g=request.weight_g, limit_g=0, advice="")
        raise ConnectError(Code.OUT_OF_RANGE, "It is too heavy to be lifted.", [detail])

    async def unload(self, request: Any, _: Any) -> AsyncIterator[Any]:
        yield MESSAGE["Square"](side_mm=request.first)


class ZerosApplication(ConnectASGIApplication[Zeros]):
    """What the library's generator would have written."""

    def __init__(self) -> None:
        super().__init__(service=Zeros(), endpoints=_endpoints)

    @property
    def path(self) -> str:
        return f"/{SERVICE}"


def _endpoints(service: Zeros) -> dict[str, Endpoint[Any, Any]]:
    unary = {"Mirror": service.mirror, "NextId": service.next_id, "Lift": service.lift}
    endpoints: dict[str, Endpoint[Any, Any]] = {
        f"/{SERVICE}/{name}": Endpoint.unary(method=METHODS[name], function=function)
        for name, function in unary.items()
    }
    stream = Endpoint.server_stream(method=METHODS["Unload"], function=service.unload)
    return endpoints | {f"/{SERVICE}/Unload": stream}


async def ask(url: str, operation: str, request: dict[str, Any]) -> Reply:
    return await connect_python.call(url, Call(operation, request), METHODS)


async def test_zeros_of_a_request_and_of_its_answer_cross(depot_url: str) -> None:
    assert await ask(depot_url, "Mirror", {"parcel": BARE_JSON}) == Reply([SHORT_JSON])


async def test_a_request_of_zeros_is_understood(depot_url: str) -> None:
    assert await ask(depot_url, "Unload", {"first": "0", "count": "2"}) == Reply([{}, {"sideMm": "1"}])
    assert await ask(depot_url, "Lift", {"weightG": "0"}) == Reply([{}])


async def test_a_zero_that_is_optional_is_not_the_default(depot_url: str) -> None:
    assert await ask(depot_url, "NextId", {"lastId": "0", "step": "0"}) == Reply([{}])
    assert await ask(depot_url, "NextId", {"lastId": "0"}) == Reply([{"value": "1"}])


@pytest.fixture
async def zeros(tmp_path: Path) -> AsyncIterator[Depot]:
    async with served(ZerosApplication()) as url, client_of(url, tmp_path) as client:
        yield client


async def test_zeros_of_their_answers_are_read(zeros: Depot) -> None:
    assert await zeros.next_id(-1) == 0
    assert await zeros.next_id(0, step=0) == 0
    assert await zeros.mirror(BARE) == BARE
    assert [square.side_mm async for square in zeros.unload(0, 1)] == [0]


async def test_a_declared_error_of_zeros_arrives_as_itself(zeros: Depot) -> None:
    with pytest.raises(TooHeavy) as caught:
        await zeros.lift(0)
    assert caught.value == TooHeavy(weight_g=0, limit_g=0, advice="")
