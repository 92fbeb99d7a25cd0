"""Gives every Python file its dotted names, and finds the file that an import means. Knows src layouts, namespaces and monorepos."""

import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from .python import Import, ModuleFacts

_DISTRIBUTION_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
# What runs is started beside these: their folder is on `sys.path`.
_PROJECT_FILES = _DISTRIBUTION_FILES | {"manage.py", "requirements.txt", "Pipfile", "Dockerfile", "tox.ini"}
_SOURCE_FOLDERS = ("src", "lib", "python")
# Of so many files that only Python 2 can parse, as a share, the codebase is one of Python 2.
_OLD_SHARE = 0.05
# What an `__init__.py` says before Python 3.3 to share its name with other distributions.
_SHARES_NAME = re.compile(r"^[^#\n]*\b(?:declare_namespace|extend_path)[ \t]*\(", re.MULTILINE)
# With more lines than this it has names of its own.
_NAMESPACE_LINES = 8


def project_folders(paths: Iterable[str]) -> set[str]:
    """Folders that are distributions or sites of their own; the top ("") is always one."""
    return _folders_with(paths, _PROJECT_FILES) | {""}


def distribution_folders(paths: Iterable[str]) -> set[str]:
    """Folders that hold what makes a distribution; the top counts only if it does.

    A `setup.py` inside a package is a module of it: numpy.distutils asks for one in every subpackage.
    """
    listed = list(paths)
    packages = _folders_with(listed, frozenset({"__init__.py"}))
    found = _folders_with(listed, _DISTRIBUTION_FILES)
    declared = _folders_with(listed, _DISTRIBUTION_FILES - {"setup.py"})
    return {folder for folder in found if folder in declared or not {folder, folder.rpartition("/")[0]} <= packages}


def _folders_with(paths: Iterable[str], files: frozenset[str]) -> set[str]:
    return {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] in files}


def package_name(folder: Path) -> str:
    """The dotted name of a folder that is a package; empty where it is none."""
    names: list[str] = []
    while folder.name.isidentifier() and (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names)


def is_module(path: str) -> bool:
    """Whether an import can mean this file. A file with a dot in its name, such as `settings.example.py`, is none."""
    return "." not in path.rpartition("/")[2].removesuffix(".py")


def is_python_2(facts: Mapping[str, ModuleFacts]) -> bool:
    """Whether these files are written for Python 2, where `import sibling` means a module of the same package."""
    old = sum(1 for module in facts.values() if module.python_2)
    return bool(old) and old >= _OLD_SHARE * len(facts)


def is_namespace(path: str, lines: int, text: str) -> bool:
    """Whether a file only says that others share its package's name: what is imported from there and is not here is theirs."""
    return path.endswith("__init__.py") and lines <= _NAMESPACE_LINES and _SHARES_NAME.search(text) is not None


class ModuleIndex:
    """Dotted names of a codebase's files.

    A file may have several names: the full one from its source root, and shorter ones where a folder on the way may itself
    be on `sys.path`. The full name is tried first; a shorter one holds only for what lies in that folder.

    Args:
        projects: Folders that are on `sys.path`, or whose source folders are.
        python_2: Imports may be relative without saying so.
        namespaces: Files that no import means, since they only share a name.
        package: Dotted name of the folder that holds all of it, where that is a package: imports then begin with it.
    """

    def __init__(
        self,
        paths: Iterable[str],
        projects: set[str],
        *,
        python_2: bool = False,
        namespaces: Container[str] = (),
        package: str = "",
    ) -> None:
        python = [path for path in paths if path.endswith(".py")]
        self._python_2 = python_2
        self._packages = {path.rpartition("/")[0] for path in python if path.endswith("/__init__.py")}
        self._roots = {
            _join(project, source) for project in projects for source in ("", *_SOURCE_FOLDERS)
        } - self._packages | {""}
        self.name_of = {path: _module(_below(self._root(path), path)) for path in python}
        # By dotted name: files, each with the folder that must be on `sys.path` for it.
        self._full: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self._short: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for path, name in self.name_of.items():
            if is_module(path) and path not in namespaces:
                root = self._root(path)
                self._full[name].append((path, root))
                if package and not root:
                    self._full[_join_dots(package, name)].append((path, root))
                for alias, folder in self._aliases(path):
                    self._short[alias].append((path, folder))

    def _root(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder not in self._roots:
            folder = folder.rpartition("/")[0]
        return folder

    def _aliases(self, path: str) -> Iterable[tuple[str, str]]:
        """Shorter names: from the folder above the topmost package, and for a module outside packages from its own folder."""
        root, folder = self._root(path), path.rpartition("/")[0]
        while folder in self._packages:
            folder = folder.rpartition("/")[0]
        if folder != root:
            yield _module(_below(folder, path)), folder
        # Django sites put the folder of manage.py on the path, and often the folder `apps/` in it.
        parts = _below(root, path).split("/")
        if "apps" in parts[:-1]:
            yield _module("/".join(parts[parts.index("apps") + 1 :])), root

    def find(self, dotted: str, near: str) -> str | None:
        """The file of a dotted name; where several have it, the one nearest to the importing file `near`."""
        candidates = [
            path for path, root in self._full.get(dotted, ()) if not _is_standard(dotted) or _is_in(near, root)
        ]
        if not candidates and not _is_standard(dotted):
            candidates = [path for path, folder in self._short.get(dotted, ()) if _is_in(near, folder)]
        return max(candidates, key=lambda path: _shared(path, near), default=None)

    def resolve(self, wanted: Import, path: str) -> str | None:
        """The file that an import in `path` means, or None when it means no file of this codebase."""
        base = self._absolute(wanted, path)
        if wanted.name and (found := self.find(_join_dots(base, wanted.name), path)):
            return found
        found = self._longest(base, path)
        if found is None and wanted.level == 0 and self._python_2:
            # `import sibling` inside a package.
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


def _is_standard(dotted: str) -> bool:
    return dotted.partition(".")[0] in sys.stdlib_module_names


def _is_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _below(folder: str, path: str) -> str:
    return path[len(folder) + 1 :] if folder else path


def _module(relative: str) -> str:
    return stem(relative).replace("/", ".")


def stem(path: str) -> str:
    """The path of a module without its ending, that of a package without its `__init__.py`."""
    folder, _, name = path.rpartition("/")
    return folder if name == "__init__.py" else path.removesuffix(".py")


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
