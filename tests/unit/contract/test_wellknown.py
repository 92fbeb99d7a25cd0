"""Moments and lengths of time as protobuf has them: full range, nanoseconds, one text each; messages of any type."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures import AnyMessage, Duration, Message, Timestamp
from plures.contract import Malformed, read_message

SECONDS = st.integers(-62_135_596_800, 253_402_300_799)
NANOS = st.integers(0, 999_999_999)


class Times(Message):
    at: Timestamp | None = None
    took: Duration | None = None
    any: AnyMessage | None = None


CODEC = read_message(Times, "")[0]
assert CODEC is not None


@given(SECONDS, NANOS)
def test_a_moment_comes_back_from_its_text(seconds: int, nanos: int) -> None:
    moment = Timestamp(seconds, nanos)
    assert Timestamp.parse(str(moment)) == moment
    assert Timestamp.of(moment.datetime()) == Timestamp(seconds, nanos // 1000 * 1000)
    assert (
        CODEC.decode(CODEC.encode(Times(moment))) == CODEC.decode(CODEC.encode_checked(Times(moment))) == Times(moment)
    )


@given(st.integers(0, 315_576_000_000), NANOS, st.sampled_from([-1, 1]))
def test_a_length_comes_back_from_its_text(seconds: int, nanos: int, sign: int) -> None:
    length = Duration(sign * seconds, sign * nanos)
    assert Duration.parse(str(length)) == length
    assert Duration.of(length.timedelta()) == Duration(sign * seconds, sign * (nanos // 1000 * 1000))
    assert CODEC.decode(CODEC.encode(Times(None, length))) == Times(None, length)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("0001-01-01T00:00:00Z", Timestamp(-62_135_596_800)),
        ("9999-12-31T23:59:59.999999999Z", Timestamp(253_402_300_799, 999_999_999)),
        ("1970-01-01T01:00:00.000000001+01:00", Timestamp(0, 1)),
        ("1969-12-31t23:59:59.5z", Timestamp(-1, 500_000_000)),
        ("2031-06-30T12:00:00.120-05:30", Timestamp.of(datetime(2031, 6, 30, 17, 30, 0, 120_000, UTC))),
    ],
)
def test_moments_as_peers_write_them(text: str, moment: Timestamp) -> None:
    assert Timestamp.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2031-02-30T00:00:00Z", "2031-01-01T00:00:00", "2031-01-01",
        "2031-01-01T00:00:60Z", "2031-01-01T00:00:00.0000000001Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01",
        "2031-01-01T00:00:00+25:00", "٢٠٣١-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_texts_that_are_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|between|month|second|offset|range|year"):
        Timestamp.parse(text)
    with pytest.raises(Malformed):
        CODEC.decode(f'{{"at":"{text}"}}'.encode())


@pytest.mark.parametrize("text", ["1", "s", "1.s", ".5s", "1.0000000001s", "315576000001s", "+1s", "1e3s", "--1s"])
def test_texts_that_are_no_length(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|years"):
        Duration.parse(text)


def test_what_no_moment_or_length_is_cannot_be_made() -> None:
    for seconds, nanos in ((253_402_300_800, 0), (-62_135_596_801, 0), (0, -1), (0, 1_000_000_000)):
        with pytest.raises(ValueError, match="between"):
            Timestamp(seconds, nanos)
    for seconds, nanos in ((315_576_000_001, 0), (1, -1), (-1, 1), (0, 1_000_000_000)):
        with pytest.raises(ValueError, match=r"years|sign"):
            Duration(seconds, nanos)
    with pytest.raises(ValueError, match="naive"):
        Timestamp.of(datetime(2031, 1, 1))  # noqa: DTZ001 - on purpose


def test_the_forms_of_python() -> None:
    there = datetime(2031, 1, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    assert Timestamp.of(there).datetime() == there
    assert (str(Timestamp.of(there)), str(Duration.of(timedelta(milliseconds=-1500)))) == (
        "2031-01-01T07:00:00Z",
        "-1.500s",
    )
    assert Timestamp(1) < Timestamp(1, 1) < Timestamp(2)
    assert Duration(-1) < Duration(0, -1) < Duration()


def test_a_message_of_any_type_passes_on_as_it_came() -> None:
    body = b'{"any":{"@type":"type.googleapis.com/a.B","big":9007199254740993,"list":[1.5,null],"text":"\xc3\xa9"}}'
    read = CODEC.decode(body)
    assert read.any.type_name == "a.B"
    assert read.any.data == {"big": 9007199254740993, "list": [1.5, None], "text": "é"}
    assert CODEC.decode(CODEC.encode(read)) == CODEC.decode(CODEC.encode_checked(read)) == read
    assert CODEC.decode(b'{"any":{}}').any == AnyMessage()


@pytest.mark.parametrize("body", [b'{"any":{"a":1}}', b'{"any":{"@type":""}}', b'{"any":[]}', b'{"any":"x"}'])
def test_a_message_of_no_type_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        CODEC.decode(body)


def test_bytes_of_a_type_that_is_not_known_have_no_json() -> None:
    with pytest.raises(Malformed, match="its type is not known here"):
        CODEC.encode(Times(any=AnyMessage("a.B", b"\x08\x01")))
