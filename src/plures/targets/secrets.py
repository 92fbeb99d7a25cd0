"""Which secrets a process needs: names of variables, and places of files in its container. Never a secret itself."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from plures.topology import TRUSTED, ResolvedProcess, ResolvedTopology, Secret, Settings, Tls

from .places import HOME
from .values import SecretFile


def variables_of(process: ResolvedProcess, topology: ResolvedTopology) -> tuple[str, ...]:
    """The variables that must hold secrets, sorted."""
    found = [placed.server.variables for placed in process.databases.values()]
    if process.broker is not None:
        found.append(process.broker.broker.variables)
    found += [secret.variables for _, secret in _tokens(topology)]
    return tuple(sorted(frozenset[str]().union(*found)))


def files_of(process: ResolvedProcess, topology: ResolvedTopology, settings: Settings) -> tuple[SecretFile, ...]:
    """The files with secrets, each once."""
    return tuple(dict.fromkeys(_files(process, topology, settings)))


def _files(process: ResolvedProcess, topology: ResolvedTopology, settings: Settings) -> Iterator[SecretFile]:
    folder = settings.folder
    if settings.tls is not None:
        yield from _tls(settings.tls, folder)
    for placed in process.databases.values():
        server = placed.server
        if server.url_file is not None:
            yield SecretFile(in_container(server.url_file, folder), f"database {server.name}")
        if server.passwords is not None:
            names = tuple(name for name, its in process.databases.items() if its.server.name == server.name)
            held = in_container(server.passwords, folder)
            yield SecretFile(held, f"passwords {server.name}", is_folder=True, file_names=names)
    if process.broker is not None and process.broker.broker.url_file is not None:
        yield SecretFile(in_container(process.broker.broker.url_file, folder), "broker")
    for owner, secret in _tokens(topology):
        if secret.file is not None:
            yield SecretFile(in_container(secret.file, folder), f"token {owner}")


def _tls(tls: Tls, folder: Path) -> Iterator[SecretFile]:
    if tls.authority is not None:
        held = in_container(tls.authority, folder)
        yield SecretFile(held, "authority", is_folder=True, file_names=(TRUSTED, "authority.key"))
        return
    for path, about in zip(tls.files, ("tls certificate", "tls key", "tls trust"), strict=True):
        yield SecretFile(in_container(path, folder), about)


def _tokens(topology: ResolvedTopology) -> Iterator[tuple[str, Secret]]:
    """All of them: each process reads what plures.toml refers to when it starts."""
    for caller in topology.callers:
        if caller.token is not None:
            yield caller.name, caller.token
    for process in topology.processes.values():
        if process.token is not None:
            yield process.name, process.token


def in_container(path: Path, folder: Path) -> str:
    """Where a path of plures.toml is in a container: beside plures.toml there, where it is relative."""
    try:
        return str(PurePosixPath(HOME, path.absolute().relative_to(folder.absolute()).as_posix()))
    except ValueError:
        return path.as_posix()
