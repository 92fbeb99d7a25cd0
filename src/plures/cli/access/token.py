"""`plures token`: what a caller shows to be let in, for `curl` and other programs."""

from pathlib import Path

import click

from plures.cli.console import mistakes_explained
from plures.cli.project import data_of, file_option


@click.command("token", short_help="Print the token of what runs here, for curl.")
@click.option("--new", "is_new", is_flag=True, help="Make one for a caller of [access.callers] instead.")
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
def token_command(*, is_new: bool, data: Path | None, file: Path) -> None:
    """Print the token that all processes of the running application take. It ends with the run.

    \b
    curl -H "Authorization: Bearer $(plures token)" http://localhost:8001/contracts
    """  # noqa: D301 - click reads the \b
    with mistakes_explained(as_json=False):
        if is_new:
            from plures.access import new_token

            click.echo(new_token())
        else:
            from plures.cli.finding import token_of

            click.echo(token_of(data or data_of(file)))
