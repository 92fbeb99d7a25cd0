"""What can go wrong while an application is put onto this machine."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plures.errors import PluresError, Text, out_of_files

_LOG: Final = logging.getLogger("plures.deploy")


@dataclass(eq=False)
class PortTaken(PluresError):
    """Another program listens on the port, or on all ports that were tried."""

    code = "deploy.port_taken"
    wording = Text(
        "Cannot listen on {ports} of {host}",
        why="another program listens there",
        fix="Stop that program, or name another port (0 takes any that is free).",
    )

    host: str
    ports: str


@dataclass(eq=False)
class PortForbidden(PluresError):
    """The operating system does not let this user have the port."""

    code = "deploy.port_forbidden"
    wording = Text(
        "Cannot listen on port {port} of {host}",
        why="the operating system refuses it ({reason})",
        fix="Name a port from 1024 to 65535, and put a proxy in front of it for the others.",
    )

    host: str
    port: int
    reason: str


@dataclass(eq=False)
class AddressUnusable(PluresError):
    """This machine does not have the address, or the number is no port."""

    code = "deploy.address_unusable"
    wording = Text(
        "Cannot listen on {host}, port {port}",
        why="{reason}",
        fix='Name an address of this machine, like "127.0.0.1" (this machine only) or "0.0.0.0" (the whole network).',
    )

    host: str
    port: int
    reason: str


@dataclass(eq=False)
class ControlUnprotected(PluresError):
    """Calls would cross the network in plain text, and with them the tokens that prove who calls."""

    code = "deploy.control_unprotected"
    wording = Text(
        "The control listener does not listen on {address}",
        why="it is not encrypted, and others on that network could read the tokens of calls and use them",
        fix="Add a table [tls] to plures.toml, which `plures tls init` prepares, or listen on 127.0.0.1 under [listen] control.",
    )

    address: str


@dataclass(eq=False)
class PeerSocketUnusable(PluresError):
    """The Unix sockets over which replicas call each other cannot be made."""

    code = "deploy.peer_socket_unusable"
    wording = Text(
        "Cannot listen on a Unix socket in {folder}",
        why="{reason}",
        fix="Set TMPDIR to a folder with a short path that this user may write to.",
    )

    folder: str
    reason: str


class ReplicaFailed(PluresError):
    """A replica said why it cannot start; `reason` is the code of the error that it met."""

    code = "deploy.replica_failed"

    def __init__(self, replica: str, *, reason: str, what: str, why: str, fix: str) -> None:
        super().__init__(f"{replica} cannot start: {what}", why=why, fix=fix)
        self.reason = reason


@dataclass(eq=False)
class ReplicaDied(PluresError):
    """A replica ended before it was ready, without saying why."""

    code = "deploy.replica_died"
    wording = Text("{replica} cannot start", why="it {ending} before it was ready", fix="Its last log lines say more.")

    replica: str
    ending: str


@dataclass(eq=False)
class StartTimeout(PluresError):
    """A replica took longer to become ready than it may."""

    code = "deploy.start_timeout"
    wording = Text(
        "{replica} did not become ready within {limit_s:g} s",
        why="its on_start and on_ready hooks have not ended, or it does not answer on its port",
        fix="Move long work from the hooks to lifecycle.background(), or allow more time to start.",
    )

    replica: str
    limit_s: float


@dataclass(eq=False)
class ApplicationRaised(PluresError):
    """The application raised something other than a `PluresError` while it started: a mistake in its code."""

    code = "deploy.application_raised"
    wording = Text(
        "the application raised {kind} while it started",
        why="{message}",
        fix="The traceback stands in the log of this process.",
    )

    kind: str
    message: str


def application_raised(error: Exception) -> PluresError:
    """What to say of an error during a start. One that is not of Plures is a mistake of the application: it is logged."""
    error = out_of_files(error) or error
    if isinstance(error, PluresError):
        return error
    _LOG.error("the application could not start", exc_info=error)
    return ApplicationRaised(type(error).__name__, str(error))


@dataclass(eq=False)
class CommandMissing(PluresError):
    """The program of a `command` process cannot be run."""

    code = "deploy.command_missing"
    wording = Text(
        "Cannot start process {process!r}: {program!r} cannot be run",
        why="{reason}",
        fix="Install it, or correct `command` of {process!r} in plures.toml.",
    )

    process: str
    program: str
    reason: str


@dataclass(eq=False)
class NoSuchReplica(PluresError):
    """A process or replica was named that does not run here."""

    code = "deploy.no_such_replica"
    wording = Text("There is no {named}", why="what runs here: {known}", fix="Name one of these.")

    named: str
    known: str


class RestartHalted(PluresError):
    """Replicas were being replaced one after the other, and a new one could not start."""

    code = "deploy.restart_halted"

    def __init__(self, replica: str, reason: str, replaced: Sequence[str], *, is_there: bool) -> None:
        before = "It goes on as it was" if is_there else "It is tried again and again, and calls of it wait"
        after = f"; {', '.join(replaced)} had been replaced" if replaced else ""
        super().__init__(
            f"The restart halted at {replica}",
            why=reason,
            fix=f"{before}, and so do those after it{after}. Correct what is said, and give the same order again.",
        )


@dataclass(eq=False)
class CodeUnfit(PluresError):
    """The code on disk cannot take the place of what runs. Nothing has changed."""

    code = "deploy.code_unfit"
    wording = Text("The code as it is on disk now cannot replace what runs", why="{reason}", fix="{fix}")

    reason: str
    fix: str


@dataclass(eq=False)
class RunUnchangeable(PluresError):
    """A run that has services of others in its process stays as it is."""

    code = "deploy.run_unchangeable"
    wording = Text(
        "What runs cannot be told to {order}",
        why="services of others run in the same process, which stay where they are",
        fix="End it with `plures stop`, and start it again.",
    )

    order: str
