"""Calls one operation of a running application, and prints its answer or its error."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from http import HTTPStatus
from typing import Any

import click

from plures.contract import DEFAULT_MESSAGE_BYTES, as_list, as_object
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent, Outgoing, Reply, TooLarge, connect, new_request_id

from .console import FAILED, print_json, say
from .finding import Callee
from .listing import body_of


def call(callee: Callee, arguments: Sequence[str], *, timeout_s: float | None, as_json: bool) -> int:
    """Call an operation with arguments written `name=value`. The exit status.

    Args:
        timeout_s: How long to wait; None: the operation's own deadline.

    Raises:
        BadArgument: Nothing was called.
    """
    request = body_of(callee.operation, arguments)
    deadline_s = timeout_s or float(callee.operation["deadline_s"])
    return asyncio.run(_call(callee, request, deadline_s, as_json=as_json))


async def _call(callee: Callee, request: bytes, deadline_s: float, *, as_json: bool) -> int:
    *others, last = callee.urls
    for at in others:
        with suppress(NotSent):
            return await _call_at(at, callee, request, deadline_s, as_json=as_json)
    try:
        return await _call_at(last, callee, request, deadline_s, as_json=as_json)
    except NotSent as error:
        return _print_error({"code": "unavailable", "message": f"{last}: {error}"}, as_json=as_json)


async def _call_at(at: str, callee: Callee, request: bytes, deadline_s: float, *, as_json: bool) -> int:
    """Raises `NotSent`: another replica may be asked."""
    transport, operation = HttpTransport(callee.tokens, tls=callee.tls), callee.operation
    body = connect.envelope(request) if operation["streams"] else request
    request_id = new_request_id()
    outgoing = Outgoing(
        f"/{operation['name']}",
        connect.timeout_ms(deadline_s),
        1,
        body,
        streams=operation["streams"],
        request_id=request_id,
        context=callee.context_of(request_id, deadline_s),
        headers=callee.headers,
        max_answer_bytes=int(operation.get("max_response_bytes", DEFAULT_MESSAGE_BYTES)),
    )
    try:
        async with asyncio.timeout(deadline_s + 1):
            if operation["streams"]:
                return await _print_stream(transport.stream(at, outgoing), outgoing, as_json=as_json)
            return _print_reply(await transport.unary(at, outgoing), as_json=as_json)
    except (Broken, TooLarge, TimeoutError) as error:
        why = str(error) or f"no answer within {deadline_s:g} s"
        code = "deadline_exceeded" if isinstance(error, TimeoutError) else "unavailable"
        return _print_error({"code": code, "message": why}, as_json=as_json)
    finally:
        await transport.close()


def _print_reply(reply: Reply, *, as_json: bool) -> int:
    data = _parsed(reply.body)
    if reply.http_status == HTTPStatus.OK:
        print_json(data, pretty=not as_json)
        return 0
    return _print_error(data, as_json=as_json)


async def _print_stream(chunks: AsyncGenerator[Reply, None], outgoing: Outgoing, *, as_json: bool) -> int:
    status = 0
    async with aclosing(chunks):
        async for reply in connect.read_stream(await anext(chunks), chunks, outgoing):
            status = _print_reply(reply, as_json=as_json)
    return status


def _print_error(data: Any, *, as_json: bool) -> int:
    error = as_object(data) or {}
    if as_json:
        click.echo(json.dumps(error, ensure_ascii=False), err=True)
        return FAILED
    message, code = error.get("message") or "no message", error.get("code")
    say(("failed", "red"), f": {message}", (f"  [{code}]", "dim"), err=True)
    declared = as_object(error.get("declared"))
    if declared is not None:
        _print_fields(declared.get("type"), declared.get("fields"))
    for detail in filter(None, map(as_object, as_list(error.get("details")) or [])):
        _print_fields(detail.get("type"), detail.get("debug"))
    return FAILED


def _print_fields(name: object, fields: object) -> None:
    say("  ", (str(name), "yellow"), f" {json.dumps(fields, ensure_ascii=False)}", err=True)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"code": "unknown", "message": f"the peer answered no JSON: {body[:80]!r}"}
