"""Calls one operation as a service would, and tells what held for it and what was done."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from functools import partial
from random import Random
from time import monotonic
from typing import Any, Protocol

import msgspec

from plures.cli.console import FAILED
from plures.cli.finding import Callee
from plures.cli.listing import Operation, body_of
from plures.contract import DEFAULT_MESSAGE_BYTES, Criticality, OperationDescription, contract, query, read_contract
from plures.errors import CallError
from plures.runtime import (
    CallContext,
    Deadlines,
    Endpoints,
    Heartbeats,
    Outgoing,
    RemoteCaller,
    Reply,
    connect,
    new_request_id,
    policy_of,
)

from .journal import Journal, NotingTransport, NotingTries
from .report import print_report
from .standing import Standing, standing_of


@contract("plures.explained.v1", owner="plures")
class _Explained(Protocol):
    """Stands in for the contract that is called, of which the command line knows what the listing says."""

    @query()
    async def operation(self) -> None: ...


@dataclass
class _Outcome:
    """What came of the call.

    Attributes:
        answers: One; of a stream any number.
        error: As a peer tells it, or as the caller is told.
    """

    answers: list[Any]
    error: Mapping[str, Any] | None = None


def explained_call(callee: Callee, arguments: Sequence[str], *, timeout_s: float | None, as_json: bool) -> int:
    """Call an operation with arguments written `name=value`, and print what was done. The exit status.

    Args:
        timeout_s: How long to wait; None: the operation's own deadline.

    Raises:
        BadArgument: Nothing was called.
    """
    request = body_of(callee.operation, arguments)
    deadline_s = timeout_s or float(callee.operation["deadline_s"])
    return asyncio.run(_call(callee, request, deadline_s, is_asked=timeout_s is not None, as_json=as_json))


async def _call(callee: Callee, request: bytes, deadline_s: float, *, is_asked: bool, as_json: bool) -> int:
    standing, journal = await standing_of(callee), Journal()
    outcome = await _send(callee, standing, request, deadline_s, journal)
    report = {
        **standing.told(deadline_s, "--timeout" if is_asked else "contract"),
        "attempts": [asdict(attempt) for attempt in journal.attempts],
        "notes": journal.notes,
        "took_s": monotonic() - journal.began,
    }
    if outcome.error is not None:
        report["error"] = outcome.error
    report["answers" if callee.operation["streams"] else "answer"] = (
        outcome.answers if callee.operation["streams"] else next(iter(outcome.answers), None)
    )
    print_report(report, as_json=as_json)
    return 0 if outcome.error is None else FAILED


async def _send(callee: Callee, standing: Standing, request: bytes, deadline_s: float, journal: Journal) -> _Outcome:
    operation, deadlines = _described(callee.operation), Deadlines()
    transport = NotingTransport(journal, callee.tokens, callee.tls)
    # It spreads load, and keeps no secret.
    endpoints, heartbeats = Endpoints(Random(), policy_of(standing.figures)), Heartbeats(transport)  # noqa: S311 - it spreads load, it keeps no secret
    endpoints.update(callee.urls)
    heartbeats.of(endpoints)
    noting = partial(NotingTries, journal)
    caller = RemoteCaller(endpoints, transport, deadlines, heartbeats=heartbeats, tries=noting)
    context = CallContext(
        monotonic() + deadline_s, 1, operation=operation, criticality=operation.declaration.criticality
    )
    request_id = new_request_id()
    outgoing = Outgoing(
        operation.path,
        connect.timeout_ms(deadline_s),
        1,
        connect.envelope(request) if operation.streams else request,
        streams=operation.streams,
        request_id=request_id,
        criticality=context.criticality,
        is_repeatable=operation.declaration.idempotent,
        context=callee.context_of(request_id, deadline_s),
        headers=callee.headers,
        max_answer_bytes=operation.declaration.max_response_bytes,
    )
    outcome = _Outcome([])
    try:
        async with asyncio.timeout(deadline_s):
            if not operation.streams:
                _take(await caller.send(operation, context, outgoing), outcome)
            else:
                async with aclosing(caller.send_streaming(operation, context, outgoing)) as replies:
                    async for reply in replies:
                        _take(reply, outcome)
    except CallError as error:
        outcome.error = {"code": error.status.value, "message": f"{error.what}: {error.why}", "fix": error.fix}
    except TimeoutError:
        outcome.error = {"code": "deadline_exceeded", "message": f"no answer within {deadline_s:g} s"}
    finally:
        await heartbeats.close()
        await transport.close()
        deadlines.close()
    return outcome


def _take(reply: Reply, outcome: _Outcome) -> None:
    try:
        data = json.loads(reply.body)
    except ValueError:
        data = {"code": "unknown", "message": f"the peer answered no JSON: {reply.body[:80]!r}"}
    if reply.http_status == connect.OK:
        outcome.answers.append(data)
    else:
        outcome.error = data


def _described(operation: Operation) -> OperationDescription:
    """The operation, as far as the call path has to know it."""
    template = read_contract(_Explained)[0].operations["operation"]
    declaration = msgspec.structs.replace(
        template.declaration,
        is_query=operation["kind"] == "query",
        idempotent=bool(operation["idempotent"]),
        deadline_s=float(operation["deadline_s"]),
        criticality=msgspec.convert(operation.get("criticality", "normal"), Criticality),
        hedge_after_s=float(operation.get("hedge_after_s") or 0),
        max_response_bytes=int(operation.get("max_response_bytes", DEFAULT_MESSAGE_BYTES)),
    )
    path = f"/{operation['name']}"
    return replace(template, path=path, declaration=declaration, streams=bool(operation["streams"]))
