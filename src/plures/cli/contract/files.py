"""Files that commands about contracts write: whole, or not at all."""

from pathlib import Path

from .errors import FileNotWritten


def write_file(path: Path, text: str) -> None:
    """Write a file, with the folders above it; raises `FileNotWritten`. A run that is killed leaves the one that was there."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise FileNotWritten(path, error.strerror or str(error)) from None
