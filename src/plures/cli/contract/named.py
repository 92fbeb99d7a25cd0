"""Capabilities that a command names."""

from collections.abc import Sequence

from plures.application import AssembledCapability
from plures.cli.project import Project
from plures.errors import did_you_mean

from .errors import NoSuchContract


def chosen_of(project: Project, names: Sequence[str]) -> dict[str, AssembledCapability]:
    """The capabilities of those names, or all of them; raises `NoSuchContract`."""
    return {name: capability_of(project, name) for name in names or project.assembly.capabilities}


def capability_of(project: Project, name: str) -> AssembledCapability:
    """The capability of that name; raises `NoSuchContract`."""
    capabilities = project.assembly.capabilities
    if name not in capabilities:
        raise NoSuchContract(name, did_you_mean(name, capabilities) or f"It has {', '.join(sorted(capabilities))}.")
    return capabilities[name]
