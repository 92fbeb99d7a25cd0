"""Requests as bytes, and what the reader makes of them."""

from http import HTTPStatus

import pytest

from plures.http import Request
from plures.http.request_reader import RequestReader, Unreadable

POST = b"POST /a.B/C HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}"
GET = b"GET /a.B/D HTTP/1.1\r\nhost: here\r\n\r\n"
CHUNKED = b"POST /a.B/E HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n6;why=not\r\n again\r\n0\r\n\r\n"
UPGRADE = b"host: here\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"


def read(*pieces: bytes) -> list[Request]:
    reader = RequestReader()
    requests: list[Request] = []
    for piece in pieces:
        requests += reader.feed(piece)
        while reader.unread:
            requests += reader.feed(b"")
    return requests


def read_one(*pieces: bytes) -> Request:
    [request] = read(*pieces)
    return request


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def refusal(*pieces: bytes) -> HTTPStatus:
    with pytest.raises(Unreadable) as caught:
        read(*pieces)
    return caught.value.status
