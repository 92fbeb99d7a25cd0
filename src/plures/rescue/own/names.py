"""Which names of modules are those of a service, and which of them mean something else elsewhere."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from .current import MARK


@dataclass(frozen=True)
class OwnNames:
    """The names of one service that begin an import.

    Attributes:
        roots: The folders that they are in.
        names: All of them.
        clashing: Those that another service has as well, or that are installed. Its modules of these names are called `service:name`.
        hiding: Those of `clashing` that are installed or of the standard library.
    """

    service: str
    roots: tuple[str, ...]
    names: frozenset[str]
    clashing: frozenset[str]
    hiding: frozenset[str]

    def real(self, module: str) -> str:
        """What a module is called in this process that the service calls by this name."""
        return f"{self.service}:{module}" if module.partition(".")[0] in self.clashing else module


def names_of(services: Mapping[str, Sequence[Path]]) -> dict[str, OwnNames]:
    """The names of all services of a process.

    Args:
        services: Name of a service → the folders from which it imports.
    """
    found = {name: _found(roots) for name, roots in services.items()}
    times = Counter(module for names in found.values() for module in names)
    own = {str(root) for roots in services.values() for root in roots}
    installed = {module: _is_installed(module, own) for module in times}
    result: dict[str, OwnNames] = {}
    for service, names in found.items():
        hiding = frozenset(module for module in names if installed[module])
        clashing = frozenset(module for module in names if times[module] > 1) | hiding
        roots = tuple(str(root) for root in services[service])
        result[service] = OwnNames(service, roots, frozenset(names), clashing, hiding)
    return result


def _found(roots: Iterable[Path]) -> set[str]:
    return {name for root in roots if root.is_dir() for entry in root.iterdir() if (name := _module(entry)) is not None}


def _module(entry: Path) -> str | None:
    if entry.suffix == ".py":
        return entry.stem if entry.stem.isidentifier() else None
    is_package = entry.name.isidentifier() and entry.is_dir() and any(entry.glob("*.py"))
    return entry.name if is_package or _holds_packages(entry) else None


def _holds_packages(entry: Path) -> bool:
    # A folder without modules of its own may hold packages: src/shop/api.
    return entry.name.isidentifier() and entry.is_dir() and any(entry.glob("*/*.py"))


def _is_installed(name: str, own: set[str]) -> bool:
    if name in sys.stdlib_module_names:
        return True
    loaded = sys.modules.get(name)
    if loaded is not None:
        return not hasattr(loaded, MARK)
    # Programs put more into `sys.path` than text; Python ignores that.
    entries: list[object] = [*sys.path]
    path = [entry for entry in entries if isinstance(entry, str) and str(Path(entry).absolute()) not in own]
    spec = PathFinder.find_spec(name, path)
    return spec is not None and spec.origin is not None
