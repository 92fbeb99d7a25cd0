"""What the pages tell, as values."""

from collections.abc import Mapping

import msgspec

from plures.compat import Change, Contract


class ContractPage(msgspec.Struct, frozen=True):
    """One contract.

    Attributes:
        contract: With its numbers and its version where it is locked.
        callers: Who declares to call it.
        calls: The contracts that its service declares to call.
        changes: By what they are counted from, in words: since its lock file, against an earlier major version.
        is_locked: Whether its lock file says what the code says.
        is_here: Whether the replica that serves the page hosts its service, so that it can be called from it.
    """

    contract: Contract
    capability: str
    callers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    changes: Mapping[str, tuple[Change, ...]] = msgspec.field(default_factory=dict[str, tuple[Change, ...]])
    is_locked: bool = True
    is_here: bool = False


class Site(msgspec.Struct, frozen=True):
    """All contracts of an application.

    Attributes:
        is_live: Whether a running application serves the pages, so that operations can be called from them.
    """

    application: str
    pages: tuple[ContractPage, ...]
    is_live: bool = False
