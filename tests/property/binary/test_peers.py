"""Bytes that peers of other makes write, or that went wrong for their users: both ways read them alike.

Sources: the issues protobuf-es 1542, protobuf.js 1348 and 2364, protobuf-c 199, nanopb 277, wire 3050, typia 2256, prost 99 and 1177, protobuf 7062.
"""

import math
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from plures.contract import Malformed
from plures.contract.binary.varints import tag, varint

from .every import CODEC, FULL, LOCKED, Circle, Every, Level, Many, Square

FIELDS = {name: field.number for name, field in LOCKED.messages["Every"].fields.items()}
BODY = CODEC.encode(FULL)


def _with_length(number: int, body: bytes) -> bytes:
    return tag(number, 2) + varint(len(body)) + body


def _read(name: str, *values: bytes, wire: int = 2) -> Any:
    """The field after these came behind all the others."""
    more = b"".join(tag(FIELDS[name], wire) + (varint(len(each)) + each if wire == 2 else each) for each in values)
    value = CODEC.decode(BODY + more)
    assert CODEC.encode(value) == CODEC.encode(CODEC.decode_exactly(BODY + more))
    return getattr(value, name)


def test_a_value_of_a_map_in_pieces_is_one() -> None:
    side, label = tag(1, 0) + b"\x07", _with_length(2, b"x")
    entry = _with_length(1, b"n") + _with_length(2, side) + _with_length(2, label)
    assert _read("named", entry)["n"] == Square(7, "x")
    # Two entries of one key are not merged: the last one counts.
    again = _with_length(1, b"n") + _with_length(2, side)
    assert _read("named", entry, again)["n"] == Square(7)


def test_what_is_unknown_in_an_entry_is_passed_over() -> None:
    unknown = tag(3, 0) + b"\x12" + _with_length(4, b"\x0a\x01z") + tag(5, 5) + bytes(4)
    assert _read("counts", unknown + _with_length(1, b"n") + unknown + tag(2, 0) + b"\x05" + unknown)["n"] == 5
    assert _read("counts", tag(2, 0) + b"\x05" + _with_length(1, b"late"))["late"] == 5


def test_an_entry_leaves_out_what_is_zero() -> None:
    assert _read("counts", tag(2, 0) + b"\x05")[""] == 5
    assert _read("counts", _with_length(1, b"n"))["n"] == 0
    assert _read("counts", b"")[""] == 0
    assert _read("named", _with_length(1, b"n"))["n"] == Square(0)
    # No member of it has the number 0, which is what the peer says.
    assert _read("colours", _with_length(1, b"n"))["n"].value == 0


def test_the_fast_way_reads_entries_without_zeros() -> None:
    value = structs.replace(FULL, tree=None)
    body = CODEC.encode(structs.replace(value, counts={}, named={}, colours={}, formed={}, nested={}, many=None))
    for number in sorted(FIELDS[name] for name in ("counts",)):
        found = CODEC.decode_at_once(body + _with_length(number, _with_length(1, b"n")) + _with_length(number, b""))
        assert found.counts == {"n": 0, "": 0}


@pytest.mark.parametrize("short", [False, True])
def test_a_negative_member_comes_with_five_bytes_or_ten(short: bool) -> None:
    number = varint((-3) % 2**32) if short else varint(-3)
    assert _read("level", number, wire=0) is Level.LOW
    assert _read("levels", number * 2)[-2:] == (Level.LOW, Level.LOW)


def test_numbers_may_be_longer_than_they_need_be() -> None:
    assert _read("whole", b"\x85\x80\x00", wire=0) == 5
    assert _read("whole", b"\x85" + b"\x80" * 8 + b"\x00", wire=0) == 5
    assert _read("wholes", b"\x81\x00\x82\x80\x80\x00")[-2:] == (1, 2)
    assert _read("text", b"a") == "a"
    assert CODEC.decode(BODY + tag(FIELDS["text"], 2) + b"\x81\x80\x00b").text == "b"
    # Tags as well.
    assert CODEC.decode(BODY + bytes([FIELDS["text"] << 3 | 2 | 0x80, 0x80, 0x00, 1]) + b"c").text == "c"


def test_a_flag_is_any_number_but_zero() -> None:
    assert _read("flag", b"\x02", wire=0) is True
    assert _read("flag", b"\x80" * 9 + b"\x01", wire=0) is True
    assert _read("flag", b"\x80\x00", wire=0) is False


def test_minus_zero_and_what_is_no_number_survive() -> None:
    value = structs.replace(
        FULL, ratio=-0.0, ratios=[-0.0, 0.0, math.inf, -math.inf], shape=Circle(-0.0), point=(-0.0, 1)
    )
    again = CODEC.decode(CODEC.encode(value))
    assert repr(again) == repr(value)
    nan = _read("ratio", struct.pack("<d", math.nan), wire=1)
    assert math.isnan(nan)
    assert math.isnan(CODEC.decode(CODEC.encode(structs.replace(FULL, ratio=nan))).ratio)


