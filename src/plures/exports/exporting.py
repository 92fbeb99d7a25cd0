"""One contract → the file of one format."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from plures.compat import Contract

from .asyncapi import asyncapi_document
from .jsonschema import schema_document
from .openapi import openapi_document
from .places import place
from .plain import json_text
from .proto import proto_text
from .typescript import typescript_module


class Exported(msgspec.Struct, frozen=True):
    """A file: its place in the folder of all of them, and what it says; the same for the same contract."""

    path: str
    text: str


class _Format(msgspec.Struct, frozen=True):
    ending: str
    text: Callable[[Contract], str | None]


_FORMATS: Final[Mapping[str, _Format]] = {
    "openapi": _Format(".openapi.json", openapi_document),
    "asyncapi": _Format(".asyncapi.json", asyncapi_document),
    "proto": _Format(".proto", proto_text),
    "json": _Format(".json", json_text),
    "jsonschema": _Format(".schema.json", schema_document),
    "typescript": _Format(".ts", typescript_module),
}
FORMATS: Final = tuple(_FORMATS)
"""What contracts can be exported to."""
NUMBERED: Final = ("proto", "json")
"""Those that need the numbers of the lock file. The others are about JSON, which has none."""


def export(contract: Contract, form: str) -> Exported | None:
    """Write a contract in a format; None where there is nothing to say in it, as of events that it does not have.

    Raises:
        InvalidInput: It cannot be said there, with all reasons.
    """
    found = _FORMATS[form]
    text = found.text(contract)
    return None if text is None else Exported(place(contract, found.ending), text)
