"""`google.protobuf.Any`: a message of whatever type, with the name of it."""

from typing import Any, Final

import msgspec

TYPE_PREFIX: Final = "type.googleapis.com/"
_TYPE: Final = "@type"


class AnyMessage(msgspec.Struct, frozen=True):
    """A message whose type its name alone says, as it came: in the binary form, or in that of JSON. It passes on in the same form.

    What came in one form goes out in the other where the type is one of the contract's own: `plures.pack` makes it so.

    Attributes:
        type_url: The full name of the type behind a prefix: `type.googleapis.com/shop.search.v1.Item`.
        value: The message in the binary form; None where it came as JSON.
        json: The message as a JSON object, without its type; None where it came in the binary form.
    """

    type_url: str = ""
    value: bytes | None = None
    json: bytes | None = None

    @property
    def type_name(self) -> str:
        """The full name of the type: `shop.search.v1.Item`."""
        return self.type_url.rpartition("/")[2]

    @property
    def data(self) -> dict[str, Any]:
        """The message as plain data; raises `ValueError` where it came in the binary form."""
        if self.json is None:
            message = f"a message of type {self.type_name} came in the binary form, and its type is not known here"
            raise ValueError(message)
        return msgspec.json.decode(self.json, type=dict[str, Any])


def read_any(data: object) -> object:
    """The value of the JSON form; what is none stays as it is. Raises `ValueError`."""
    if not isinstance(data, dict):
        return data
    entries: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType]  # of whatever
    if not entries:
        return AnyMessage()
    named = entries.pop(_TYPE, None)
    if not isinstance(named, str) or not named:
        message = 'the "@type" that says which message it is, is missing'
        raise ValueError(message)
    return AnyMessage(named, None, msgspec.json.encode(entries))


def write_any(value: AnyMessage) -> object:
    """The JSON form; raises `ValueError` where nothing here can turn the binary form into it."""
    if not value.type_url and not value.value and value.json is None:
        return {}
    return {_TYPE: value.type_url, **value.data}
