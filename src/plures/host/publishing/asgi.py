"""A request and its response, between ASGI and `plures.http`."""

from contextlib import aclosing
from typing import Any

from plures.http import Request, Response

_NO_CONTENT = 204


async def read_request(scope: Any, receive: Any, most_bytes: int) -> Request | None:
    """The request, whole; None where its client hung up before it was. Of a body that is too large, nothing is kept."""
    body, size, is_whole = bytearray(), 0, False
    while not is_whole:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        piece = event.get("body", b"")
        is_whole = not event.get("more_body", False)
        size += len(piece)
        if size > most_bytes:
            body.clear()
        else:
            body += piece
    headers, repeated = _headers(scope["headers"])
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"],
        headers,
        bytes(body),
        too_large_bytes=size if size > most_bytes else 0,
        repeated=repeated,
    )


def _headers(lines: Any) -> tuple[dict[bytes, bytes], tuple[tuple[bytes, bytes], ...]]:
    """By name, and the lines whose name came again later; of Authorization, all in one: of two tokens, none is taken."""
    headers: dict[bytes, bytes] = {}
    repeated: list[tuple[bytes, bytes]] = []
    for name, value in lines:
        if name in headers:
            repeated.append((name, headers[name]))
        headers[name] = headers[name] + b", " + value if name == b"authorization" and name in headers else value
    return headers, tuple(repeated)


async def until_gone(receive: Any) -> None:
    """Return when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_response(response: Response, send: Any) -> None:
    """Answer. What streams is closed, also where the client hangs up."""
    has_body = response.status != _NO_CONTENT
    framing = [(b"content-type", response.content_type)] if has_body else []
    if response.chunks is None and has_body:
        framing.append((b"content-length", b"%d" % len(response.body)))
    start = {"type": "http.response.start", "status": response.status, "headers": [*framing, *response.headers]}
    if response.chunks is None:
        await send(start)
        await send({"type": "http.response.body", "body": response.body})
        return
    async with aclosing(response.chunks) as chunks:
        await send(start)
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
