"""Which component of the code a capability is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_MOST: Final = 80


def components_of(capabilities: Mapping[str, str], components: Sequence[str]) -> dict[str, str]:
    """The component of each capability that has one.

    Args:
        capabilities: Name → the full name of a contract of it, as in `shop.search.v1`; empty where none is known.
        components: Names of components, as in `shop.search`, or `search`.
    """
    found = ((name, _component(name, contract, components)) for name, contract in capabilities.items())
    return {name: component for name, component in found if component is not None}


def _component(capability: str, contract: str, components: Sequence[str]) -> str | None:
    wanted = _plain(capability)
    named = [each for each in components if _ends(_plain(each), wanted)]
    if len(named) > 1:
        # Two folders of one name: the contract says in which package it is.
        package = _plain(contract).rpartition(".")[0]
        within = [each for each in named if _plain(each) == wanted or _ends(package, _plain(each))]
        named = within or [each for each in named if _plain(each) == wanted]
    return named[0] if len(named) == 1 else None


def _ends(name: str, end: str) -> bool:
    return bool(end) and (name == end or name.endswith(f".{end}"))


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_")


def plain(name: str) -> str:
    """A name of the telemetry as it can be told: it may be anything."""
    told = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[: _MOST + 1])
    return told if len(told) <= _MOST else f"{told[:_MOST]}…"


def joined(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, as it can be told."""
    return tuple(sorted(set(map(plain, names))))
