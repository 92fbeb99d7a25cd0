"""The fast and the exact way of the binary form say the same, as JSON does, and what peers damage is refused."""

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from plures.contract import Malformed, TooDeep
from plures.contract.binary.varints import tag, varint

from .every import (
    BINARY,
    CODEC,
    DESCRIPTION,
    FEW,
    FULL,
    JSON,
    LOCKED,
    VALUES,
    Circle,
    Colour,
    Every,
    Level,
    Square,
    Tree,
)

FIELDS = {name: field.number for name, field in LOCKED.messages["Every"].fields.items()}
SQUARE = BINARY.codec(DESCRIPTION.operations["turn"].answer.message)


def _field(name: str, wire: int, body: bytes) -> bytes:
    return tag(FIELDS[name], wire) + (varint(len(body)) + body if wire == 2 else body)


def _changed(**values: object) -> Any:
    full: Any = FULL
    return structs.replace(full, **values)


def _fast(body: bytes) -> Any:
    """What the fast way makes of it; raises anything where it leaves it to the exact one."""
    return CODEC.decode_at_once(body)


@FEW
@given(VALUES)
@example(FULL)
def test_what_is_written_is_read_again_by_both_ways(value: Every) -> None:
    body = CODEC.encode(value)
    assert repr(CODEC.decode_exactly(body)) == repr(CODEC.decode(body))
    assert CODEC.decode(body) == value == JSON.decode(JSON.encode(value))
    assert CODEC.encode_checked(value) == body


@FEW
@given(VALUES)
@example(FULL)
def test_the_fast_way_reads_all_that_we_write(value: Every) -> None:
    if value.tree is None:
        assert _fast(CODEC.encode(value)) == value


