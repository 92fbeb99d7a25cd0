"""Cuts a codebase into components: by its folders, with those on top that the user named. Knows sizes and paths, not imports."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plures.errors import InvalidInput, Violation

from .definitions import CODE, Definitions

SPLIT_SHARE = 0.15  # A folder that holds more than this share of all lines is cut into its subfolders.
DOMINANT_SHARE = 0.5  # And one that holds more than this is cut whatever its size.
SHELL_SHARE = 0.2  # A folder with a single subfolder and fewer own lines than this share is only a shell around it.
SMALLEST_DIVIDED_LINES = 1_500  # In a small codebase a large share is still little code.
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
    return Cut(
        {path: names[folder] for path, folder in of.items()}, {folder: names[folder] for folder in set(of.values())}
    )


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
        smallest = max(SPLIT_SHARE * self._total[""], SMALLEST_DIVIDED_LINES)
        holds_all = self._total[folder] > DOMINANT_SHARE * self._total[""]
        return (self._total[folder] > smallest or holds_all) and (len(parts) > 1 or only_a_shell)

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
        folder, module = path.rpartition("/")[0], name_of[path]
        package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
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
    of = {path: named.get(path, "(small modules)") for path in lines}
    return Cut(of, {"": "(small modules)"} if "(small modules)" in of.values() else {})


def overlay(cut: Cut, definitions: Definitions, lines: Mapping[str, int]) -> Cut:
    """`cut` with the components that the user named put on top; what nobody named stays as found.

    Raises:
        InvalidInput: A named component has no file.
    """
    if not definitions.components:
        return cut
    places = {place.strip("/"): name for name, listed in definitions.components.items() for place in listed}
    named = {path: name for path in lines if (name := _place_of(path, places)) is not None}
    empty = sorted(set(definitions.components) - set(named.values()))
    if empty:
        fix = "Give folders or files that exist and hold Python code."
        raise InvalidInput(
            definitions.file, [Violation(CODE, f"[components] {name}", "has no Python file", fix) for name in empty]
        )
    folders = {place: name for place, name in places.items() if not place.endswith(".py")}
    of = cut.of | named
    left = set(of.values())
    return Cut(of, {place: name for place, name in (cut.folders | folders).items() if name in left})


def _place_of(path: str, places: Mapping[str, str]) -> str | None:
    place = path
    while place:
        if place in places:
            return places[place]
        place = place.rpartition("/")[0]
    return places.get("")
