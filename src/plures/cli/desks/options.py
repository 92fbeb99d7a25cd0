"""The options of these commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from plures.cli.console import json_option
from plures.cli.project import file_option

_MOST: Final = 1000

limit_option = click.option("--limit", type=click.IntRange(1, _MOST), default=100, help="Most rows. Default: 100.")


def desk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data`, `--json` and `--file`."""
    data = click.option(
        "--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one."
    )
    return data(json_option(file_option(command)))
