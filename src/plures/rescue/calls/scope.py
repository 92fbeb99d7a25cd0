"""What a server says of a request."""

from typing import Any, Final
from urllib.parse import unquote

from .callee import Callee

_CLIENT: Final = ("127.0.0.1", 0)


def scope_of(
    callee: Callee,
    method: str,
    origin: tuple[str, str, int],
    target: bytes,
    headers: list[tuple[bytes, bytes]],
) -> dict[str, Any]:
    """The ASGI scope of a request to scheme, host and port. `target` is the path with the query."""
    scheme, host, port = origin
    path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": (host, port),
        "client": _CLIENT,
        "scheme": scheme,
        "method": method,
        "root_path": "",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
        "state": callee.state.copy(),
    }