def test_a_moment_in_pieces_is_one() -> None:
    assert _read("at", tag(1, 0) + b"\x05", tag(2, 0) + varint(6000)).timestamp() == 5.000006
    assert _read("at", b"\x10" + varint(6000) + b"\x08\x05", b"").timestamp() == 5.000006
    before = datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC)
    assert _read("at", tag(1, 0) + varint(-1) + tag(2, 0) + varint(500_000_000)) is not None
    assert CODEC.decode(CODEC.encode(structs.replace(FULL, at=before))).at == before


@pytest.mark.parametrize(
    ("name", "body"),
    [
        # A number that goes on behind the end of the list, where a tag and a number follow.
        ("wholes", b"\x01\x80"),
        ("flags", b"\x80"),
        ("ratios", bytes(7)),
        ("counts", b"\x0a\x05n"),
        ("counts", _with_length(1, b"n") + tag(2, 0) + b"\x80"),
        ("square", tag(1, 0) + b"\x80"),
        ("square", b"\x9f\xea"),
        ("at", tag(1, 0) + b"\xff"),
        ("named", _with_length(1, b"\xc3\x28") + _with_length(2, b"")),
        ("many", tag(16, 2) + b"\x09abc"),
    ],
)
def test_what_goes_on_behind_its_end_is_refused(name: str, body: bytes) -> None:
    # Enough follows for a reader that does not look.
    follows = tag(FIELDS["text"], 2) + b"\x06" + b"\x08\x01" * 3
    for data in (_with_length(FIELDS[name], body) + BODY, BODY + _with_length(FIELDS[name], body) + follows):
        with pytest.raises(Malformed):
            CODEC.decode(data)


def test_a_moment_that_no_calendar_has_is_refused() -> None:
    for seconds in (2**60, -(2**62), 253_402_300_800):
        with pytest.raises(Malformed):
            CODEC.decode(BODY + _with_length(FIELDS["at"], tag(1, 0) + varint(seconds)))


def test_a_length_of_gigabytes_takes_no_memory() -> None:
    for size in (2**31 - 1, 2**32, 2**63 - 1, 2**64 - 1):
        with pytest.raises(Malformed):
            CODEC.decode(BODY + tag(FIELDS["raw"], 2) + varint(size if size < 2**63 else -1) + b"abc")


def test_texts_that_are_no_utf8_are_refused() -> None:
    for body in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"):
        with pytest.raises(Malformed, match="utf-8"):
            CODEC.decode(BODY + _with_length(FIELDS["text"], body))
    with pytest.raises(Malformed):
        CODEC.encode(structs.replace(FULL, text="\ud800"))


def test_texts_of_all_planes_cross() -> None:
    texts = ("", "a" * 127, "a" * 128, "\x80", "é" * 8191 + "ü", "€" * 5462, "\U0001f600" * 4096, "\0")
    value = structs.replace(
        FULL, text=texts[4], texts=texts, counts=dict.fromkeys(texts, 1), square=Square(1, texts[6])
    )
    assert CODEC.decode_at_once(CODEC.encode(structs.replace(value, tree=None))) == structs.replace(value, tree=None)
    assert CODEC.decode_exactly(CODEC.encode(value)) == value


@pytest.mark.parametrize(
    "number", [0, 127, 128, 2**14 - 1, 2**14, 2**21, 2**28 - 1, 2**35, 2**56, 2**62, 2**63 - 1, -1, -(2**63)]
)
def test_numbers_of_all_lengths_cross(number: int) -> None:
    value = structs.replace(
        FULL, whole=number, maybe_whole=number, wholes=(number, 1, number), counts={"n": number}, square=Square(number), many=Many(o="x", a=number),
        tree=None,
    )  # fmt: skip
    body = CODEC.encode(value)
    assert CODEC.decode_at_once(body) == CODEC.decode_exactly(body) == value


@pytest.mark.parametrize(
    "wrong", [{"text": b"x"}, {"texts": ("a", b"x")}, {"whole": 1.0}, {"wholes": (1, 2.0)}, {"raw": "x"}, {"counts": {1: 1}}, {"ratio": "1"}]
)  # fmt: skip
def test_a_value_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        CODEC.encode(structs.replace(FULL, **wrong))


class _Shade(str):
    """A text that looks otherwise when it is formatted."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return "other"

    def __str__(self) -> str:
        return "another"


def test_a_text_with_a_class_of_its_own_is_that_text() -> None:
    shade: Any = _Shade("abc")
    value = structs.replace(FULL, text=shade, texts=(shade, "b"), counts={shade: 1}, square=Square(1, shade))
    again: Every = CODEC.decode(CODEC.encode(value))
    assert (again.text, again.texts, again.counts, again.square.label) == ("abc", ("abc", "b"), {"abc": 1}, "abc")
