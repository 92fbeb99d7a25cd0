"""Follows files through renames while history is read from new to old, by the ids of their contents and by their names."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

# A file of this name says nothing about being the same file.
_COMMON_NAME = "__init__.py"


class FileChange(NamedTuple):
    """What one commit did to one file.

    Attributes:
        status: Git's letter for it, such as b"A" for an added file and b"D" for a removed one.
        before: Id of the content before the commit.
        after: Id of the content after it.
    """

    status: bytes
    before: bytes
    after: bytes
    path: str


class Follower:
    """Translates the paths of older and older commits into today's paths."""

    def __init__(self) -> None:
        self._today: dict[str, str] = {}

    def names(self, changes: Sequence[FileChange]) -> list[str]:
        """Today's paths of the files that one commit touched. Call it for commits from new to old."""
        removed = [change for change in changes if change.status == b"D"]
        added = [change for change in changes if change.status == b"A"]
        moves = _moves(removed, added) if removed and added else {}
        names = [self._today.get(change.path, change.path) for change in changes if change.path not in moves]
        for old, new in moves.items():
            self._today[old] = self._today.get(new, new)
        for change in added:
            # Before this commit the path did not exist: an older file of the same name is another file.
            self._today.pop(change.path, None)
        return list(dict.fromkeys(names))


def _moves(removed: Sequence[FileChange], added: Sequence[FileChange]) -> dict[str, str]:
    """Old path → new path: first where the contents are equal, then where the name and the nearest folders are."""
    moves: dict[str, str] = {}
    free = {change.path for change in added}
    by_content: defaultdict[bytes, list[str]] = defaultdict(list)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for change in added:
        by_content[change.after].append(change.path)
        by_name[_name(change.path)].append(change.path)
    for change in removed:
        _take(moves, free, change.path, by_content.get(change.before, []))
    for change in removed:
        if change.path not in moves:
            alike = [new for new in by_name.get(_name(change.path), []) if _is_plausible(change.path, new)]
            _take(moves, free, change.path, alike)
    return moves


def _take(moves: dict[str, str], free: set[str], old: str, candidates: Sequence[str]) -> None:
    left = [new for new in candidates if new in free]
    if left:
        best = max(left, key=lambda new: _same_tail(old, new))
        moves[old] = best
        free.discard(best)


def _is_plausible(old: str, new: str) -> bool:
    return _name(old) != _COMMON_NAME or _same_tail(old, new) > 1


def _same_tail(old: str, new: str) -> int:
    """How many of the last parts of two paths are the same."""
    count = 0
    for mine, other in zip(reversed(old.split("/")), reversed(new.split("/")), strict=False):
        if mine != other:
            break
        count += 1
    return count


def _name(path: str) -> str:
    return path.rpartition("/")[2]
