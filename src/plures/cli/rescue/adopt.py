"""`plures adopt`."""

from dataclasses import dataclass
from pathlib import Path

import click

from plures.cli.console import mistakes_explained, say
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


@click.command("adopt", short_help="Write a first plures.toml for existing services.")
@click.option("--rescue", is_flag=True, required=True, help="Many existing ASGI services into one process, unchanged.")
@click.option(
    "--output",
    "-o",
    default="plures.toml",
    help="The file to write; - is standard output. Default: plures.toml in the current folder.",
)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
def adopt_command(*, rescue: bool, output: str, folders: tuple[Path, ...]) -> None:
    """Write a first plures.toml for existing services.

    \b
    plures adopt --rescue .                  the services of a Compose file
    plures adopt --rescue orders stock       the services in these folders

    It reads their code and Compose files, and runs nothing.
    """  # noqa: D301 - click reads the \b
    del rescue
    with mistakes_explained():
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
