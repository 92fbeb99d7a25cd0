"""What can go wrong while an application is put onto this machine."""

from plures.errors import PluresError


class PortTaken(PluresError):
    """Somebody else listens there."""

    code = "deploy.port_taken"

    def __init__(self, host: str, port: int, *, tried: int = 1) -> None:
        ports = f"port {port}" if tried == 1 else f"any of the {tried} ports from {port} on"
        super().__init__(
            f"Cannot listen on {ports} of {host}",
            why="another program listens there",
            fix="Stop that program, or name another port (0 takes any that is free).",
        )


class PortForbidden(PluresError):
    """The operating system does not let this user have the port."""

    code = "deploy.port_forbidden"

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on port {port} of {host}",
            why=f"the operating system refuses it ({why})",
            fix="Name a port from 1024 to 65535, and put a proxy in front of it for the others.",
        )


class AddressUnusable(PluresError):
    """The host name or the port number is none of this machine's."""

    code = "deploy.address_unusable"

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on {host}, port {port}",
            why=why,
            fix='Name an address of this machine, like "127.0.0.1" (this machine only) or "0.0.0.0" (the whole network).',
        )


class PeerSocketUnusable(PluresError):
    """The Unix sockets over which replicas call each other cannot be made."""

    code = "deploy.peer_socket_unusable"

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"Cannot listen on a Unix socket in {place}",
            why=why,
            fix="Set TMPDIR to a folder with a short path that this user may write to.",
        )


class ReplicaFailed(PluresError):
    """A replica said why it cannot start; `reason` is the code of the error that it met."""

    code = "deploy.replica_failed"

    def __init__(self, replica: str, *, reason: str, what: str, why: str, fix: str) -> None:
        super().__init__(f"{replica} cannot start: {what}", why=why, fix=fix)
        self.reason = reason


class ReplicaDied(PluresError):
    """A replica ended before it was ready, without saying why."""

    code = "deploy.replica_died"

    def __init__(self, replica: str, ending: str) -> None:
        super().__init__(
            f"{replica} cannot start",
            why=f"it {ending} before it was ready",
            fix="Its last log lines say more.",
        )


class StartTimeout(PluresError):
    """A replica took longer to become ready than it may."""

    code = "deploy.start_timeout"

    def __init__(self, replica: str, limit_s: float) -> None:
        super().__init__(
            f"{replica} did not become ready within {limit_s:g} s",
            why="its on_start and on_ready hooks have not ended, or it does not answer on its port",
            fix="Move long work from the hooks to lifecycle.background(), or allow more time to start.",
        )


class CommandMissing(PluresError):
    """The program of a `command` process cannot be run."""

    code = "deploy.command_missing"

    def __init__(self, process: str, program: str, why: str) -> None:
        super().__init__(
            f"Cannot start process {process!r}: {program!r} cannot be run",
            why=why,
            fix=f"Install it, or correct `command` of {process!r} in plures.toml.",
        )


class NoSuchReplica(PluresError):
    """A process or replica was named that is not run here."""

    code = "deploy.no_such_replica"

    def __init__(self, named: str, known: str) -> None:
        super().__init__(f"There is no {named}", why=f"what runs here: {known}", fix="Name one of these.")
