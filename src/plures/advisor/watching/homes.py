"""In which folder below a codebase the capabilities are that telemetry tells of."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

_MOST_DEEP: Final = 3
_MOST_FOLDERS: Final = 2_000
_LEAST_SHARE: Final = 0.5


def home_of(capabilities: Collection[str], codebase: Path | None) -> Iterator[str]:
    """The folder that has most of them as packages or modules, as in `marketplace`; nothing where none has half of them."""
    if codebase is None:
        return
    wanted = {each.replace("-", "_").casefold() for each in capabilities}
    most, home = _LEAST_SHARE * len(wanted), ""
    for folder, names in _folders(codebase):
        many = len(wanted & names)
        if many > most or (many == most and not home):
            most, home = many, str(folder)
    if home:
        yield home


def _folders(codebase: Path) -> Iterator[tuple[Path, set[str]]]:
    """Each folder, and what packages and modules it has."""
    seen = 0
    for place, folders, files in os.walk(codebase):
        folder, seen = Path(place), seen + 1
        below = len(folder.relative_to(codebase).parts)
        folders[:] = sorted(each for each in folders if not each.startswith((".", "_")) and below < _MOST_DEEP)
        if seen > _MOST_FOLDERS:
            return
        if below:
            yield folder, {each.removesuffix(".py").casefold() for each in (*folders, *files)}
