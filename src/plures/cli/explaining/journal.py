"""Notes what is done in one call: which replica is asked, how that ends, and what is decided then."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from plures.http import HttpTransport
from plures.runtime import Broken, Endpoint, NotSent, Outgoing, Reply, TooLarge, Tries, connect
from plures.tls import Recognising

_UNANSWERED: Final = "not answered until the call ended"
_HANGS: Final = "it hangs: it did not even answer a heartbeat, so the request was given up"
_FREE: Final = "nothing ran there, so another replica may be asked at no cost"
_HEDGED: Final = "the first replica had not answered by then"


@dataclass
class Attempt:
    """One request of the call.

    Attributes:
        after_s: When it was sent, from the beginning of the call.
        took_s: Until it ended; None while it is under way.
        ended: How, in words.
        then: What was decided, in words.
    """

    url: str
    after_s: float
    took_s: float | None = None
    ended: str = _UNANSWERED
    then: str = ""


@dataclass
class Journal:
    """All that was done, in order.

    Attributes:
        notes: What was decided where no replica could be asked.
    """

    began: float = field(default_factory=monotonic)
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    notes: list[str] = field(default_factory=list[str])

    def begin(self, url: str) -> Attempt:
        """A request is sent."""
        before = self.attempts[-1] if self.attempts else None
        if before is not None and before.took_s is None:
            before.then = f"another replica was asked as well, since {_HEDGED}"
        attempt = Attempt(url, monotonic() - self.began)
        self.attempts.append(attempt)
        return attempt

    def end(self, attempt: Attempt) -> None:
        """It is over."""
        attempt.took_s = monotonic() - self.began - attempt.after_s

    def decide(self, url: str, what: str) -> None:
        """What is done after the last request to a replica."""
        for attempt in reversed(self.attempts):
            if attempt.url == url:
                attempt.then = what
                return
        self.notes.append(what)


class NotingTransport:
    """Sends as `HttpTransport` does, and notes it."""

    def __init__(self, journal: Journal, tokens: Mapping[str, str], tls: Recognising | None = None) -> None:
        self._journal = journal
        self._inner = HttpTransport(tokens, tls=tls)
        self._under_way: dict[int, Attempt] = {}

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        with self._noted(url, outgoing) as attempt:
            reply = await self._inner.unary(url, outgoing)
            attempt.ended = _answer(reply)
            return reply

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        with self._noted(url, outgoing) as attempt:
            async with aclosing(self._inner.stream(url, outgoing)) as replies:
                async for reply in replies:
                    if attempt.ended == _UNANSWERED:
                        attempt.ended = _answer(reply)
                    yield reply

    async def knock(self, url: str) -> None:
        await self._inner.knock(url)

    def give_up(self, outgoing: Outgoing) -> None:
        self._under_way[id(outgoing)].ended = _HANGS
        self._inner.give_up(outgoing)

    async def close(self) -> None:
        await self._inner.close()

    @contextmanager
    def _noted(self, url: str, outgoing: Outgoing) -> Generator[Attempt]:
        attempt = self._under_way[id(outgoing)] = self._journal.begin(url)
        try:
            yield attempt
        except (NotSent, Broken, TooLarge) as error:
            if attempt.ended != _HANGS:
                attempt.ended = _failure(error)
            raise
        finally:
            del self._under_way[id(outgoing)]
            self._journal.end(attempt)


class NotingTries(Tries):
    """Decides as `Tries` does, and notes it."""

    def __init__(self, journal: Journal, *rest: Any) -> None:
        super().__init__(*rest)
        self._journal = journal
        self._url = ""

    async def next(self) -> Endpoint:
        endpoint = await super().next()
        self._url = endpoint.url
        return endpoint

    def unreachable(self, endpoint: Endpoint, error: NotSent) -> None:
        super().unreachable(endpoint, error)
        self._journal.decide(self._url, _FREE)

    def refused(self, endpoint: Endpoint) -> None:
        super().refused(endpoint)
        self._journal.decide(self._url, _FREE)

    async def overloaded(self, endpoint: Endpoint, after_s: float) -> bool:
        is_sent = await super().overloaded(endpoint, after_s)
        if not is_sent and self.repeats is None:
            self._journal.decide(
                self._url, "not sent once more: there is no other replica, and it did not say when to ask again"
            )
        return is_sent

    async def again(self, *, may_have_run: bool, after_s: float = 0.0) -> bool:
        began = monotonic()
        is_sent = await super().again(may_have_run=may_have_run, after_s=after_s)
        if is_sent:
            what = f"sent once more, after a pause of {1000 * (monotonic() - began):.0f} ms"
        else:
            what = f"not sent once more: {self.repeats.denied if self.repeats else ''}"
        self._journal.decide(self._url, what)
        return is_sent


def _answer(reply: Reply) -> str:
    if reply.http_status == connect.OK:
        return "answered"
    if connect.overload_in(reply) is not None:
        return (
            "refused, since it has as much to do as it can"
            if reply.outcome == connect.NOT_SENT
            else "answered: overloaded below it"
        )
    if reply.outcome == connect.NOT_SENT:
        return f"refused with HTTP {reply.http_status}: nothing ran"
    return f"answered with an error, HTTP {reply.http_status}"


def _failure(error: Exception) -> str:
    if isinstance(error, NotSent):
        return f"not reached: {error}"
    return f"the answer is too large: {error}" if isinstance(error, TooLarge) else f"the connection broke: {error}"
