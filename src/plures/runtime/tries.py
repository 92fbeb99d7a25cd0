"""The tries of one call: at which replica next, after which pause, or why there is none."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Final

from msgspec import structs

from plures.contract import OperationDescription
from plures.errors import CallError, DeadlineExceeded, LimitExceeded, Outcome, PeerUntrusted, Unavailable

from . import connect
from .context import CallContext
from .policy import Repeats, RetryBudget, out_of_time
from .replicas import Endpoint, Endpoints
from .running import Expired
from .transport import Broken, NotSent, Outgoing, Reply, Stale, TooLarge, Transport, Untrusted

_UNAVAILABLE: Final = connect.HTTP_STATUS[Unavailable.status]
_NONE_IS_READY: Final = "no replica of it is ready"
_HUNG: Final = (
    "{url} hangs: it takes calls and answers none, nor a heartbeat within {heartbeat_s:g} s. If {capability} computes for longer without a "
    "pause, raise heartbeat_s under [capabilities.{capability}.policy] in plures.toml"
)
# A replica that was only busy is back by then; a caller that waited longer would hold up its own callers.
_HUNG_WAIT_S: Final = 0.25
_HUNG_WAIT_SHARE: Final = 0.1
"""Of the time that the call has left: where much is allowed for an answer, the replica may compute for long."""


class Tries:
    """Where one call was tried.

    Args:
        asked: Replicas that have the same call already.

    Attributes:
        repeats: Its further attempts; None until one is asked for.
        may_have_run: Whether one of the attempts may have run.

    Passing over a replica that refuses costs nothing, since nothing has run: each is tried once. Everything else that is sent once
    more counts against the retry budget.
    """

    __slots__ = (
        "_budget",
        "_context",
        "_endpoints",
        "_has_waited",
        "_kind",
        "_operation",
        "_tried",
        "_why",
        "may_have_run",
        "repeats",
    )

    def __init__(
        self,
        operation: OperationDescription,
        context: CallContext,
        endpoints: Endpoints,
        budget: RetryBudget,
        asked: Sequence[Endpoint] = (),
    ) -> None:
        self._operation = operation
        self._context = context
        self._endpoints = endpoints
        self._budget = budget
        self.repeats: Repeats | None = None
        self._tried: list[Endpoint] = [*asked]
        self._why = ""
        self._kind = Unavailable
        self._has_waited = False
        self.may_have_run = False

    async def next(self) -> Endpoint:
        """The replica to try, after a pause where one is due; raises `Unavailable` where there is none."""
        while (endpoint := self._endpoints.choose(self._tried)) is None:
            if self._endpoints.has_hung() and not self._has_waited:
                self._has_waited = True
                left_s = self._context.deadline - monotonic()
                await self._endpoints.changed(max(_HUNG_WAIT_S, left_s * _HUNG_WAIT_SHARE))
                continue
            if not self._why:
                hung = [each.url for each in self._endpoints.known if each.is_hung]
                self._why = self._why_hung(hung[0]) if hung else _NONE_IS_READY
            if not await self.again(may_have_run=False):
                outcome = Outcome.MAY_HAVE_RUN if self.may_have_run else Outcome.NOT_SENT
                raise self._kind(self._operation.full_name, self._why, outcome=outcome)
            self._tried.clear()
        return endpoint

    def _why_hung(self, url: str) -> str:
        heartbeat_s, capability = self._endpoints.policy.heartbeat_s, self._operation.capability
        return _HUNG.format(url=url, heartbeat_s=heartbeat_s, capability=capability)

    def unreachable(self, endpoint: Endpoint, error: NotSent) -> None:
        """No connection could be made."""
        self._why = f"{endpoint.url} cannot be reached ({error})"
        self._kind = PeerUntrusted if isinstance(error, Untrusted) else Unavailable
        self._endpoints.failed(endpoint)
        self._endpoints.refused(endpoint)
        self._tried.append(endpoint)

    def refused(self, endpoint: Endpoint) -> None:
        """It starts or drains."""
        self._why = f"{endpoint.url} takes no calls now"
        self._kind = Unavailable
        self._endpoints.refused(endpoint)
        self._tried.append(endpoint)

    async def overloaded(self, endpoint: Endpoint, after_s: float) -> bool:
        """It has too much to do: another one may have less. False where the call has to end with this answer."""
        endpoint.punish()
        self._tried.append(endpoint)
        has_other = len(self._tried) < len(self._endpoints.known)
        if not has_other:
            self._tried.clear()
        # Without a word of when, asking the same one again would only keep it busy.
        return (has_other or after_s > 0) and await self.again(may_have_run=False, after_s=0 if has_other else after_s)

    async def broke(self, endpoint: Endpoint, error: Broken | TooLarge) -> None:
        """The connection broke; returns where the call may be sent once more, and raises its failure where not."""
        self.may_have_run = True
        if isinstance(error, Broken) and not endpoint.is_hung:
            self._endpoints.failed(endpoint)
        self._tried.append(endpoint)
        if len(self._tried) >= len(self._endpoints.known):
            self._tried.clear()
        if isinstance(error, TooLarge) or not await self.again(may_have_run=True):
            raise self.failure(endpoint, error) from None

    def failure(self, endpoint: Endpoint, error: Broken | TooLarge) -> CallError:
        """What the caller is told of a request that went out and got no answer."""
        if isinstance(error, TooLarge):
            return LimitExceeded(self._operation.full_name, str(error), outcome=Outcome.MAY_HAVE_RUN)
        why = f"the connection to {endpoint.url} broke ({error})"
        return Unavailable(self._operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)

    async def again(self, *, may_have_run: bool, after_s: float = 0.0) -> bool:
        """Whether the call may be sent once more, counting against what it may; returns after the pause that is due."""
        repeats = self.repeats
        if repeats is None:
            policy, random = self._endpoints.policy, self._endpoints.random
            repeats = self.repeats = Repeats(self._operation, self._context, policy, self._budget, random)
        pause_s = repeats.allow(may_have_run=may_have_run, after_s=after_s)
        if pause_s is None:
            return False
        await asyncio.sleep(pause_s)
        return True


def is_refusal(reply: Reply) -> bool:
    """Whether the replica takes no calls now, because it starts or drains: another one may take the call."""
    return reply.http_status == _UNAVAILABLE and reply.outcome == connect.NOT_SENT


async def turned_away(tries: Tries, endpoint: Endpoint, operation: OperationDescription, reply: Reply) -> None:
    """The replica refused the call, which did not start; raises its failure where it is not to be sent once more."""
    retry_after_s = connect.overload_in(reply)
    if retry_after_s is None:
        tries.refused(endpoint)
    elif not await tries.overloaded(endpoint, retry_after_s):
        connect.answer_of(operation, reply)


async def once_more(tries: Tries, endpoint: Endpoint, sent: Outgoing, error: Broken | TooLarge) -> Outgoing:
    """The request to send again; raises the failure where that is not allowed."""
    if isinstance(error, Stale) and sent.is_repeatable and not sent.fresh:
        # Servers close idle connections, and a request may cross with that: it says nothing of the replica.
        tries.may_have_run = True
        return structs.replace(sent, fresh=True)
    await tries.broke(endpoint, error)
    return sent


def late(error: Expired | DeadlineExceeded, operation: OperationDescription, context: CallContext) -> DeadlineExceeded:
    """What the caller is told of a call whose time is over."""
    if isinstance(error, Expired):
        return out_of_time(operation, Outcome.MAY_HAVE_RUN, is_inherited=context.is_inherited)
    # The callee noticed first, and cannot know whether the deadline is the operation's own.
    late = DeadlineExceeded(error.operation, error.why, outcome=error.outcome, is_inherited=context.is_inherited)
    late.error_details = error.error_details
    return late


def was_not_sent(error: BaseException) -> bool:
    """Whether a call failed before anything of it had run: no replica takes it where it was to go."""
    return isinstance(error, Unavailable) and error.outcome is Outcome.NOT_SENT


class Refused(Exception):
    """A replica takes no call now."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


async def streamed(
    transport: Transport,
    speech: connect.Speech,
    operation: OperationDescription,
    endpoint: Endpoint,
    outgoing: Outgoing,
) -> AsyncGenerator[Reply, None]:
    """Each message as a reply; raises `Refused` too."""
    async with aclosing(transport.stream(endpoint.url, outgoing)) as chunks:
        head = speech.heard(operation, await anext(chunks))
        endpoint.heard()
        if outgoing.heard is not None:
            outgoing.heard.take(head.headers, head.trailers)
        if is_refusal(head):
            raise Refused(head)
        if head.http_status == connect.OK:
            connect.check_form(head, f"application/connect+{outgoing.form}", operation, outgoing.accepts)
        has_begun = False
        async for reply in connect.read_stream(head, chunks, outgoing):
            # A replica that cannot take it refuses a stream in its end: the head is out by then.
            if not has_begun and is_refusal(reply):
                raise Refused(reply)
            has_begun = True
            yield reply
