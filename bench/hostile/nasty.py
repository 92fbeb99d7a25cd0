"""Values that have broken servers before."""

from functools import cache
from random import Random
from urllib.parse import quote_from_bytes

_TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "NaN",
    "99999999999999999999",
    "9" * 5000,
    "1_000",
    "\u0663",
    "\uff11",
    "\u00b2",
    "+1",
    "0x10",
    "true",
    "null",
    "' OR 1=1 --",
    '"; DROP TABLE orders; --',
    "{{7*7}}",
    "%s%n%x",
    "${jndi:ldap://127.0.0.1:9/a}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "http://169.254.169.254/latest/",
    "//evil.example/",
    "\r\nSet-Cookie: a=b",
    "a\x00b",
    "\u202e\u200b\ufeff",
    "e\u0301" * 300,
    "\U0001f600" * 60,
    "\ufdfd" * 90,
    "AND OR NOT",
    "((((((((((",
    'field:"',
    "[* TO *]",
    "a~9999^99",
    "*",
    "\\",
    "title:/(a+)+$/",
    "-" * 100,
    '"' * 99,
    "a" * 199,
    "a " * 3000,
    "teapot",
    "teapot/../stool",
)
_BYTES = (
    b"%ed%a0%80",
    b"%c0%ae%c0%ae/",
    b"%ff%fe",
    b"%00",
    b"%",
    b"%zz",
    b"%u0041",
    b"%25%32%65",
    b"\xff\xfe",
    b"\xe9",
    b"%0d%0aX-Injected:%201",
    b"%2e%2e%2f",
    b";a=b",
    b"&&&&",
    b"+",
    b"[]",
    b"{}",
    b"|",
    b"^",
)


def text(random: Random) -> str:
    return random.choice(_TEXTS)


def quoted(random: Random) -> bytes:
    """A piece of a target or of a form."""
    if random.random() < 0.4:
        return random.choice(_BYTES)
    return _quoted(text(random))


@cache
def _quoted(plain: str) -> bytes:
    return quote_from_bytes(plain.encode("utf-8", "surrogatepass")).encode()


def raw(random: Random) -> bytes:
    """The value of a header."""
    made = (
        lambda: text(random).encode("utf-8").replace(b"\r", b"").replace(b"\n", b""),
        lambda: random.choice(_BYTES),
        lambda: b"a" * random.choice((1, 1000, 9000, 70_000)),
        lambda: random.randbytes(random.randrange(40)).replace(b"\n", b"").replace(b"\r", b""),
        lambda: b"\\" * random.choice((10, 8000)),
        lambda: b",".join([b"a"] * random.choice((2, 3000))),
    )
    return random.choice(made)()


def number(random: Random) -> bytes:
    """Where a header says a number."""
    known = b"0 -1 +5 5, 1_0 0x5 05 18446744073709551616 99999999999 1e3 \xd9\xa3 1.5".split()
    return random.choice([*known, b"5,5", b"5 5", b"", b" ", b"9" * 400])
