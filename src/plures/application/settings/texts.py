"""A text of the environment or of a file, read as the field has it."""

import json
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from .kinds import is_many, is_map, is_secret, is_text, plain
from .settings import Secret

# What people write who have had other libraries.
_WORDS: Final = {"yes": True, "on": True, "y": True, "t": True, "no": False, "off": False, "n": False, "f": False}
_QUOTES: Final = "\"'"
_FEW: Final = 10


def is_void(text: str, kind: Any) -> bool:
    """Whether a variable says nothing: Compose and CI systems set those to the empty text that nothing else has set."""
    return not text.strip() and not is_many(plain(kind)) and (is_secret(kind) or not is_text(kind))


def read(text: str, kind: Any) -> Any:
    """What `convert` takes: several values are JSON, or have commas between them; a map is JSON."""
    kind = plain(kind)
    if is_many(kind):
        if text.lstrip().startswith("["):
            return _json(text)
        return [part.strip() for part in text.split(",") if part.strip()]
    if is_map(kind):
        return _json(text) if text.strip() else {}
    if is_text(kind):
        return text
    stripped = text.strip()
    return _WORDS.get(stripped.casefold(), stripped) if bool in (kind, *get_args(kind)) else stripped


def convert(value: Any, kind: Any) -> Any:
    """The value of a field; raises `ValueError` or `TypeError` with a reason that does not repeat what a secret holds."""
    wanted = plain(kind)
    try:
        converted = msgspec.convert(value, wanted, strict=False, dec_hook=_other)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        reason = str(error).partition(" - at")[0]
        if is_secret(kind):
            # The reason may repeat the value.
            reason = f"it is no {getattr(wanted, '__qualname__', wanted)}"
        elif (choices := _choices(wanted)) and len(choices) <= _FEW:
            reason = f"it is none of {', '.join(choices)}"
        if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
            reason += "; the quotes around it are a part of it"
        raise ValueError(reason) from None
    return Secret(converted) if is_secret(kind) and converted is not None else converted


def _choices(kind: Any) -> list[str]:
    """What an `Enum` or a `Literal` has."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(each.value) for each in kind]
    return [str(each) for each in get_args(kind)] if get_origin(kind) is Literal else []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _other(kind: type, value: Any) -> object:
    if kind is Path:
        return Path(value)
    raise TypeError
