"""The smallest parts of protobuf's binary form. Source: protobuf.dev/programming-guides/encoding."""

from functools import cache
from typing import Final

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)
_MOST_BYTES: Final = 10
_LAST_SHIFT: Final = 63
_LOW: Final = 0x7F
_MORE: Final = 0x80
_ALL_64: Final = 2**64 - 1
_SIGN_64: Final = 2**63
_SIGN_32: Final = 2**31
_TWO_BYTES: Final = 2**14


class Unusual(Exception):
    """The fast way leaves this to the exact one."""


class Damaged(Exception):
    """The bytes are no message."""


def varint(number: int) -> bytes:
    """A whole number of up to 64 bits; a negative one as its two's complement. Raises `ValueError` where it does not fit."""
    return (small()[number] if 0 <= number < _TWO_BYTES else wide(number)).encode("latin-1")


def wide(number: int) -> str:
    """The same as text, of which each character stands for a byte."""
    if number < _TWO_BYTES:
        if number >= 0:
            return small()[number]
        number += 2**64
        if number < _SIGN_64:
            raise _too_wide(number - 2**64)
    elif number >= _SIGN_64:
        raise _too_wide(number)
    text = ""
    while number >= _TWO_BYTES:
        text += chr(number & _LOW | _MORE) + chr(number >> 7 & _LOW | _MORE)
        number >>= 14
    return text + small()[number]


def _too_wide(number: int) -> ValueError:
    return ValueError(f"{number} does not fit into 64 bits")


@cache
def small() -> tuple[str, ...]:
    """The same of all numbers up to two bytes, since most are: to look one up takes a fifth of the time."""
    one = [chr(low) for low in range(_MORE)]
    more = [chr(low | _MORE) for low in range(_MORE)]
    return (*one, *[low + high for high in one[1:] for low in more])


def tag(number: int, wire: int) -> bytes:
    """What precedes a field."""
    return varint(number << 3 | wire)


def read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number without a sign, and where it ends; raises `Damaged`. Bits beyond 64 are dropped, as protobuf does it."""
    number = shift = 0
    for place in range(at, min(end, at + _MOST_BYTES)):
        byte = data[place]
        number |= (byte & _LOW) << shift
        if byte <= _LOW:
            return number & _ALL_64, place + 1
        shift += 7
    message = "a number ends in the middle" if end - at < _MOST_BYTES else "a number has more than ten bytes"
    raise Damaged(message)


def read_wide(data: bytes, at: int) -> tuple[int, int]:
    """A number of three bytes or more, as `read_varint`, but it leaves what is wrong to the exact way: it may go on after the end."""
    number, byte = data[at] & _LOW | (data[at + 1] & _LOW) << 7, data[at + 2]
    at, shift = at + 3, 14
    while byte > _LOW:
        number |= (byte & _LOW) << shift
        byte = data[at]
        at += 1
        shift += 7
        if shift > _LAST_SHIFT:
            raise Unusual
    number |= byte << shift
    return number & _ALL_64, at


def signed(number: int) -> int:
    """The number of 64 bits with its sign."""
    return number - 2**64 if number >= _SIGN_64 else number


def signed32(number: int) -> int:
    """The number of the lowest 32 bits with its sign, as protobuf reads enums."""
    number &= 2**32 - 1
    return number - 2**32 if number >= _SIGN_32 else number


def read_tag(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The number and the wire type of a field, and where its value begins; raises `Damaged`."""
    both, at = read_varint(data, at, end)
    number, wire = both >> 3, both & 7
    if not number or both >= 2**32:
        message = f"there is no field with number {number}"
        raise Damaged(message)
    return number, wire, at


def end_of(data: bytes, wire: int, number: int, at: int, end: int) -> int:
    """Where a value of a wire type ends; raises `Damaged`."""
    if wire == VARINT:
        return read_varint(data, at, end)[1]
    if wire == BYTES:
        size, at = read_varint(data, at, end)
    elif wire == FIXED64:
        size = 8
    elif wire == FIXED32:
        size = 4
    elif wire == GROUP:
        return _end_of_group(data, number, at, end)
    else:
        message = f"field {number} has the wire type {wire}, which is none"
        raise Damaged(message)
    if size > end - at:
        message = f"field {number} has {size:,} bytes by its own word, and {end - at:,} are there"
        raise Damaged(message)
    return at + size


def _end_of_group(data: bytes, number: int, at: int, end: int) -> int:
    # A list of what is open, and not a call for each: nesting must not fill the stack.
    opened = [number]
    while opened:
        if len(opened) > _MOST_GROUPS:
            message = "groups nest too deep"
            raise Damaged(message)
        if at >= end:
            message = f"the group of field {opened[-1]} has no end"
            raise Damaged(message)
        number, wire, at = read_tag(data, at, end)
        if wire == GROUP:
            opened.append(number)
        elif wire == END_GROUP:
            if opened.pop() != number:
                message = f"a group ends as field {number}, which did not begin"
                raise Damaged(message)
        else:
            at = end_of(data, wire, number, at, end)
    return at


_MOST_GROUPS: Final = 64


def skipped(data: bytes, at: int, end: int, known: frozenset[int]) -> int:
    """Where a field ends that is not known; raises `Unusual` where it is one of the known, in another form, and `Damaged`."""
    number, wire, at = read_tag(data, at, end)
    if number in known:
        raise Unusual
    return end_of(data, wire, number, at, end)
