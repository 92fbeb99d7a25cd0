"""Divides a codebase into components: by its folders, overlaid by those that the user named. Knows sizes and paths, not imports."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plures.errors import InvalidInput

from .definitions import NO_FILE, Definitions
from .packages import is_module, stem

# A folder that holds more than this share of all lines is divided into its subfolders.
SPLIT_SHARE = 0.15
# A folder that holds more than this share is divided whatever its size.
DOMINANT_SHARE = 0.5
# A folder with a single subfolder and a smaller share of own lines than this is only a shell around the subfolder.
SHELL_SHARE = 0.2
# In a small codebase a large share is still little code.
SMALLEST_DIVIDED_LINES = 1_500
MOST_COMPONENTS = 60
# With fewer components than this, modules become the components.
FEWEST_COMPONENTS = 3
# A folder smaller than this is part of the folder above it.
SMALLEST_LINES = 40
_SMALL = "(small modules)"


@dataclass(frozen=True)
class Division:
    """Which component each production file belongs to.

    Attributes:
        of: Component by path.
        folders: Component by folder, for files that no longer exist; the deepest folder counts.
    """

    of: dict[str, str]
    folders: dict[str, str]

    def component_of(self, path: str) -> str | None:
        """The component of a file, also of one that no longer exists."""
        if path in self.of:
            return self.of[path]
        folder = path.rpartition("/")[0]
        while folder:
            if folder in self.folders:
                return self.folders[folder]
            folder = folder.rpartition("/")[0]
        return self.folders.get("")


def divide_by_folders(
    lines: Mapping[str, int],
    name_of: Mapping[str, str],
    divide: Iterable[str] = (),
    distributions: Iterable[str] = (),
) -> Division:
    """Components found from folders alone.

    Args:
        lines: Lines of code by production file.
        name_of: Dotted names, from which components get theirs.
        divide: Folders that must be divided into their subfolders, whatever their size.
        distributions: Folders that are components of their own, whatever their size.
    """
    folders = _Folders(lines, divide)
    apart = {folders.inner(folder) for folder in distributions if folder and folder in folders}
    frontier = folders.divide(apart)
    if len(frontier) < FEWEST_COMPONENTS and len(apart) <= 1:
        return _by_module(lines, name_of, apart)
    of = {path: _owner(path, frontier) for path in lines}
    names = _names(set(of.values()), name_of, lines)
    return Division({path: names[folder] for path, folder in of.items()}, names)


class _Folders:
    """Lines of code by folder: its own, and with everything below it."""

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

    def __contains__(self, folder: str) -> bool:
        return folder in self._total

    def inner(self, folder: str) -> str:
        """The deepest folder that still holds all that this one does: its package."""
        while not self._own[folder] and len(self._below[folder]) == 1:
            (folder,) = self._below[folder]
        return folder

    def divide(self, apart: set[str]) -> set[str]:
        """Folders that are components, those of `apart` among them. A component holds the files of its folder that lie in no deeper component."""
        frontier, waiting = {""}, [""]
        while waiting and len(frontier) < MOST_COMPONENTS:
            folder = max(waiting, key=lambda f: self._total[f])
            waiting.remove(folder)
            parts = [f for f in sorted(self._below[folder]) if self._total[f] >= SMALLEST_LINES]
            if not parts or (folder and not self._worth_dividing(folder, parts)):
                continue
            frontier.update(parts)
            waiting.extend(parts)
        frontier |= apart
        return {folder for folder in frontier if folder in apart or self._rest(folder, frontier)}

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
    """Dotted names by folder; the path where two distributions share a dotted name."""
    dotted: dict[str, str] = {}
    for path in lines:
        folder = path.rpartition("/")[0]
        # The dotted name is the end of the path with other signs: what precedes it is the source root.
        root = len(stem(path)) - len(name_of[path])
        dotted.setdefault(folder, folder[root:].replace("/", "."))
        while folder:
            folder = folder.rpartition("/")[0]
            dotted.setdefault(folder, folder[root:].replace("/", "."))
    times = Counter(dotted.get(folder) or folder for folder in folders)

    def name(folder: str) -> str:
        wanted = dotted.get(folder) or folder.replace("/", ".")
        return (wanted if times[wanted] == 1 else folder) or "(top level)"

    return {folder: name(folder) for folder in folders}


def _by_module(lines: Mapping[str, int], name_of: Mapping[str, str], apart: set[str]) -> Division:
    """Makes every module a component, and one of all small modules: for codebases without subpackages.

    Args:
        apart: Folders that stay components.
    """
    owners = {path: owner for path in lines if (owner := _owner(path, apart)) in apart}
    names = _names(set(owners.values()), name_of, lines)
    single = [path for path in lines if path not in owners]
    largest = sorted(single, key=lambda path: (-lines[path], path))[:MOST_COMPONENTS]
    named = {path: (is_module(path) and name_of[path]) or path for path in largest if lines[path] >= SMALLEST_LINES}
    of = {path: names[owners[path]] if path in owners else named.get(path, _SMALL) for path in lines}
    return Division(of, names | ({"": _SMALL} if _SMALL in of.values() else {}))


def overlay(found: Division, definitions: Definitions, lines: Mapping[str, int]) -> Division:
    """`found` with the components that the user named on top; all other files keep theirs.

    Raises:
        InvalidInput: A named component has no file.
    """
    if not definitions.components:
        return found
    places = {place.strip("/"): name for name, listed in definitions.components.items() for place in listed}
    named = {path: name for path in lines if (name := _place_of(path, places)) is not None}
    empty = sorted(set(definitions.components) - set(named.values()))
    if empty:
        raise InvalidInput(definitions.file, [NO_FILE.broken(f"[components] {name}") for name in empty])
    folders = {place: name for place, name in places.items() if not place.endswith(".py")}
    of = found.of | named
    left = set(of.values())
    return Division(of, {place: name for place, name in (found.folders | folders).items() if name in left})


def _place_of(path: str, places: Mapping[str, str]) -> str | None:
    place = path
    while place:
        if place in places:
            return places[place]
        place = place.rpartition("/")[0]
    return places.get("")
