"""Follows files through renames while history is read from new to old, by content ids and names alone."""

from collections import defaultdict
from collections.abc import Sequence

Change = tuple[bytes, bytes, bytes, str]
"""(status letter, blob before, blob after, path)"""

_EVERYWHERE = frozenset({"__init__.py"})  # Names that say nothing about being the same file.


class Follower:
    """Translates the paths of older and older commits into today's names."""

    def __init__(self) -> None:
        self._today: dict[str, str] = {}

    def names(self, changes: Sequence[Change]) -> list[str]:
        """Today's names of the files that one commit touched; call it for commits from new to old."""
        removed = [change for change in changes if change[0] == b"D"]
        added = [change for change in changes if change[0] == b"A"]
        moves = _moves(removed, added) if removed and added else {}
        names = [self._today.get(path, path) for _, _, _, path in changes if path not in moves]
        for old, new in moves.items():
            self._today[old] = self._today.get(new, new)
        for _, _, _, path in added:
            # Before this commit the path did not exist: an older file of the same name is another file.
            self._today.pop(path, None)
        for old, new in moves.items():
            if old == new:  # pragma: no cover  (git never reports both for one path)
                self._today.pop(old, None)
        return list(dict.fromkeys(names))


def _moves(removed: Sequence[Change], added: Sequence[Change]) -> dict[str, str]:
    """Old path → new path: first where the content is equal, then where name and nearest folders are."""
    moves: dict[str, str] = {}
    free = {path for _, _, _, path in added}
    by_blob: defaultdict[bytes, list[str]] = defaultdict(list)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for _, _, blob, path in added:
        by_blob[blob].append(path)
        by_name[_name(path)].append(path)
    for _, blob, _, path in removed:
        _take(moves, free, path, by_blob.get(blob, []))
    for _, _, _, path in removed:
        if path not in moves:
            _take(moves, free, path, [new for new in by_name.get(_name(path), []) if _plausible(path, new)])
    return moves


def _take(moves: dict[str, str], free: set[str], old: str, candidates: Sequence[str]) -> None:
    left = [new for new in candidates if new in free]
    if left:
        best = max(left, key=lambda new: _same_tail(old, new))
        moves[old] = best
        free.discard(best)


def _plausible(old: str, new: str) -> bool:
    return _name(old) not in _EVERYWHERE or _same_tail(old, new) > 1


def _same_tail(old: str, new: str) -> int:
    count = 0
    for mine, other in zip(reversed(old.split("/")), reversed(new.split("/")), strict=False):
        if mine != other:
            break
        count += 1
    return count


def _name(path: str) -> str:
    return path.rpartition("/")[2]
