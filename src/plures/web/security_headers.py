"""The headers that tell browsers to trust nothing but an application's own pages, and to keep nothing that is personal."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_YEAR_S: Final = 365 * 24 * 3600
_TRANSPORT: Final = "Strict-Transport-Security"
_CACHE: Final = "Cache-Control"
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # Browsers that do not know `frame-ancestors`.
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    _CACHE: "private, no-cache",
}


class SecurityHeaders:
    """Adds headers to each response that does not set them itself: an ASGI middleware.

    Pages may load styles, scripts, pictures and data from their own address and nothing else; nothing of them stands inline. No other
    site may put them into a frame, or read them. Caches ask each time, and do not share.

    Args:
        app: The ASGI application around which it stands.
        https: Browsers come by HTTPS, directly or through a proxy: they are told to use nothing else for a year.
        personal: Paths whose pages, and those below them, browsers must not keep at all, such as `/account`.
        headers: What to send instead; an empty value sends none of that name.

    Attributes:
        DEFAULTS: What is sent unless the options say otherwise, for answers that a framework makes outside of all middleware.
    """

    DEFAULTS: ClassVar[Mapping[str, str]] = MappingProxyType(_HEADERS)

    def __init__(
        self,
        app: Any,
        *,
        https: bool = False,
        personal: Collection[str] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._app = app
        sent = {**_HEADERS, **({_TRANSPORT: f"max-age={_YEAR_S}"} if https else {}), **headers}
        self._headers = _as_bytes(sent)
        self._personal_headers = _as_bytes({**sent, _CACHE: "no-store"})
        self._personal = tuple(path.rstrip("/") for path in personal)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or serve what is no request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = self._personal_headers if self._is_personal(scope["path"]) else self._headers

        async def send_with_headers(event: Any) -> None:
            if event["type"] == "http.response.start":
                event = {**event, "headers": [*event.get("headers", ()), *_missing(event, wanted)]}
            await send(event)

        await self._app(scope, receive, send_with_headers)

    def _is_personal(self, path: str) -> bool:
        return any(path == known or path.startswith(f"{known}/") for known in self._personal)


def _missing(event: Any, wanted: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {bytes(name).lower() for name, _ in event.get("headers", ())}
    return [header for header in wanted if header[0] not in present]


def _as_bytes(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items() if value)
