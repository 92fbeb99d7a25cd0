"""`plures new NAME` and `plures new saga NAME`."""

from pathlib import Path

import click

from plures.cli.console import mistakes_explained

from .application import create_application
from .saga import create_saga


@click.command("new", short_help="Write a small application to begin with, or a saga into one.")
@click.argument("name")
@click.argument("saga", metavar="[NAME OF A SAGA]", required=False)
@click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path),
    default=Path("plures.toml"),
    help="For a saga: the settings file of the application. Default: plures.toml",
)
def new_command(name: str, saga: str | None, file: Path) -> None:
    """Write a small runnable application into a new folder NAME.

    `plures new saga NAME` writes a capability with a saga, and its test, into the application of this folder.
    """
    with mistakes_explained():
        if name == "saga" or saga is not None:
            create_saga(name, saga, file)
        else:
            create_application(name)
