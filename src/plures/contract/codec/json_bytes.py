"""Searches in the bytes of JSON, without parsing them.

Inside JSON text every quotation mark is escaped, so an unescaped one always begins or ends a text: what users write cannot fool a
search that includes one. A search without one may take text for structure; its mistakes only lead to more caution.
"""

import re
from collections.abc import Iterable
from typing import Final

MAX_DEPTH: Final = 64

# Digits become 0 and what may stand before a number becomes ':', so one search finds every integer of 16 digits or more.
_SHAPE: Final = bytes.maketrans(b"[,- \t\r\n123456789", b":::::::000000000")
_WIDE: Final = b":" + b"0" * 16
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_ONE_BRACKET: Final = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]"))


class TooDeep(Exception):
    """A body nests deeper than `MAX_DEPTH`."""


def has_wide_int(body: bytes) -> bool:
    """Whether the JSON has a number that starts with 16 digits; text with such digits is taken for one, which is harmless."""
    # 16 digits in a row leave 4 in a row in every fourth byte.
    if b"0000" not in body[::4].translate(_DIGITS):
        return False
    return _WIDE in body.translate(_SHAPE)


def check_depth(body: bytes) -> None:
    """Refuse JSON that nests deeper than `MAX_DEPTH`; raises `TooDeep`. Leaves what is not JSON to the parser."""
    if len(body) <= MAX_DEPTH or body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_of_text = b"".join(body.split(b'"')[::2])
    brackets = outside_of_text.translate(_ONE_BRACKET, b"").translate(None, _ALL_BUT_BRACKETS)
    # Each round takes the innermost level away.
    for _ in range(MAX_DEPTH):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH:
        raise TooDeep


def null_members(names: Iterable[str]) -> "re.Pattern[bytes]":
    """A pattern that finds the members with these names that are null, so that they can be cut out."""
    any_name = b"|".join(re.escape(name).encode() for name in sorted(names))
    return re.compile(rb'(?<=\{)(?:"(?:%b)":null,?)+|,"(?:%b)":null' % (any_name, any_name))
