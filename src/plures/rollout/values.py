"""What is known of the version that runs and of the one that comes, and what keeps two of them from talking."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

import msgspec

from plures.compat import Contract

EDGE: Final = "the edge"
"""What the edge is called among callers."""


class Declared(msgspec.Struct, frozen=True):
    """What the code of one version declares beside its contracts.

    Attributes:
        calls: Caller (a capability, or the edge) → the contracts that it calls, as `marketplace.search.v1`.
        hears: Subscriber → its handler → the event, as `marketplace.checkout.v1.OrderPlaced`.
        schemas: Capability → the number of the last of its migrations.
        sagas: Capability → saga → the versions that there is code for.
    """

    calls: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    hears: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict[str, Mapping[str, str]])
    schemas: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    sagas: Mapping[str, Mapping[str, tuple[int, ...]]] = msgspec.field(
        default_factory=dict[str, Mapping[str, tuple[int, ...]]]
    )


class Version(msgspec.Struct, frozen=True):
    """The code of a process: the contracts as it knows them, those of others too, and what it declares.

    Attributes:
        contracts: By their names, as `marketplace.search.v1`.
        homes: Name of a contract → its capability.
    """

    contracts: Mapping[str, Contract]
    homes: Mapping[str, str]
    declared: Declared


class Place(msgspec.Struct, frozen=True):
    """A process, as far as it matters who runs which version.

    Attributes:
        capabilities: Those that it hosts once it is replaced.
        hosted: Those that it hosts now; none where it does not run yet.
        edge: Whether the edge is among them.
        stays: It is not replaced: it runs elsewhere, or others are to be replaced alone.
        alone: Its old replica ends before the new one begins, since it writes an embedded database.
    """

    name: str
    capabilities: tuple[str, ...]
    hosted: tuple[str, ...] = ()
    edge: bool = False
    stays: bool = False
    alone: bool = False


class Outside(msgspec.Struct, frozen=True):
    """A caller that is no process of the application, and goes on as it is.

    Attributes:
        contracts: Contract → the operations that it may call; none for all of them.
    """

    name: str
    contracts: Mapping[str, frozenset[str]]


class Open(msgspec.Struct, frozen=True):
    """Sagas of one version that have not ended."""

    capability: str
    saga: str
    version: int
    many: int


class Running(msgspec.Struct, frozen=True):
    """What runs.

    Attributes:
        versions: Process → its version. Those that say nothing of themselves are as the others know them.
    """

    versions: Mapping[str, Version]
    outside: tuple[Outside, ...] = ()
    sagas: tuple[Open, ...] = ()

    def of(self, process: str) -> Version:
        """The version of a process."""
        return self.versions[process] if process in self.versions else next(iter(self.versions.values()))


class Concern(Enum):
    """What would fail."""

    CALL = "call"
    EVENT = "event"
    SAGA = "saga"
    DATA = "data"


class Newer(Enum):
    """Which of two that meet is the new one."""

    CALLER = "caller"
    CALLEE = "callee"
    NONE = "none"


class Conflict(msgspec.Struct, frozen=True):
    """Two that cannot talk while both run. Of an event, the publisher is the caller.

    Attributes:
        source: Process of the caller; empty for one outside.
        target: Process of the callee.
        operation: The operation or event; empty for all of the contract.
        code: Of the rule.
        what: What differs, as the caller meets it, and what happens then.
        first: The process that must be replaced, whole, before the other one is; empty where no order helps.
        fix: What to do where no order helps.
    """

    kind: Concern
    newer: Newer
    caller: str
    source: str
    callee: str
    target: str
    contract: str
    operation: str
    code: str
    what: str
    first: str = ""
    fix: str = ""

    @property
    def second(self) -> str:
        """The process that waits for the first."""
        return self.target if self.first == self.source else self.source
