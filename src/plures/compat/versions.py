"""Which version a change needs: a new major one where callers fail, a minor one where something is added, else a patch."""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from .changes import Change
from .rules import Severity

_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Bump(IntEnum):
    """Which part of a version must grow."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def needed(changes: Iterable[Change]) -> Bump:
    """What the changes of one contract need together."""
    bump = Bump.NONE
    for change in changes:
        if change.severity is Severity.ERROR:
            return Bump.MAJOR
        bump = max(bump, Bump.MINOR if change.rule.adds or change.severity is Severity.WARNING else Bump.PATCH)
    return bump


def bumped(version: str, bump: Bump, *, major: int) -> str:
    """The version after it; a contract that had none begins at its major version.

    A major change within one major version, which callers were told to expect, is a minor one by number.
    """
    read = _VERSION.fullmatch(version)
    if read is None:
        return f"{major}.0.0"
    first, minor, patch = map(int, read.groups())
    if bump in (Bump.MAJOR, Bump.MINOR):
        return f"{first}.{minor + 1}.0"
    return f"{first}.{minor}.{patch + 1}" if bump is Bump.PATCH else version


def is_less(version: str, than: str) -> bool:
    """Whether one version comes before another one; what is no version comes before all."""
    return _key(version) < _key(than)


def _key(version: str) -> tuple[int, ...]:
    read = _VERSION.fullmatch(version)
    return tuple(map(int, read.groups())) if read else ()
