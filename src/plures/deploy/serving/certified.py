"""What a control listener that speaks TLS says to peers that come without it, or without a certificate."""

import json
from collections.abc import Awaitable
from typing import Final

from plures.errors import Status
from plures.http import Answerer, Request, Response
from plures.runtime import connect

_NOT_SENT: Final = (connect.OUTCOME_HEADER.encode(), connect.NOT_SENT.encode())
_PLAIN_WHY: Final = "this listener speaks TLS: write https:// in the URL"
_PLAIN_BODY: Final = json.dumps({"code": Status.FAILED_PRECONDITION.value, "message": _PLAIN_WHY}).encode()
PLAIN: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n%b: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
    % (*_NOT_SENT, len(_PLAIN_BODY), _PLAIN_BODY)
)
"""The whole answer to a request without TLS."""

_HEALTH: Final = "/health/"
_NO_CERTIFICATE: Final = (
    "calls over TLS need a certificate of an authority that this listener trusts; `plures tls issue` makes one"
)


class ForCertified:
    """Answers as another answerer does: health to all, and everything else to peers with a certificate."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer

    def __call__(self, request: Request) -> Awaitable[Response]:
        """Answer one request, or refuse it."""
        if request.peer or request.path.startswith(_HEALTH):
            return self._answer(request)
        return _refused()


async def _refused() -> Response:
    body = json.dumps({"code": Status.UNAUTHENTICATED.value, "message": _NO_CERTIFICATE}).encode()
    return Response(401, body, headers=(_NOT_SENT,))
