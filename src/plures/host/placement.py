"""What one replica hosts, and where it finds the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from plures.access import Access
from plures.topology import PlacedBroker, PlacedDatabase, PlacedTelemetry, PlacedTls, Policies

from .faults import Fault


class Mode(StrEnum):
    """How calls within the process are made."""

    PRODUCTION = "production"
    """By reference: no encoding, no copy."""

    DEVELOPMENT = "development"
    """Through the codec, there and back, so that what could not cross the wire shows before it must."""


@dataclass(frozen=True)
class Placement:
    """What one replica hosts.

    Attributes:
        capabilities: Names of those hosted here.
        edge: Whether the edge is hosted here.
        data: Folder of the embedded databases.
        endpoints: Base URLs of the ready replicas of capabilities that are called over the wire. A capability that is
            hosted here too is still called over the wire when it is mentioned.
        databases: Where the data of capabilities is that is not embedded, with references in place of secrets.
        broker: What carries events to other processes and from there; None where they travel by HTTP.
        names: Whom calls may ask for, besides loopback and the address that is listened on.
        public_names: Whom requests to the edge may ask for, besides loopback; with none, anyone.
        policies: What plures.toml says of calls, from here and to here.
        faults: What goes wrong on demand, in operations hosted here, and in calls from here.
        tls: How it speaks TLS with other machines; None where it does not.
        outside: Capabilities that run elsewhere, and are not trusted with the request context.
        ours: Capabilities in processes that run this application too: they know the id of a request by its trace.
        context_keys: By which processes of this run sign the request context for one another: the first signs, each checks.
            With none, the process has one of its own.
        replicas: How many replicas of its process there are.
        leads: Whether the replica does what one replica of its process does; None where that is told later.
        settings: Capability → what plures.toml says of its settings.
        folder: What relative paths in settings are relative to.
        telemetry: Where it is kept what requests did; None where it is not.
        topologies: Names of all in plures.toml, of which one is run.
        usage: Folder in which it is kept who calls which contract; None where it is not.
        access: Who may call, and the tokens to call others with; None where no listener serves this: then nothing is checked.
    """

    capabilities: frozenset[str]
    edge: bool
    data: Path
    mode: Mode = Mode.PRODUCTION
    endpoints: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    names: tuple[str, ...] = ()
    public_names: tuple[str, ...] = ()
    databases: Mapping[str, PlacedDatabase] = field(default_factory=dict[str, PlacedDatabase])
    broker: PlacedBroker | None = None
    policies: Policies = field(default_factory=Policies)
    faults: tuple[Fault, ...] = ()
    tls: PlacedTls | None = None
    outside: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    context_keys: tuple[str, ...] = field(default=(), repr=False)
    access: Access | None = None
    replicas: int = 1
    leads: bool | None = True
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    folder: Path = Path()
    topologies: tuple[str, ...] = ()
    usage: Path | None = None
    telemetry: PlacedTelemetry | None = None
