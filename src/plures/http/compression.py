"""Requests that come packed with gzip, as some official clients send them by default. What we send is never packed."""

import zlib
from typing import Final

GZIP: Final = b"gzip"
PLAIN: Final = b"identity"
_GZIP_FORMAT: Final = 31


class NotGzip(Exception):
    """The bytes are not one complete gzip stream."""


class UnpacksTooLarge(Exception):
    """The bytes unpack to more than is accepted; unpacking stopped there."""


def gunzip(packed: bytes, limit: int) -> bytes:
    """Unpack at most `limit` bytes; raises `NotGzip` or `UnpacksTooLarge`."""
    unpacker = zlib.decompressobj(_GZIP_FORMAT)
    try:
        plain = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise NotGzip from None
    if len(plain) > limit:
        raise UnpacksTooLarge
    if not unpacker.eof or unpacker.unused_data:
        raise NotGzip
    return plain
