"""What an error carries besides its text and its declared fields: messages of protobuf, as bytes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorDetail:
    """One detail of an error, as peers of the Connect protocol send it. Nothing need know its type to pass it on.

    Attributes:
        type: The full name of its message: `google.rpc.RetryInfo`.
        value: The message in the binary form of protobuf.
        debug: The same as plain data of JSON, for people, as far as a peer gives it; None where it gives none.
    """

    type: str
    value: bytes
    debug: object = None
