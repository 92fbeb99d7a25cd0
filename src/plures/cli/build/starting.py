"""How the container of a process starts, and what its labels say."""

import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Final

import msgspec

from plures.application import Assembly
from plures.images import Base, Start, moment
from plures.targets import CONTROL_PORT, HOME, PUBLIC_PORT, USER
from plures.targets import DATA as DATA_FOLDER
from plures.targets import PACKAGES as PACKAGES_FOLDER
from plures.topology import ResolvedProcess

from .sources import Commit

# As layers have them: from the root on.
APP: Final = HOME.removeprefix("/")
PACKAGES: Final = PACKAGES_FOLDER.removeprefix("/")
DATA: Final = DATA_FOLDER.removeprefix("/")
_OWN: Final = f"{USER}:{USER}"


def start_of(topology: str, process: ResolvedProcess | None, environment: Mapping[str, str]) -> Start:
    """A container that runs one process of ours, or the whole topology where None is given."""
    own = [] if process is None else ["--process", process.name]
    return Start(
        command=[
            "python3",
            "-m",
            "plures",
            "run",
            "--file",
            f"/{APP}/plures.toml",
            "--data",
            f"/{DATA}",
            "--host",
            "0.0.0.0",
        ],
        arguments=["--topology", topology, *own],
        environment={
            "PYTHONPATH": f"/{PACKAGES}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        user=_OWN,
        folder=f"/{APP}",
        volumes=[f"/{DATA}"],
        ports=[f"{PUBLIC_PORT}/tcp"] if process is None or process.edge else [],
    )


def start_of_command(command: str, environment: Mapping[str, str]) -> Start:
    """A container that runs a program in another language: it listens on $PORT, as under `plures run`."""
    return Start(
        command=shlex.split(command),
        arguments=[],
        environment={"PORT": str(CONTROL_PORT), **environment},
        user=_OWN,
        folder=f"/{APP}",
        ports=[f"{CONTROL_PORT}/tcp"],
    )


class Told(msgspec.Struct, frozen=True):
    """What an image is of.

    Attributes:
        name: Of the image.
        assembly: The application.
        topology: Name of the topology.
        processes: Those that it runs.
    """

    name: str
    assembly: Assembly
    topology: str
    processes: Sequence[ResolvedProcess]


def labels_of(told: Told, commit: Commit | None, base: Base | None) -> dict[str, str]:
    """What an image says of itself, to people and to tools.

    Args:
        commit: None where it is not known yet.
        base: None where it is not known yet.
    """
    capabilities = [capability for process in told.processes for capability in process.capabilities]
    contracts = [each.name for name in capabilities for each in told.assembly.capabilities[name].contracts]
    said = {
        "org.opencontainers.image.base.digest": "" if base is None else base.digest,
        # Where a layout lies on this machine is of no use elsewhere, and would make another image of it.
        "org.opencontainers.image.base.name": ""
        if base is None or base.name.startswith("oci:")
        else base.name.partition("@")[0],
        "org.opencontainers.image.created": "" if commit is None else moment(commit.created),
        "org.opencontainers.image.revision": "" if commit is None else commit.label,
        "org.opencontainers.image.title": told.name,
        "plures.application": told.assembly.name,
        "plures.capabilities": " ".join(sorted(capabilities)),
        "plures.contracts": " ".join(sorted(contracts)),
        "plures.process": " ".join(process.name for process in told.processes),
        "plures.topology": told.topology,
        "plures.version": version("plures"),
    }
    return {key: value for key, value in said.items() if value}
