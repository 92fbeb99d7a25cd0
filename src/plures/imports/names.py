"""Names of others in Python's spelling: only such as come back to the same on the wire."""

import keyword
import re
from collections.abc import Callable, Iterable
from typing import Final

from plures.contract import camel, is_spellable, pascal

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")
_TAKEN: Final = frozenset(("self", "cls"))
_OF_ENUMS: Final = frozenset(("mro", "name", "value"))


def parameter_name(wire: str) -> str:
    """The name of a field or parameter that is called `wire` in JSON; empty where there is none."""
    return _spelled(wire, camel)


def method_name(wire: str) -> str:
    """The name of a method whose operation is called `wire`; empty where there is none."""
    return _spelled(wire, pascal)


def class_name(*words: str) -> str:
    """A name for a class, of all words: `pet-store`, `item` → `PetStoreItem`."""
    parts = [part for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    name = "".join(part[:1].upper() + part[1:] for part in parts) or "Message"
    return f"Type{name}" if name[0].isdigit() else f"{name}Type" if keyword.iskeyword(name) else name


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken."""
    known, number, found = set(taken), 1, name
    while found in known:
        number += 1
        found = f"{name}{number}"
    return found


def is_member(name: str) -> bool:
    """Whether a member of an enum may be called so."""
    return name.isidentifier() and name[0] != "_" and not keyword.iskeyword(name) and name not in _OF_ENUMS


def _spelled(wire: str, back: Callable[[str], str]) -> str:
    # Where words end is a guess; a letter each is ugly, and comes back to the same.
    for between in (_WORD, _CAPITAL):
        name = between.sub("_", wire).lower()
        usable = name.isidentifier() and is_spellable(name) and not keyword.iskeyword(name)
        if usable and name not in _TAKEN and back(name) == wire:
            return name
    return ""
