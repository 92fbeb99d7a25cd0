"""Who acts: the message of the application, checked, and its JSON."""

from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from plures.contract import Codec, Malformed, TooDeep, read_message
from plures.errors import InvalidInput

from .errors import ContextNotWritable, ContextTooLarge

MOST_BYTES: Final = 3 * 1024
"""Of the JSON of a request context; 4 KiB in a header. Common proxies allow 8 KiB for a header line."""


class Acting(Struct, eq=False):
    """On whose behalf work is done.

    Attributes:
        message: Of the class that the application has declared.
        text: Its JSON.
        sealed: How it has travelled last: the seal, the id of the request, until when it counts, and the header.
    """

    message: Any
    text: str
    sealed: tuple[object, str, float, str] | None = None


in_block: Final[ContextVar[Acting | None]] = ContextVar("plures_acting", default=None)
"""What `with acting_for(…)` says, the innermost block around the running code."""


def acting_of(message: object) -> Acting:
    """A message as a request context.

    Raises:
        InvalidInput: A field of its class could not cross a wire.
        ContextNotWritable: It is no message, or breaks the types that its class declares.
        ContextTooLarge: Its JSON has more than `MOST_BYTES`.
    """
    python: Any = type(message)
    try:
        codec = _codec(python)
        body = codec.encode(message)
        # What others would read of it: a value of another type shows here, and several times sooner than one by one.
        codec.decode(body)
    except (Malformed, TooDeep) as error:
        raise ContextNotWritable(python.__qualname__, str(error) or "its JSON nests too deep") from None
    if len(body) > MOST_BYTES:
        raise ContextTooLarge(python.__qualname__, len(body), MOST_BYTES)
    return Acting(message, body.decode())


@lru_cache(maxsize=64)
def _codec(python: type) -> Codec:
    codec, violations = read_message(python, f"the request context {python.__qualname__}")
    if violations:
        raise InvalidInput(f"request context {python.__qualname__}", violations)
    if codec is None:
        raise ContextNotWritable(python.__qualname__, "it is no message: neither a Message nor a frozen dataclass")
    return codec
