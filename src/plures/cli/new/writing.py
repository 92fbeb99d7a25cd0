"""Templates as files: names in them are replaced, and nothing is overwritten."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from plures.errors import PluresError


class NotCreated(PluresError):
    """What `plures new` should write cannot be written."""

    code = "cli.not_created"


def write(template: Traversable, into: Path, names: Mapping[str, str]) -> None:
    """Write a folder of templates; each is a `.txt`, so that no tool takes it for code."""
    into.mkdir(parents=True, exist_ok=True)
    for entry in template.iterdir():
        if entry.name == "__pycache__":
            continue
        target = into / replaced(entry.name.removesuffix(".txt"), names)
        if entry.is_dir():
            write(entry, target, names)
        else:
            target.write_text(replaced(entry.read_text(encoding="utf-8"), names), encoding="utf-8")


def replaced(text: str, names: Mapping[str, str]) -> str:
    """A text with other names."""
    for name, other in names.items():
        text = text.replace(name, other)
    return text


def not_written(target: Path, error: OSError) -> NotCreated:
    """What the file system said, in our words."""
    what = f"Cannot write {target}"
    return NotCreated(what, why=error.strerror or str(error), fix="Choose a folder that you may write to.")
