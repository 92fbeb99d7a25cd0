"""CODEOWNERS at the top of the repository, with our lines where no other line takes a contract from its owner."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from plures.git import PLACES, Codeowners, GitFailed, run

_END: Final = "# End of what `plures contract owners --write` writes."


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


class CodeownersFile:
    """The file for a project.

    Attributes:
        path: Where it is, or belongs.
    """

    def __init__(self, folder: Path) -> None:
        top, self._prefix = _top_of(folder)
        self._place = next((place for place in PLACES if (top / place).is_file()), PLACES[0])
        self.path = top / self._place
        whose = f" for {self._prefix}" if self._prefix else ""
        self._begin = f"# Written by `plures contract owners --write`{whose}, down to the line that says so."

    def text(self) -> str:
        """What it says; nothing where there is none."""
        return self.path.read_text(encoding="utf-8") if self.path.is_file() else ""

    def handles(self) -> frozenset[str]:
        """Whom people named; what we wrote does not count."""
        before, _, after = self._parts()
        return self._read(before + after).handles

    def saying(self, owned: Iterable[Owned]) -> str:
        """The file with our lines in it.

        They stand where they stood, unless a later line decides about one of the files instead. Where GitLab's sections are, they
        stand in front of the first: a section would judge our lines by itself, an optional one for nothing.
        """
        before, written, after = self._parts()
        all_owned = list(owned)
        files = [self._prefix + each.file for each in all_owned]
        head, sections = self._in_front_of_sections(before)
        if sections:
            before, after = head, sections + after
        elif before and not written and not before.endswith("\n"):
            before += "\n"
        lines = after.splitlines(keepends=True)
        deciding = [rule.line for rule in self._read(after).rules if not rule.section and any(map(rule.decides, files))]
        cut = deciding[-1] + 1 if deciding else 0
        moved = "".join(lines[:cut])
        if moved and not moved.endswith("\n"):
            moved += "\n"
        return before + moved + self._block(all_owned) + "".join(lines[cut:])

    def _parts(self) -> tuple[str, bool, str]:
        """What is before our lines, whether there are any, and what is behind them."""
        before, begin, rest = self.text().partition(self._begin)
        return before, bool(begin), rest.partition(_END)[2].removeprefix("\n")

    def _in_front_of_sections(self, text: str) -> tuple[str, str]:
        lines = text.splitlines(keepends=True)
        first = next(iter(self._read(text).headings), len(lines))
        return "".join(lines[:first]), "".join(lines[first:])

    def _read(self, text: str) -> Codeowners:
        return Codeowners(text, self._place)

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


def _escaped(path: str) -> str:
    return path.replace(" ", "\\ ")
