"""Sentences on what is in the folder and not on the map: submodules, copies of other projects, notebooks. Reads no content."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .repository import Tree
from .roles import Role, copied_folder, roles

_SUBMODULE = (
    "Not read, since its code and history are another repository's: the submodule {}. To map it, give its folder."
)
_COPIES = "Left out as copies of other projects: {} below {}. To map them, give that folder."
_NOTEBOOKS = "Not read: the code of {}, such as {}. What {} not on the map."
_NOTEBOOK = ".ipynb"
_NAMED = 3


def notes_on(tree: Tree, kinds: Mapping[str, Role]) -> tuple[str, ...]:
    """A sentence for each kind of thing that is not on the map, and for each of a few submodules."""
    return (*_submodules(tree.submodules), *_copies(kinds), *_notebooks(tree.paths))


def _submodules(found: tuple[str, ...]) -> Iterator[str]:
    yield from map(_SUBMODULE.format, found[:_NAMED])
    if len(found) > _NAMED:
        yield f"And {len(found) - _NAMED} more submodules were not read."


def _copies(kinds: Mapping[str, Role]) -> Iterator[str]:
    folders = Counter(copied_folder(path) for path, role in kinds.items() if role is Role.COPY)
    for folder, files in folders.most_common(_NAMED):
        yield _COPIES.format("1 file" if files == 1 else f"{files} files", folder)
    if len(folders) > _NAMED:
        yield f"And {len(folders) - _NAMED} more folders of copies were left out."


def _notebooks(paths: Iterable[str]) -> Iterator[str]:
    """Notebooks that stand where code stands: those of documentation and tests would not be on the map either."""
    as_code = {path.removesuffix(_NOTEBOOK) + ".py": path for path in paths if path.endswith(_NOTEBOOK)}
    found = [as_code[path] for path, role in roles(as_code).items() if role is Role.PRODUCTION]
    if found:
        one = len(found) == 1
        count = "1 notebook" if one else f"{len(found)} notebooks"
        yield _NOTEBOOKS.format(count, found[0], "it imports is" if one else "they import is")
