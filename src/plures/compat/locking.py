"""What `plures contract lock` does with one contract: numbers, changes, and the version that they need."""

from dataclasses import replace

import msgspec

from .changes import Change
from .diff import compare_contracts
from .model import Contract
from .numbers import numbered
from .versions import Bump, bumped, needed


class Relocked(msgspec.Struct, frozen=True):
    """A contract as it would be locked now.

    Attributes:
        contract: With its numbers and its version.
        changes: Since the lock that it had.
    """

    contract: Contract
    changes: tuple[Change, ...]
    bump: Bump


def relock(current: Contract, locked: Contract | None) -> Relocked:
    """Lock a contract, with what its lock file says so far."""
    with_numbers = numbered(current, locked)
    if locked is None:
        return Relocked(replace(with_numbers, version=bumped("", Bump.NONE, major=current.major)), (), Bump.NONE)
    with_numbers = replace(with_numbers, version=locked.version)
    changes = compare_contracts(locked, with_numbers)
    bump = needed(changes)
    # Nothing that callers see, such as the order of declarations.
    if bump is Bump.NONE and with_numbers != locked:
        bump = Bump.PATCH
    version = bumped(locked.version, bump, major=current.major)
    return Relocked(replace(with_numbers, version=version), changes, bump)
