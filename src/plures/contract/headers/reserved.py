"""Names of headers that no contract may take: HTTP, the Connect protocol or Plures mean something by them."""

from typing import Final

_NAMES: Final = frozenset(
    (
        *(
            "allow",
            "alt-svc",
            "age",
            "authorization",
            "connection",
            "cookie",
            "date",
            "deprecation",
            "expect",
            "forwarded",
        ),
        *("host", "http2-settings", "keep-alive", "link", "origin", "range", "server", "set-cookie", "sunset", "te"),
        *("baggage", "traceparent", "tracestate"),
        *("trailer", "transfer-encoding", "upgrade", "vary", "via", "www-authenticate", "x-request-id"),
    )
)
_FAMILIES: Final = (*("access-control-", "connect-", "content-", "grpc-", "plures-", "proxy-", "sec-", "trailer-"),)


def is_reserved(name: str) -> bool:
    """Whether a name, in lower case, belongs to others."""
    return name in _NAMES or name.startswith(_FAMILIES)
