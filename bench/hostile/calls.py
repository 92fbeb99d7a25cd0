"""Requests to the control listener: Connect calls with broken messages, envelopes and headers, and what else answers there.

Whatever changes stock or money names itself hostile, so that the books can be told from it.
"""

import gzip
import struct
from base64 import b64encode
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

from bench.hostile import json_of, nasty
from bench.hostile.parts import Parts

_ITEMS = [{"productId": "teapot", "quantity": 1}]
_MONEY = {"amount": "1", "currency": "EUR"}
_CARD = {"number": "4242424242424242", "expiryMonth": 8, "expiryYear": 2040, "cvc": "123", "holder": "Ada"}
_QUERIES: dict[str, Any] = {
    "search.v1.Search/Find": {"text": "teapot", "filters": {"priceMin": "1"}, "sort": "PRICE_ASCENDING", "limit": "2"},
    "search.v1.Search/Suggest": {"prefix": "tea"},
    "catalog.v1.Catalog/Get": {"productId": "teapot"},
    "catalog.v1.Catalog/GetMany": {"productIds": ["teapot"]},
    "catalog.v1.Catalog/Browse": {"categoryId": "home", "offset": "0", "limit": "2"},
    "pricing.v1.Pricing/QuoteBasket": {"items": _ITEMS},
    "inventory.v1.Inventory/Availability": {"productIds": ["teapot"]},
    "shipping.v1.Shipping/Quote": {"country": "DE", "items": _ITEMS, "subtotal": _MONEY},
    "reviews.v1.Reviews/ListFor": {"productId": "teapot", "offset": "0", "limit": "2"},
    "orders.v1.Orders/Get": {"customerId": "hostile", "orderId": "1"},
    "profile.v1.Profile/Get": {"customerId": "hostile"},
    "notifications.v1.Notifications/ListFor": {"customerId": "hostile"},
    "payments.v1.Payments/Get": {"key": "hostile"},
    "checkout.v1.Checkout/Preview": {"customerId": "hostile"},
}
_COMMANDS: dict[str, Any] = {
    "cart.v1.Cart/Add": {"customerId": "hostile", "productId": "teapot", "quantity": "1"},
    "cart.v1.Cart/Clear": {"customerId": "hostile"},
    "payments.v1.Payments/Authorize": {"key": "hostile", "amount": _MONEY, "card": _CARD},
    "payments.v1.Payments/Void": {"key": "hostile-2"},
    "inventory.v1.Inventory/Reserve": {"key": "hostile", "items": _ITEMS, "holdS": "1"},
    "inventory.v1.Inventory/Release": {"key": "hostile"},
    "orders.v1.Orders/Fail": {"key": "hostile", "note": "never"},
    "checkout.v1.Checkout/Place": {"customerId": "hostile", "key": "hostile", "card": _CARD},
    "notifications.v1.Notifications/Send": {"key": "k", "customerId": "hostile", "subject": "s", "text": "t"},
}
_STREAM = "catalog.v1.Catalog/Export"
_PAGES = (b"/health/live", b"/health/ready", b"/contracts", b"/", b"/moves", b"/plures.events.v1.Events/List", b"/%b")
_HEADERS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"Connect-Timeout-Ms", (b"1", b"0", b"-1", b"99999999999", b"9999999999", b"\xd9\xa3", b"1.5", b"")),
    (b"Connect-Protocol-Version", (b"1", b"2", b"", b"1, 1")),
    (b"Plures-Hops", (b"1", b"16", b"17", b"-1", b"99999", b"x")),
    (b"Plures-Criticality", (b"critical", b"CRITICAL", b"", b"\xff", b"x" * 999)),
    (b"Plures-Request-Id", (b"a", b"a" * 5000, b"\x7f", b"\xff\xfe", b"a b")),
    (b"Plures-Context", (b"e30", b"\xff", b"a.b.c", b"a" * 20_000)),
    (b"Authorization", (b"Bearer ", b"Bearer \xff", b"Basic YTpi", b"Bearer " + b"a" * 9000)),
    (b"Content-Encoding", (b"gzip", b"identity", b"br", b"gzip, gzip", b"")),
    (b"Accept-Encoding", (b"gzip", b"*", b"x" * 999)),
    (b"Origin", (b"http://evil.example", b"null")),
)


def call(random: Random, authorization: bytes | None) -> Parts:
    """A call, with a valid token in most cases where there is one."""
    known = [*sorted(_QUERIES), *sorted(_COMMANDS)]
    name = random.choice([*known, *([_STREAM] * 3)])
    message = json_of.of(random, _QUERIES.get(name) or _COMMANDS.get(name) or {})
    if random.random() < 0.15:
        message = json_of.deep(random)
    target = b"/marketplace." + name.encode()
    if random.random() < 0.05:
        target = random.choice(
            (target.lower(), target + b"/", b"/" + target, target + b"X", target.replace(b"/", b"//"))
        )
    if name in _QUERIES and random.random() < 0.35:
        parts = Parts(target=target + b"?" + _asked(random, message))
    else:
        parts = _posted(random, target, message, is_stream=name == _STREAM)
    if authorization is not None and random.random() < 0.8:
        parts.headers.append((b"Authorization", authorization))
    for header, values in random.sample(_HEADERS, random.choice((0, 0, 1, 3))):
        parts.headers.append((header, random.choice(values)))
    return parts


def page(random: Random, authorization: bytes | None) -> Parts:
    """Health, the listing, pages of moves, and what is not there."""
    target = random.choice(_PAGES)
    parts = Parts(target=target.replace(b"%b", nasty.quoted(random)))
    if authorization is not None and random.random() < 0.8:
        parts.headers.append((b"Authorization", authorization))
    return parts


def _asked(random: Random, message: bytes) -> bytes:
    """The query of a call with GET."""
    said = [b"connect=v1", b"encoding=json"]
    packed = random.random() < 0.2
    message = (gzip.compress(message, 1, mtime=0) if packed else message)[:20_000]
    if packed or random.random() < 0.5:
        said += [b"base64=1", b"message=" + b64encode(message, random.choice((b"+/", b"-_")))]
    else:
        said.append(b"message=" + quote_from_bytes(message).encode())
    said += [b"compression=gzip"] if packed else []
    if random.random() < 0.3:
        said[random.randrange(len(said))] = nasty.quoted(random) + b"=" + nasty.quoted(random)
    return b"&".join(said)


@cache
def _bomb(size: int) -> bytes:
    return gzip.compress(b" " * size, 9, mtime=0)


def _posted(random: Random, target: bytes, message: bytes, *, is_stream: bool) -> Parts:
    parts = Parts(b"POST", target)
    kind = b"application/connect+json" if is_stream else b"application/json"
    if random.random() < 0.1:
        message = _bomb(random.choice((100, 1024 * 1024 + 1, 64 * 1024 * 1024)))
        parts.headers.append((b"Connect-Content-Encoding" if is_stream else b"Content-Encoding", b"gzip"))
        flags = 1
    else:
        flags = random.choice((0, 0, 0, 1, 2, 0x80))
    if is_stream or random.random() < 0.03:
        length = len(message) if random.random() < 0.8 else random.choice((0, 1, 2**31, 2**32 - 1))
        message = struct.pack(">BI", flags, length) + message
        message *= random.choice((1, 1, 1, 2))
    other = (b"application/proto", b"text/plain", b"application/json; charset=\xff", b"", b"multipart/form-data")
    parts.has_body(message, kind if random.random() < 0.9 else random.choice(other))
    return parts
