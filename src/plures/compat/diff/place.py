"""A place within a message, and what the comparison of types asks of the one of contracts around it."""

from typing import Protocol

import msgspec

from plures.compat.model import Type


class Meeting(Protocol):
    """What the comparison of types asks of the comparison of contracts around it."""

    def is_enum(self, old: str, new: str) -> tuple[bool, bool]:
        """Whether each of two names is one of an enum."""
        ...

    def meet(self, old: str, new: str, path: str) -> None:
        """Note that two messages or enums stand in the same place, and must be compared."""
        ...

    def takes(self, old: Type, new: Type) -> bool:
        """Whether each value of the old type is one of the new type, and all that it says is known there."""
        ...

    def took(self, one: Type, other: Type) -> bool:
        """The same of two old types."""
        ...

    def likeness(self, old: Type, new: Type) -> int:
        """How much two types have in common: 0 for nothing, more than 99 where nothing changed."""
        ...


class Place(msgspec.Struct, frozen=True):
    """A place within a message: how changes name it, and the way to it from the message."""

    where: str
    path: str

    def within(self, text: str) -> "Place":
        """A part of it."""
        return Place(self.where + text, self.path + text)
