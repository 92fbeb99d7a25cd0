"""Whether all secrets that a Compose file refers to are where it looks for them."""

import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Final

from plures.errors import InvalidInput, Violation
from plures.targets.values import Workloads

from . import rules
from .secrets import declared, mounted, wanted_in

_SET: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def check_secrets(workloads: Workloads, folder: Path, environment: Container[str]) -> None:
    """Look for files and variables, and read none of the files with secrets.

    Args:
        folder: Of the Compose file.
        environment: Names of variables that are set.

    Raises:
        InvalidInput: With one violation for each secret that is missing.
    """
    if violations := list(_missing(workloads, folder, environment)):
        raise InvalidInput(f"Secrets of topology {workloads.topology!r}", violations)


def _missing(workloads: Workloads, folder: Path, environment: Container[str]) -> Iterator[Violation]:
    said = _variables(folder / ".env")
    for name, users in sorted(_users(workloads).items()):
        if name not in environment and name not in said:
            yield rules.VARIABLE_MISSING.broken(", ".join(users), name=name, file=folder / ".env")
    places = {str(each["file"]) for each in declared(workloads.processes).values()}
    for process in workloads.processes.values():
        for mount in mounted(process.files, process.name):
            places |= {f"{mount['source']}/{name}" for name in wanted_in(process.files, mount["target"])}
    for place in sorted(places):
        if not (folder / place).is_file():
            yield rules.FILE_MISSING.broken(str(folder / place), topology=workloads.topology)


def _users(workloads: Workloads) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for name, process in workloads.processes.items():
        for variable in process.variables:
            users.setdefault(variable, []).append(name)
    return users


def _variables(file: Path) -> set[str]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    return {found[1] for line in lines if (found := _SET.match(line))}
