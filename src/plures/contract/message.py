"""`Message`: an immutable value that crosses a contract."""

from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import dataclass_transform

from .names import camel


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class MessageMeta(msgspec.StructMeta):
    """Makes every subclass of `Message` frozen, and spells its fields in camel case on the wire."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        merged: dict[str, Any] = {"frozen": True, "rename": camel, **options}
        return super().__new__(cls, name, bases, namespace, **merged)


if TYPE_CHECKING:
    # `Struct` declares itself as a mutable dataclass. Through the metaclass alone, type checkers see subclasses as frozen.
    class Message(metaclass=MessageMeta):
        """An immutable value that crosses a contract."""
else:

    class Message(msgspec.Struct, metaclass=MessageMeta):
        """An immutable value that crosses a contract: typed fields, with or without defaults.

        It does not check its fields on construction; the codec checks them wherever a call leaves the process, and on every
        call in development and test mode.
        """
