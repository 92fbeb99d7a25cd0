"""`plures new NAME`, `plures new saga NAME` and `plures new service NAME`."""

from pathlib import Path
from typing import Final

import click

from plures.cli.console import mistakes_explained

from .application import create_application
from .saga import create_saga
from .writing import NotCreated

_LANGUAGES: Final = ("typescript", "go")


@click.command("new", short_help="Write a small application to begin with, or a saga or a service into one.")
@click.argument("name")
@click.argument("second", metavar="[NAME OF A SAGA OR SERVICE]", required=False)
@click.option("--language", type=click.Choice(_LANGUAGES), help="For a service: the language that it is written in.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="For a service: its folder. Default: services/NAME, beside the settings file.",
)
@click.option(
    "--refresh", is_flag=True, help="For a service that is there: write its contracts and what is the platform's anew."
)
@click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path),
    default=Path("plures.toml"),
    help="For a saga or a service: the settings file of the application. Default: plures.toml",
)
def new_command(
    name: str, second: str | None, *, language: str | None, to: Path | None, refresh: bool, file: Path
) -> None:
    """Write a small runnable application into a new folder NAME.

    `plures new saga NAME` writes a capability with a saga, and its test, into the application of this folder.

    `plures new service NAME --language typescript` writes the capability NAME of this application in another language, as far as its contract tells.
    """
    with mistakes_explained():
        is_service = name == "service" and (second is not None or language is not None)
        if not is_service and (language or to or refresh):
            raise NotCreated(
                "--language, --to and --refresh are for services",
                fix="Write `plures new service NAME --language LANGUAGE`, where NAME is a capability of the application.",
            )
        if is_service:
            _create_service(second, language, to=to, refresh=refresh, file=file)
        elif name == "saga" or second is not None:
            create_saga(name, second, file)
        else:
            create_application(name)


def _create_service(name: str | None, language: str | None, *, to: Path | None, refresh: bool, file: Path) -> None:
    # It imports what reads an application, which the other two do without.
    from .services import create_service

    if name is None or language is None:
        raise NotCreated(
            "The service has no name" if name is None else f"The language of service {name!r} is not said",
            fix=f"Write `plures new service NAME --language LANGUAGE`; the languages are {', '.join(_LANGUAGES)}.",
        )
    create_service(name, language, to=to, file=file, refresh=refresh)
