"""Breaks requests: in their parts, in their framing, and in the pieces in which they arrive."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from bench.hostile import nasty
from bench.hostile.parts import Parts

Break: TypeAlias = Callable[[Random, Parts], None]


def method(random: Random, parts: Parts) -> None:
    known = b"GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT PRI get GE%54 PROPFIND QUERY".split()
    parts.method = random.choice([*known, b"", b"G\x00T", b"A" * 9000, b"G T", b"\xc3\x89"])


def target(random: Random, parts: Parts) -> None:
    other = (
        b"*",
        b"",
        b"http://127.0.0.1/",
        b"http://[::1/",
        b"http://a:b:c/x",
        b"//x//y",
        b"/\x00",
        b"/#a",
        b"127.0.0.1:80",
    )
    also = (
        b"/" + b"a" * 70_000,
        b"/?" + b"a=1&" * 9000,
        b"/a b",
        b"/\xff\xfe",
        b"http://@:0/",
        b"http://\xe2\x84\x80/",
    )
    parts.target = random.choice((*other, *also, b"http://evil.example" + parts.target, parts.target + b"#x"))


def version(random: Random, parts: Parts) -> None:
    versions = (
        b"HTTP/1.0",
        b"HTTP/0.9",
        b"HTTP/2.0",
        b"HTTP/9.9",
        b"HTTP/1.10",
        b"http/1.1",
        b"HTTP/1\xc3\xb61",
        b"",
        b"ICE/1.0",
    )
    parts.version = random.choice(versions)


def host(random: Random, parts: Parts) -> None:
    hosts = (
        b"[",
        b"[::1",
        b"a:b:c",
        b"evil.example",
        b"\xe2\x84\x80",
        b"",
        b"127.0.0.1:99999",
        b"a@b",
        b"a b",
        b"localhost:x",
        b"/",
    )
    parts.headers = [line for line in parts.headers if line[0] != b"Host"]
    parts.headers.append((b"Host", random.choice(hosts)))


def hosts(random: Random, parts: Parts) -> None:
    if random.random() < 0.5:
        parts.headers = [line for line in parts.headers if line[0] != b"Host"]
    else:
        parts.headers.append((random.choice((b"Host", b"host", b"HOST ")), b"localhost"))


def one_header(random: Random, parts: Parts) -> None:
    known = (
        b"Range", b"If-Range", b"If-None-Match", b"If-Modified-Since", b"Accept", b"Accept-Language", b"Referer", b"Cookie",
        b"User-Agent", b"X-Forwarded-For", b"X-Forwarded-Proto", b"X-Forwarded-Host", b"Forwarded", b"X-HTTP-Method-Override",
        b"Content-Type", b"Content-Disposition", b"Expect", b"TE", b"Trailer", b"Via", b"Date", b"X-Original-URL",
    )  # fmt: skip
    value = random.choice(
        (nasty.raw(random), b"bytes=" + b"0-0," * 9000, b"100-continue", b"trailers", b"multipart/form-data")
    )
    parts.headers.insert(random.randrange(len(parts.headers) + 1), (random.choice(known), value))


def many_headers(random: Random, parts: Parts) -> None:
    parts.headers += [
        (b"X-%d" % number, b"a" * random.choice((1, 900))) for number in range(random.choice((90, 101, 5000)))
    ]


def odd_header(random: Random, parts: Parts) -> None:
    odd = (
        (b"", b"a"), (b"X Y", b"a"), (b"X\x00", b"a"), (b"X", b"a\x00b"), (b"X", b"a\r\n folded"), (b"X", b"\ra"), (b" X", b"a"),
        (b"X-Abc", b"\rxTransfer-Encoding: chunked"), (b"Content-Length\x0b", b"5"), (b"\xff", b"\xff"), (b"X", b"a\nY: b"),
    )  # fmt: skip
    parts.headers.insert(random.randrange(len(parts.headers) + 1), random.choice(odd))


def upgrade(random: Random, parts: Parts) -> None:
    offered = random.choice((b"websocket", b"h2c", b"TLS/1.0", b"websocket, h2c", b""))
    parts.headers += [(b"Connection", b"Upgrade, HTTP2-Settings"), (b"Upgrade", offered)]
    if random.random() < 0.5:
        parts.headers += [
            (b"Sec-WebSocket-Key", nasty.raw(random)[:100]),
            (b"Sec-WebSocket-Version", nasty.number(random)),
        ]
    if random.random() < 0.3:
        parts.headers.append((b"HTTP2-Settings", b"AAMAAABkAAQCAAAAAAIAAAAA"))


def length(random: Random, parts: Parts) -> None:
    lengths = [(b"Content-Length", nasty.number(random)) for _ in range(random.choice((1, 1, 2)))]
    parts.framing = [*(parts.framing if random.random() < 0.5 else []), *lengths]


def chunks(random: Random, parts: Parts) -> None:
    """Send the body in chunks, and break those now and then."""
    size = random.choice((1, 7, 1000, 100_000)) if len(parts.body) < 20_000 else 5000
    body = b"".join(
        _chunk(random, parts.body[at : at + size]) for at in range(0, min(len(parts.body), 3000 * size), size)
    )
    ends = (
        b"0\r\n\r\n",
        b"0\r\n\r\n",
        b"0\r\n\r\n",
        b"",
        b"0\r\n",
        b"0\r\nX: y\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 9000,
        b"00\r\n\r\n",
    )
    parts.body = body + random.choice(ends)
    codings = (
        b"chunked",
        b"chunked",
        b"chunked",
        b"Chunked",
        b"gzip, chunked",
        b"chunked, identity",
        b"\x0bchunked",
        b"xchunked",
    )
    keeps = parts.framing if random.random() < 0.3 else []
    parts.framing = [*keeps, (b"Transfer-Encoding", random.choice(codings))]
    if random.random() < 0.1:
        parts.framing.append((b"Transfer-Encoding", b"identity"))


def _chunk(random: Random, data: bytes) -> bytes:
    if random.random() < 0.995:
        return b"%x\r\n%b\r\n" % (len(data), data)
    size = random.choice(
        (b"-1", b"0x1", b"1_0", b"ffffffffffffffff", b"g", b"", b" 1", b"1;" + b"a" * 20_000, b"1;a=\n", b"1 ")
    )
    return size + random.choice((b"\r\n", b"\n", b"\r")) + data + random.choice((b"\r\n", b"xx", b"\n", b""))


def line_ends(random: Random, parts: Parts) -> None:
    parts.line_end = random.choice((b"\n", b"\r", b"\n\r", b"\r\r\n"))


PARTS: tuple[Break, ...] = (
    method, target, version, host, hosts, one_header, one_header, many_headers, odd_header, upgrade, length, chunks, chunks, line_ends,
)  # fmt: skip


def pieces(random: Random, data: bytes) -> tuple[str, tuple[bytes, ...]]:
    """How the bytes arrive: whole, cut, one by one, garbled, not to their end, behind something else."""
    how = random.choice((*["whole"] * 8, *_WAYS))
    return how, _WAYS[how](random, data) if how in _WAYS else (data,)


def _cut(random: Random, data: bytes) -> tuple[bytes, ...]:
    at = random.randrange(len(data) + 1)
    return data[:at], data[at:]


def _drops(_: Random, data: bytes) -> tuple[bytes, ...]:
    return (*(data[at : at + 1] for at in range(min(len(data), 60))), data[60:])


def _garbled(random: Random, data: bytes) -> tuple[bytes, ...]:
    before, after = _cut(random, data)
    return (before + random.randbytes(random.randrange(1, 9)) + after,)


def _noise(random: Random, _: bytes) -> tuple[bytes, ...]:
    known = (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\x00" * 99,
    )
    return (random.choice((*known, random.randbytes(random.randrange(1, 3000)))),)


_WAYS: dict[str, Callable[[Random, bytes], tuple[bytes, ...]]] = {
    "cut": _cut,
    "drops": _drops,
    "garbled": _garbled,
    "partial": lambda random, data: _cut(random, data)[:1],
    "noise": _noise,
    "blank lines": lambda random, data: (b"\r\n" * random.choice((1, 5, 40_000)) + data,),
}
