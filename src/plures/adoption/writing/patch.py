"""Files before and after as a patch in git's form, byte by byte: lines end at a line feed alone, and a last line may have none."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_CONTEXT: Final = 3


@dataclass(frozen=True)
class Change:
    """One file.

    Attributes:
        path: From the top of the repository where there is one, else from the folder that was asked for.
        before: None where it is new.
    """

    path: str
    before: bytes | None
    after: bytes


def patch_of(changes: Sequence[Change]) -> bytes:
    """What `git apply` takes."""
    return b"".join(_of(each) for each in changes)


def counted(changes: Sequence[Change]) -> tuple[int, int]:
    """How many lines are new, and how many are changed; blank ones do not count."""
    new = changed = 0
    for each in changes:
        before, after = (_lines(each.before or b""), _lines(each.after))
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag != "equal":
                ups, downs = (sum(bool(line.strip()) for line in block) for block in (after[j1:j2], before[i1:i2]))
                new, changed = new + max(0, ups - downs), changed + min(ups, downs)
    return new, changed


def _of(change: Change) -> bytes:
    old, new = f"a/{change.path}", f"b/{change.path}"
    head = [f"diff --git {_quoted(old)} {_quoted(new)}"]
    if change.before is None:
        head += ["new file mode 100644"]
        old = "/dev/null"
    if not change.after and change.before is None:
        return ("\n".join(head) + "\n").encode()
    names = [f"{mark} {_quoted(name)}{_tab(name)}" for mark, name in (("---", old), ("+++", new))]
    return "\n".join([*head, *names, ""]).encode() + b"".join(_hunks(change))


def _hunks(change: Change) -> Iterator[bytes]:
    before, after = _lines(change.before or b""), _lines(change.after)
    # In Latin-1 each byte is one letter, and difflib needs text.
    found = difflib.unified_diff(before, after, n=_CONTEXT, lineterm="\n")
    for number, line in enumerate(found):
        if number > 1:
            raw = line.encode("latin-1")
            yield raw if raw.endswith(b"\n") else raw + b"\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    parts = content.decode("latin-1").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _quoted(name: str) -> str:
    return (
        name
        if name.isprintable() and '"' not in name and "\\" not in name
        else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )


def _tab(name: str) -> str:
    """Git ends a name with a space in it with a tab."""
    return "\t" if " " in name else ""
