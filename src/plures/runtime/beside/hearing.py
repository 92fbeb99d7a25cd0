"""How a caller hears headers and trailers: of the calls that it makes itself within a block, and of none that these make."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar, cast

from plures.contract import Headers, HeadersType, Malformed, OperationDescription, Pairs
from plures.runtime.context import CallContext, current

from .errors import HeadersRefused

H = TypeVar("H", bound=Headers)


class HeardHeaders:
    """The headers and trailers of the last call that was made within the block: also where it failed, as far as they came."""

    def __init__(self, caller: CallContext | None) -> None:
        self.caller = caller
        self._operation: OperationDescription | None = None
        self._headers: Pairs = ()
        self._trailers: Pairs = ()

    def headers(self, kind: type[H]) -> H | None:
        """Those that came with the answer, with the first item of a stream at the latest; None where none of them came.

        Raises:
            HeadersRefused: The operation declares another class, or the peer sent what its contract does not allow.
        """
        beside = None if self._operation is None else self._operation.beside
        return self._read(kind, None if beside is None else beside.answer, self._headers)

    def trailers(self, kind: type[H]) -> H | None:
        """Those that came after the answer, or after the last item; None where none of them came.

        Raises:
            HeadersRefused: The operation declares another class, or the peer sent what its contract does not allow.
        """
        beside = None if self._operation is None else self._operation.beside
        return self._read(kind, None if beside is None else beside.trailers, self._trailers)

    def begin(self, operation: OperationDescription) -> None:
        """A call begins: what was heard before is forgotten."""
        self._operation, self._headers, self._trailers = operation, (), ()

    def take(self, headers: Pairs, trailers: Pairs = ()) -> None:
        """What has come with an answer."""
        self._headers, self._trailers = headers, trailers

    def take_trailers(self, trailers: Pairs) -> None:
        """What has come after it."""
        self._trailers = trailers

    def _read(self, kind: type[H], declared: HeadersType | None, pairs: Pairs) -> H | None:
        if self._operation is None:
            return None
        name = self._operation.full_name
        if declared is None or declared.python is not kind:
            known = "none there" if declared is None else f"{declared.python.__name__} there"
            raise HeadersRefused(kind.__name__, name, f"its contract declares {known}")
        try:
            return cast("H | None", declared.read(pairs))
        except Malformed as error:
            raise HeadersRefused(kind.__name__, name, f"the peer sent {error}") from None


_hearing: Final[ContextVar[HeardHeaders | None]] = ContextVar("plures_heard_headers", default=None)


@contextmanager
def hear_headers() -> Generator[HeardHeaders]:
    """Hear the headers and trailers of the calls that the code within a `with` block makes itself."""
    heard = HeardHeaders(current.get())
    token = _hearing.set(heard)
    try:
        yield heard
    finally:
        _hearing.reset(token)


def heard_here(operation: OperationDescription) -> HeardHeaders | None:
    """Where the running code hears what comes beside the answer of a call that begins now; None where it does not listen."""
    heard = _hearing.get()
    # What a service calls in the same process is not what its caller has called.
    if heard is None or heard.caller is not current.get():
        return None
    heard.begin(operation)
    return heard
