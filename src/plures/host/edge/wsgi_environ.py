"""The environ of a WSGI application, made of the scope of ASGI. Source: PEP 3333."""

import sys
from typing import Any, Final

_BARE: Final = {b"content-length": "CONTENT_LENGTH", b"content-type": "CONTENT_TYPE"}


def environ_of(scope: Any, body: object) -> dict[str, Any]:
    """What a WSGI application is told of a request.

    A header with an underscore in its name is left out: its variable would be that of another header, with a hyphen, which a proxy may
    have checked.

    Args:
        body: Reads the body as a file.
    """
    script, path = _native(scope.get("root_path", "")), _native(scope["path"])
    if script and path.startswith(script):
        path = path[len(script) :]
    host, port = scope.get("server") or ("localhost", None)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": script,
        "PATH_INFO": path,
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        # A body without a length ends where it ends: it need not be taken for an empty one.
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], str(scope["client"][1])
    for name, value in scope.get("headers", ()):
        if b"_" not in name:
            _add(environ, name, value.decode("latin-1"))
    return environ


def _add(environ: dict[str, Any], name: bytes, value: str) -> None:
    variable = _BARE.get(name) or f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
    between = "; " if name == b"cookie" else ","
    environ[variable] = f"{environ[variable]}{between}{value}" if variable in environ else value


def _native(text: str) -> str:
    """A text as WSGI spells it: each byte as one character."""
    return text.encode().decode("latin-1")
