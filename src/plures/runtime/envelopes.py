"""The messages of a Connect stream, out of the pieces in which they come."""

from collections.abc import AsyncIterator

from .connect import PREFIX
from .policy import MAX_BODY_BYTES
from .transport import Reply, TooLarge


async def read_envelopes(chunks: AsyncIterator[Reply]) -> AsyncIterator[tuple[int, bytes]]:
    """Flags and message of each; one that breaks off is left out. Raises `TooLarge`."""
    buffer = bytearray()
    async for chunk in chunks:
        buffer += chunk.body
        while len(buffer) >= PREFIX.size:
            flags, length = PREFIX.unpack_from(buffer)
            if length > MAX_BODY_BYTES:
                message = f"a message of {length:,} bytes is over the limit of {MAX_BODY_BYTES:,}"
                raise TooLarge(message)
            end = PREFIX.size + length
            if len(buffer) < end:
                break
            message_bytes = bytes(buffer[PREFIX.size : end])
            del buffer[:end]
            yield flags, message_bytes


async def read_whole(chunks: AsyncIterator[Reply]) -> bytes:
    """What was answered in place of a stream; raises `TooLarge`."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk.body
        if len(body) > MAX_BODY_BYTES:
            message = f"the answer is larger than {MAX_BODY_BYTES:,} bytes"
            raise TooLarge(message)
    return bytes(body)
