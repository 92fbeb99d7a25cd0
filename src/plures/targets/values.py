"""What a process needs to run, as values that every target reads."""

from collections.abc import Mapping

import msgspec

from plures.topology import OutsideCaller, Replicas


class Port(msgspec.Struct, frozen=True):
    """A port on which a process listens.

    Attributes:
        name: `public` for the edge, `control` for health, contracts and calls.
        scheme: `http` or `https`.
    """

    name: str
    number: int
    scheme: str


class Health(msgspec.Struct, frozen=True):
    """How a process tells that it lives, and that it can take calls: by answering 200 to a GET.

    Attributes:
        port: On which it answers.
        scheme: `http` or `https`; it asks for no certificate of those who look.
        is_inside: Whether it answers only those who ask from inside its container.
    """

    port: int
    scheme: str
    is_inside: bool
    live: str = "/health/live"
    ready: str = "/health/ready"


class SecretFile(msgspec.Struct, frozen=True):
    """A file, or a folder, with secrets that a process reads.

    Attributes:
        path: In the container, absolute.
        about: What it holds, such as `tls`, `database main`, `token of till`.
        is_folder: Whether it is a folder.
        file_names: What the folder must hold, as far as that is known.
    """

    path: str
    about: str
    is_folder: bool = False
    file_names: tuple[str, ...] = ()


class Server(msgspec.Struct, frozen=True):
    """A server that is none of the processes, and that a process connects to.

    Attributes:
        about: What it is, such as `database main`, `broker`, `external tax`.
        host: Empty where a secret holds it.
        port: As said, or as usual for what it is.
    """

    about: str
    host: str
    port: int


class Workload(msgspec.Struct, frozen=True):
    """A process as what runs containers sees it: each container has one replica of it.

    Attributes:
        name: Of the process; a DNS label.
        capabilities: What it hosts.
        image: Name of the image without registry and tag, as `plures build` calls it: `shop/search`.
        arguments: What follows the entry point of the image. Empty for a program in another language, whose image has its command.
        command: Of a program in another language; None where the process runs the application.
        ports: The edge first.
        environment: What is no secret.
        variables: Names of the variables that must hold secrets.
        files: Files with secrets.
        keeps: Whether `/data` must outlive a replica: it holds embedded databases. Else it is scratch space.
        is_alone: Whether two replicas must never run at once, not even during a restart.
        calls: Processes that it connects to: those that it calls, and those that it delivers events to.
        called_by: The processes that connect to it.
        servers: What it connects to besides.
        databases: Capabilities of it whose rows are on a server of PostgreSQL.
        health: How it is looked at.
        grace_s: Most seconds between SIGTERM and its end.
    """

    name: str
    capabilities: tuple[str, ...]
    image: str
    arguments: tuple[str, ...]
    command: str | None
    ports: tuple[Port, ...]
    environment: Mapping[str, str]
    variables: tuple[str, ...]
    files: tuple[SecretFile, ...]
    keeps: bool
    is_alone: bool
    replicas: Replicas
    calls: tuple[str, ...]
    called_by: tuple[str, ...]
    servers: tuple[Server, ...]
    databases: tuple[str, ...]
    health: Health
    grace_s: float

    def port(self, name: str) -> Port | None:
        """The port of this name; None where it has none."""
        return next((each for each in self.ports if each.name == name), None)


class Workloads(msgspec.Struct, frozen=True):
    """A topology as what runs containers sees it.

    Attributes:
        application: Its name.
        topology: Its name.
        processes: By name, in the order of the topology; those that run elsewhere are left out.
        callers: Who calls from elsewhere.
        layers: Names of processes, each after those that it needs.
    """

    application: str
    topology: str
    processes: Mapping[str, Workload]
    callers: tuple[OutsideCaller, ...]
    layers: tuple[tuple[str, ...], ...]

    @property
    def edge(self) -> Workload | None:
        """The process that visitors reach; None where there is none."""
        return next((each for each in self.processes.values() if each.port("public") is not None), None)

    @property
    def connections(self) -> frozenset[tuple[str, str]]:
        """All pairs of processes of which the first connects to the second."""
        return frozenset((each.name, called) for each in self.processes.values() for called in each.calls)
