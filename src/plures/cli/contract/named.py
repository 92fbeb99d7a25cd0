"""Contracts that a command names."""

from collections.abc import Sequence

from plures.application import AssembledCapability, AssembledVersion
from plures.cli.project import Project
from plures.errors import did_you_mean

from .errors import NoSuchContract


def chosen_of(project: Project, names: Sequence[str]) -> dict[str, AssembledVersion]:
    """Contracts by their names; raises `NoSuchContract`.

    Args:
        names: Of capabilities, for all versions of their contracts, and of contracts, for one. With none, all contracts.
    """
    versions = _versions(project)
    capabilities = project.assembly.capabilities
    found: dict[str, AssembledVersion] = {}
    for name in names or capabilities:
        if name in capabilities:
            found |= {each.contract.name: each for each in capabilities[name].versions}
        else:
            found[name] = version_of(project, name)
    return {name: found[name] for name in versions if name in found}


def capability_of(project: Project, name: str) -> AssembledCapability:
    """The capability of that name; raises `NoSuchContract`."""
    capabilities = project.assembly.capabilities
    if name not in capabilities:
        raise NoSuchContract(name, did_you_mean(name, capabilities) or f"It has {', '.join(sorted(capabilities))}.")
    return capabilities[name]


def version_of(project: Project, name: str) -> AssembledVersion:
    """The contract of that name, or the newest version of that capability's; raises `NoSuchContract`."""
    versions, capabilities = _versions(project), project.assembly.capabilities
    if name in capabilities:
        return capabilities[name].versions[0]
    if name not in versions:
        hint = did_you_mean(name, [*capabilities, *versions]) or f"It has {', '.join(sorted(capabilities))}."
        raise NoSuchContract(name, hint)
    return versions[name]


def _versions(project: Project) -> dict[str, AssembledVersion]:
    every = (version for capability in project.assembly.capabilities.values() for version in capability.versions)
    return {each.contract.name: each for each in every}
