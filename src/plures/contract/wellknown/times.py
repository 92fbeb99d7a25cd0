"""`google.protobuf.Timestamp` and `google.protobuf.Duration`, as exact and as far as protobuf has them.

`datetime` and `timedelta` hold microseconds, and lose what peers in other languages count in nanoseconds.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import msgspec

_SECOND: Final = 1_000_000_000
_MICRO: Final = 1000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_S: Final = -62_135_596_800
_LAST_S: Final = 253_402_300_799
_LONGEST_S: Final = 315_576_000_000
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_LENGTH: Final = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s", re.ASCII)


class Timestamp(msgspec.Struct, frozen=True, order=True):
    """A moment between the years 1 and 9999, in nanoseconds. It has no time zone: peers send it in UTC.

    Attributes:
        seconds: Since 1970-01-01T00:00:00Z; before it, negative.
        nanos: What comes on top, from 0 to 999,999,999.
    """

    seconds: int = 0
    nanos: int = 0

    def __post_init__(self) -> None:
        if not _FIRST_S <= self.seconds <= _LAST_S:
            message = f"{self.seconds} seconds are not between the years 1 and 9999"
            raise ValueError(message)
        if not 0 <= self.nanos < _SECOND:
            message = f"{self.nanos} nanoseconds are not between 0 and 999,999,999"
            raise ValueError(message)

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The same moment; raises `ValueError` for a datetime without time zone."""
        if moment.tzinfo is None:
            message = "a naive datetime is no moment: its time zone is unknown"
            raise ValueError(message)
        micros = (moment - _EPOCH) // timedelta(microseconds=1)
        seconds, rest = divmod(micros, _SECOND // _MICRO)
        return cls(seconds, rest * _MICRO)

    def datetime(self) -> datetime:
        """The same moment in UTC, without what is below a microsecond."""
        return _EPOCH + timedelta(seconds=self.seconds, microseconds=self.nanos // _MICRO)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read RFC 3339, with an offset; raises `ValueError`."""
        match = _MOMENT.fullmatch(text)
        if match is None:
            message = f"{text[:60]!r} is not a moment such as '2031-01-31T12:00:00.5Z'"
            raise ValueError(message)
        day, clock, fraction, sign, hours, minutes = match.groups()
        seconds = (datetime.fromisoformat(f"{day}T{clock}+00:00") - _EPOCH) // timedelta(seconds=1)
        if sign:
            if int(hours) > 23 or int(minutes) > 59:  # noqa: PLR2004 - of a clock
                message = f"{text[:60]!r} has an offset of more than a day"
                raise ValueError(message)
            offset = int(hours) * 3600 + int(minutes) * 60
            seconds += offset if sign == "-" else -offset
        return cls(seconds, int((fraction or "").ljust(9, "0")))

    def __str__(self) -> str:
        moment = _EPOCH + timedelta(seconds=self.seconds)
        # strftime of some systems writes the year 1 with one digit.
        return f"{moment.isoformat().removesuffix('+00:00')}{_fraction(self.nanos)}Z"


class Duration(msgspec.Struct, frozen=True, order=True):
    """A length of time of up to 10,000 years, in nanoseconds, which may be negative.

    Attributes:
        nanos: What comes on top of the seconds, with the same sign as these.
    """

    seconds: int = 0
    nanos: int = 0

    def __post_init__(self) -> None:
        if abs(self.seconds) > _LONGEST_S:
            message = f"{self.seconds} seconds are more than 10,000 years"
            raise ValueError(message)
        if abs(self.nanos) >= _SECOND or self.seconds * self.nanos < 0:
            message = f"{self.nanos} nanoseconds are a second or more, or have another sign than the seconds"
            raise ValueError(message)

    @classmethod
    def of(cls, length: timedelta) -> Self:
        """The same length; raises `ValueError` beyond 10,000 years."""
        micros = length // timedelta(microseconds=1)
        seconds, rest = divmod(abs(micros), _SECOND // _MICRO)
        sign = -1 if micros < 0 else 1
        return cls(sign * seconds, sign * rest * _MICRO)

    def timedelta(self) -> timedelta:
        """The same length, without what is below a microsecond."""
        sign = -1 if self.nanos < 0 else 1
        return timedelta(seconds=self.seconds, microseconds=sign * (abs(self.nanos) // _MICRO))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form of protobuf, `-3.000000001s`; raises `ValueError`."""
        match = _LENGTH.fullmatch(text)
        if match is None:
            message = f"{text[:40]!r} is not a duration such as '3.5s'"
            raise ValueError(message)
        minus, seconds, fraction = match.groups()
        sign = -1 if minus else 1
        return cls(sign * int(seconds), sign * int((fraction or "").ljust(9, "0")))

    def __str__(self) -> str:
        sign = "-" if self.seconds < 0 or self.nanos < 0 else ""
        return f"{sign}{abs(self.seconds)}{_fraction(abs(self.nanos))}s"


def _fraction(nanos: int) -> str:
    """As protobuf writes it: none, or 3, 6 or 9 digits."""
    if not nanos:
        return ""
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"
