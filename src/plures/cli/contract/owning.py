"""Who owns what: teams, the lines of CODEOWNERS, and the entities of Backstage."""

import inspect
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from plures.application import AssembledCapability
from plures.cli.project import Project
from plures.contract import ContractDescription, Stability

from .codeowners import CodeownersFile, Owned
from .locks import FOLDER

CATALOG: Final = "catalog-info.yaml"
_STAGES: Final = {
    Stability.EXPERIMENTAL: "experimental",
    Stability.STABLE: "production",
    Stability.DEPRECATED: "deprecated",
}


def teams_of(project: Project) -> frozenset[str]:
    """The teams that may own contracts: those of plures.toml, or else those that CODEOWNERS names; none where neither has any."""
    if project.settings.teams:
        return frozenset(project.settings.teams)
    named = CodeownersFile(project.settings.folder).handles()
    return frozenset(handle.rpartition("/")[2].lstrip("@") for handle in named if handle.startswith("@"))


def with_owners(project: Project, codeowners: CodeownersFile) -> str:
    """CODEOWNERS with the lines of all contracts; what people wrote into it stays."""
    return codeowners.saying(_owned(project))


def catalog(project: Project) -> str:
    """The entities of Backstage: the application, its capabilities, and an API for each contract."""
    system = _entity_name(project.settings.application.partition(":")[0].partition(".")[0])
    return "".join(f"---\n{_yaml(entity)}" for entity in _entities(project, system))


def _owned(project: Project) -> Iterator[Owned]:
    """The folder of each contract and its lock file, with whom a code host asks."""
    for contract in project.assembly.contracts:
        handle = project.settings.teams.get(contract.owner)
        if handle is None:
            continue
        file = _source(contract.python, project.settings.folder)
        if file is not None and file.parent != Path():
            yield Owned(f"{file.parent.as_posix()}/", file.as_posix(), handle)
        lock = f"{FOLDER}/{contract.name}.toml"
        yield Owned(lock, lock, handle)


def _source(python: type, root: Path) -> Path | None:
    """The file of a class seen from the project; None where it is not below it."""
    try:
        file = inspect.getsourcefile(python)
    except TypeError:
        return None
    seen = Path(os.path.relpath(file, root.absolute())) if file else None
    return None if seen is None or ".." in seen.parts else seen


def _entities(project: Project, system: str) -> Iterator[dict[str, Any]]:
    capabilities = project.assembly.capabilities
    yield _entity("System", system, {"owner": _owner_of_all(capabilities)})
    for name, capability in capabilities.items():
        contract = capability.contract
        spec = {"lifecycle": _STAGES[contract.stability], "owner": contract.owner, "system": system}
        called = sorted(
            _entity_name(each.name) for each in project.assembly.contracts if each.python in capability.needs
        )
        served = [_entity_name(each.name) for each in capability.contracts]
        provides = {"providesApis": served, **({"consumesApis": called} if called else {})}
        yield _entity(
            "Component", f"{system}-{_entity_name(name)}", {"type": "service", **spec, **provides}, _about(contract)
        )
        for each in capability.contracts:
            spec = {"lifecycle": _STAGES[each.stability], "owner": each.owner, "system": system}
            definition = {"$text": f"./{FOLDER}/{each.name}.toml"}
            yield _entity(
                "API", _entity_name(each.name), {"type": "plures", **spec, "definition": definition}, _about(each)
            )


def _about(contract: ContractDescription) -> str:
    return contract.doc.partition("\n\n")[0].replace("\n", " ")


def _owner_of_all(capabilities: Mapping[str, AssembledCapability]) -> str:
    """The team that owns most."""
    owners = [contract.owner for each in capabilities.values() for contract in each.contracts]
    return max(sorted(set(owners)), key=owners.count, default="unknown")


def _entity(kind: str, name: str, spec: Mapping[str, Any], about: str = "") -> dict[str, Any]:
    metadata = {"name": name, **({"description": about} if about else {})}
    return {"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _entity_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:63]


def _yaml(value: Mapping[str, Any], indent: str = "") -> str:
    """Plain data as YAML; texts as JSON writes them, which YAML reads."""
    lines: list[str] = []
    for key, each in value.items():
        parts: Any = each
        if isinstance(each, Mapping):
            lines.append(f"{indent}{key}:\n{_yaml(parts, indent + '  ')}")
        elif isinstance(each, list):
            lines.append(f"{indent}{key}:\n" + "".join(f"{indent}  - {json.dumps(part)}\n" for part in parts))
        else:
            lines.append(f"{indent}{key}: {json.dumps(each, ensure_ascii=False)}\n")
    return "".join(lines)
