"""What an edge is made into before it is asked: an ASGI application."""

from dataclasses import dataclass
from typing import Any

from plures.application import EDGE_DEADLINE_S, is_wsgi_application
from plures.errors import PluresError, Text

from .wsgi import WsgiEdge


@dataclass(eq=False)
class EdgeNotCallable(PluresError):
    """What should make the edge made something else."""

    code = "host.edge_not_callable"
    wording = Text(
        "The edge is of type {found}, which answers no requests",
        why="it is no ASGI application and no WSGI application",
        fix="Return the application itself: `def edge() -> FastAPI: …; return web`.",
    )

    found: str


def served(app: Any, threads: int, wait_s: float = EDGE_DEADLINE_S) -> Any:
    """The application, as ASGI has it.

    Args:
        threads: How many requests a WSGI application works on at once.
        wait_s: How long others wait for a thread.

    Raises:
        EdgeNotCallable: It is neither.
    """
    if not callable(app):
        raise EdgeNotCallable(type(app).__qualname__)
    wsgi: Any = app
    return WsgiEdge(wsgi, threads, wait_s) if is_wsgi_application(app) else app
