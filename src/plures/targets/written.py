"""Files that are rendered, kept in git, and rendered again: what people changed in them is never lost without a word.

The first line of each says a digest of the rest. Where it still fits, the file is as it was rendered, and may be replaced.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from plures.errors import PluresError, Text

_HEAD: Final = (
    "# Rendered by `plures deploy {target}`; what is changed here is kept until --overwrite. sha256:{digest}\n"
)
_IS_HEAD: Final = re.compile(r"# Rendered by `plures deploy ([a-z]+)`.* sha256:([0-9a-f]{16})")
_DIGITS: Final = 16


@dataclass(eq=False)
class ChangedByHand(PluresError):
    """Rendered files were changed since. Nothing was written."""

    code = "deploy.changed_by_hand"
    wording = Text(
        "Cannot render into {folder}",
        why="people changed or wrote what would be replaced: {files}",
        fix="Move the changes to where they stay, such as a patch of an overlay, or lose them with --overwrite.",
    )

    folder: str
    files: str


@dataclass(eq=False)
class NotRendered(PluresError):
    """The operating system refused to write."""

    code = "deploy.not_written"
    wording = Text("Cannot write {path}", why="{reason}", fix="Name another folder with --out, or make it writable.")

    path: str
    reason: str


class Written(msgspec.Struct, frozen=True):
    """What became of files, as paths in the folder.

    Attributes:
        kept: Those that people own, and that are there.
    """

    new: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]
    removed: Sequence[str]
    kept: Sequence[str]


def write(
    folder: Path, target: str, files: Mapping[str, str], *, for_people: Iterable[str] = (), overwrite: bool = False
) -> Written:
    """Write files, and remove those that were rendered for the same target and are no longer.

    Args:
        target: What they are rendered for, such as `kubernetes`.
        files: Path in the folder → text.
        for_people: Paths that are written where nothing is, and left alone ever after.
        overwrite: Whether changes of people may be lost.

    Raises:
        ChangedByHand: They would be, and `overwrite` is not said.
        NotRendered: The operating system refuses.
    """
    own = set(for_people)
    texts = {path: text if path in own else headed(target, text) for path, text in files.items()}
    try:
        before = {path: _read(folder / path) for path in texts}
        left = {path: text for path, text in _rendered(folder, target) if path not in texts}
        lost = [
            path
            for path, text in {**before, **left}.items()
            if text is not None and path not in own and text != texts.get(path) and not _is_intact(text)
        ]
        if lost and not overwrite:
            raise ChangedByHand(str(folder), ", ".join(sorted(lost)))
        for path, text in texts.items():
            if before[path] is None or (path not in own and before[path] != text):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8", newline="\n")
        for path in left:
            (folder / path).unlink()
    except OSError as error:
        raise NotRendered(str(error.filename or folder), error.strerror or str(error)) from None
    new = [path for path, text in before.items() if text is None]
    kept = [path for path, text in before.items() if path in own and text is not None]
    changed = [path for path, text in before.items() if text not in (None, texts[path]) and path not in own]
    same = sorted(set(texts) - {*new, *kept, *changed})
    return Written(sorted(new), sorted(changed), same, sorted(left), sorted(kept))


def headed(target: str, text: str) -> str:
    """A rendered file as it is written: with the line that says so first."""
    return _HEAD.format(target=target, digest=_digest(text)) + text


def _is_intact(text: str) -> bool:
    head, _, rest = text.partition("\n")
    match = _IS_HEAD.fullmatch(head)
    return match is not None and match[2] == _digest(rest)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _read(file: Path) -> str | None:
    if not file.exists():
        return None
    # A checkout of Windows has other ends of lines; what is no text was not written here.
    return file.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")


def _rendered(folder: Path, target: str) -> Iterable[tuple[str, str]]:
    """All files of this target, by their first line."""
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as opened:
                head = opened.readline(200).decode(errors="replace").rstrip()
            match = _IS_HEAD.fullmatch(head)
            if match is not None and match[1] == target:
                yield file.relative_to(folder).as_posix(), _read(file) or ""
