"""Finds out which files an application writes into its own folder: they change soon after each start."""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from .sources import Changes

SOON_S: Final = 5.0
_TIMES: Final = 3
_TIMES_OF_CODE: Final = 5
_CODE: Final = (".py", ".toml")


@dataclass(frozen=True)
class _Kind:
    """A file, or the files with a suffix that come and go in a folder: their names may differ each time."""

    name: str
    comes_and_goes: bool

    @property
    def is_code(self) -> bool:
        return self.name.endswith(_CODE)

    def __str__(self) -> str:
        return f"new {self.name}" if self.comes_and_goes else self.name


class Suspects:
    """What has changed soon after the last starts, one after the other."""

    def __init__(self) -> None:
        self._times: Counter[_Kind] = Counter()
        self._ignored: set[_Kind] = set()
        self._self_written: set[_Kind] = set()

    def weigh(self, changes: Changes, since_start_s: float) -> tuple[frozenset[str], list[str]]:
        """The paths to start again for, and what to tell the user.

        Data and pages that the application seems to write are ignored from then on. Code is ignored later, and only as long as it
        changes soon after a start: a user who saves often looks the same, and can save once more.
        """
        kinds = {path: _kind(path, changes) for path in changes.paths}
        counted = {kind for kind in kinds.values() if kind not in self._ignored}
        if since_start_s > SOON_S:
            self._times.clear()
        elif counted:
            self._times = Counter({kind: self._times[kind] + 1 for kind in counted})
        caught = sorted((kind for kind in counted if self._times[kind] == _TIMES), key=str)
        self._ignored.update(kind for kind in caught if not kind.is_code)
        notes = [_note(kind) for kind in caught if kind not in self._self_written]
        self._self_written.update(kind for kind in counted if kind.is_code and self._times[kind] == _TIMES_OF_CODE)
        held = counted & self._self_written if since_start_s <= SOON_S else set[_Kind]()
        notes += [_note_of_held(kind) for kind in sorted(held, key=str)]
        return frozenset(path for path, kind in kinds.items() if kind not in self._ignored | held), notes


def _kind(path: str, changes: Changes) -> _Kind:
    if path in changes.edited:
        return _Kind(path, comes_and_goes=False)
    file = PurePosixPath(path)
    return _Kind(file.with_name(f"*{file.suffix}").as_posix(), comes_and_goes=True)


def _note(kind: _Kind) -> str:
    observed = f"{kind}: changed soon after each of the last {_TIMES} starts"
    if kind.is_code:
        return f"{observed}; if the application writes it, leave it out with --reload-exclude '{kind.name}'"
    return (
        f"{observed}, so the application seems to write it. Its changes are ignored from now on; "
        f"--reload-exclude '{kind.name}' leaves it out from the beginning"
    )


def _note_of_held(kind: _Kind) -> str:
    return (
        f"{kind}: not started again, since it changed soon after each start: the application seems to write it. Save it later than "
        f"{SOON_S:g} s after a start to start again, or leave it out with --reload-exclude '{kind.name}'"
    )
