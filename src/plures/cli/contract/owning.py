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
from plures.contract import Stability

from .locks import FOLDER

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where code hosts look, in their order."""
CATALOG: Final = "catalog-info.yaml"
_BEGIN: Final = "# Written by `plures contract owners --write`, down to the line that says so."
_END: Final = "# End of what `plures contract owners --write` writes."
_HANDLE: Final = re.compile(r"(?<!\S)@[\w.-]+(?:/[\w.-]+)*")
_STAGES: Final = {
    Stability.EXPERIMENTAL: "experimental",
    Stability.STABLE: "production",
    Stability.DEPRECATED: "deprecated",
}


def teams_of(project: Project) -> frozenset[str]:
    """The teams that may own contracts: those of plures.toml, or else those that CODEOWNERS names; none where neither has any."""
    if project.settings.teams:
        return frozenset(project.settings.teams)
    path = codeowners_in(project.settings.folder)
    return frozenset(handle.rpartition("/")[2].lstrip("@") for handle in _handles(path))


def codeowners_in(folder: Path) -> Path:
    """The file that code hosts read; the first place where there is none yet."""
    return next((folder / place for place in PLACES if (folder / place).is_file()), folder / PLACES[0])


def with_owners(project: Project, text: str) -> str:
    """CODEOWNERS with the lines of all contracts; what people wrote into it stays."""
    owners = [f"{path} {owner}" for path, owner in _owned(project)]
    block = "\n".join([_BEGIN, *owners, _END]) + "\n"
    before, begin, rest = text.partition(_BEGIN)
    if not begin:
        return text + ("\n" if text and not text.endswith("\n") else "") + block
    return before + block + rest.partition(_END)[2].removeprefix("\n")


def catalog(project: Project) -> str:
    """The entities of Backstage: the application, its capabilities, and an API for each contract."""
    system = _entity_name(project.settings.application.partition(":")[0].partition(".")[0])
    return "".join(f"---\n{_yaml(entity)}" for entity in _entities(project, system))


def _handles(path: Path) -> list[str]:
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").partition(_BEGIN)[0].splitlines()
    return [handle for line in lines for handle in _HANDLE.findall(line.partition("#")[0])]


def _owned(project: Project) -> Iterator[tuple[str, str]]:
    """The folder of each contract and its lock file, with whom a code host asks."""
    for capability in project.assembly.capabilities.values():
        contract = capability.contract
        handle = project.settings.teams.get(contract.owner)
        if handle is None:
            continue
        folder = _folder(contract.python, project.settings.folder)
        if folder:
            yield f"/{folder.as_posix()}/", handle
        yield f"/{FOLDER}/{contract.name}.toml", handle


def _folder(python: type, root: Path) -> Path | None:
    """The folder of a class seen from the project; None where it is not below it, or is the project itself."""
    try:
        file = inspect.getsourcefile(python)
    except TypeError:
        return None
    folder = Path(os.path.relpath(Path(file).parent, root.absolute())) if file else Path()
    return None if folder in (Path(), Path()) or ".." in folder.parts else folder


def _entities(project: Project, system: str) -> Iterator[dict[str, Any]]:
    capabilities = project.assembly.capabilities
    yield _entity("System", system, {"owner": _owner_of_all(capabilities)})
    for name, capability in capabilities.items():
        contract = capability.contract
        spec = {"lifecycle": _STAGES[contract.stability], "owner": contract.owner, "system": system}
        called = sorted(_entity_name(capabilities[each].contract.name) for each in project.assembly.call_graph[name])
        provides = {"providesApis": [_entity_name(contract.name)], **({"consumesApis": called} if called else {})}
        about = contract.doc.partition("\n\n")[0].replace("\n", " ")
        yield _entity("Component", f"{system}-{_entity_name(name)}", {"type": "service", **spec, **provides}, about)
        definition = {"$text": f"./{FOLDER}/{contract.name}.toml"}
        yield _entity("API", _entity_name(contract.name), {"type": "plures", **spec, "definition": definition}, about)


def _owner_of_all(capabilities: Mapping[str, AssembledCapability]) -> str:
    """The team that owns most."""
    owners = [each.contract.owner for each in capabilities.values()]
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
