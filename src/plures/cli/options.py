"""Options that several commands share."""

from pathlib import Path

import click

file_option = click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path),
    default=Path("plures.toml"),
    help="The settings. Default: plures.toml",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
