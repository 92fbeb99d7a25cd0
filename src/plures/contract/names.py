"""How Python names are spelled on the wire, which names every JSON and protobuf peer can spell, and the words for caches."""

import re
from typing import Final, Literal, TypeAlias

LOCK_FOLDER: Final = "contracts"
"""Where lock files lie, beside plures.toml."""

# Protobuf's JSON mapping cannot tell `a_1` from `a1`, and drops doubled or outer underscores.
_UNSPELLABLE = re.compile(r"^_|_$|__|_\d")
_CONTRACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9]\d*")


def camel(name: str) -> str:
    """`product_id` → `productId`: the name of a field in JSON."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """`get_many` → `GetMany`: the name of an operation in a URL."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def member(name: str) -> str:
    """`CardDeclined` → `cardDeclined`: the name of a union's member in JSON."""
    return name[:1].lower() + name[1:]


def is_spellable(name: str) -> bool:
    """Whether the name survives the way to camel case and back, in every language."""
    return name.isascii() and not _UNSPELLABLE.search(name) and name == name.lower()


def is_contract_name(name: str) -> bool:
    """Whether a contract may be called so: dotted lower-case words, the major version last."""
    return _CONTRACT.fullmatch(name) is not None


PRIVATE: Final = "private"
PUBLIC: Final = "public"
CacheName: TypeAlias = Literal["private", "public"]


def cache_control(cache_s: int, cache: str) -> str:
    """What an answer says to caches that may keep it for so many seconds; empty for 0."""
    return f"{cache}, max-age={cache_s}" if cache_s else ""
