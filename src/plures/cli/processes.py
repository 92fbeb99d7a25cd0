"""One process of a topology by itself, as `plures run --process` runs it in a container."""

import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from plures.errors import PluresError, Text, did_you_mean
from plures.topology import Address, ResolvedTopology, Settings, alone

PEERS: Final = "https://{process}:8001"
_EVERY_ADDRESS: Final = "0.0.0.0"


@dataclass(eq=False)
class NotOurs(PluresError):
    """A process was asked for that the topology does not have, or that does not run this application."""

    code = "cli.process"
    wording = Text("Cannot run the process {name!r} of the topology {topology}", why="{reason}", fix="{remedy}")

    name: str
    topology: str
    reason: str
    remedy: str


def alone_in(
    topology: ResolvedTopology, settings: Settings, name: str, peers: str | None
) -> tuple[ResolvedTopology, Settings]:
    """The topology and the settings, as the one process sees them. Its control listener answers other machines, if plures.toml says nothing else.

    Raises:
        NotOurs: There is no such process, or it does not run this application.
    """
    ours = [process.name for process in topology.processes.values() if process.ours]
    if name not in ours:
        reason = f"those of this application are {', '.join(ours)}"
        raise NotOurs(name, topology.name, reason, did_you_mean(name, ours) or "Name one of them.")
    for variable, value in topology.processes[name].environment.items():
        os.environ.setdefault(variable, value)
    address = peers or PEERS
    control = settings.control
    if control.is_loopback:
        control = Address(_EVERY_ADDRESS, control.port)
    # By that name the others call it.
    own = urlsplit(address.replace("{process}", name)).hostname
    names = settings.names if own is None else (*settings.names, own)
    return alone(topology, name, address), replace(settings, control=control, names=names)
