"""Where `plures advise` finds the telemetry of the application, and from when until when it looks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from plures.cli.project import data_of
from plures.cli.telemetry import as_moment

_SETTINGS: Final = "plures.toml"
_OF_THE_PROJECT: Final = "(of the project)"

_OPTIONS = (
    click.option(
        "--telemetry",
        is_flag=False,
        flag_value=_OF_THE_PROJECT,
        metavar="[FOLDER]",
        help="Look also at what the running application showed: in its data folder, a copy of it, or the folder of its plures.toml. "
        "Default: that of PATH.",
    ),
    click.option(
        "--since",
        default="",
        callback=as_moment,
        metavar="WHEN",
        help="Look at telemetry from then on: as long ago as 10m or 2h, or a time in UTC.",
    ),
    click.option("--until", default="", callback=as_moment, metavar="WHEN", help="Look at telemetry before that."),
)


def telemetry_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--telemetry`, `--since` and `--until`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_times(telemetry: str | None, since: int, until: int) -> None:
    """Refuse a time of which nothing can be looked at. Raises `click.UsageError`."""
    if (since or until) and telemetry is None:
        raise click.UsageError("--since and --until choose from telemetry. Give --telemetry too.")
    if since and until and since >= until:
        raise click.UsageError("--since must come before --until.")


def store_folder(telemetry: str, path: Path) -> Path:
    """The folder in which the store lies.

    Args:
        telemetry: As the user gave it.
        path: The codebase.

    Raises:
        PluresError: There is no plures.toml in the codebase, or it is wrong.
    """
    from plures.telemetry import KEPT_IN

    given = path if telemetry == _OF_THE_PROJECT else Path(telemetry)
    if given.name == KEPT_IN:
        return given.parent
    if (given / KEPT_IN).exists():
        return given
    if telemetry == _OF_THE_PROJECT or (given / _SETTINGS).exists():
        return data_of(_settings_of(given))
    return given


def _settings_of(folder: Path) -> Path:
    """That of the folder, or else of one above it: a package lies beside no settings."""
    above = [folder, *folder.absolute().parents]
    return next((each / _SETTINGS for each in above if (each / _SETTINGS).exists()), folder / _SETTINGS)
