"""What a question to a view says in its address."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl

_N = TypeVar("_N", int, float)
_MOST_FIELDS = 50
_MINUTE_US = 60_000_000
_MOST_MINUTES = 366 * 24 * 60


class Period(NamedTuple):
    """A time, in microseconds since 1970."""

    since: int
    until: int


class WrongQuestion(Exception):
    """A question that cannot be answered; its text says all that is wrong with it."""


class Asked:
    """The fields of a query.

    Args:
        query: What follows the question mark.
    """

    def __init__(self, query: bytes) -> None:
        self._fields: dict[str, str] = {}
        self._wrong: list[str] = []
        try:
            self._fields = dict(parse_qsl(query.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS))
        except ValueError:
            self._wrong.append("the query is no form of fields in UTF-8")

    def text(self, name: str) -> str:
        """What a field says; empty where it is not there."""
        return self._fields.get(name, "").strip()

    def yes(self, name: str) -> bool:
        """Whether a field is there and does not say no."""
        return self.text(name) not in ("", "0", "false", "no")

    def whole(self, name: str, default: int | None = None, *, least: int = 0, most: int = 1 << 62) -> int | None:
        """A whole number."""
        return self._read(name, default, int, f"a whole number from {least} to {most}", least, most)

    def number(self, name: str, default: float | None = None, *, least: float = 0, most: float = 1e15) -> float | None:
        """A number."""
        return self._read(name, default, float, f"a number from {least:g} to {most:g}", least, most)

    def period(self, now: int, minutes: float, of: str = "") -> Period:
        """From `since` until `until`; or the last `minutes`. With neither, as many minutes as are given here.

        Args:
            now: In microseconds since 1970.
            of: How the names of these fields begin.
        """
        since, until = self.whole(f"{of}since"), self.whole(f"{of}until") or now
        asked = self.number(f"{of}minutes", minutes, least=1, most=_MOST_MINUTES) or minutes
        begins = since if since is not None else until - int(asked * _MINUTE_US)
        if begins >= until:
            self.is_wrong(f"{of}since", f"before {of}until")
        return Period(max(0, begins), until)

    def pair(self, name: str) -> tuple[str, str] | None:
        """Two texts, as in `name=value`."""
        text = self.text(name)
        key, equals, value = text.partition("=")
        if text and not (equals and key.strip()):
            self.is_wrong(name, "written as name=value")
        return (key.strip(), value.strip()) if equals and key.strip() else None

    def is_wrong(self, name: str, must: str) -> None:
        """Note that a field is not as it must be."""
        self._wrong.append(f"{name} must be {must}, and is {self.text(name)[:80]!r}")

    def check(self) -> None:
        """Raises `WrongQuestion` where anything is wrong."""
        if self._wrong:
            raise WrongQuestion("; ".join(self._wrong))

    def _read(self, name: str, default: _N | None, read: Callable[[str], _N], must: str, *ends: float) -> _N | None:
        least, most = ends
        text = self.text(name)
        try:
            value = read(text) if text else default
        except (ValueError, OverflowError):
            value = None
        if text and (value is None or not least <= value <= most):
            self.is_wrong(name, must)
            return default
        return value
