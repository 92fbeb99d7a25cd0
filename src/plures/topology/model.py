"""What plures.toml says, as values. Knows nothing of the application: `check` compares the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.errors import PluresError, Text, did_you_mean
from plures.logs import LogSettings
from plures.scaling import Targets

from .access import OutsideCaller, Secret
from .broker import Broker
from .images import ImageSettings
from .lines import line_of
from .policies import Policies
from .services import Service
from .storage import EMBEDDED, Storage
from .telemetry import TelemetrySettings
from .tls import Tls

REST = "*"


@dataclass(frozen=True)
class Address:
    """Where a listener binds; port 0 takes any free one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether this machine alone reaches it. Of a name, that is not known."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


_TARGETS: Final = Targets()


@dataclass(frozen=True)
class Replicas:
    """How many replicas of a process may run, and what decides that in between, as `plures.scaling.Targets` says."""

    min: int = 1
    max: int = 1
    cpu: float = _TARGETS.cpu
    in_flight: float = _TARGETS.in_flight
    cool_down_s: float = _TARGETS.cool_down_s


class Process(msgspec.Struct, frozen=True):
    """A named group of capabilities that run together.

    Attributes:
        capabilities: Names of capabilities; `"*"` stands for all that no other process of the topology lists.
        edge: Whether it hosts the edge; None leaves it to the process that has `"*"`.
        external: Base URL, when it runs elsewhere.
        peer: Whom its certificate must name; None where that follows from the rest.
        command: Command line, when Plures starts it and it does not run this application.
        environment: Variables that it gets on top of those of Plures.
        may_call: What a program in another language may call.
        token: What we show one that runs elsewhere.
        services: Existing services that it runs; `"*"` as for capabilities.
    """

    name: str
    capabilities: tuple[str, ...]
    replicas: Replicas = Replicas()
    edge: bool | None = None
    external: str | None = None
    command: str | None = None
    environment: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    peer: str | None = None
    may_call: tuple[str, ...] = ()
    token: Secret | None = None
    services: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether it runs this application."""
        return self.external is None and self.command is None


@dataclass(frozen=True)
class Topology:
    """Which process hosts which capability.

    Attributes:
        source: The file that says so, for messages; empty when it was built in code.
        lines: Where the tables and keys of the file stand.
        storage: Which database each capability uses.
        broker: What carries events between processes; None where they travel by HTTP.
        policies: What is said of calls.
        callers: Who else may call.
        settings: Capability → what is said of its settings.
        folder: What relative paths in settings are relative to.
    """

    name: str
    processes: tuple[Process, ...]
    source: str = ""
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int], compare=False, repr=False)
    storage: Storage = EMBEDDED
    broker: Broker | None = None
    policies: Policies = field(default_factory=Policies)
    callers: tuple[OutsideCaller, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    folder: Path = Path()

    def where(self, process: str = "", key: str = "") -> str:
        """The place of a key, as the user would look it up."""
        below = [part for part in (process, key) if part]
        path = ".".join(below)
        line = line_of(self.lines, ("topology", self.name, *below))
        source = f"{self.source}:{line}" if line else self.source
        return " ".join(part for part in (source, f"[topology.{self.name}]", path) if part)

    def where_caller(self, name: str, key: str = "") -> str:
        """The place of a key of `[access.callers]`."""
        line = line_of(self.lines, ("access", "callers", name, *([key] if key else [])))
        source = f"{self.source}:{line}" if line else self.source
        return " ".join(part for part in (source, f"[access.callers.{name}]", key) if part)


def monolith(source: str = "", *, has_services: bool = False) -> Topology:
    """Everything in one process: what runs when no topology is named."""
    return Topology("monolith", (Process("main", (REST,), services=(REST,) if has_services else ()),), source)


@dataclass(eq=False)
class UnknownTopology(PluresError):
    """A topology was asked for that plures.toml does not have."""

    code = "topology.unknown"
    wording = Text("There is no topology {name!r}", why="{source} has {known}", fix="{hint}")

    name: str
    source: str
    known: str
    hint: str


class Settings(msgspec.Struct, frozen=True):
    """The whole of plures.toml.

    Attributes:
        application: Import string, `package.module:attribute`.
        data: Folder of the embedded databases.
        public: Listener of the edge.
        control: Listener of health, contract listing and calls between processes.
        names: Whom calls may ask for, besides loopback and the address of `control`.
        public_names: Whom requests to the edge may ask for; with none, anyone.
        topologies: By name; always has one named `monolith`.
        source: The file, for messages.
        folder: The folder of the file, where commands run.
        logs: How the log is written.
        telemetry: What is kept of requests, figures and the log.
        storage: Which database each capability uses.
        broker: What carries events between processes; None where they travel by HTTP.
        tls: How the control listener and calls to other machines speak TLS; None where they do not.
        callers: Who may call besides the processes of the application.
        services: Existing services, by name.
        addresses: Base URLs by which those call the edge.
        teams: Whom a code host asks for a team, by the name of the team.
        trials: Import string of what tests of contracts must know; empty where they know nothing.
        images: How images are built.
        preload: Whether processes are forked from one that has imported the application.
    """

    application: str
    data: Path
    public: Address
    control: Address
    topologies: Mapping[str, Topology]
    source: str = "plures.toml"
    folder: Path = Path()
    names: tuple[str, ...] = ()
    public_names: tuple[str, ...] = ()
    logs: LogSettings = msgspec.field(default_factory=LogSettings)
    telemetry: TelemetrySettings = TelemetrySettings()
    storage: Storage = EMBEDDED
    broker: Broker | None = None
    tls: Tls | None = None
    callers: tuple[OutsideCaller, ...] = ()
    services: Mapping[str, Service] = msgspec.field(default_factory=dict[str, Service])
    addresses: tuple[str, ...] = ()
    teams: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    trials: str = ""
    images: ImageSettings = msgspec.field(default_factory=ImageSettings)
    preload: bool = False

    def topology(self, name: str = "monolith") -> Topology:
        """The topology of this name.

        Raises:
            UnknownTopology: There is none.
        """
        try:
            return self.topologies[name]
        except KeyError:
            names = sorted(self.topologies)
            hint = did_you_mean(name, names) or f"Name one of them, or add a table [topology.{name}]."
            raise UnknownTopology(name, self.source, ", ".join(names), hint) from None
