"""What a patch asks of the people who own the code: lines that are new or changed, lines that merely move, lines that go."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_FILE = re.compile(r"^\+\+\+ b/(.*)$|^--- a/(.*)$")


@dataclass(frozen=True)
class Lines:
    """Lines of a patch. Blank ones do not count, comments do.

    Attributes:
        new: Added, and neither changed nor moved.
        changed: Written anew in the place of another.
        gone: Removed, and neither changed nor moved.
        moved: The same text in another place, however far indented.
    """

    new: int = 0
    changed: int = 0
    gone: int = 0
    moved: int = 0

    @property
    def written(self) -> int:
        """What somebody has to think about and type."""
        return self.new + self.changed


@dataclass
class _Hunk:
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def count(patch: str) -> Lines:
    """The lines of a patch in the unified format."""
    hunks = list(_blocks(patch))
    removed = Counter(line for hunk in hunks for line in hunk.removed)
    added = Counter(line for hunk in hunks for line in hunk.added)
    moved = removed & added
    new = changed = gone = 0
    left, taken = Counter(moved), Counter(moved)
    for hunk in hunks:
        ups = sum(not _spend(left, line) for line in hunk.added)
        downs = sum(not _spend(taken, line) for line in hunk.removed)
        both = min(ups, downs)
        new, changed, gone = new + ups - both, changed + both, gone + downs - both
    return Lines(new, changed, gone, moved.total())


def _blocks(patch: str) -> Iterator[_Hunk]:
    """Lines that stand together: what is between two lines of context."""
    block = _Hunk()
    for line in patch.splitlines():
        text = line[1:].strip()
        if line.startswith(("+++", "---")) or line[:1] not in ("+", "-"):
            yield block
            block = _Hunk()
        elif text:
            (block.added if line[0] == "+" else block.removed).append(text)
    yield block


def _spend(purse: Counter[str], line: str) -> bool:
    if not purse[line]:
        return False
    purse[line] -= 1
    return True
