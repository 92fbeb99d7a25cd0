"""`Message`: an immutable value that crosses a contract. `Event`: a message that says what has happened."""

import dataclasses
from typing import TYPE_CHECKING, Any, Final, cast, dataclass_transform

import msgspec

from .names import camel

_KEY: Final = "__plures_key__"


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


# Type checkers ask it of this metaclass too.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class EventMeta(MessageMeta):
    """Takes the name of the key out of the options of the class."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, key: str = "", **options: Any
    ) -> Any:
        made = super().__new__(cls, name, bases, namespace, **options)
        if key:
            setattr(made, _KEY, key)
        return made


if TYPE_CHECKING:

    class Event(Message, metaclass=EventMeta):
        """A message that says what has happened."""
else:

    class Event(Message, metaclass=EventMeta):
        """A message that says what has happened: `class OrderPlaced(Event, key="customer_id")`.

        Events with the same value of the field `key` reach each subscription in the order in which they were published. Without a key,
        or where the value is None or empty, there is no order.
        """


def key_field(python: type) -> str:
    """The name of the field that is the key of an event; empty where it has none."""
    return str(getattr(python, _KEY, ""))


def is_frozen(python: Any) -> bool:
    """Whether the fields of a message or dataclass stay as they are."""
    # There is no documented way to ask a dataclass whether it is frozen.
    return not dataclasses.is_dataclass(python) or bool(vars(python)["__dataclass_params__"].frozen)


def defaults_of(python: Any, *, required: object) -> list[tuple[str, object]]:
    """The fields of a message or dataclass with their defaults, or with `required`."""
    if isinstance(python, MessageMeta):
        fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
        return [(f.name, _default(f.default, f.default_factory, msgspec.NODEFAULT, required)) for f in fields]
    missing = dataclasses.MISSING
    return [(f.name, _default(f.default, f.default_factory, missing, required)) for f in dataclasses.fields(python)]


def _default(value: object, factory: Any, missing: object, required: object) -> object:
    if value is not missing:
        return value
    return required if factory is missing else factory()
