"""The two forms in which messages travel: JSON, and protobuf's binary form where a contract is locked. Errors are JSON in both."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Protocol

from plures.contract import Binary, OperationDescription


class MessageCodec(Protocol):
    """What writes and reads one message in one form."""

    def encode(self, value: Any) -> bytes:
        """Raises `Malformed` or `TooDeep`."""
        ...

    def encode_checked(self, value: Any) -> bytes:
        """The same, with every value in it checked against its type."""
        ...

    def decode(self, body: bytes) -> Any:
        """Raises `Malformed` or `TooDeep`."""
        ...


class Binaries(Protocol):
    """The binary forms of the contracts that a replica knows."""

    def of(self, operation: OperationDescription) -> Binary | None:
        """That of the contract of an operation; None where it has none."""
        ...

    def why_not(self, operation: OperationDescription) -> str:
        """Why it has none."""
        ...


@dataclass(frozen=True)
class Form:
    """A form of messages.

    Attributes:
        name: As the protocol calls it.
        binary: The binary form of the contract; None for JSON.
        unary_type: The content type of a message.
        stream_type: That of a stream of messages.
    """

    name: str
    binary: Binary | None = None
    unary_type: str = ""
    stream_type: str = ""

    @cached_property
    def unary_bytes(self) -> bytes:
        """The content type of a message as it is on the wire."""
        return self.unary_type.encode()

    @cached_property
    def stream_bytes(self) -> bytes:
        """That of a stream of messages."""
        return self.stream_type.encode()

    def request(self, operation: OperationDescription) -> MessageCodec:
        """What writes and reads requests."""
        return operation.request if self.binary is None else self.binary.codec(operation.request.message)

    def answer(self, operation: OperationDescription) -> MessageCodec:
        """What writes and reads answers."""
        return operation.answer if self.binary is None else self.binary.codec(operation.answer.message)

    def type_of(self, operation: OperationDescription) -> str:
        """The content type of what an operation takes and answers."""
        return self.stream_type if operation.streams else self.unary_type


JSON: Final = Form("json", None, "application/json", "application/connect+json")
PROTO: Final = "proto"


@lru_cache(None)
def binary_form_of(binary: Binary) -> Form:
    """The binary form of a contract."""
    return Form(PROTO, binary, "application/proto", "application/connect+proto")


def plainly(codec: MessageCodec, value: Any) -> bytes:
    """Write a message."""
    return codec.encode(value)


def with_checks(codec: MessageCodec, value: Any) -> bytes:
    """Write a message whose values are all checked."""
    return codec.encode_checked(value)
