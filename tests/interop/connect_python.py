"""The official Python library of the Connect protocol, as a client and as a server of the contract."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectrpc.client import ConnectClient
from connectrpc.code import Code
from connectrpc.codec import proto_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from protobuf import DescFile, DescMethod, Oneof

from .calls import Call, Detail, Reply
from .descriptors import COMMANDS, PACKAGE, SERVICE, STREAMS, depot

DEPOT = depot()
MESSAGE = {message.name: message.type for message in DEPOT.messages}
LIMIT_G = 1000


async def call(url: str, call: Call, methods: Mapping[str, MethodInfo[Any, Any]] | None = None) -> Reply:
    """Call the service at a URL, with the library's own defaults, except that it sends JSON."""
    messages: list[dict[str, Any]] = []
    method = (methods or METHODS)[call.operation]
    request = method.input.from_json(json.dumps(call.request))
    async with ConnectClient(url, codec=proto_json_codec(), timeout_ms=call.timeout_ms) as client:
        try:
            if method.stream_type is StreamType.SERVER_STREAM:
                async for message in client.execute_server_stream(request=request, method=method):
                    messages.append(json.loads(message.to_json()))
            else:
                answer = await client.execute_unary(request=request, method=method, use_get=call.use_get)
                messages.append(json.loads(answer.to_json()))
        except ConnectError as error:
            # This library hands over a detail's protobuf bytes and not the JSON beside them.
            details = [Detail(detail.type_name) for detail in error.details]
            return Reply(messages, error.code.value, error.message, details)
    return Reply(messages)


class DepotServer:
    """Fulfils the contract with the library's message classes."""

    async def mirror(self, request: Any, _: RequestContext) -> Any:
        return request.parcel

    async def spell(self, request: Any, _: RequestContext) -> Any:
        parcel = request.parcel
        return MESSAGE["SpellResponse"](value=f"{parcel.wide} {parcel.price} {parcel.shape.choice.field} {parcel.note}")

    async def turn(self, request: Any, _: RequestContext) -> Any:
        match request.shape.choice:
            case Oneof(field="circle", value=circle):
                turned = Oneof("square", MESSAGE["Square"](side_mm=int(circle.radius)))
            case Oneof(value=square):
                turned = Oneof("circle", MESSAGE["Circle"](radius=float(square.side_mm)))
        return MESSAGE["TurnResponse"](value=MESSAGE["Shape"](choice=turned))

    async def next_id(self, request: Any, _: RequestContext) -> Any:
        return MESSAGE["NextIdResponse"](value=request.last_id + request.step + len(request.label))

    async def lift(self, request: Any, _: RequestContext) -> Any:
        _check_weight(request.weight_g)
        return MESSAGE["LiftResponse"]()

    async def wait(self, request: Any, _: RequestContext) -> Any:
        await asyncio.sleep(request.hold_s)
        return MESSAGE["WaitResponse"]()

    async def hurry(self, request: Any, _: RequestContext) -> Any:
        await asyncio.sleep(request.hold_s)
        return MESSAGE["HurryResponse"]()

    async def unload(self, request: Any, _: RequestContext) -> AsyncIterator[Any]:
        for number in range(request.first, request.first + request.count):
            _check_weight(number)
            yield MESSAGE["Square"](side_mm=number)


class DepotApplication(ConnectASGIApplication[DepotServer]):
    """What the library's generator would have written."""

    def __init__(self) -> None:
        super().__init__(service=DepotServer(), endpoints=_endpoints)

    @property
    def path(self) -> str:
        return f"/{SERVICE}"


def _check_weight(weight_g: int) -> None:
    if weight_g > LIMIT_G:
        detail = MESSAGE["TooHeavy"](weight_g=weight_g, limit_g=LIMIT_G, advice="use a crane")
        raise ConnectError(Code.OUT_OF_RANGE, "It is too heavy to be lifted.", [detail])


def _endpoints(service: DepotServer) -> dict[str, Endpoint[Any, Any]]:
    return {f"/{SERVICE}/{name}": _endpoint(method, service) for name, method in METHODS.items()}


def _endpoint(method: MethodInfo[Any, Any], service: DepotServer) -> Endpoint[Any, Any]:
    function = getattr(service, "next_id" if method.name == "NextId" else method.name.lower())
    make = Endpoint.server_stream if method.stream_type is StreamType.SERVER_STREAM else Endpoint.unary
    return make(method=method, function=function)


def _method(described: DescMethod) -> MethodInfo[Any, Any]:
    is_command, streams = described.name in COMMANDS, described.name in STREAMS
    return MethodInfo(
        name=described.name,
        service_name=f"{PACKAGE}.Depot",
        input=described.input.type,
        output=described.output.type,
        idempotency_level=IdempotencyLevel.UNKNOWN if is_command else IdempotencyLevel.NO_SIDE_EFFECTS,
        stream_type=StreamType.SERVER_STREAM if streams else StreamType.UNARY,
    )


def methods_of(file: DescFile) -> dict[str, MethodInfo[Any, Any]]:
    """The methods of the depot that a descriptor describes."""
    return {described.name: _method(described) for described in file.services[0].methods}


METHODS = methods_of(DEPOT)
