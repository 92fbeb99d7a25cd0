"""Services as folders, written for a test."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from plures.topology import Service


def service(folder: Path, name: str, files: Mapping[str, str], **settings: Any) -> Service:
    """A service in a folder of its own, `http://NAME:8000` to the others."""
    root = folder / name
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text))
    asked: dict[str, Any] = {"app": "app.main:app", "addresses": (f"http://{name}:8000",), **settings}
    return Service(name, folder=root, **asked)


ECHO = """
    import json

    async def read(receive):
        body, more, parts = b"", True, 0
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
            parts += 1
        return body, parts

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        body, parts = await read(receive)
        path = scope["path"]
        status = int(path[1:]) if path[1:].isdigit() else 200
        headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        answer = json.dumps({
            "method": scope["method"], "path": path, "raw": scope["raw_path"].decode(), "query": scope["query_string"].decode(),
            "headers": headers, "body": body.decode(), "server": list(scope["server"]), "scheme": scope["scheme"],
        }).encode()
        extra = [(b"set-cookie", b"seen=yes; Path=/"), (b"X-Twice", b"1"), (b"x-twice", b"2")]
        if path == "/redirect":
            status, extra = 307, [(b"location", b"/landed?x=1")]
        if status in (204, 304):
            answer = b""
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json"), *extra]})
        await send({"type": "http.response.body", "body": answer})
"""
