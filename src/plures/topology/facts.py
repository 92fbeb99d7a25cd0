"""What a topology has to know about an application, as plain data. `application.assemble` fills it in."""

from collections.abc import Mapping
from typing import Final

import msgspec

_SEVERAL: Final = 2


class CapabilityFacts(msgspec.Struct, frozen=True):
    """One capability, as far as placement is concerned.

    Attributes:
        needs: Names of the capabilities that it calls.
        optional: Those of them that it can do without.
        has_database: Whether it asks for a database of its own; an embedded one has one writer.
        has_implementation: Whether a process of ours can run it.
        missing: Names of contracts that it needs, but that no capability of the application has.
        notifies: Names of the capabilities that get its events. It does not wait for them.
        sagas: The names of its sagas.
        has_settings: Whether its service asks for settings.
        operations: What the wire calls its operations, as in `PlaceOrder`.
        shared_tables: Its tables in the application's own database.
        versions: Of its contract, the newest first, as in `v2`.
        needs_versions: Capability → the versions of its contract that it calls.
    """

    needs: frozenset[str] = frozenset()
    has_database: bool = False
    has_implementation: bool = True
    missing: tuple[str, ...] = ()
    notifies: frozenset[str] = frozenset()
    sagas: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    operations: tuple[str, ...] = ()
    shared_tables: tuple[str, ...] = ()
    has_settings: bool = False
    versions: tuple[str, ...] = ()
    needs_versions: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])


class ApplicationFacts(msgspec.Struct, frozen=True):
    """The capabilities by name, what the edge calls, and what of that it can do without."""

    capabilities: Mapping[str, CapabilityFacts] = msgspec.field(default_factory=dict[str, CapabilityFacts])
    has_edge: bool = False
    edge_needs: frozenset[str] = frozenset()
    edge_missing: tuple[str, ...] = ()
    edge_optional: frozenset[str] = frozenset()
    edge_needs_versions: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])

    def versions_of(self, capability: str, caller: str | None) -> tuple[str, ...]:
        """The versions of a contract that a capability calls, or the edge for None; empty where there is one alone."""
        if len(self.capabilities[capability].versions) < _SEVERAL:
            return ()
        called = self.edge_needs_versions if caller is None else self.capabilities[caller].needs_versions
        return called.get(capability, ())
