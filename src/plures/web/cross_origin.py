"""Refuses what pages of other sites let a browser send: they cannot read the answer, but the request would have been obeyed.

Browsers say which page asks, in `Sec-Fetch-Site` and `Origin`, which pages cannot set. Programs that are no browsers say neither.
"""

from collections.abc import Collection
from typing import Any, Final

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN: Final = frozenset({b"same-origin", b"none"})
_BODY: Final = b"A page of another site sent this. Nothing was changed.\n"


class CrossOriginProtection:
    """Answers 403 to a request that changes something and comes from a page of another origin: an ASGI middleware.

    It needs no token in forms. Beside one, and cookies with `SameSite`, it is the second lock.

    Args:
        app: The ASGI application around which it stands.
        trusted: Origins whose pages may send all the same, such as `https://pay.example`.
    """

    def __init__(self, app: Any, *, trusted: Collection[str] = ()) -> None:
        self._app = app
        self._trusted = frozenset(origin.rstrip("/").encode() for origin in trusted)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or serve what is no request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and self._is_foreign(dict(scope["headers"])):
            await _refuse(send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, headers: dict[bytes, bytes]) -> bool:
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if origin in self._trusted:
            return False
        if site is not None:
            return site not in _OWN
        # Browsers that do not say the site. The scheme is not compared: behind a proxy it is another one here.
        return origin is not None and origin.partition(b"://")[2] != headers.get(b"host")


async def _refuse(send: Any) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(_BODY)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})
