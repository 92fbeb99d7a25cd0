"""Gives every Python file its dotted names, and finds the file that an import means. Knows src layouts, namespaces and monorepos."""

from collections import defaultdict
from collections.abc import Iterable

from .python import Import

_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "manage.py"})
_SOURCE_FOLDERS = ("src", "lib", "python")


def project_folders(paths: Iterable[str]) -> set[str]:
    """Folders that are distributions or sites of their own; the top ("") is always one."""
    found = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] in _PROJECT_FILES}
    return found | {""}


class ModuleIndex:
    """Dotted names of a codebase's files.

    A file may have several names: the full one from its source root, and shorter ones where a folder on the way may itself
    be on `sys.path`. The full name is tried first.
    """

    def __init__(self, paths: Iterable[str], projects: set[str]) -> None:
        python = [path for path in paths if path.endswith(".py")]
        self._packages = {path.rpartition("/")[0] for path in python if path.endswith("/__init__.py")}
        self._roots = {
            _join(project, source) for project in projects for source in ("", *_SOURCE_FOLDERS)
        } - self._packages | {""}
        self.name_of = {path: self._dotted(path) for path in python}
        self._full: defaultdict[str, list[str]] = defaultdict(list)
        self._short: defaultdict[str, list[str]] = defaultdict(list)
        for path, name in self.name_of.items():
            self._full[name].append(path)
            for alias in self._aliases(path, name):
                self._short[alias].append(path)

    def _dotted(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder not in self._roots:
            folder = folder.rpartition("/")[0]
        return _module(path[len(folder) :].lstrip("/"))

    def _aliases(self, path: str, name: str) -> Iterable[str]:
        """Shorter names: from the folder above the topmost package, and for a module outside packages from its own folder."""
        folder = path.rpartition("/")[0]
        while folder in self._packages:
            folder = folder.rpartition("/")[0]
        short = _module(path[len(folder) :].lstrip("/"))
        if short != name:
            yield short
        # Django sites put the folder of manage.py on the path, and often the folder `apps/` in it.
        parts = name.split(".")
        if "apps" in parts[:-1]:
            yield ".".join(parts[parts.index("apps") + 1 :])

    def find(self, dotted: str, near: str) -> str | None:
        """The file of a dotted name; where several have it, the one nearest to the importing file `near`."""
        candidates = self._full.get(dotted) or self._short.get(dotted)
        if not candidates:
            return None
        return candidates[0] if len(candidates) == 1 else max(candidates, key=lambda path: _shared(path, near))

    def resolve(self, wanted: Import, path: str) -> str | None:
        """The file that an import in `path` means, or None when it means no file of this codebase."""
        base = self._absolute(wanted, path)
        if wanted.name and (found := self.find(_join_dots(base, wanted.name), path)):
            return found
        found = self._longest(base, path)
        if found is None and wanted.level == 0:
            # Implicit relative imports of Python 2: `import sibling` inside a package.
            package = self._package_of(path)
            inner = _join_dots(package, base)
            found = (wanted.name and self.find(_join_dots(inner, wanted.name), path)) or (
                self.find(inner, path) if base else None
            )
        return found if found != path else None

    def _longest(self, dotted: str, near: str) -> str | None:
        """The file of `a.b.c`, or of the module `a.b` when `c` is a name in it."""
        parts = dotted.split(".") if dotted else []
        while parts:
            if found := self.find(".".join(parts), near):
                return found
            parts.pop()
        return None

    def _absolute(self, wanted: Import, path: str) -> str:
        if wanted.level == 0:
            return wanted.module
        parts = self._package_of(path).split(".")
        kept = parts[: len(parts) - (wanted.level - 1)] if wanted.level > 1 else parts
        return _join_dots(".".join(kept), wanted.module)

    def _package_of(self, path: str) -> str:
        name = self.name_of.get(path, "")
        return name if path.endswith("/__init__.py") else name.rpartition(".")[0]


def _module(relative: str) -> str:
    parts = relative.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _join(left: str, right: str) -> str:
    return f"{left}/{right}" if left and right else left or right


def _join_dots(left: str, right: str) -> str:
    return f"{left}.{right}" if left and right else left or right


def _shared(left: str, right: str) -> int:
    count = 0
    for mine, other in zip(left.split("/"), right.split("/"), strict=False):
        if mine != other:
            break
        count += 1
    return count
