"""Calls one operation of a running application, and prints its answer or its error."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

import click

from plures.contract import as_object
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent, Outgoing, Reply, TooLarge, connect

from .console import FAILED, print_json, say
from .listing import BadArgument, fetch_operation, request_of


def call(operation: str, arguments: Sequence[str], *, at: str, timeout_s: float | None, as_json: bool) -> int:
    """Call an operation by its full name, with arguments written `name=value`. The exit status.

    Args:
        at: Base URL of a replica's control listener; `http://` may be left out.
        timeout_s: How long to wait; None: the operation's own deadline.

    Raises:
        BadArgument, NotReached, UnknownOperation: Nothing was called.
    """
    at = _address(at)
    described = fetch_operation(at, operation.lstrip("/"))
    request = json.dumps(request_of(described, arguments)).encode()
    deadline_s = timeout_s or float(described["deadline_s"])
    return asyncio.run(_call(at, described, request, deadline_s, as_json=as_json))


def _address(at: str) -> str:
    at = at if "://" in at else f"http://{at}"
    if not at.startswith(("http://", "https://")):
        raise BadArgument(f"{at!r} is not the address of a replica", fix="Write it as http://HOST:PORT.")
    return at.rstrip("/")


async def _call(at: str, operation: Mapping[str, Any], request: bytes, deadline_s: float, *, as_json: bool) -> int:
    transport = HttpTransport()
    body = connect.envelope(request) if operation["streams"] else request
    outgoing = Outgoing(f"/{operation['name']}", connect.timeout_ms(deadline_s), 1, body, streams=operation["streams"])
    try:
        async with asyncio.timeout(deadline_s + 1):
            if operation["streams"]:
                return await _print_stream(transport.stream(at, outgoing), as_json=as_json)
            return _print_reply(await transport.unary(at, outgoing), as_json=as_json)
    except (NotSent, Broken, TooLarge, TimeoutError) as error:
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


async def _print_stream(chunks: AsyncGenerator[Reply, None], *, as_json: bool) -> int:
    status = 0
    async with aclosing(chunks):
        async for reply in connect.read_stream(await anext(chunks), chunks):
            status = _print_reply(reply, as_json=as_json)
    return status


def _print_error(data: Any, *, as_json: bool) -> int:
    error = as_object(data) or {}
    if as_json:
        click.echo(json.dumps(error, ensure_ascii=False), err=True)
        return FAILED
    message, code = error.get("message") or "no message", error.get("code")
    say(("failed", "red"), f": {message}", (f"  [{code}]", "dim"), err=True)
    for detail in error.get("details", []):
        fields = json.dumps(detail.get("debug"), ensure_ascii=False)
        say("  ", (str(detail.get("type")), "yellow"), f" {fields}", err=True)
    return FAILED


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"code": "unknown", "message": f"the peer answered no JSON: {body[:80]!r}"}
