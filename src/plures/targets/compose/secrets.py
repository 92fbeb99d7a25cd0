"""Secrets by reference: where their files lie beside the Compose file, and where containers see them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from plures.targets.values import SecretFile, Workload

FOLDER: Final = "./secrets"
"""Beside the Compose file, and in no repository."""

_OF_TLS: Final = "tls "


def declared(workloads: Mapping[str, Workload]) -> dict[str, Any]:
    """All that is declared of files with secrets, by name."""
    files = {
        name: {"file": f"{FOLDER}/{place}"}
        for workload in workloads.values()
        for name, place, _ in _single(workload.files)
    }
    return dict(sorted(files.items()))


def given(files: tuple[SecretFile, ...]) -> list[dict[str, str]]:
    """The files that a service gets, each by itself."""
    return [{"source": name, "target": target} for name, _, target in _single(files)]


def mounted(files: tuple[SecretFile, ...], process: str) -> list[dict[str, Any]]:
    """The folders that a service gets as a whole: files in them are replaced while it runs, which a file that is mounted by itself would not show."""
    folders = {each.path: f"{FOLDER}/{_place(each.about)}" for each in files if each.is_folder and _is_whole(each)}
    folders |= {
        str(PurePosixPath(each.path).parent): f"{FOLDER}/tls/{process}"
        for each in files
        if each.about.startswith(_OF_TLS)
    }
    return [
        {
            "type": "bind",
            "source": source,
            "target": target,
            "read_only": True,
            # Else an engine makes an empty folder of its own where there is none.
            "bind": {"create_host_path": False},
        }
        for target, source in sorted(folders.items())
    ]


def variables(workload: Workload) -> dict[str, str]:
    """The environment of a service: values that are no secrets, and references to those that are."""
    said = {name: value.replace("$", "$$") for name, value in workload.environment.items()}
    return said | {name: f"${{{name}:?belongs in the environment or in .env}}" for name in workload.variables}


def _single(files: tuple[SecretFile, ...]) -> Iterator[tuple[str, str, str]]:
    """(name, place below the folder, path in the container)"""
    for each in files:
        if each.about.startswith(_OF_TLS) or (each.is_folder and _is_whole(each)):
            continue
        place = _place(each.about)
        if not each.is_folder:
            yield place, place, each.path
        for name in each.file_names:
            yield f"{place}-{name}", f"{place}/{name}", f"{each.path}/{name}"


def _is_whole(folder: SecretFile) -> bool:
    return folder.about == "authority" or not folder.file_names


def _place(about: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", about)


def wanted_in(files: tuple[SecretFile, ...], target: str) -> list[str]:
    """What must lie in a folder that is mounted as a whole, by its path in the container."""
    folders = [name for each in files if each.is_folder and each.path == target for name in each.file_names]
    single = [
        PurePosixPath(each.path).name
        for each in files
        if each.about.startswith(_OF_TLS) and str(PurePosixPath(each.path).parent) == target
    ]
    return [*folders, *single]
