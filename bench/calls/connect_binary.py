"""``connectrpc`` with its binary codec, its default."""

from contextlib import AbstractAsyncContextManager

from connectrpc.codec import proto_binary_codec

from bench.calls import connect_messages
from bench.calls.connect_messages import products_of, serve
from bench.calls.rival import Call

__all__ = ["connect", "products_of", "serve"]


def connect(port: int, in_flight: int) -> AbstractAsyncContextManager[Call]:
    del in_flight  # its client pools as many connections as are needed
    return connect_messages.connect(port, proto_binary_codec())
