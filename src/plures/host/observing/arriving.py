"""What takes spans of services in other languages, as OTLP over HTTP, and has them kept with those of the application."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

import msgspec

from plures.access import TRACES
from plures.application import Assembly
from plures.http import Request, Response
from plures.runtime import connect
from plures.telemetry import Store

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one request, unpacked; a batch of 512 spans, as SDKs send at most, is a tenth of it."""

_LOG: Final = logging.getLogger("plures.telemetry")
_JSON: Final = "application/json"
_PROTOBUF: Final = "application/x-protobuf"
_INVALID, _EXHAUSTED, _UNAVAILABLE = 3, 8, 14
"""Codes of google.rpc.Status, which OTLP answers with."""
_AGAIN: Final = ((b"retry-after", b"1"),)
_SHORT: Final = 300


class Arriving:
    """Takes them for one replica.

    Args:
        store: Keeps them; None where nothing is kept.
    """

    def __init__(self, assembly: Assembly, store: Store | None) -> None:
        self._store = store
        self._operations = {
            each.path.removeprefix("/"): (
                each.full_name.rpartition("/")[0].rpartition(".")[0],
                f"{each.capability}/{each.wire_name}",
            )
            for contract in (*assembly.contracts, *assembly.deliveries.values())
            for each in contract.operations.values()
        }

    @property
    def pages(self) -> Mapping[str, Callable[[Request], Coroutine[Any, Any, Response]]]:
        """Path → what answers it."""
        return {} if self._store is None else {TRACES: self.page}

    async def page(self, request: Request) -> Response:
        """Take what one request brings."""
        if request.method != "POST":
            return Response(405, headers=((b"allow", b"POST"),))
        kind = request.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        if kind not in (_JSON, _PROTOBUF):
            return Response(415, headers=((b"accept-post", f"{_JSON}, {_PROTOBUF}".encode()),))
        if request.is_too_large:
            return _refused(kind, 413, _INVALID, f"a request may have {MOST_BYTES} bytes at most")
        if request.is_dropped:
            return _refused(kind, 503, _UNAVAILABLE, "there is no room for it now", _AGAIN)
        return await asyncio.to_thread(self._taken, kind, request)

    def _taken(self, kind: str, request: Request) -> Response:
        from plures.telemetry import NotOtlp, arrived, read_otlp

        store = self._store
        if store is None:
            return Response(404)
        try:
            body = _unpacked(request)
            sent = read_otlp(body, is_json=kind == _JSON)
            found = arrived(sent, self._operations, store.offset_s())
        except NotOtlp as error:
            return _refused(kind, 400, _INVALID, str(error)[:_SHORT])
        if found.spans and not store.put_sent(found.traces):
            return _refused(kind, 429, _EXHAUSTED, "too many spans wait to be kept", _AGAIN)
        if found.rejected:
            _LOG.warning("%d spans that were sent are not kept: %s", found.rejected, found.why)
        return _accepted(kind, found.rejected, found.why)


def _unpacked(request: Request) -> bytes:
    from plures.telemetry import NotOtlp

    encoding = request.headers.get(b"content-encoding", b"").decode("latin-1").strip().lower() or connect.PLAIN
    if encoding == connect.PLAIN:
        return request.body
    if encoding not in connect.KNOWN:
        raise NotOtlp(f"it is packed as {encoding[:40]!r}, and not as gzip")
    try:
        return connect.unpack(request.body, encoding, MOST_BYTES)
    except connect.NotPacked:
        raise NotOtlp(f"it is not packed as {encoding}") from None
    except connect.UnpacksTooLarge:
        raise NotOtlp(f"it has more than {MOST_BYTES} bytes unpacked") from None


def _accepted(kind: str, rejected: int, why: str) -> Response:
    if kind == _JSON:
        partial = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": why}} if rejected else {}
        return Response(200, msgspec.json.encode(partial))
    partly = b"\x08" + _varint(rejected) + _text(2, why) if rejected else b""
    return Response(200, b"\x0a" + _varint(len(partly)) + partly if partly else b"", _PROTOBUF.encode())


def _refused(kind: str, status: int, code: int, why: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Response:
    """A google.rpc.Status, in the form of the request."""
    if kind == _JSON:
        return Response(status, msgspec.json.encode({"code": code, "message": why}), headers=headers)
    return Response(status, b"\x08" + _varint(code) + _text(2, why), _PROTOBUF.encode(), headers)


def _text(number: int, text: str) -> bytes:
    data = text.encode()
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*data, number))