@FEW
@given(VALUES, st.data())
def test_damaged_bytes_give_a_value_or_one_of_two_refusals(value: Every, data: Any) -> None:
    body = bytearray(CODEC.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            body[place] = data.draw(st.integers(0, 255))
        else:
            del body[place:]
            break
        if not body:
            break
    _same_by_both_ways(bytes(body))


@given(st.binary(max_size=60))
def test_any_bytes_give_the_same_by_both_ways(body: bytes) -> None:
    _same_by_both_ways(body)


def _same_by_both_ways(body: bytes) -> None:
    exact: Any = None
    with suppress(Malformed, TooDeep):
        exact = CODEC.decode_exactly(body)
    fast: Any = None
    with suppress(Exception):
        fast = _fast(body)
    if fast is not None:
        assert repr(fast) == repr(exact)
    if exact is None:
        with pytest.raises((Malformed, TooDeep)):
            CODEC.decode(body)


BODY = CODEC.encode(FULL)


def test_fields_come_in_any_order_and_the_last_one_counts() -> None:
    assert CODEC.decode(_field("text", 2, b"late") + BODY) == FULL
    changed = CODEC.decode(BODY + _field("text", 2, b"late") + _field("whole", 0, varint(5)))
    assert (changed.text, changed.whole) == ("late", 5)


def test_a_message_in_pieces_is_one() -> None:
    piece = tag(1, 0) + varint(7)
    assert CODEC.decode(BODY + _field("square", 2, piece)).square == Square(7, "square")
    # The label of the first piece stays.
    label = tag(2, 2) + b"\1x"
    assert CODEC.decode(BODY + _field("square", 2, label) + _field("square", 2, piece)).square == Square(7, "x")


def test_the_last_member_of_a_union_counts() -> None:
    union = LOCKED.unions["Every.shape"]
    circle = tag(union["circle"], 2) + b"\x09" + tag(1, 1) + struct.pack("<d", 2.5)
    square = tag(union["square"], 2) + b"\x02" + tag(1, 0) + b"\x05"
    assert CODEC.decode(BODY + _field("shape", 2, square + circle)).shape == Circle(2.5)
    assert CODEC.decode(BODY + _field("shape", 2, circle) + _field("shape", 2, square)).shape == Square(5)


def test_numbers_of_a_list_come_packed_one_by_one_or_both() -> None:
    more = _field("wholes", 0, varint(8)) + _field("wholes", 2, varint(9) + varint(-1)) + _field("wholes", 0, b"\x0a")
    assert CODEC.decode(BODY + more).wholes == (*FULL.wholes, 8, 9, -1, 10)


def test_what_a_later_version_says_is_passed_over() -> None:
    unknown = b"".join([
        tag(900, 0) + varint(-1),
        tag(901, 1) + bytes(8),
        tag(902, 2) + b"\3abc",
        tag(903, 5) + bytes(4),
        tag(904, 3) + tag(1, 0) + b"\1" + tag(2, 3) + tag(2, 4) + tag(904, 4),
    ])  # fmt: skip
    assert CODEC.decode(unknown + BODY + unknown) == FULL


def test_another_wire_type_is_an_unknown_field() -> None:
    assert CODEC.decode(BODY + _field("text", 0, b"\1")) == FULL


def test_members_that_only_the_peer_knows_survive() -> None:
    value = CODEC.decode(BODY + _field("colour", 0, varint(77)) + _field("level", 0, varint(-9)))
    assert value.colour not in list(Colour)
    assert value.level not in list(Level)
    again = CODEC.decode(CODEC.encode(value))
    assert (again.colour, again.level) == (value.colour, value.level)
    # JSON says the number as well.
    assert JSON.decode(JSON.encode(value)).colour.value == 77


def test_a_name_that_has_no_number_is_refused() -> None:
    value = JSON.decode(JSON.encode(FULL).replace(b'"DEEP_BLUE"', b'"GREEN"'))
    with pytest.raises(Malformed, match="GREEN"):
        CODEC.encode(value)


def test_what_was_left_out_is_zero_or_the_default_or_missing() -> None:
    with pytest.raises(Malformed) as caught:
        CODEC.decode(b"")
    missing = {problem.partition(":")[0] for problem in caught.value.problems}
    assert missing == {"at", "took", "day", "clock", "price", "key", "order", "square", "shape"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\x08", "ends in the middle"),
        (b"\x08" + b"\xff" * 10 + b"\1", "more than ten bytes"),
        (b"\x22\xff\xff\xff\xff\x0f", "4,294,967,295 bytes by its own word, and 0 are there"),
        (b"\x22\x05ab", "5 bytes by its own word, and 2 are there"),
        (b"\x00\x01", "no field with number 0"),
        (b"\x0f", "wire type 7"),
        (b"\x0e", "wire type 6"),
        (b"\x22\x02\xff\xfe", "utf-8"),
        (tag(900, 3), "has no end"),
        (tag(900, 3) + tag(901, 4), "did not begin"),
        (tag(900, 3) * 5000, "nest too deep"),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        CODEC.decode(BODY + body)


def test_bounds_are_kept() -> None:
    with pytest.raises(Malformed) as caught:
        CODEC.decode(BODY + _field("few", 0, varint(101)) + _field("short", 2, b"A") + _field("squares", 2, b"") * 4)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["few", "short", "squares"]


def test_a_tree_nests_as_deep_as_is_allowed_and_no_deeper() -> None:
    codec = CODEC

    def nested(levels: int) -> Tree:
        tree = Tree("leaf")
        for _ in range(levels):
            tree = Tree("", best=tree)
        return tree

    def with_tree(tree: Tree) -> Any:
        return _changed(tree=tree)

    deep = with_tree(nested(60))
    assert codec.decode(codec.encode(deep)) == deep
    with pytest.raises(TooDeep):
        codec.encode(with_tree(nested(70)))
    body = b""
    for _ in range(70):
        body = tag(3, 2) + varint(len(body)) + body
    with pytest.raises(TooDeep):
        codec.decode(BODY + _field("tree", 2, body))
    loose = b""
    for _ in range(70):
        within = tag(6, 2) + varint(len(loose)) + loose
        loose = tag(1, 2) + varint(len(within)) + within
    with pytest.raises(TooDeep):
        codec.decode(BODY + _field("matrix", 2, loose))


def test_wrong_values_are_refused_with_all_that_is_wrong() -> None:
    wrong = _changed(whole="1", text=5, square=Circle())
    with pytest.raises(Malformed) as caught:
        CODEC.encode(wrong)
    assert len(caught.value.problems) == 3
    too_wide = _changed(whole=2**63)
    with pytest.raises(Malformed, match="64 bits"):
        CODEC.encode(too_wide)
