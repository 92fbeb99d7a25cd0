"""What can be asked for: times as people write them, and attributes."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import click

_UNITS_US: Final = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_LASTING: Final = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([a-zµ]{1,3})", re.ASCII).fullmatch
_IN_DAY: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?").fullmatch


def lasting_of(text: str) -> int | None:
    """The microseconds of `200ms`, `1.5s`, `10m`; None where it is no such text."""
    found = _LASTING(text.strip())
    unit = _UNITS_US.get(found[2]) if found else None
    return round(float(found[1]) * unit) if found and unit else None


def moment_of(text: str, now: datetime | None = None) -> int | None:
    """The microseconds since 1970 of `10m` ago, of `15:04` in UTC, the last one that there was, or of an ISO time; None where it is no such text."""
    now = now or datetime.now(UTC)
    ago = lasting_of(text)
    if ago is not None:
        return max(0, _us(now) - ago)
    try:
        if _IN_DAY(text.strip()):
            hour, _, rest = text.strip().partition(":")
            of_today = datetime.fromisoformat(f"{now:%Y-%m-%d}T{hour:0>2}:{rest}").replace(tzinfo=UTC)
            return _us(of_today if of_today <= now else of_today - timedelta(days=1))
        at = datetime.fromisoformat(text.strip())
        return _us(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def iso_of(microseconds: int) -> str | None:
    """A moment as RFC 3339 writes it; None where no calendar has it."""
    try:
        return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return None


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def as_lasting(_: click.Context, __: click.Parameter, text: str) -> int:
    """The microseconds that an option means; 0 of nothing. Raises `click.BadParameter`."""
    found = lasting_of(text) if text else 0
    if found is None:
        message = f"{text!r} is no duration; write it as in 200ms, 1.5s or 10m."
        raise click.BadParameter(message)
    return found


def as_moment(_: click.Context, __: click.Parameter, text: str) -> int:
    """The microseconds since 1970 that an option means; 0 of nothing. Raises `click.BadParameter`."""
    found = moment_of(text) if text else 0
    if found is None:
        message = f"{text!r} is no moment; write how long ago it is, as in 10m or 2h, or when it was in UTC, as in 15:04 or 2026-03-01T15:04."
        raise click.BadParameter(message)
    return found


def as_pair(_: click.Context, __: click.Parameter, text: str) -> tuple[str, str] | None:
    """The name and the value that an option means; None of nothing. Raises `click.BadParameter`."""
    name, equals, value = text.partition("=")
    if text and not (name and equals):
        message = f"{text!r} is no NAME=VALUE."
        raise click.BadParameter(message)
    return (name, value) if text else None
