"""Bodies that travel packed: gzip, and zstd where this Python has it. Whatever a peer sends unpacks to a bounded size, with bounded memory."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib import import_module
from typing import Any, Final

from .words import COMPRESSED_FLAG, PREFIX, envelope

PLAIN: Final = "identity"
_GZIP_FORMAT: Final = 31
# The faster half of what they offer: a tenth larger than the usual level, in a third of the time.
_GZIP_LEVEL: Final = 1
_ZSTD_LEVEL: Final = 1
# What RFC 9659 allows for HTTP: 8 MiB, of which a peer may make us keep one for each body.
_ZSTD_WINDOW: Final = 23
# To pack this takes about as long as a turn of the event loop may.
_AT_ONCE_BYTES: Final = 64 * 1024
_HEAD_AND_TAIL: Final = 64


class NotPacked(Exception):
    """The bytes are not one complete body of that compression."""


class UnpacksTooLarge(Exception):
    """The bytes unpack to more than is accepted; unpacking stopped there."""


def _found() -> Any:
    """The module of zstd: Python has one from 3.14 on, and `backports.zstd` is the same for those before."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


_ZSTD: Any = _found()
KNOWN: Final = ("gzip",) if _ZSTD is None else ("zstd", "gzip")
"""The compressions that are read and written here, better ones first."""


def chosen(accepted: bytes) -> str:
    """The best compression that a peer accepts, as its header says; empty where there is none."""
    if not accepted:
        return ""
    wanted: set[str] = set()
    for each in accepted.decode("latin-1").lower().split(","):
        name, _, weight = each.partition(";")
        if weight.replace(" ", "").rstrip("0") not in {"q=", "q=0."}:
            wanted.add(name.strip())
    return next((name for name in KNOWN if name in wanted), "")


def most_packed_bytes(limit: int) -> int:
    """How long a body may be that unpacks to this limit at most: what cannot be packed gets a little longer by it."""
    return limit + (limit >> 8) + _HEAD_AND_TAIL


def pack(body: bytes, encoding: str) -> bytes:
    """Pack with one of `KNOWN`."""
    if encoding == "gzip":
        return gzip.compress(body, _GZIP_LEVEL, mtime=0)
    packed: bytes = _ZSTD.compress(body, level=_ZSTD_LEVEL)
    return packed


async def packed(body: bytes, encoding: str) -> bytes:
    """The same, in a thread where it takes long."""
    return pack(body, encoding) if len(body) <= _AT_ONCE_BYTES else await asyncio.to_thread(pack, body, encoding)


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """Unpack at most `limit` bytes of one of `KNOWN`; raises `NotPacked` or `UnpacksTooLarge`."""
    unpacker, broken = _unpacker(encoding)
    try:
        plain: bytes = unpacker.decompress(body, limit + 1)
    except broken:
        raise NotPacked from None
    if len(plain) > limit:
        raise UnpacksTooLarge
    if not unpacker.eof or unpacker.unused_data:
        raise NotPacked
    return plain


def _unpacker(encoding: str) -> tuple[Any, type[Exception]]:
    if encoding == "gzip":
        return zlib.decompressobj(_GZIP_FORMAT), zlib.error
    options = {_ZSTD.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    return _ZSTD.ZstdDecompressor(options=options), _ZSTD.ZstdError


async def packed_stream(chunks: AsyncGenerator[bytes, None], encoding: str, least: int) -> AsyncGenerator[bytes, None]:
    """The envelopes of a stream, each with its message packed that has at least so many bytes."""
    async with aclosing(chunks):
        async for chunk in chunks:
            if len(chunk) < least + PREFIX.size:
                yield chunk
            else:
                flags, _ = PREFIX.unpack_from(chunk)
                yield envelope(await packed(chunk[PREFIX.size :], encoding), flags | COMPRESSED_FLAG)
