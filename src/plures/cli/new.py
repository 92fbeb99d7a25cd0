"""`plures new`: a small application to begin with."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click

from plures.errors import PluresError

from .console import mistakes_explained, out

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_PLACEHOLDER: Final = "greeter"


class NotCreated(PluresError):
    """The new application cannot be written."""

    code = "cli.not_created"


@click.command("new")
@click.argument("name")
def new_command(name: str) -> None:
    """Write a small runnable application into a new folder NAME."""
    with mistakes_explained():
        folder = Path(name)
        _check(folder)
        try:
            _write(files("plures.cli") / "template", folder, folder.name.replace("-", "_"))
        except OSError as error:
            what = f"Cannot write {folder}"
            raise NotCreated(
                what, why=error.strerror or str(error), fix="Choose a folder that you may write to."
            ) from None
    out().print(f"[green]created[/green] {folder}")
    out().print(
        f"  cd {folder}\n  plures run        # http://127.0.0.1:8000/?name=you\n  python -m pytest  # needs pip install 'plures\\[testing]'"
    )


def _check(folder: Path) -> None:
    if not _NAME.fullmatch(folder.name):
        what = f"{folder.name!r} is no name for an application"
        raise NotCreated(
            what, why="it becomes a Python package", fix="Use lower-case letters, digits, - or _, as in my-shop."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = f"{folder} exists already"
        raise NotCreated(what, why="nothing is overwritten", fix="Choose another name, or remove it first.")


def _write(template: Traversable, into: Path, package: str) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for entry in template.iterdir():
        if entry.name == "__pycache__":
            continue
        target = into / entry.name.removesuffix(".txt").replace(_PLACEHOLDER, package)
        if entry.is_dir():
            _write(entry, target, package)
        else:
            target.write_text(entry.read_text(encoding="utf-8").replace(_PLACEHOLDER, package), encoding="utf-8")
