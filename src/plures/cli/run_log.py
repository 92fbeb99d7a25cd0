"""The log of `plures run`: its options, and what the command itself says in the format of the log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from plures.errors import InvalidInput, PluresError, Violation
from plures.logs import FORMATS, LogSettings, json_line, log_rules, read_levels, suggestion
from plures.topology import Settings, parse

from .console import as_data, explain

F = TypeVar("F", bound=Callable[..., Any])


def log_options(command: F) -> F:
    """`--log-format` and `--log-level`."""
    levels = click.option(
        "--log-level",
        "log_levels",
        metavar="[LOGGER=]LEVEL",
        multiple=True,
        help="Least level that is logged, of all loggers or of one: sqlalchemy.engine=debug. May be repeated. Default: info.",
    )
    return click.option("--log-format", metavar="text|json", help="Lines for people, or JSON objects. Default: text.")(
        levels(command)
    )


class RunLog:
    """What the command line says of the log.

    Attributes:
        format: As far as it is known: the settings file may name one.
    """

    def __init__(self, format_: str | None, levels: tuple[str, ...]) -> None:
        self._option = format_
        self._levels = levels
        self.format = "json" if format_ == "json" else "text"

    def settings(self, file: Path) -> Settings:
        """The settings of a file, under those of the command line; raises `InvalidInput` with all that is wrong here or there."""
        level, levels = self.checked()
        settings = parse(file)
        logs: LogSettings = settings.logs.overridden(self._option, level, levels)
        self.format = logs.format
        return replace(settings, logs=logs)

    def explain(self, error: PluresError) -> None:
        """Say what was wrong, as one line where the log is for programs."""
        if self.format == "json":
            click.echo(json_line(error.what, level="error", logger="plures", error=as_data(error)), err=True)
        else:
            explain(error)

    def say(self, text: str, *, level: str = "info") -> None:
        """Say something beside the log."""
        click.echo(json_line(text, level=level, logger="plures") if self.format == "json" else text, err=True)

    def checked(self) -> tuple[str | None, dict[str, str]]:
        """The levels that the command line names; raises `InvalidInput` with all that is wrong there."""
        option = self._option
        wrong: list[Violation] = []
        if option is not None and option not in FORMATS:
            wrong.append(log_rules.FORMAT.broken("--log-format", text=option, hint=suggestion(option, FORMATS)))
        try:
            found = read_levels(self._levels)
        except InvalidInput as error:
            raise InvalidInput("The command line", [*wrong, *error.violations]) from None
        if wrong:
            raise InvalidInput("The command line", wrong)
        return found
