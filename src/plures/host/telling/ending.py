"""What headers of an answer say of the end of an operation: from when on it is deprecated, until when it is served, what takes its place.

Sources: RFC 9745 (`Deprecation`, and `@` before seconds), RFC 8594 (`Sunset`), RFC 5829 (`successor-version`).
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from plures.contract import Pairs

_SECONDS: Final = re.compile(r"@(-?\d{1,11})\b")
_SUCCESSOR: Final = re.compile(r'<(?P<target>[!-;=?-~]{1,500})>[^<]*;\s*rel="?successor-version\b')


@dataclass(frozen=True)
class Ending:
    """What a peer says.

    Attributes:
        deprecated: Whether it is, or will be.
        since: The day from which on it is; None where the peer says none that can be read.
        until: The day of its sunset.
        successor: The URL of what takes its place, as the peer writes it; empty for none.
    """

    deprecated: bool
    since: date | None
    until: date | None
    successor: str


def read_ending(headers: Pairs) -> Ending | None:
    """What these headers say; None where they say nothing of an end."""
    said = dict(headers)
    until = _moment(said.get("sunset", ""))
    deprecation = said.get("deprecation", "").strip()
    # A draft of the standard had `true` and dates of HTTP, and peers write them still.
    deprecated = deprecation not in ("", "false", "?0")
    if not deprecated and until is None:
        return None
    links = (text for name, text in headers if name == "link")
    found = next((match for text in links if (match := _SUCCESSOR.search(text))), None)
    return Ending(deprecated, _since(deprecation), until, found["target"] if found else "")


def _since(text: str) -> date | None:
    seconds = _SECONDS.match(text)
    if seconds is None:
        return _moment(text)
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(int(seconds[1]), UTC).date()
    return None


def _moment(text: str) -> date | None:
    with suppress(ValueError, OverflowError):
        return parsedate_to_datetime(text).astimezone(UTC).date()
    return None
