"""Whom a listener answers: those who ask for it by a name of its own, and no page of another site.

A page that its owner lets point at 127.0.0.1 (DNS rebinding) asks under the name of its own site: the Host header shows it. A page
that asks a foreign address openly says so in Origin or Sec-Fetch-Site, which pages cannot set. A Unix socket is for the processes of its own
user: the kernel says who is at its other end.
"""

import os
import socket
import struct
from collections.abc import Awaitable, Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

import msgspec

from plures.errors import Status

from .exchange import NOT_SENT, Answerer, Request, Response

_CREDENTIALS: Final = struct.Struct("3i")
_OWN_SITE: Final = frozenset({b"same-origin", b"none"})
_EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})
_REMEMBERED: Final = 256
_SHOWN: Final = 100


class OwnNames:
    """The names of a listener: those of loopback, those it was told, and the address it listens on.

    Args:
        names: Host names and addresses, without ports. An address that stands for all of this machine makes every address one.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(_plain(name) for name in names)
        self._any_address = not _EVERY_ADDRESS.isdisjoint(self._names)
        # Each call asks, and callers are few.
        self.has = lru_cache(_REMEMBERED)(self._has)

    def _has(self, host: bytes) -> bool:
        """Whether the value of a Host header has one of the names; its port does not matter."""
        name = _name_of(host.decode("latin-1").lower())
        if name in self._names or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return self._any_address or mapped.is_loopback or str(mapped) in self._names


class ForOwnNames:
    """Answers as another answerer does, where a listener may."""

    def __init__(self, answer: Answerer, names: OwnNames) -> None:
        self._answer = answer
        self._has = names.has

    def __call__(self, request: Request) -> Awaitable[Response]:
        """Answer one request, or refuse it."""
        headers = request.headers
        host = headers.get(b"host")
        # Only HTTP/1.0 may leave it out, and browsers do not speak that.
        if host is not None and not self._has(host):
            return _refused(f"this listener does not answer to {_shown(host)}: {_NAME}")
        # Browsers send these, and nearly no call does.
        if (b"origin" in headers or b"sec-fetch-site" in headers) and (page := _page_of_another_site(headers)):
            return _refused(f"{page}: {_PAGE}")
        return self._answer(request)


_NAME: Final = (
    "a page may have given itself that name; use localhost or the address it listens on,"
    ' or tell it the name with names = ["…"] under [listen] in plures.toml'
)
_PAGE: Final = (
    "pages of other sites may not call this listener; let the page ask the edge, and the edge call the capability,"
    " or publish the operation there with origins under [access.callers]"
)


def _page_of_another_site(headers: Mapping[bytes, bytes]) -> str | None:
    """What a request says of the page that makes it, where that page is of another site."""
    host, origin, site = headers.get(b"host", b""), headers.get(b"origin"), headers.get(b"sec-fetch-site")
    if origin is not None and origin not in (b"http://" + host, b"https://" + host):
        return f"a page of {_shown(origin)} asks"
    if site is not None and site not in _OWN_SITE:
        return f"a page of another site asks ({_shown(site)})"
    return None


def is_of_another_user(connection: socket.socket | None) -> bool:
    """Whether a Unix socket was connected by a process of another user. Where the kernel does not say it, its folder protects it."""
    if connection is None or connection.family is not socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return False
    # What uvloop gives for a socket has no options.
    with socket.socket(fileno=os.dup(connection.fileno())) as own:
        given = own.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(given)[1]
    return user != os.geteuid()


async def refuse_user(request: Request) -> Response:
    """Answer a request of another user."""
    del request
    why = f"this socket is for processes of user {os.geteuid()} alone"
    body = msgspec.json.encode({"code": Status.UNAUTHENTICATED.value, "message": why})
    return Response(401, body, headers=(NOT_SENT,))


async def _refused(why: str) -> Response:
    body = msgspec.json.encode({"code": Status.PERMISSION_DENIED.value, "message": why})
    # Others may be answered at the same URL.
    return Response(403, body, headers=(NOT_SENT, (b"cache-control", b"no-store")))


def _shown(value: bytes) -> str:
    return repr(value[:_SHOWN].decode("latin-1"))


def _plain(name: str) -> str:
    name = name.lower().removesuffix(".")
    try:
        return str(ip_address(name))
    except ValueError:
        return name


def _name_of(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        return name if bracket and (not port or _is_port(port)) else ""
    name, colon, port = host.partition(":")
    return name.removesuffix(".") if not colon or _is_port(colon + port) else ""


def _is_port(text: str) -> bool:
    return text.startswith(":") and (text == ":" or text[1:].isdecimal())
