"""What browsers are told of operations that pages of other sites may call: the protocol of CORS, as the Fetch standard has it.

Cookies and certificates of visitors are never asked for (`Access-Control-Allow-Credentials`): no operation reads them. An origin is named,
not `*`. Who may call is known elsewhere (`plures.access`). Source: docs/adr/0051-cors.md
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import structs

from plures.contract import HeadersType, OperationDescription, is_reserved
from plures.runtime import connect

from .exchange import Request, Response

ASKS: Final = b"access-control-request-method"
"""The header that makes an OPTIONS request a question of a browser, ahead of the request of a page."""

# Chromium remembers an answer no longer; what a right no longer allows is refused all the same.
_REMEMBERED_S: Final = b"7200"
_REQUEST_ID: Final = connect.REQUEST_ID_HEADER
_ORIGIN: Final = b"origin"
_VARY_ASKED: Final = (
    b"vary",
    b"origin, access-control-request-method, access-control-request-headers, access-control-request-private-network",
)
_SENT: Final = ("content-type", connect.VERSION_HEADER, connect.TIMEOUT_HEADER, _REQUEST_ID)
_TOLD: Final = (_REQUEST_ID, connect.OUTCOME_HEADER, "retry-after", "www-authenticate")
# Pages may read these without a word, and never those.
_ALWAYS_READ: Final = frozenset(
    (b"cache-control", b"content-language", b"content-length", b"content-type", b"expires", b"last-modified", b"pragma")
)
_IS_NAME: Final = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]{1,128}").fullmatch
_NEVER_READ: Final = frozenset((b"set-cookie", b"set-cookie2", b"vary"))


class Published(NamedTuple):
    """One operation, in the words of CORS.

    Attributes:
        methods: By which it is called.
        sent: Names of the headers that a page may send with it.
        takes_any: Whether it may send whatever there is.
        told: Names of the headers that a page may read of its answers, in their order.
    """

    methods: bytes
    sent: tuple[bytes, ...]
    takes_any: bool
    told: tuple[bytes, ...]


NOTHING: Final = Published(b"GET, POST", tuple(name.encode() for name in _SENT), takes_any=False, told=())
"""What is not published, of which a page may read that."""


def published(operation: OperationDescription, told_besides: Iterable[bytes] = ()) -> Published:
    """An operation, as pages of other sites may call it.

    Args:
        told_besides: Names of headers that its answers have, besides those that it declares.
    """
    beside = operation.beside
    request, answer, trailers = (beside.request, beside.answer, beside.trailers) if beside else (None, None, None)
    told = (*_TOLD, *_names(answer), *(f"trailer-{name}" for name in _names(trailers)))
    return Published(
        b"GET, POST" if operation.declaration.is_query and not operation.streams else b"POST",
        tuple(name.encode() for name in (*_SENT, *_names(request))),
        request is not None and request.is_any,
        tuple(dict.fromkeys((*(name.encode() for name in told), *told_besides))),
    )


def answer_asked(operation: Published, request: Request, origin: bytes, *, shows_token: bool) -> Response:
    """The answer to a browser that asks whether a page may make a request.

    Args:
        shows_token: Whether the page shows a token. A star does not stand for its header.
    """
    sent = (*operation.sent, *([b"authorization"] if shows_token else []))
    if operation.takes_any:
        asked = request.headers.get(b"access-control-request-headers", b"").split(b",")
        sent = tuple(dict.fromkeys((*sent, *filter(_is_free, (name.strip().lower() for name in asked)))))
    headers = (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", operation.methods),
        (b"access-control-allow-headers", b", ".join(sent)),
        (b"access-control-max-age", _REMEMBERED_S),
        _VARY_ASKED,
    )
    return Response(204, headers=headers)


def refused_asked(response: Response) -> Response:
    """The same, where the page may not: nothing in it allows anything."""
    return structs.replace(response, headers=(*response.headers, _VARY_ASKED))


def readable(response: Response, operation: Published | None, origin: bytes | None) -> Response:
    """An answer that a page of an origin may read; that no page of another site may read, where it is None."""
    if origin is None:
        return structs.replace(response, headers=_varying(response))
    told = () if operation is None else operation.told
    # Of an operation that tells whatever there is, the names are known only now.
    names = dict.fromkeys((*told, *(name.lower() for name, _ in response.headers)))
    exposed = b", ".join(name for name in names if name not in _ALWAYS_READ and name not in _NEVER_READ)
    headers = (
        (b"access-control-allow-origin", origin),
        *([(b"access-control-expose-headers", exposed)] if exposed else []),
    )
    return structs.replace(response, headers=(*_varying(response), *headers))


def _varying(response: Response) -> tuple[tuple[bytes, bytes], ...]:
    """The headers, which say that they depend on the origin: in one line with what else they depend on, since some caches read one alone."""
    varies = [value for name, value in response.headers if name == b"vary"]
    others = [header for header in response.headers if header[0] != b"vary"]
    return (*others, (b"vary", b", ".join((*varies, _ORIGIN))))


def _names(declared: HeadersType | None) -> tuple[str, ...]:
    return () if declared is None or declared.is_any else tuple(declared.json_schema())


def _is_free(name: bytes) -> bool:
    """Whether contracts may have a header of this name."""
    return bool(_IS_NAME(name)) and not is_reserved(name.decode())
