"""`Settings`: what a service is told when it is made. `Secret`: a value that is shown nowhere."""

from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast, dataclass_transform

import msgspec

T = TypeVar("T")


class Secret(Generic[T]):
    """A value that no log, error or listing shows: `password: Secret[str]`. What uses it says so: `settings.password.reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        its: Any = cast("Any", other)
        return compare_digest(repr(self._value).encode(), repr(its.reveal()).encode())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        message = "a Secret is not written anywhere: pass on what it reveals where that is meant"
        raise TypeError(message)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class SettingsMeta(msgspec.StructMeta):
    """Makes every subclass of `Settings` frozen, with fields that are given by name."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        merged: dict[str, Any] = {"frozen": True, "kw_only": True, **options}
        return super().__new__(cls, name, bases, namespace, **merged)


if TYPE_CHECKING:
    # As for `Message`: type checkers see subclasses as frozen through the metaclass alone.
    class Settings(metaclass=SettingsMeta):
        """What a service is told when it is made."""
else:

    class Settings(msgspec.Struct, metaclass=SettingsMeta):
        """What a service is told when it is made: typed fields, with or without defaults.

        A service asks for its class in the constructor: `def __init__(self, settings: MailSettings)`. Plures fills the fields from the
        environment (`MAIL_HOST`), from `[capabilities.mail.settings]` of plures.toml, and from files (`MAIL_HOST_FILE`, `host_file`).
        """
