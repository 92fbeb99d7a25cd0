"""What class the request context of an application has, and how what was kept or sent is read as one."""

import msgspec

from plures.contract import Codec

from .acting import Acting
from .errors import ContextMismatch


class ContextKind(msgspec.Struct, frozen=True):
    """The class that an application has declared."""

    python: type
    codec: Codec

    def read(self, text: str) -> Acting:
        """What was kept as JSON; raises `Malformed` or `TooDeep`."""
        return Acting(self.codec.decode(text.encode()), text)


def check(acting: Acting, kind: ContextKind | None) -> None:
    """Raise `ContextMismatch` where a context is of another class than the application's."""
    if kind is None:
        reason = "the application declares none: `Application(…, context=…)` is missing"
        raise ContextMismatch(type(acting.message).__qualname__, reason)
    if type(acting.message) is not kind.python:
        reason = f"the application has declared {kind.python.__qualname__}"
        raise ContextMismatch(type(acting.message).__qualname__, reason)
