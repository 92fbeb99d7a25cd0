"""Reads forms: it tells every mistake at once, and keeps what the visitor typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.requests import Request

from .visitor import visitor

T = TypeVar("T")
Entered = Mapping[str, str]


class FormExpired(Exception):
    """The form was not made for this visitor: the cookie is lost, the page is very old, or another site sent the form."""


async def posted(request: Request) -> Entered:
    """What the visitor typed into a form, without blanks around it.

    Raises:
        FormExpired: The form does not carry this visitor's token.
    """
    form = await request.form(max_files=0, max_fields=50)
    entered = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    if not visitor(request).owns(entered.get("token", "")):
        raise FormExpired
    return entered


@dataclass(frozen=True)
class Filled(Generic[T]):
    """A form as the visitor filled it in. ``wrong`` maps field names to sentences; while it has any, ``value`` is None."""

    entered: Entered = field(default_factory=dict[str, str])
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    value: T | None = None


class Reader:
    """Reads the fields of one form and collects what is wrong with them."""

    def __init__(self, entered: Entered) -> None:
        self._entered = entered
        self.wrong: dict[str, str] = {}

    def text(self, name: str, label: str, *, most: int, required: bool = True) -> str:
        """A text of at most ``most`` characters."""
        value = self._entered.get(name, "")
        if required and not value:
            self.wrong[name] = f"{label} is missing."
        elif len(value) > most:
            self.wrong[name] = f"{label} can have {most} characters at most; this has {len(value)}."
        return value

    def whole(self, name: str, label: str, *, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``; ``least`` when it is wrong."""
        value = self._entered.get(name, "")
        if value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most:
            return int(value)
        self.wrong[name] = f"{label} must be a whole number from {least} to {most}."
        return least


def refused_by(form: Filled[T], problems: Sequence[str]) -> Filled[T]:
    """A form that looked right to us, with the problems for which a capability refused it."""
    return Filled(form.entered, {f"problem-{number}": problem for number, problem in enumerate(problems, 1)})
