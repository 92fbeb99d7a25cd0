"""Edges that tests name by their place."""

from typing import Any

from tests.unit.host.parts import A, B

LATER: dict[str, Any] = {}


async def web(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def asks_for_a(a: A) -> Any:
    LATER["a"] = a
    return web


def asks_for_b(b: B) -> Any:
    raise NotImplementedError


def makes_nothing() -> Any:
    return None
