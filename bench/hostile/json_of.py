"""JSON, and JSON that is broken, deep, huge or of the wrong kind."""

import json
from random import Random
from typing import Any

from bench.hostile import nasty

_NUMBERS = ("1e400", "-0", "9" * 400, "1.5", "1e5", "-9223372036854775809", "9223372036854775808", "0.1e-400")


def of(random: Random, message: object) -> bytes:
    """A message with some of its values replaced, or its text broken."""
    changed = _changed(random, message) if random.random() < 0.7 else message
    body = json.dumps(changed).encode("utf-8", "surrogatepass")
    return random.choice(_BREAKS)(random, body) if random.random() < 0.4 else body


def deep(random: Random) -> bytes:
    """One value, nested far beyond what a reader takes."""
    depth = random.choice((65, 500, 2000, 30_000))
    begin, end = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inside = begin * depth + b"1" + (end * depth if random.random() < 0.7 else b"")
    return inside if random.random() < 0.4 else b'{"unknown":' + inside + b"}"


def _changed(random: Random, value: Any) -> Any:
    if isinstance(value, dict) and value and random.random() < 0.9:
        name = random.choice(sorted(value))
        changed = {**value, name: _changed(random, value[name])}
        if random.random() < 0.2:
            changed[nasty.text(random)] = _other(random)
        return changed
    if isinstance(value, list) and value and random.random() < 0.8:
        return [*value[1:], _changed(random, value[0])] * random.choice((1, 1, 600))
    return _other(random)


def _other(random: Random) -> Any:
    kinds = (
        lambda: nasty.text(random),
        lambda: None,
        lambda: random.choice((0, -1, 2**63 - 1, 2**63, 10**30, 1.5, True)),
        list,
        dict,
        lambda: "\ud800",
        lambda: "x" * random.choice((300, 20_000)),
        lambda: [[]] * 200,
        lambda: "2026-02-30T25:00:00Z",
    )
    return random.choice(kinds)()


def _cut(random: Random, body: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _flipped(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.randbytes(random.randrange(1, 4)) + body[at:]


def _with_number(random: Random, body: bytes) -> bytes:
    return body[:-1] + b',"amount":' + random.choice(_NUMBERS).encode() + b"}"


_BREAKS = (
    _cut,
    _flipped,
    _with_number,
    lambda random, _: deep(random),
    lambda _, body: b"\xef\xbb\xbf" + body,
    lambda _, body: body.decode("utf-8", "replace").encode("utf-16"),
    lambda _, body: body + body,
    lambda _, body: body[:-1] + b"," + body[1:],
    lambda _, body: b" " * 5000 + body,
    lambda _, __: b"",
    lambda _, __: b"null",
    lambda _, __: b'"\\ud800"',
)
