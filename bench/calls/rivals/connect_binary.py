"""``connectrpc`` with its binary codec, its default."""

from contextlib import AbstractAsyncContextManager

from connectrpc.codec import proto_binary_codec

from bench.calls.rival import Call
from bench.calls.rivals.connect_messages import products_of, serve

from . import connect_messages

__all__ = ["connect", "products_of", "serve"]


def connect(port: int, in_flight: int) -> AbstractAsyncContextManager[Call]:
    # Its client opens as many connections as it needs.
    del in_flight
    return connect_messages.connect(port, proto_binary_codec())
