"""The contract with headers and trailers, texts and details of errors, and times in nanoseconds; one capability that calls another one."""

from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Protocol

from plures import (
    AnyError,
    AnyHeaders,
    AnyMessage,
    CallError,
    ContractError,
    Duration,
    ErrorDetail,
    Headers,
    Message,
    Meta,
    Status,
    Timestamp,
    command,
    contract,
    hear_headers,
    query,
    tell_headers,
    tell_trailers,
)


class Grade(Enum):
    GOOD = 1
    BAD = 2


class Locale(Headers):
    accept_language: str = "en"
    trace: bytes | None = None
    tag: tuple[str, ...] = ()
    most: Annotated[int, Meta(ge=0, le=100)] | None = None


class Freshness(Headers):
    etag: str
    max_age: int = 0
    is_whole: bool = True
    share: float = 0.0
    grade: Grade = Grade.GOOD


class Totals(Headers):
    rows: int


class Missing(ContractError, status="not_found"):
    """There is no such mark."""

    name: str


class Clock(Message):
    at: Timestamp
    took: Duration = Duration()
    anything: AnyMessage | None = None


@contract("lab.marks.v1", owner="tests")
class Marks(Protocol):
    @query(headers=Freshness, trailers=Totals, errors=[Missing], deadline_s=20)
    async def find(self, name: str, locale: Locale = Locale()) -> str: ...  # noqa: B008 - immutable
    @query(headers=Freshness, trailers=Totals, errors=[Missing], deadline_s=20)
    def rows(self, count: int, then: str = "", locale: Locale = Locale()) -> AsyncIterator[int]: ...  # noqa: B008 - immutable
    @query(headers=AnyHeaders, trailers=AnyHeaders, deadline_s=20)
    async def any(self, headers: AnyHeaders) -> str: ...
    @command(headers=Freshness, deadline_s=20)
    async def tells(self, what: str) -> str: ...
    @query(deadline_s=20)
    async def plain(self) -> str: ...
    @query(errors=[Missing, AnyError], deadline_s=20)
    async def fails(self, how: str) -> str: ...
    @query(headers=Freshness, deadline_s=20)
    def blocks(self, name: str, locale: Locale) -> str: ...
    @query(deadline_s=20)
    async def clock(self, clock: Clock) -> Clock: ...


@contract("lab.reads.v1", owner="tests")
class Reads(Protocol):
    @query(headers=Freshness, deadline_s=20)
    async def through(self, name: str) -> str: ...
    @query(errors=[AnyError], deadline_s=20)
    async def passes_on(self) -> str: ...
    @query(deadline_s=20)
    def without_await(self, name: str) -> str: ...


class MarksService:
    async def find(self, name: str, locale: Locale = Locale()) -> str:  # noqa: B008 - immutable
        tell_headers(Freshness(etag="of no account"))
        tell_headers(Freshness(etag=f'"{name}"', max_age=60, is_whole=False, share=0.5, grade=Grade.BAD))
        tell_trailers(Totals(rows=len(name)))
        if name == "missing":
            raise Missing(name=name).with_text("nobody has it")
        return f"{name} {locale.accept_language} {locale.trace!r} {','.join(locale.tag)} {locale.most}"

    async def rows(self, count: int, then: str = "", locale: Locale = Locale()) -> AsyncIterator[int]:  # noqa: B008 - immutable
        tell_headers(Freshness(etag=locale.accept_language))
        for n in range(count):
            yield n
        tell_trailers(Totals(rows=count))
        if then == "missing":
            raise Missing(name="row")
        if then == "late":
            tell_headers(Freshness(etag="late"))

    async def any(self, headers: AnyHeaders) -> str:
        tell_headers(AnyHeaders.of([("X-Two", "a"), ("x-one", "1"), ("x-two", "b")]))
        tell_trailers(AnyHeaders.of([("x-sum-bin", "AAEC")]))
        return "; ".join(f"{name}={text}" for name, text in headers.pairs)

    async def tells(self, what: str) -> str:
        tell_headers(
            {"undeclared": Locale(), "broken": Freshness(etag="a\r\nx-evil: 1")}.get(what, Freshness(etag=what))
        )
        return what

    async def plain(self) -> str:
        tell_headers(Freshness(etag="undeclared"))
        return "told"

    async def fails(self, how: str) -> str:
        detail = ErrorDetail("google.rpc.RetryInfo", b"\n\x02\x08\x05", {"retryDelay": "5s"})
        if how == "missing":
            raise Missing(name="it").with_text("with a text").with_details(detail)
        raise AnyError(Status(how), "as a peer said").with_details(detail, ErrorDetail("other.Type", b"\x00\xff"))

    def blocks(self, name: str, locale: Locale) -> str:
        tell_headers(Freshness(etag=locale.accept_language))
        return name

    async def clock(self, clock: Clock) -> Clock:
        return clock


class ReadsService:
    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    async def through(self, name: str) -> str:
        found = await self._marks.find(name, Locale(accept_language="fr"))
        tell_headers(Freshness(etag="of the outer one"))
        return found

    def without_await(self, name: str) -> str:
        with hear_headers() as heard:
            found = self._marks.blocks(name, Locale(accept_language="de"))
        return f"{found} {heard.headers(Freshness)}"

    async def passes_on(self) -> str:
        try:
            return await self._marks.fails("data_loss")
        except CallError as error:
            raise AnyError(error.status, error.why).with_details(*error.error_details) from error
