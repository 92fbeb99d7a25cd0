"""`plures topology apply`: a running application becomes another topology."""

from pathlib import Path

import click

from plures.cli.console import json_option

from .choosing import run_options
from .ordering import give


@click.command("apply", short_help="Change what runs into another topology.")
@click.argument("name")
@run_options
@json_option
def apply_command(name: str, *, pid: int | None, data: Path | None, file: Path, as_json: bool) -> None:
    """Change what runs into another topology of plures.toml, as it is written there now, without losing a request.

    Capabilities move one by one: calls of the one that moves wait for a moment, all others go on. Ctrl-C leaves the command, and not the
    change, which the application carries to its end.

    \b
    plures topology apply sale        split out what `sale` has in processes of its own
    plures topology apply monolith    take it back
    """  # noqa: D301 - click reads the \b
    from plures.deploy import Apply

    give(
        Apply(name),
        file=file, data=data, pid=pid, as_json=as_json,
        done=lambda run: f"{run.application} runs as {name} now.", named=lambda _: {"topology": name},
    )  # fmt: skip
