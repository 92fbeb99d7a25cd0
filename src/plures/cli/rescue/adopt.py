"""`plures adopt --rescue`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from plures.cli.console import say
from plures.errors import PluresError, Text


@dataclass(eq=False)
class FileExists(PluresError):
    """There is a file already where one was to be written."""

    code = "cli.file_exists"
    wording = Text(
        "{file} is there already",
        why="what stands in it may be a person's work",
        fix="Name another file with --output, or --output - for standard output.",
    )

    file: str


def write_topology(folders: Sequence[Path], output: str) -> None:
    """Write the first plures.toml of the existing services in these folders.

    Args:
        output: The file; - is standard output.

    Raises:
        FileExists, ComposeUnread, NothingToRescue: As they say.
    """
    from plures.rescue import read_folders, text_of

    target = None if output == "-" else Path(output)
    if target is not None and target.exists():
        raise FileExists(output)
    found = read_folders(folders)
    text = text_of(found, (Path() if target is None else target.parent).resolve())
    if target is None:
        click.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")
        count = len(found.services)
        say(f"wrote {output}: {count} service{'s' if count != 1 else ''}", err=True)
    for sentence in found.left:
        say(("left to you", "yellow"), f": {sentence}", err=True)
    if target is not None:
        say("next: plures topology check", err=True)
