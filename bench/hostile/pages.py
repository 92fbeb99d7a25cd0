"""Requests to the shop's pages: what a browser would ask, with values that no customer types."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.hostile import json_of, nasty
from bench.hostile.parts import Parts

_FORM = b"application/x-www-form-urlencoded"
_PATHS = (
    b"/",
    b"/search",
    b"/suggestions",
    b"/categories/home",
    b"/categories/%b",
    b"/products/teapot",
    b"/products/%b",
    b"/products/teapot/reviews",
    b"/products/%b/reviews",
    b"/pictures/teapot.svg",
    b"/pictures/%b.svg",
    b"/static/%b",
    b"/cart",
    b"/checkout",
    b"/checkout/address",
    b"/orders/%b",
    b"/account",
    b"/%b",
)
_ASKED = (b"q", b"page", b"price", b"rating", b"sort", b"category", b"method", b"placed")
_FORMS: dict[bytes, tuple[bytes, ...]] = {
    b"/cart/add": (b"product_id", b"quantity"),
    b"/cart/quantity": (b"product_id", b"quantity"),
    b"/cart/remove": (b"product_id",),
    b"/checkout/address": (b"recipient", b"street", b"postal_code", b"city", b"country"),
    b"/checkout": (b"method", b"key", b"agreed", b"holder", b"number", b"expiry", b"cvc"),
    b"/account": (b"name", b"email"),
    b"/products/teapot/reviews": (b"author", b"title", b"text", b"rating"),
}
_RIGHT: dict[bytes, bytes] = {
    b"product_id": b"teapot",
    b"quantity": b"1",
    b"country": b"DE",
    b"number": b"4242424242424242",
    b"expiry": b"08%2F40",
    b"cvc": b"123",
    b"key": b"hostile",
    b"rating": b"5",
    b"email": b"a%40b.example",
    b"agreed": b"%7B%22cart_id%22%3A%22a%22%2C%22items%22%3A%5B%5D%2C%22total%22%3A%7B%22amount%22%3A1%7D%7D",
}


@dataclass(frozen=True)
class Visitor:
    """The cookie and the form token that the shop gave to a visitor."""

    cookie: bytes
    token: bytes


def page(random: Random, visitors: Sequence[Visitor]) -> Parts:
    """A page, with a query, maybe as one of the visitors."""
    target = random.choice(_PATHS)
    if b"%b" in target:
        target = target.replace(b"%b", nasty.quoted(random))
    if random.random() < 0.6:
        asked = [random.choice(_ASKED) + b"=" + nasty.quoted(random) for _ in range(random.choice((1, 2, 5, 300)))]
        target += b"?" + b"&".join(asked)
    parts = Parts(target=target)
    if random.random() < 0.5:
        parts.headers.append((b"Cookie", _cookie(random, random.choice(visitors))))
    return parts


def form(random: Random, visitors: Sequence[Visitor]) -> Parts:
    """A form with the token of the visitor, most fields right and some not."""
    path = random.choice(sorted(_FORMS))
    visitor = random.choice(visitors)
    fields = [(name, _field(random, name)) for name in _FORMS[path] if random.random() < 0.95]
    if random.random() < 0.1:
        fields += [(nasty.quoted(random), nasty.quoted(random)) for _ in range(random.choice((1, 40, 2000)))]
    fields.append((b"token", visitor.token if random.random() < 0.9 else nasty.quoted(random)))
    parts = Parts(b"POST", path, headers=[(b"Cookie", _cookie(random, visitor, right=0.9))])
    if random.random() < 0.25:
        _multipart(random, parts, fields)
    else:
        separator = b"&" if random.random() < 0.95 else b";"
        parts.has_body(separator.join(b"=".join(field) for field in fields), _FORM)
    return parts


def _field(random: Random, name: bytes) -> bytes:
    if random.random() < 0.7:
        return _RIGHT.get(name, b"Ada")
    if name == b"agreed" and random.random() < 0.6:
        body = json_of.deep(random)[:50_000] if random.random() < 0.4 else json_of.of(random, _AGREED)
        return b"".join(b"%%%02x" % byte for byte in body[:15_000]) if len(body) < 5_000 else body
    return nasty.quoted(random)


_AGREED = {
    "cart_id": "a",
    "items": [{"product_id": "teapot", "quantity": 1}],
    "total": {"amount": 1, "currency": "EUR"},
}


def _multipart(random: Random, parts: Parts, fields: Sequence[tuple[bytes, bytes]]) -> None:
    boundary = random.choice((b"x", b"-" * 70, b"a'b", b"", b"=", b"\xff", b"x" * 3000))
    said = random.choice((boundary, boundary, boundary, b'"' + boundary, b"y"))
    body = random.choice((b"", b"", b"\r\n" * 9000, b"-" * 50_000))
    for name, value in fields[:60]:
        extra = random.choice((b"", b"", b'; filename="a"', b"; filename*=utf-8''%ff", b'; x="' + b"\\" * 3000))
        lines = b"X-A: b\r\n" * random.choice((0, 0, 0, 500))
        head = b'Content-Disposition: form-data; name="%b"%b\r\n%b' % (name, extra, lines)
        body += b"--%b\r\n%b\r\n%b\r\n" % (boundary, head, value)
    body += random.choice((b"--%b--\r\n" % boundary, b"", b"--%b--" % boundary + b"\r\n" * 9000, b"--" + boundary))
    parts.has_body(body, b"multipart/form-data; boundary=" + said)


def _cookie(random: Random, visitor: Visitor, right: float = 0.6) -> bytes:
    if random.random() < right:
        return visitor.cookie
    at = random.randrange(len(visitor.cookie))
    return random.choice(
        (
            nasty.raw(random),
            visitor.cookie[:at] + b"A" + visitor.cookie[at + 1 :],
            visitor.cookie + b"; " + visitor.cookie,
            b'marketplace="' + b"\\" * 20_000,
            b"marketplace=e30=.aaaaaa.bbbbbb",
            b"; ".join([b"a=b"] * 4000),
            b"marketplace=",
        )
    )
