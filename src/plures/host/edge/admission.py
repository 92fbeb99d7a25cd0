"""Which requests the edge takes on: what it cannot answer in time, it refuses at once, with a page that says so."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from plures.contract import Criticality
from plures.runtime import CallContext, Gate

_RETRY_AFTER_S: Final = 2
_TEXT: Final = "Too many people are here at this moment. Please try again in a few seconds.\n"
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{after_s}">
<title>Busy</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
body {{ display: grid; place-content: center; min-height: 90vh; margin: 0 1.5rem; text-align: center }}
</style>
<h1>One moment</h1>
<p>{text}</p>
"""
# Pages that came of a form are not asked for again by themselves: the browser would ask whether to send the form twice.
_PAGE_OF_A_FORM: Final = _PAGE.replace('<meta http-equiv="refresh" content="{after_s}">\n', "")


class EdgeAdmission:
    """The gate of the edge, and what is said to those that it refuses.

    Args:
        criticality: Path → how much requests to it, and below it, matter.
    """

    def __init__(self, gate: Gate, criticality: Mapping[str, Criticality]) -> None:
        self._gate = gate
        # The longest first: it is the one that counts.
        self._criticality = sorted(criticality.items(), key=lambda item: -len(item[0]))

    def criticality_of(self, path: str) -> Criticality:
        """How much a request to a path matters."""
        for known, criticality in self._criticality:
            if path == known or path.startswith(known if known.endswith("/") else f"{known}/"):
                return criticality
        return Criticality.NORMAL

    def refusal(self, head: bytes) -> bytes | None:
        """The whole answer to a GET whose head this is, where it is refused; without a look at the rest, since it must cost little."""
        # A line without the second blank is no request: the next to read it says so.
        path = head[len(b"GET ") : head.find(b" ", len(b"GET "))].partition(b"?")[0].decode("latin-1")
        if not self._gate.refuses(self.criticality_of(path)):
            return None
        return _WHOLE_PAGE if b"text/html" in head else _WHOLE_TEXT

    async def enter(self, name: str, context: CallContext) -> float:
        """Let a request in, if need be after a moment; raises `Overloaded` or `DeadlineExceeded`."""
        return self._gate.enter(name, context.criticality) or await self._gate.wait(name, context)

    def leave(self, name: str, entered: float, *, is_fine: bool) -> None:
        """A request has its answer, or the head of it."""
        self._gate.leave(name, entered, is_fine=is_fine)


def kind_of(scope: Any) -> str:
    """What requests are measured together: the method, and the first part of the path."""
    return f"{scope['method']} /{scope['path'].lstrip('/').partition('/')[0]}"


async def refuse(scope: Any, send: Any) -> None:
    """Answer 503: a page to browsers that ask for one, else a line of text."""
    accepts = next((value for name, value in scope.get("headers", ()) if name == b"accept"), b"")
    headers, body = _answer(is_page=b"text/html" in accepts, is_form=scope["method"] != "GET")
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _answer(*, is_page: bool, is_form: bool) -> tuple[list[tuple[bytes, bytes]], bytes]:
    page = _PAGE_OF_A_FORM if is_form else _PAGE
    text = page.format(after_s=_RETRY_AFTER_S, text=escape(_TEXT.strip())) if is_page else _TEXT
    body = text.encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8" if is_page else b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(_RETRY_AFTER_S).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return headers, body


def _whole(*, is_page: bool) -> bytes:
    headers, body = _answer(is_page=is_page, is_form=False)
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n" + lines + b"\r\n" + body


_WHOLE_PAGE: Final = _whole(is_page=True)
_WHOLE_TEXT: Final = _whole(is_page=False)
