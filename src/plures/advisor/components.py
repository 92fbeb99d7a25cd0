"""Cuts a codebase into components: by its folders, or as the user's file says. Knows sizes and paths, not imports."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plures.errors import InvalidInput, Violation

SPLIT_SHARE = 0.15  # A folder that holds more than this share of all lines is cut into its subfolders.
SHELL_SHARE = 0.2  # A folder with a single subfolder and fewer own lines than this share is only a shell around it.
MOST_COMPONENTS = 60
FEWEST_COMPONENTS = 3  # Below this, modules become the components.
SMALLEST_LINES = 40  # A folder smaller than this is part of the folder above it.


@dataclass(frozen=True)
class Cut:
    """Which component each production file belongs to.

    Attributes:
        of: Component by path.
        folders: Folder → component, for files that no longer exist; the deepest folder counts.
    """

    of: dict[str, str]
    folders: dict[str, str]

    def component_of(self, path: str) -> str | None:
        """The component of a file, also of one that is gone."""
        if path in self.of:
            return self.of[path]
        folder = path.rpartition("/")[0]
        while folder:
            if folder in self.folders:
                return self.folders[folder]
            folder = folder.rpartition("/")[0]
        return self.folders.get("")


def cut_by_structure(lines: Mapping[str, int], name_of: Mapping[str, str], divide: Iterable[str] = ()) -> Cut:
    """Components found from folders alone.

    Args:
        lines: Production files and their lines of code.
        name_of: Dotted names, for naming the components.
        divide: Folders that must be cut into their subfolders, whatever their size.
    """
    folders = _Folders(lines, divide)
    frontier = folders.divide()
    if len(frontier) < FEWEST_COMPONENTS:
        return _by_module(lines, name_of)
    of = {path: _owner(path, frontier) for path in lines}
    names = _names(set(of.values()), name_of, lines)
    return Cut({path: names[folder] for path, folder in of.items()}, {folder: names[folder] for folder in set(of.values())})


class _Folders:
    """Sizes of folders, with everything below them."""

    def __init__(self, lines: Mapping[str, int], forced: Iterable[str]) -> None:
        self._forced = frozenset(forced)
        self._total: Counter[str] = Counter()
        self._own: Counter[str] = Counter()
        self._below: defaultdict[str, set[str]] = defaultdict(set)
        for path, count in lines.items():
            folder = path.rpartition("/")[0]
            self._own[folder] += count
            self._total[folder] += count
            while folder:
                parent = folder.rpartition("/")[0]
                self._below[parent].add(folder)
                self._total[parent] += count
                folder = parent

    def divide(self) -> set[str]:
        """Folders that are components: each stands for its files that lie in no deeper one."""
        frontier, waiting = {""}, [""]
        while waiting and len(frontier) < MOST_COMPONENTS:
            folder = max(waiting, key=lambda f: self._total[f])
            waiting.remove(folder)
            parts = [f for f in sorted(self._below[folder]) if self._total[f] >= SMALLEST_LINES]
            if not parts or (folder and not self._worth_dividing(folder, parts)):
                continue
            frontier.update(parts)
            waiting.extend(parts)
        return {folder for folder in frontier if self._rest(folder, frontier)}

    def _worth_dividing(self, folder: str, parts: list[str]) -> bool:
        if folder in self._forced:
            return True
        only_a_shell = len(parts) == 1 and self._own[folder] < SHELL_SHARE * self._total[folder]
        return self._total[folder] > SPLIT_SHARE * self._total[""] and (len(parts) > 1 or only_a_shell)

    def _rest(self, folder: str, frontier: set[str]) -> int:
        return self._own[folder] + sum(self._rest(f, frontier) for f in self._below[folder] if f not in frontier)


def _owner(path: str, frontier: set[str]) -> str:
    folder = path.rpartition("/")[0]
    while folder not in frontier and folder:
        folder = folder.rpartition("/")[0]
    return folder


def _names(folders: set[str], name_of: Mapping[str, str], lines: Iterable[str]) -> dict[str, str]:
    """Dotted names where they are unique, paths where two distributions share one."""
    dotted: dict[str, str] = {}
    for path in lines:
        folder, name = path.rpartition("/")[0], name_of[path]
        package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
        while True:
            dotted.setdefault(folder, package)
            if not folder:
                break
            folder, package = folder.rpartition("/")[0], package.rpartition(".")[0]
    times = Counter(dotted.get(folder) or folder for folder in folders)

    def name(folder: str) -> str:
        wanted = dotted.get(folder) or folder.replace("/", ".")
        return (wanted if times[wanted] == 1 else folder) or "(top level)"

    return {folder: name(folder) for folder in folders}


def _by_module(lines: Mapping[str, int], name_of: Mapping[str, str]) -> Cut:
    """Every module a component, the smallest ones together: for codebases without subpackages."""
    largest = sorted(lines, key=lambda path: (-lines[path], path))[:MOST_COMPONENTS]
    named = {path: name_of[path] or path for path in largest if lines[path] >= SMALLEST_LINES}
    return Cut({path: named.get(path, "(small modules)") for path in lines}, {"": "(small modules)"})


def cut_by_file(file: Path, lines: Mapping[str, int]) -> Cut:
    """Components as a TOML file names them: `[components]`, each key a name, each value a list of folders or files.

    Raises:
        InvalidInput: The file is missing, no TOML, or a component has no file.
    """
    wanted = _read_definitions(file)
    places = {place.strip("/"): name for name, listed in wanted.items() for place in listed}
    of = {path: name for path in lines if (name := _place_of(path, places)) is not None}
    empty = [name for name in wanted if name not in set(of.values())]
    if empty:
        raise InvalidInput(str(file), [_violation(file, name, "has no Python file", "Give folders or files that exist.") for name in empty])
    rest = {path: "(rest)" for path in lines if path not in of}
    folders = {place: name for place, name in places.items() if not place.endswith(".py")}
    return Cut(of | rest, {"": "(rest)"} | folders if rest else folders)


def _place_of(path: str, places: Mapping[str, str]) -> str | None:
    place = path
    while place:
        if place in places:
            return places[place]
        place = place.rpartition("/")[0]
    return places.get("")


def _read_definitions(file: Path) -> dict[str, list[str]]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("components")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        reason = getattr(failed, "strerror", None) or str(failed)
        raise InvalidInput(str(file), [_violation(file, "", f"cannot be read: {reason}", _EXAMPLE)]) from None
    if not isinstance(table, dict) or not table:
        raise InvalidInput(str(file), [_violation(file, "components", "is missing or empty", _EXAMPLE)])
    wrong = [name for name, value in table.items() if not _is_list_of_text(value)]
    if wrong:
        raise InvalidInput(str(file), [_violation(file, name, "is not a list of folders", _EXAMPLE) for name in wrong])
    return {str(name): [value] if isinstance(value, str) else [str(v) for v in value] for name, value in table.items()}


_EXAMPLE = 'Write e.g. [components] and below it: search = ["shop/search", "shop/indexing.py"]'


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value))


def _violation(file: Path, key: str, what: str, fix: str) -> Violation:
    return Violation("advisor.components_file", f"{file.name}{f' [{key}]' if key else ''}", what, fix)
