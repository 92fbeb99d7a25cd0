"""CODEOWNERS as code hosts read it: at the top of the repository, where the last line that matches a file decides."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from plures.git import GitFailed, run

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where code hosts look, in their order."""
_END: Final = "# End of what `plures contract owners --write` writes."
_STARS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_STAR: Final = re.compile(r"\*\*/|\*\*|\*|\?")


class Owned(NamedTuple):
    """What belongs to a team.

    Attributes:
        path: A folder, with a slash at its end, or a file; from the folder of the project.
        file: The file by which it is known who decides: the path itself, or one in the folder.
        handle: The team, as the code host knows it.
    """

    path: str
    file: str
    handle: str


class Codeowners:
    """The file for a project.

    Attributes:
        path: Where it is, or belongs.
    """

    def __init__(self, folder: Path) -> None:
        top, self._prefix = _top_of(folder)
        self.path = next((top / place for place in PLACES if (top / place).is_file()), top / PLACES[0])
        whose = f" for {self._prefix}" if self._prefix else ""
        self._begin = f"# Written by `plures contract owners --write`{whose}, down to the line that says so."

    def text(self) -> str:
        """What it says; nothing where there is none."""
        return self.path.read_text(encoding="utf-8") if self.path.is_file() else ""

    def by_people(self) -> str:
        """What people wrote before our lines."""
        return self.text().partition(self._begin)[0]

    def saying(self, owned: Iterable[Owned]) -> str:
        """The file with our lines in it. They stand where they stood, unless a later line decides about one of the files instead."""
        before, begin, rest = self.text().partition(self._begin)
        after = rest.partition(_END)[2].removeprefix("\n").splitlines(keepends=True)
        all_owned = list(owned)
        if not begin and before and not before.endswith("\n"):
            before += "\n"
        files = [self._prefix + each.file for each in all_owned]
        deciding = [number for number, line in enumerate(after) if any(_decides(line, file) for file in files)]
        cut = deciding[-1] + 1 if deciding else 0
        moved = "".join(after[:cut])
        if moved and not moved.endswith("\n"):
            moved += "\n"
        return before + moved + self._block(all_owned) + "".join(after[cut:])

    def _block(self, owned: Iterable[Owned]) -> str:
        handles: dict[str, list[str]] = {}
        for each in owned:
            known = handles.setdefault(f"/{self._prefix}{each.path}", [])
            if each.handle not in known:
                known.append(each.handle)
        lines = (f"{_escaped(path)} {' '.join(whom)}" for path, whom in handles.items())
        return "\n".join([self._begin, *lines, _END]) + "\n"


def _top_of(folder: Path) -> tuple[Path, str]:
    """The top of the repository, and the way from there to a folder, with a slash at its end; the folder where there is no repository."""
    try:
        prefix = run(folder, "rev-parse", "--show-prefix").decode().removesuffix("\n")
    except (GitFailed, UnicodeDecodeError):
        return folder, ""
    return folder.absolute().parents[prefix.count("/") - 1] if prefix else folder, prefix


def _decides(line: str, file: str) -> bool:
    """Whether a line is a rule about a file."""
    pattern = re.split(r"(?<!\\)\s", line.strip(), maxsplit=1)[0]
    if not pattern or pattern.startswith(("#", "[", "^[")):
        return False
    bare = pattern.strip("/")
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    # `docs/*` is what lies in the folder, and no deeper.
    below = "/.*" if pattern.endswith("/") and bare else "" if pattern.endswith("/*") else "(?:/.*)?"
    parts = _STAR.split(bare)
    stars = [_STARS[each] for each in _STAR.findall(bare)]
    body = "".join(re.escape(part.replace("\\ ", " ")) + star for part, star in zip(parts, [*stars, ""], strict=True))
    return re.fullmatch(anywhere + body + below, file) is not None


def _escaped(path: str) -> str:
    return path.replace(" ", "\\ ")
