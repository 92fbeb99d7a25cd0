"""How the referee speaks to what it tests: messages in their binary form, each behind its length, on standard input and output.

Plures reads and writes them itself, with the numbers of the referee's own files, which the lock files of this folder have.
"""

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from msgspec import structs

from plures import AnyMessage, Message
from plures.compat import LOCK_FOLDER, binary_form, read_lock
from plures.contract import (
    TYPE_PREFIX,
    Binary,
    ContractDescription,
    Malformed,
    MessageType,
    read_contract,
    read_message,
)

from .contract import Wiring
from .messages import ClientCompatRequest, Payload, StreamCall, UnaryCall

M = TypeVar("M", bound=Message)
FOLDER: Final = Path(__file__).parent
_LENGTH: Final = struct.Struct(">I")


def read(source: BinaryIO) -> bytes | None:
    """The bytes of the next message; None at the end."""
    prefix = source.read(_LENGTH.size)
    return source.read(_LENGTH.unpack(prefix)[0]) if len(prefix) == _LENGTH.size else None


def read_call(source: BinaryIO) -> ClientCompatRequest | None:
    """The next call that is asked for; None at the end."""
    data = read(source)
    return None if data is None else decoded(data, ClientCompatRequest)


def write(sink: BinaryIO, message: Message) -> None:
    """Tell the referee something."""
    data = encoded(message)
    sink.write(_LENGTH.pack(len(data)) + data)
    sink.flush()


def encoded(message: Message) -> bytes:
    """The binary form of a message."""
    return _binary().codec(_types()[type(message)]).encode(message)


def decoded(data: bytes, kind: type[M]) -> M:
    """The message in its binary form."""
    read: M = _binary().codec(_types()[kind]).decode(data)
    return read


def packed(name: str, message: Message) -> AnyMessage:
    """A message as one of any type, in both forms as far as it has them: what it holds itself may have come in one alone."""
    return AnyMessage(
        TYPE_PREFIX + name, _form(lambda: encoded(message)), _form(lambda: _json(type(message)).encode(message))
    )


def unpacked(message: AnyMessage, kind: type[M]) -> M:
    """What a message of any type holds."""
    if message.value is not None:
        return decoded(message.value, kind)
    read: M = _json(kind).decode(message.json or b"{}")
    return read


def told(payload: Payload) -> Payload:
    """The same for the referee, which reads the binary form alone: requests that were echoed as JSON are turned into it."""
    info = payload.request_info
    if info is None:
        return payload
    requests = tuple(
        packed(each.type_name, unpacked(each, StreamCall if "Stream" in each.type_name else UnaryCall))
        for each in info.requests
    )
    return structs.replace(payload, request_info=structs.replace(info, requests=requests))


def _form(encode: Callable[[], bytes]) -> bytes | None:
    try:
        return encode()
    except Malformed:
        return None


@cache
def _json(kind: type[Message]) -> Any:
    return read_message(kind, kind.__name__)[0]


@cache
def _wiring() -> ContractDescription:
    return read_contract(Wiring)[0]


@cache
def _binary() -> Binary:
    contract = _wiring()
    name = f"{contract.name}.toml"
    return binary_form(contract, read_lock((FOLDER / LOCK_FOLDER / name).read_text(), name))


@cache
def _types() -> dict[type, MessageType]:
    """The messages that the wiring is made of, by their classes."""
    found: dict[type, MessageType] = {}

    def add(wire_type: Any) -> None:
        if isinstance(wire_type, MessageType):
            if wire_type.python in found:
                return
            found[wire_type.python] = wire_type
        for part in wire_type.parts:
            add(part)

    for operation in _wiring().operations.values():
        add(operation.request.message)
        add(operation.answer.message)
    return found
